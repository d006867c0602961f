"""What a scenario does at one instant, and whether somebody is told what they never asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario.instants import alike, instants, rounds, tells_others
from harness.scenario.loader import load_assignment, load_text
from harness.scenario.model import Scenario

FORUM = load_assignment(Path(__file__).parents[3] / "scenarios" / "assignment.yaml")


def played(*steps: str) -> Scenario:
    """A scenario of three people with these steps, who have logged in before unless they do so now."""
    steps = steps if any("log" in step for step in steps) else ("everyone logs in", *steps)
    head = "scenario: s\ncast: {yoda: Yoda, r2d2: R2D2, luke: luke}\nplay:\n"
    [found] = load_text(head + "\n".join(f"  - {step}" for step in steps), "f", FORUM)
    return found


@pytest.mark.parametrize(
    ("steps", "same"),
    [
        ("[yoda: CRT 1, r2d2: CRT 2]", True),
        ("[everyone: CRT 1]", True),
        ("[yoda: CRT 1, r2d2: LST]", False),
        ("[yoda and r2d2 log in]", True),
        ("[yoda: LST, r2d2 is killed]", False),
    ],
)
def test_whether_all_do_the_same(steps: str, same: bool) -> None:
    """One command is one command, whatever it is about."""
    [group] = instants(played(f"together: {steps}"))
    assert alike(group) is same


def test_rounds_are_one_group_played_several_times() -> None:
    """Each group stands once in a file."""
    found = rounds(played("together: [everyone: LST]", "3 times: [{together: [everyone: LST]}]"))
    assert [often for _, often in found] == [1, 3]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (["yoda: SHT x", "r2d2 leaves"], True),
        (["yoda: SHT x", "any of: [r2d2 leaves, server leaves]"], True),
        (["yoda: XIT", "yoda leaves"], False),
        (["yoda: SHT x", "yoda leaves", "server leaves"], False),
        (["together: [yoda: XIT, r2d2: XIT]", "yoda and r2d2 leave"], False),
        (["yoda: LST", "r2d2 stays"], False),
    ],
)
def test_whether_somebody_leaves_for_what_another_one_typed(steps: list[str], told: bool) -> None:
    """Who types the last line of all leaves by that; whoever else leaves was told."""
    assert tells_others(played(*steps)) is told
