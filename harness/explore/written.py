"""A scenario as a file again: everything unrolled, drawn and filled in. Pure.

What comes of an exploration is handed on as a file that anybody can play. It is
written from the scenario as it was played, not from the file it came from: of
that, much may have been left out.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from harness.scenario import words
from harness.scenario.cast import LETTERS
from harness.scenario.model import (
    AnyOf,
    Delivery,
    Do,
    Expect,
    ExpectFile,
    GivenFile,
    Hold,
    OneOrder,
    Pass,
    Person,
    Quantifier,
    Scenario,
    Step,
    Together,
    Type,
    first_word,
)
from harness.scenario.verbs import VERBS, Takes, Verb
from harness.yaml_file import write

Data = dict[str, Any]
# A comment ends where it still fits a screen.
WIDTH = 110


def text_of(scenario: Scenario, comments: Sequence[str] = ()) -> str:
    """The scenario as the text of a file, with these lines of comment above it. It must be drawn already."""
    return "".join(f"# {line}\n" for line in comments) + write(data_of(scenario))


def data_of(scenario: Scenario) -> Data:
    """The scenario's document. Without `marks`: what was found by exploring marks nobody."""
    typed = {first_word(line) for step in scenario.steps() if isinstance(step, Type) for _, line in step.lines}
    hints: dict[str, str] = {}
    play = [one for step in scenario.play for one in _steps(step, scenario.hints, hints)]
    conditions = scenario.network.conditions if scenario.network else ()
    found: Data = {
        "scenario": scenario.title, "clause": scenario.clause, "tags": list(scenario.tags),
        "aids": [word for word in scenario.aids if word in typed], "variants": list(scenario.variants),
        "vary": words.VARY if scenario.names.fixed else "",
        "cast": _cast(scenario.cast), "files": {f"{file.actor}/{file.path}": _file(file) for file in scenario.files},
        "network": list(dict.fromkeys(condition.text for condition in conditions)), "play": play,
        "schedule": list(_schedule(scenario.schedule)), "hints": hints,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def _cast(cast: Sequence[Person]) -> Data:
    found: Data = {}
    for person in cast:
        name = re.sub(r"\d+$", "", person.handle)
        if person.crowd:
            # The members of a crowd are counted, and their accounts made: there is no other way to name one.
            many = int(person.handle.removeprefix(name))
            found[name] = {"people": str(max(many, int(found.get(name, {}).get("people", 0))))}
        elif person.password is None:
            found[person.handle] = person.account
        else:
            found[person.handle] = {"account": person.account, "password": person.password}
    return found


def _file(file: GivenFile) -> str | Data:
    kind = LETTERS if file.letters else "random bytes"
    return {kind: str(file.size)} if file.text is None else file.text


def _steps(step: Step, hints: Mapping[int, str], told: dict[str, str]) -> Iterator[str | Data]:
    """A step as one writes it, or several; what it is called in `hints` goes to `told`."""
    for one in _plain(step, hints, told):
        if step.number in hints:
            told[_said(one)] = hints[step.number]
        yield one


def _plain(step: Step, hints: Mapping[int, str], told: dict[str, str]) -> Iterator[str | Data]:
    match step:
        case Type():
            for line, mine in groupby(step.lines, key=lambda pair: pair[1]):
                yield {_people([who for who, _ in mine]): line}
        case Do():
            verb = _verb(step.deed, takes=step.argument is not None)
            yield _sentence(_people(step.who, step.quantifier), verb, _plural(step.who, step.quantifier), step.argument)
        case Pass():
            yield f"{step.seconds:g} s pass"
        case Expect():
            verb = _verb(step.sight, exactly=step.exactly)
            texts = list(step.texts) if verb.takes is Takes.TEXTS else next(iter(step.texts), None)
            yield _sentence(_people(step.who, step.quantifier), verb, _plural(step.who, step.quantifier), texts)
        case ExpectFile():
            verb = _verb(step.state, exactly=step.exactly)
            thing = step.content if step.other is None else step.other
            yield _sentence(" and ".join(step.paths), verb, len(step.paths) > 1, thing)
        case Hold():
            way = {"client": "to ", "server": "from "}.get(step.to, "")
            yield {f"network {'releases' if step.released else 'holds'}": f"{way}{_people(step.who)}"}
        case OneOrder():
            yield words.ONE_ORDER
        case Together() | AnyOf():
            inside = [one for inner in step.steps for one in _steps(inner, hints, told)]
            yield {"together" if isinstance(step, Together) else "any of": inside}
        case _:
            raise TypeError(f"a {type(step).__name__} is drawn before it is written")


def _verb(means: object, *, takes: bool | None = None, exactly: bool = False) -> Verb:
    """The verb that means this; of two, the one that takes something, or nothing."""
    fit = (verb for verb in VERBS if verb.means is means and verb.exactly is exactly)
    return next(verb for verb in fit if takes is None or (verb.takes is not Takes.NONE) is takes)


def _sentence(who: str, verb: Verb, several: bool, thing: object) -> str | Data:
    sentence = f"{who} {verb.plural if several else verb.name}"
    return sentence if thing is None else {sentence: thing}


def _people(who: Sequence[str], quantifier: Quantifier = Quantifier.ALL) -> str:
    return ("1 of " if quantifier is Quantifier.ONE else "") + " and ".join(who)


def _plural(who: Sequence[str], quantifier: Quantifier) -> bool:
    return len(who) > 1 and quantifier is Quantifier.ALL


def _said(step: str | Data) -> str:
    """A step as `hints` names it: its words and what stands behind them."""
    if isinstance(step, str):
        return step
    key, value = next(iter(step.items()))
    if isinstance(value, list) and key in ("together", "any of"):
        return key
    texts = value if isinstance(value, list) else [value]
    return f"{key}: {' | '.join(text.rstrip(chr(10)).replace(chr(10), ' / ') for text in texts[:100])}".rstrip()


def _schedule(schedule: Sequence[Delivery]) -> Iterator[str | Data]:
    run: list[str | Data] = []
    for one in schedule:
        run.append(f"{one.who} logs in" if one.line is None else {one.who: one.line})
        if one.answered:
            yield run[0] if len(run) == 1 else {words.AT_ONCE: run}
            run = []


def same(one: Scenario, other: Scenario) -> bool:
    """Whether both say the same, wherever their steps stand in a file: they type, expect and force the same."""
    return data_of(one) == data_of(other) and _forced(one) == _forced(other)


def _forced(scenario: Scenario) -> list[tuple[int, str, str | None, bool]]:
    """The deliveries, with the instant that each belongs to in place of its step."""
    instant = {inner.number: at for at, step in enumerate(scenario.play) if isinstance(step, Together)
               for inner in step.steps}  # fmt: skip
    return [(instant[one.step], one.who, one.line, one.answered) for one in scenario.schedule]


def folded(sentences: Iterable[str]) -> list[str]:
    """Sentences as lines of comment; a command, which is to be copied, is indented and stays whole."""
    return [line for sentence in sentences for line in
            ([sentence] if sentence.startswith("  ") else textwrap.wrap(sentence, WIDTH, break_long_words=False))]
