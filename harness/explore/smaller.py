"""What could be left out of a failing scenario: candidates, the ones that leave out most first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from harness.scenario.model import (
    AnyOf,
    Do,
    Expect,
    ExpectFile,
    Hold,
    Person,
    Quantifier,
    Scenario,
    Step,
    Together,
    Type,
    walk,
)


def smaller(scenario: Scenario, *, steps: bool) -> Iterator[Scenario]:
    """Every scenario with a little less in it. `steps`: of the play too, and not of the schedule alone."""
    for candidate in _candidates(scenario, steps):
        if candidate != scenario and _whole(candidate):
            yield candidate


def _candidates(scenario: Scenario, steps: bool) -> Iterator[Scenario]:
    if scenario.schedule:
        yield replace(scenario, schedule=())
    yield from _of_one_instant(scenario)
    if steps:
        yield from _without_steps(scenario)
        yield from _without_people(scenario)
        yield from _without_lines(scenario)
    yield from _of_fewer_deliveries(scenario)


def _of_one_instant(scenario: Scenario) -> Iterator[Scenario]:
    """The order forced at one instant alone, the last first: there it went wrong, or before it."""
    mine = [{inner.number for inner in step.steps} for step in scenario.play if isinstance(step, Together)]
    forced = [numbers for numbers in mine if any(one.step in numbers for one in scenario.schedule)]
    if len(forced) > 1:
        for numbers in reversed(forced):
            yield replace(scenario, schedule=tuple(one for one in scenario.schedule if one.step in numbers))


def _without_steps(scenario: Scenario) -> Iterator[Scenario]:
    """The play without a part of it: halves, quarters, ... single steps; from behind, for what stands behind the
    failure never matters."""
    size = len(scenario.play) // 2
    while size:
        for end in range(len(scenario.play), 0, -size):
            yield with_play(scenario, [*scenario.play[: max(0, end - size)], *scenario.play[end:]])
        size //= 2


def _without_people(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario without one of its people. (Of a crowd nobody can be left out alone.)"""
    for person in reversed(scenario.cast):
        if not person.crowd and len(scenario.cast) > 1:
            yield without(scenario, person)


def without(scenario: Scenario, person: Person) -> Scenario:
    """The scenario without this person, their lines and all that is expected of them."""
    play = [left for step in scenario.play if (left := _without_person(step, person.handle)) is not None]
    cast = tuple(other for other in scenario.cast if other is not person)
    files = tuple(file for file in scenario.files if file.actor != person.handle)
    return with_play(replace(scenario, cast=cast, files=files), play)


def _without_person(step: Step, handle: str) -> Step | None:
    match step:
        case Type():
            lines = tuple(pair for pair in step.lines if pair[0] != handle)
            return replace(step, lines=lines) if lines else None
        case Expect() | Do() | Hold():
            who = tuple(other for other in step.who if other != handle)
            alone = not isinstance(step, Hold) and step.quantifier is Quantifier.ONE and len(who) < 2
            return replace(step, who=who) if who and not alone else None
        case ExpectFile():
            paths = tuple(path for path in step.paths if not path.startswith(f"{handle}/"))
            gone = not paths or (step.other or "").startswith(f"{handle}/")
            return None if gone else replace(step, paths=paths)
        case Together() | AnyOf():
            inside = tuple(left for inner in step.steps if (left := _without_person(inner, handle)) is not None)
            return _block(step, inside)
    return step


def _without_lines(scenario: Scenario) -> Iterator[Scenario]:
    """Each instant with one of its lines, or one of its logins, less."""
    for at, group in enumerate(scenario.play):
        if not isinstance(group, Together):
            continue
        for inner in reversed(group.steps):
            for less in _less(inner):
                inside = [one for step in group.steps if (one := less if step is inner else step) is not None]
                rest = _block(group, inside)
                play = [*scenario.play[:at], *([rest] if rest else []), *scenario.play[at + 1 :]]
                yield with_play(scenario, play)


def _less(step: Step) -> Iterator[Step | None]:
    """The step of a `together` with one thing less; None: without the step."""
    if isinstance(step, Type) and len(step.lines) > 1:
        for at in reversed(range(len(step.lines))):
            yield replace(step, lines=(*step.lines[:at], *step.lines[at + 1 :]))
    elif isinstance(step, Do) and len(step.who) > 2:
        for handle in reversed(step.who):
            yield replace(step, who=tuple(other for other in step.who if other != handle))
    else:
        yield None


def _block(block: Together | AnyOf, inside: Sequence[Step]) -> Step | None:
    """The block with these steps; what is alone needs no block."""
    things = sum(_things(step) for step in inside)
    if not inside:
        return None
    return replace(block, steps=tuple(inside)) if things > 1 else inside[0]


def _things(step: Step) -> int:
    """How many things a step of a block does or expects."""
    if isinstance(step, Type):
        return len(step.lines)
    return len(step.who) if isinstance(step, Do) else 1


def _of_fewer_deliveries(scenario: Scenario) -> Iterator[Scenario]:
    """The schedule with one delivery less, and with one thing less that arrives at once."""
    order = scenario.schedule
    for at in reversed(range(len(order))):
        less = [*order[:at], *order[at + 1 :]]
        if at and not order[at - 1].answered and order[at].answered:
            less[at - 1] = replace(less[at - 1], answered=True)
        yield replace(scenario, schedule=tuple(less))
    for at, one in enumerate(order):
        if not one.answered:
            yield replace(scenario, schedule=(*order[:at], replace(one, answered=True), *order[at + 1 :]))


def with_play(scenario: Scenario, play: Sequence[Step]) -> Scenario:
    """The scenario with this play; what its schedule and hints say of other steps is dropped."""
    instant = {inner.number: at for at, step in enumerate(play) if isinstance(step, Together) for inner in step.steps}
    acts = {(inner.number, who) for step in play for inner in walk([step]) for who in _starts(inner)}
    left = [one for one in scenario.schedule if one.step in instant and (one.step, one.who) in acts]
    # Whatever an `at once` ended with may be gone: the last of each instant is waited for.
    order = [one if after is not None and instant[after.step] == instant[one.step] else replace(one, answered=True)
             for one, after in zip_longest(left, left[1:])]  # fmt: skip
    numbers = {step.number for step in walk(play)}
    hints = {number: hint for number, hint in scenario.hints.items() if number in numbers}
    return replace(scenario, play=tuple(play), schedule=tuple(order), hints=hints)


def _starts(step: Step) -> list[str]:
    if isinstance(step, Type):
        return [who for who, _ in step.lines]
    return list(step.who) if isinstance(step, Do) else []


def _whole(scenario: Scenario) -> bool:
    """Whether nothing is left that speaks of what was left out."""
    there = {step.number for step in scenario.steps()}
    asked = [number for step in scenario.steps() if isinstance(step, Expect) for number in step.reference.values()]
    return bool(there) and there.issuperset(asked)
