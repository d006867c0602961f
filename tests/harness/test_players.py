"""How often a scenario is played, so that no mark hangs on luck."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.players import plays_needed, tasks
from harness.scenario.loader import load_assignment, load_text

FORUM = load_assignment(Path(__file__).parents[2] / "scenarios" / "assignment.yaml")
CAST = "scenario: s\ncast: {yoda: Yoda, r2d2: R2D2}\nfiles: {yoda/a.txt: x}\nplay:\n  - everyone logs in\n"


@pytest.mark.parametrize(
    ("steps", "plays"),
    [
        (["yoda: LST"], 1),
        (["yoda: UPD 1 a.txt"], 3),
        (["together: [everyone: LST]"], 2),
        (["together: [yoda: LST, r2d2: CRT 1]"], 5),
        (["3 times: [{together: [yoda: LST, r2d2: CRT 1]}]"], 3),
        (["5 times: [{together: [yoda: LST, r2d2: CRT 1]}]"], 1),
        (["3 times: [{together: [everyone: LST]}]", "together: [everyone: LST]"], 2),
        (["yoda: SHT x", "r2d2 leaves"], 3),
    ],
)
def test_each_way_to_hand_over_is_played(steps: list[str], plays: int) -> None:
    """Two where all do the same, five where they do not, in as many rounds or plays as that takes."""
    [one] = load_text(CAST + "\n".join(f"  - {step}" for step in steps), "f", FORUM)
    assert plays_needed(one, FORUM) == plays
    assert [task.seed for task in tasks([one], FORUM, seed=7, again=True)] == [*range(7, 7 + plays)]
    assert len(tasks([one], FORUM, seed=7)) == 1
    assert len(tasks([one], FORUM, seed=7, repeat=9, again=True)) == 9
