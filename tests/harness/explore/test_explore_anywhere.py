"""What a schedule does not force is tried at every place of its instant."""

from __future__ import annotations

from dataclasses import replace
from math import factorial

import pytest
from explore_builder import scenario

from harness.explore.anywhere import anywhere
from harness.explore.draw import explored
from harness.explore.orders import Schedule, at_once, groups
from harness.scenario.model import Scenario


def orders(schedules: list[Schedule]) -> list[str]:
    """The lines of each, in their order."""
    return ["".join(str(one.line) for one in order) for order in schedules]


def forced(*instants: str) -> tuple[Scenario, Schedule]:
    """A scenario with an instant for each of these, at which everybody types a letter of it; an order in turn."""
    people = ["yoda", "r2d2", "luke", "leia", "han"]
    lines = [", ".join(f"{{{who}: {letter}}}" for who, letter in zip(people, instant, strict=False))
             for instant in instants]  # fmt: skip
    play = "\n".join(["- everyone logs in", *(f"- together: [{line}]" for line in lines)])
    whole = scenario(play, f"{{{', '.join(f'{who}: {who}' for who in people)}}}")
    return whole, next(order for order in explored(groups(whole), 2, 0) if not at_once(order))


def only(whole: Scenario, order: Schedule, letters: str) -> Scenario:
    """The scenario with these lines of the order forced."""
    return replace(whole, schedule=tuple(one for one in order if str(one.line) in letters))


def test_where_all_is_forced_there_is_nothing_to_try() -> None:
    """Then the order is the only one."""
    whole, order = forced("abc")
    assert anywhere(only(whole, order, "abc"), order, 8) == []


def test_what_is_free_comes_first_between_and_last() -> None:
    """And what is forced keeps its order."""
    whole, order = forced("abc")
    one, two = (str(each.line) for each in order[:2])
    third = str(order[2].line)
    found = orders(anywhere(only(whole, order, one + two), order, 8))
    assert sorted(found) == sorted([third + one + two, one + third + two, one + two + third])


def test_where_nothing_is_forced_every_order_is_tried() -> None:
    """Each once."""
    whole, order = forced("abc")
    found = orders(anywhere(only(whole, order, ""), order, 8))
    assert len(set(found)) == len(found) == factorial(3)


def test_instants_vary_beside_each_other() -> None:
    """As many schedules as the one with the most orders needs, each whole."""
    whole, order = forced("abc", "de")
    found = orders(anywhere(only(whole, order, "de"), order, 8))
    assert len(found) == factorial(3)
    assert {"".join(sorted(one[:3])) for one in found} == {"abc"}
    assert len({one[3:] for one in found}) == 1


@pytest.mark.parametrize("most", [3, 8])
def test_of_very_many_some_are_drawn(most: int) -> None:
    """The same ones each time."""
    whole, order = forced("abcde")
    found = anywhere(only(whole, order, ""), order, most)
    assert 1 < len(set(found)) == len(found) <= most
    assert found == anywhere(only(whole, order, ""), order, most)


def test_one_persons_own_order_is_kept() -> None:
    """A program sends what is typed in the order in which it was typed."""
    whole = scenario("- everyone logs in\n- together: [{yoda: a}, {yoda: b}, {r2d2: c}]")
    order = next(one for one in explored(groups(whole), 2, 0) if not at_once(one))
    assert sorted(orders(anywhere(replace(whole, schedule=()), order, 8))) == ["abc", "acb", "cab"]
