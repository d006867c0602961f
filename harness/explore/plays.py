"""The plays of an exploration: which they are, and what they come to together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.explore.draw import explored
from harness.explore.orders import Schedule, at_once, groups, how_many, is_concurrent, turns_of
from harness.players import Task
from harness.scenario.assignment import Assignment
from harness.scenario.drawn import drawn
from harness.scenario.model import Scenario
from harness.verdict import Explored, Outcome, Verdict

# More orders than anybody plays: no number says it better.
COUNTLESS = 1_000_000


def is_explored(scenario: Scenario) -> bool:
    """Whether there is anything to explore: it is concurrent, and does not say itself what arrives first."""
    return is_concurrent(scenario) and not scenario.schedule


def exploring(plays: Sequence[Task], assignment: Assignment, *, orders: int, seed: int) -> list[Task]:
    """The plays, with each concurrent scenario played under so many orders (all with one seed) instead."""
    found: list[Task] = []
    for task in plays:
        if not is_explored(task.scenario):
            found.append(replace(task, number=len(found)))
        elif task.seed == seed:
            found += under_orders(task.scenario, assignment, orders=orders, seed=seed, first=len(found))
    return found


def under_orders(scenario: Scenario, assignment: Assignment, *, orders: int, seed: int, first: int = 0) -> list[Task]:
    """The plays of one scenario under so many orders."""
    scenario = drawn(scenario, seed)
    schedules = explored(groups(scenario, assignment.moves_files), orders, seed)
    return [Task(first + at, replace(scenario, schedule=schedule), seed, orders, explored=True)
            for at, schedule in enumerate(schedules)]  # fmt: skip


def tally(scenario: Scenario, plays: Sequence[tuple[Schedule, Outcome]]) -> Explored:
    """What these plays of one scenario come to, each under its schedule."""
    decided = [(at_once(order), outcome.verdict is Verdict.FAILED) for order, outcome in plays
               if outcome.verdict in (Verdict.PASSED, Verdict.FAILED)]  # fmt: skip
    there = how_many(turns_of(scenario, plays[0][0]))
    # Where no order can be forced (somebody types while a program is killed), all that is left is luck.
    race = [failed for together, failed in decided if together or there == 1]
    turn = [failed for together, failed in decided if not together and there > 1]
    return Explored(
        orders=len({order for order, _ in plays}), there=there if there < COUNTLESS else None,
        at_once=len(race), at_once_failed=sum(race), in_turn=len(turn), in_turn_failed=sum(turn),
    )  # fmt: skip
