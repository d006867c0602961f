"""Terminals side by side: which are shown, and how."""

from __future__ import annotations

import pytest
from report_builders import PROMPT, Play, begun

from harness.report.page import Block, Grid, Line
from harness.report.terminals import terminals
from harness.verdict import Finding, Verdict


def blocks(play: Play, width: int = 80, actor: str = "", step: int | None = None) -> list[Block]:
    """What is shown of a play, up to this step."""
    found = Finding(Verdict.FAILED, "x", "x", step, actor=actor) if step else None
    return terminals(play.played(), found, width)


def headings(shown: list[Block]) -> list[str]:
    """The terminals that have a column."""
    grid = next(block for block in shown if isinstance(block, Grid))
    return [column.heading for column in grid.columns][1:]


def texts(shown: list[Block]) -> list[str]:
    """Every text in the blocks."""
    cells = [span.text for block in shown if isinstance(block, Grid) for row in block.rows for span in row]
    return [*cells, *(span.text for block in shown if isinstance(block, Line) for span in block.spans)]


def three() -> Play:
    """Three people, of whom the second typed last."""
    play = begun("x", "yoda", "r2d2", "luke").command("luke", "LST", "none").command("yoda", "LST", "none")
    return play.command("r2d2", "RDT 1", "none").step("luke sees: x")


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (30, ["luke"]),
        (60, ["r2d2", "luke"]),
        (80, ["server", "r2d2", "luke"]),
        (120, ["server", "yoda", "r2d2", "luke"]),
    ],
)
def test_the_most_telling_terminals_are_shown(width: int, names: list[str]) -> None:
    """First whom it is about, then who was typed to last, then the server; in the order of starting."""
    assert headings(blocks(three(), width, "luke", 5)) == names


def test_who_is_not_shown_is_named() -> None:
    """A terminal without room, and one that printed nothing, are told."""
    play = three().starts("mute")
    assert texts(blocks(play, 80, "luke", 5))[-1] == (
        "(mute printed nothing up to here; not shown for want of room: yoda)"
    )


def test_what_is_repeated_takes_one_line() -> None:
    """A prompt is told in full the first time, whoever is asked, and in one line after that."""
    found = [text for text in texts(blocks(three(), 80, "luke", 5)) if text.startswith("Enter one")]
    assert found[0] == PROMPT.rstrip()
    assert {len(text) for text in found[1:]} == {21}


def test_every_step_has_its_number_once() -> None:
    """The first row shown of a step has its number, also if the terminal that was typed to is not shown."""
    play = begun("x", "yoda", "r2d2").step("yoda: LST").types("yoda", "LST").prints("server", "Yoda issued LST\n")
    shown = blocks(play.step("r2d2 sees: x"), 60, "r2d2", 3)
    grid = next(block for block in shown if isinstance(block, Grid))
    numbers = [row[0].text for row in grid.rows if row[0].text]
    assert numbers == ["1", "2"]


def test_a_play_of_nothing_shows_nothing() -> None:
    """Where nothing was recorded there is no empty table."""
    assert blocks(Play("x")) == []
