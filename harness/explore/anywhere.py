"""Wherever in the order arrives what a smaller schedule does not force any more. Pure.

What is wrong with one order of commands fails every time as long as that order is
forced. With a part of the order left to luck, five plays may all fail, and the
sixth passes on another machine. So what is not forced is tried in each place.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness.explore.orders import Schedule
from harness.explore.smaller import with_play
from harness.scenario.model import Delivery, Scenario, Together

Queues = tuple[Schedule, ...]


def anywhere(scenario: Scenario, whole: Sequence[Delivery], most: int) -> list[Schedule]:
    """Schedules that force all of `whole` that the play still has, and keep what the scenario forces in its order: at
    each instant the rest comes at every place, or at drawn ones if there are more than `most`. None if nothing is free.
    """
    full = with_play(replace(scenario, schedule=whole), scenario.play).schedule
    if len(full) == len(scenario.schedule):
        return []
    ways = [_ways(mine, [one for one in scenario.schedule if one in mine], most) for mine in _instants(scenario, full)]
    return [tuple(itertools.chain.from_iterable(way[at % len(way)] for way in ways))
            for at in range(max(map(len, ways)))]  # fmt: skip


def _instants(scenario: Scenario, schedule: Sequence[Delivery]) -> Iterator[Schedule]:
    for step in scenario.play:
        numbers = {inner.number for inner in step.steps} if isinstance(step, Together) else set()
        if mine := tuple(one for one in schedule if one.step in numbers):
            yield mine


def _ways(mine: Schedule, forced: Sequence[Delivery], most: int) -> list[Schedule]:
    """The orders of one instant: each person's own is kept, and that of what is forced."""
    people = dict.fromkeys(one.who for one in mine)
    queues = tuple(tuple(one for one in mine if one.who == who) for who in people)
    found = list(itertools.islice(_orders(queues, tuple(forced)), most + 1))
    if len(found) <= most:
        return found
    luck = random.Random(0)  # the same ones each time: a file that was found is found again
    return list(dict.fromkeys(next(_orders(queues, tuple(forced), luck)) for _ in range(most)))


def _orders(queues: Queues, forced: Schedule, luck: random.Random | None = None) -> Iterator[Schedule]:
    """Each order once; with `luck`, drawn ones."""
    if not any(queues):
        yield ()
        return
    for at in _shuffled(range(len(queues)), luck):
        if not queues[at]:
            continue
        one, *rest = queues[at]
        if one in forced and one != forced[0]:
            continue
        after = (*queues[:at], tuple(rest), *queues[at + 1 :])
        for behind in _orders(after, forced[1:] if one in forced else forced, luck):
            yield (one, *behind)


def _shuffled(places: Iterable[int], luck: random.Random | None) -> list[int]:
    found = list(places)
    if luck is not None:
        luck.shuffle(found)
    return found
