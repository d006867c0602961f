"""Which names of a scenario the seed may choose: those that people made up, and that mean nothing else in it. Pure.

assignment.yaml says which words of a typed line are such names (`invented`). A name is left as it is
wherever there is doubt: what a scenario asks for must be the same under every seed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.scenario.assignment import Assignment
from harness.scenario.expand import OWN
from harness.scenario.model import (
    Deed,
    Do,
    Expect,
    ExpectFile,
    GivenFile,
    Names,
    Person,
    Plays,
    Scenario,
    Step,
    Type,
    walk,
)
from harness.scenario.verbs import VERBS

# A word as programs and people take it: `3331-test.exe` and `3331_test` are made of several.
WORD = re.compile(r"[^\W_]+")
# A name, or a file's name with its ending, which stays: programs go by it.
_NAME = re.compile(r"([A-Za-z0-9]+)(\.[A-Za-z0-9]+)?")
# `1` and `a` stand everywhere with another meaning.
SHORTEST = 2


def names_of(scenario: Scenario, assignment: Assignment) -> Names:
    """The names that a seed may choose, and what none of them may become."""
    typed = [line for step in walk(scenario.play) for line in _typed(step)]
    found: set[str] = set()
    beside: set[str] = set()  # words typed where they are no names
    for line in typed:
        names, others = _parted(line, assignment.invented)
        found |= names
        beside |= others
    shown = {word for text in _shown(scenario.play, scenario.files) for word in words_of(text)}
    prose = {word for text in (*scenario.hints.values(), *(file.text or "" for file in scenario.files))
             for word in words_of(text)}  # fmt: skip
    reserved = _reserved(scenario, assignment)
    plain = {word for word in beside | prose if word.isalpha()}  # a word of a sentence: who knows what it means there
    # A number that is no larger may be that of a post: what the program counts does not change with the seed.
    most = len(typed) + sum(step.commands * len(step.who) for step in walk(scenario.play) if isinstance(step, Plays))
    mine = {name for name in found if len(name) >= SHORTEST and name.casefold() not in reserved and name not in plain
            and not (name.isdigit() and int(name) <= most)}  # fmt: skip
    return Names(tuple(sorted(_alone(mine, found | beside | shown))), frozenset(reserved))


def words_of(text: str) -> list[str]:
    """The words of a text."""
    return WORD.findall(text)


def related(one: str, other: str) -> bool:
    """Whether one stands in the other: a program that compares badly takes them for the same."""
    one, other = one.casefold(), other.casefold()
    return one in other or other in one


def _alone(mine: set[str], everything: set[str]) -> set[str]:
    """Those that stay related to whom they were: who stands in a word that cannot change, cannot change either."""
    long = {word for word in everything if len(word) >= SHORTEST}
    while fast := {name for name in mine if any(related(name, other) for other in long - mine)}:
        mine = mine - fast
    return mine


def _typed(step: Step) -> Iterator[str]:
    """Every line that it types, as far as it is known, and the lines whose answers are meant."""
    if isinstance(step, Type):
        yield from (line for _, line in step.lines)
    elif isinstance(step, Plays):
        yield from (line for line, _ in step.mix)
    elif isinstance(step, Do) and step.deed is Deed.SEND:
        yield (step.data or b"").decode("utf-8", "replace").rstrip("\r\n")


def _parted(line: str, invented: Mapping[str, Sequence[int]]) -> tuple[set[str], set[str]]:
    """The names that stand in a line, and its other words.

    The last place may hold a text of many words: only one that stands there alone is a name.
    """
    first, *given = line.split(" ")
    places = invented.get(first, ())
    names: set[str] = set()
    others: set[str] = set(words_of(first))
    for at, word in enumerate(given, 1):
        fits = _NAME.fullmatch(word) if at in places and (at == 1 or at == len(given)) else None
        if fits:
            names.add(fits[1])
        others |= set(words_of(fits[2] or "" if fits else word))
    return names, others


def _shown(steps: Sequence[Step], files: Iterable[GivenFile]) -> Iterator[str]:
    """All that is expected, and what files are called."""
    yield from (file.path for file in files)
    for step in walk(steps):
        if isinstance(step, Expect):
            yield from step.texts
        elif isinstance(step, ExpectFile):
            yield from (*step.paths, step.content or "", step.other or "")


def _reserved(scenario: Scenario, assignment: Assignment) -> set[str]:
    """Words that have a meaning of their own, in small letters: the task's, the language's, people and passwords."""
    accounts = assignment.accounts
    said = [
        *assignment.commands, *assignment.leaving, *assignment.moves_files, *assignment.invented, *assignment.own_words,
        *assignment.roles, *(role.entry for role in assignment.roles.values()), *OWN, assignment.liveness,
        *assignment.all_values, *assignment.values.values(), accounts.file if accounts else "",
        *(part for person in scenario.cast for part in _person(person)),
        *(step.argument or "" for step in walk(scenario.play) if isinstance(step, Do) and step.deed is not Deed.SEND),
        *(file.text or "" for file in scenario.files if accounts and f"{file.actor}/{file.path}" == accounts.file),
        *(verb.name for verb in VERBS), *(verb.plural for verb in VERBS), "any of together and everyone else",
    ]  # fmt: skip
    return {word.casefold() for text in said for word in words_of(text)}


def _person(person: Person) -> tuple[str, str, str]:
    return person.handle, person.account, person.password or ""
