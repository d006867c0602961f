"""The names of a scenario as a seed has them. Pure.

A submission that knows the scenarios could answer from a table, by the titles that are typed. Under a seed that is
not 0 it meets others: of the same length, related as they were, and the same wherever they stand.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness.scenario.model import AnyOf, Deed, Do, Expect, ExpectFile, Names, Scenario, Step, Together, Type
from harness.scenario.names import SHORTEST, WORD, related, words_of

# What only changes places among its own: a name can still be said aloud. 0 stays: a number that began with
# it would be another one where a program leaves it out.
_CLASSES = ("123456789", "aeiou", "bcdfghjklmnpqrstvwxyz")
# So often other letters are drawn where something stands against the first ones.
_TRIES = 200


def varied(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with the names that this seed gives; with seed 0 as it was written. Never done twice."""
    if seed == 0 or scenario.names.fixed or not scenario.names.words:
        return scenario
    return renamed(scenario, _chosen(scenario, random.Random(f"{seed} {scenario.title} names")))


def renamed(scenario: Scenario, names: Mapping[str, str]) -> Scenario:
    """The scenario with these names, wherever they stand."""
    if not names:
        return scenario
    return replace(
        scenario, names=Names(fixed=True, chosen=names),
        play=tuple(_step(step, names) for step in scenario.play),
        files=tuple(replace(file, path=_in(file.path, names), text=None if file.text is None else _in(file.text, names))
                    for file in scenario.files),
        hints={number: _in(hint, names) for number, hint in scenario.hints.items()},
        schedule=tuple(replace(one, line=None if one.line is None else _in(one.line, names))
                       for one in scenario.schedule),
    )  # fmt: skip


def _chosen(scenario: Scenario, chance: random.Random) -> Mapping[str, str]:
    """A new name for each; none, if nothing fits."""
    words, reserved = scenario.names.words, scenario.names.reserved
    others = {word for word in _words(scenario) if len(word) >= SHORTEST} - set(words)
    typed = sum(len(step.lines) for step in scenario.steps() if isinstance(step, Type))
    for _ in range(_TRIES):
        letters = _letters(chance)
        names = {word: word.translate(letters) for word in words}
        if all(_fits(old, new, typed) and new.casefold() not in reserved
               and not any(related(new, other) for other in others) for old, new in names.items()):  # fmt: skip
            return names
    return {}


def _letters(chance: random.Random) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind in _CLASSES:
        mixed = chance.sample(kind, len(kind))
        found |= {ord(old): new for old, new in zip(kind, mixed, strict=True)}
        found |= {ord(old.upper()): new.upper() for old, new in zip(kind, mixed, strict=True)}
    return found


def _fits(old: str, new: str, typed: int) -> bool:
    """Whether it is another name, and no number that a post may have."""
    return new != old and not (new.isdigit() and int(new) <= typed)


def _words(scenario: Scenario) -> Iterator[str]:
    for file in scenario.files:
        yield from words_of(file.path)
    for step in scenario.steps():
        match step:
            case Type():
                yield from (word for _, line in step.lines for word in words_of(line))
            case Expect():
                yield from (word for text in step.texts for word in words_of(text))
            case ExpectFile():
                yield from (word for text in (*step.paths, step.content or "") for word in words_of(text))


def _in(text: str, names: Mapping[str, str]) -> str:
    """The text with each name, where it stands as a whole word."""
    return WORD.sub(lambda match: names.get(match[0], match[0]), text)


def _step(step: Step, names: Mapping[str, str]) -> Step:
    step = replace(step, text=_in(step.text, names))
    match step:
        case Type():
            return replace(step, lines=tuple((who, _in(line, names)) for who, line in step.lines))
        case Do(deed=Deed.SEND, argument=str(argument), data=bytes(data)):
            # What is sent need not be text.
            sent = _in(data.decode("utf-8", "surrogateescape"), names).encode("utf-8", "surrogateescape")
            return replace(step, argument=_in(argument, names), data=sent)
        case Expect():
            return replace(step, texts=tuple(_in(text, names) for text in step.texts))
        case ExpectFile():
            return replace(step, paths=tuple(_in(path, names) for path in step.paths),
                           content=None if step.content is None else _in(step.content, names),
                           other=None if step.other is None else _in(step.other, names))  # fmt: skip
        case Together() | AnyOf():
            return replace(step, steps=tuple(_step(inner, names) for inner in step.steps))
        case _:
            return step
