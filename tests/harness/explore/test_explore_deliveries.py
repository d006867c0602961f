"""An order of arrival is forced on the wire: by real programs, whatever luck says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from explore_course import Course

from harness.explore.draw import explored
from harness.explore.orders import groups, was_drawn
from harness.scenario.loader import scenario_from
from harness.scenario.model import Delivery, Scenario, Together, Type
from harness.wire import Carried, Linked

PLAY = """\
scenario: Three at one instant
cast: {yoda: Yoda, r2d2: R2D2, luke: luke}
play:
  - everyone starts
  - together: [{yoda: ADD a}, {r2d2: ADD b}, {luke: ADD c}]
  - yoda: LIST
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The right list."""
    return Course(tmp_path, "right")


def arrived(course: Course, scenario: Scenario) -> Sequence[str]:
    """What the server's list holds in the end."""
    _, recording = course.play(scenario)
    last = [event for event in recording.all(Carried) if event.to == "client"][-1]
    assert last.data is not None
    return last.data.decode().split()


def test_what_is_first_in_the_order_is_first_in_the_list(course: Course) -> None:
    """Each permutation, every answer waited for: the list is as the schedule says."""
    whole = course.load(PLAY)[0]
    for order in explored(groups(whole), 7, 0)[1:]:
        assert arrived(course, replace(whole, schedule=order)) == [one.line.split()[1] for one in order if one.line]


def test_what_the_order_leaves_out_arrives_behind_it(course: Course) -> None:
    """Only luke is said to come first."""
    whole = course.load(f"{PLAY}schedule: [luke: ADD c]\n")[0]
    assert arrived(course, whole)[0] == "c"


def test_what_nobody_sends_is_passed_over(course: Course) -> None:
    """A program that needs one turn where the order has two for it is not waited for."""
    whole = course.load(PLAY)[0]
    group = next(step for step in whole.play if isinstance(step, Together))
    first = group.steps[2]
    assert isinstance(first, Type)
    twice = [Delivery("luke", "ADD c", first.number, whole.place)] * 2
    assert arrived(course, replace(whole, schedule=tuple(twice)))[0] == "c"


def test_at_once_waits_for_no_answer(course: Course) -> None:
    """All three are passed on before the first answer came."""
    whole = course.load(PLAY)[0]
    _, recording = course.play(replace(whole, schedule=explored(groups(whole), 1, 0)[0]))
    assert len({event.actor for event in recording.all(Linked)}) == 3
    told = [event.to for event in recording.all(Carried)]
    assert told[:3] == ["server"] * 3


def test_a_recording_knows_its_order(course: Course) -> None:
    """Judged again, it is a play in that order; and one whose file says the order is not taken for a drawn one."""
    whole = course.load(PLAY)[0]
    drawn = replace(whole, schedule=explored(groups(whole), 2, 0)[1])
    _, recording = course.play(drawn)
    again = scenario_from(recording.began)
    assert again.schedule == drawn.schedule
    assert was_drawn(again)
    assert not was_drawn(whole)
    assert not was_drawn(course.load(f"{PLAY}schedule: [luke: ADD c]\n")[0])
