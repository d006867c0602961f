"""In which order `harness stress` plays what there is: the most telling first, and then for as long as there is time.

1. Scenarios that name a condition of the network: somebody wrote them to find what a network breaks.
2. The few scenarios that together type every command that those do not, under each condition. A program that takes
   one recv() for one message fails here in the first seconds, every time.
3. What is concurrent, the server's threads running one at a time, in each way to hand over between them: a race that
   has a system call in it is met by the first plays, and never missed by luck.
4. The same all at once and as it comes, of few people before crowds: most races show when everything arrives at one
   instant, most of them between two, and a crowd takes as long as ten of these.
5. One order of each concurrent scenario after the other, and between these rounds all other scenarios under each
   condition. Here it takes luck, and luck takes plays.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from harness.explore.draw import endless
from harness.explore.orders import Schedule, groups
from harness.explore.plays import is_explored
from harness.players import plays_needed
from harness.scenario.assignment import Assignment
from harness.scenario.drawn import drawn
from harness.scenario.model import Scenario, Type, first_word
from harness.scenario.network import DATAGRAMS, under

# What TCP may do to any program. One byte a segment and everything in one are the two ends; seven is a length that
# few buffers are a multiple of; a delay turns what was always fast enough into what is not.
STREAMS = ("cut 1", "glue", "cut 7", "delay 20 ms")


class Kind(StrEnum):
    """What provokes a program in a trial."""

    WIRE = "wire"
    IN_TURN = "in turn"
    AT_ONCE = "at once"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Trial:
    """One play: a scenario, with its conditions and its schedule."""

    scenario: Scenario
    kind: Kind
    said: str  # in words: "cut 1", "all at once", "order 7"
    more: int = 0  # its seed, counted from that of the whole plan


def plan(scenarios: Sequence[Scenario], assignment: Assignment, seed: int) -> Iterator[Trial]:
    """Every trial, the most telling first. It ends where nothing is concurrent."""
    own, others = _split(drawn(scenario, seed) for scenario in scenarios)
    apart = sorted((one for one in _split(scenarios)[1] if is_explored(drawn(one, seed))), key=_people)
    yield from (Trial(scenario, Kind.WIRE, scenario.network.said) for scenario in own if scenario.network)
    first = covering([one for one in others if not is_explored(one)], own, assignment)
    conditions = conditions_of(own, assignment)
    yield from _under(first, conditions, assignment)
    yield from _in_turn(apart, assignment, seed)
    concurrent = sorted(filter(is_explored, others), key=_people)
    orders = [(one, endless(groups(one, assignment.moves_files), seed)) for one in concurrent]
    yield from _round(orders, 1)
    rest = _under([scenario for scenario in others if scenario not in first], conditions, assignment)
    for number in itertools.count(2) if concurrent else ():
        yield from _round(orders, number)
        yield from itertools.islice(rest, len(concurrent))
    yield from rest


def _people(scenario: Scenario) -> int:
    return len(scenario.cast)


def _split(scenarios: Iterable[Scenario]) -> tuple[list[Scenario], list[Scenario]]:
    """Those with a condition of their own, and the others."""
    own: list[Scenario] = []
    others: list[Scenario] = []
    for scenario in scenarios:
        (own if scenario.network is not None and scenario.network.conditions else others).append(scenario)
    return own, others


def conditions_of(own: Sequence[Scenario], assignment: Assignment) -> list[str]:
    """The conditions that every program of this assignment must bear.

    What may happen to a stream is TCP's to say. Whether a lost datagram must be sent again is the task's: such a
    condition is taken from scenarios that have it for everybody.
    """
    datagrams = [one.text for scenario in own if scenario.network for one in scenario.network.conditions
                 if one.kind in DATAGRAMS and not one.who and not one.position]  # fmt: skip
    return [*STREAMS, *(dict.fromkeys(datagrams) if assignment.transport == "udp" else ())]


def covering(scenarios: Sequence[Scenario], done: Sequence[Scenario], assignment: Assignment) -> list[Scenario]:
    """A few scenarios that together type every command that any of them types, and none of those that are done; each
    adds the most, the short ones first."""
    known = set(assignment.commands) or {word for scenario in scenarios for word in _commands(scenario)}
    left = known - {word for scenario in done for word in _commands(scenario)}
    found: list[Scenario] = []
    while scenarios:
        best = max(scenarios, key=lambda one: (len(_commands(one) & left), -sum(1 for _ in one.steps())))
        if not _commands(best) & left:
            break
        found.append(best)
        left -= _commands(best)
    return found


def _commands(scenario: Scenario) -> set[str]:
    return {first_word(line) for step in scenario.steps() if isinstance(step, Type) for _, line in step.lines}


def _under(scenarios: Sequence[Scenario], conditions: Sequence[str], assignment: Assignment) -> Iterator[Trial]:
    for said in conditions:
        for scenario in scenarios:
            yield Trial(under(scenario, [said], assignment.server), Kind.WIRE, said)


def _in_turn(scenarios: Sequence[Scenario], assignment: Assignment, seed: int) -> Iterator[Trial]:
    """Each in as many plays as it has ways to hand over, which their seeds say; one of each first."""
    mine = [(scenario, plays_needed(drawn(scenario, seed), assignment)) for scenario in scenarios]
    for more in range(max((plays for _, plays in mine), default=0)):
        for scenario, plays in mine:
            if more < plays:
                yield Trial(drawn(scenario, seed + more), Kind.IN_TURN, "one thread at a time", more)


def _round(orders: Sequence[tuple[Scenario, Iterator[Schedule]]], number: int) -> Iterator[Trial]:
    """The next order of each."""
    for scenario, mine in orders:
        schedule = next(mine)
        kind, said = (Kind.ORDER, f"order {number}") if number > 1 else (Kind.AT_ONCE, "all at once")
        yield Trial(replace(scenario, schedule=schedule), kind, said)
