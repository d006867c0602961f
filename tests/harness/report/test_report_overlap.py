"""Requests at once in a report: the picture in a failure, and the tables of who asked what beside whom."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from report_builders import Play, begun, report

from harness.report.console import Console
from harness.report.report import Played
from harness.verdict import Verdict
from harness.wire import Carried, Linked

SEEN = """\
0.0 to 4.0 ms  yoda: MSG 3331 left  ->  'Posted as message 1.'
3.0 to 6.0 ms  r2d2: MSG 3331 right  ->  'Posted as message 1.'
(and 3 other requests, whatever they were answered)"""


def shown(play: Played, width: int, *, verbose: bool = False) -> str:
    """The report of one play."""
    file = io.StringIO()
    Console(verbose=verbose, file=file, width=width).finish(report(play))
    return "".join(line.rstrip() + "\n" for line in file.getvalue().splitlines())


def wired() -> Play:
    """Two people who ask at once: four messages, two of them beside another."""
    play = begun("Two at once", "yoda", "r2d2")
    for link, who in enumerate(("yoda", "r2d2"), 1):
        play.note(Linked, link=link, actor=who, port=5000, transport="tcp")
    play.step("together:").types("yoda", "MSG 3331 left").types("r2d2", "LST")
    for link, to in ((1, "server"), (2, "server"), (1, "client"), (2, "client")):
        play.note(Carried, link=link, to=to, size=4, data=b"text")
    play.settles().step("yoda: LST").types("yoda", "LST")
    for to in ("server", "client"):
        play.note(Carried, link=1, to=to, size=4, data=b"text")
    return play.settles()


@pytest.mark.parametrize("width", [80, 120])
def test_a_failure_of_several_requests_shows_who_overlapped(width: int) -> None:
    """The bars stand in place of the figures; what was answered is beside them."""
    play = begun("Two post at once", "yoda", "r2d2").step("one order explains every answer")
    play.settles()
    told = shown(play.played(play.found(Verdict.FAILED, "number-twice", "both got number 1", 2, seen=SEEN)), width)
    room = width // 3
    picture = told.split("Who asked when, and was answered when\n")[1].splitlines()
    assert picture[0].startswith("  yoda  ├───")
    assert picture[0].index("┤") < 8 + room
    assert "MSG 3331 left -> 'Posted as message 1.'" in told
    assert "(and 3 other requests" in told
    assert "Seen " not in told
    assert all(len(line) <= width for line in picture[:5])


def test_who_asked_what_beside_whom_is_shown_to_who_asks() -> None:
    """People x commands, how long each command took, and the throughput; only with -v."""
    play = wired().played()
    assert "What people asked" not in shown(play, 80)
    rows = [line.split() for line in shown(play, 80, verbose=True).splitlines()]
    assert ["LST", "MSG"] in rows
    assert ["yoda", "1", "(0)", "1", "(1)"] in rows
    assert ["r2d2", "1", "(1)"] in rows
    assert ["LST", "2", "1", "10", "ms", "20", "ms", "20", "ms"] in rows
    assert "3 answers in 40 ms in which somebody waited for one: 75 a second; 2 at once" in " ".join(
        word for row in rows for word in row)  # fmt: skip


def test_times_of_threads_in_turn_are_said_to_be_no_pace() -> None:
    """They ran one at a time, stopped at each call: who reads the table must not take it for how fast it answers."""
    play = wired().played()
    said = "these times are not its pace"
    assert said not in " ".join(shown(play, 80, verbose=True).split())
    in_turn = replace(play, outcome=replace(play.outcome, in_turn=True))
    assert said in " ".join(shown(in_turn, 80, verbose=True).split())


def test_a_play_in_which_nobody_asked_beside_another_has_no_such_tables() -> None:
    """One after the other is told by the other tables."""
    play = begun("One", "yoda").note(Linked, link=1, actor="yoda", port=5000, transport="tcp")
    play.step("yoda: LST").types("yoda", "LST").note(Carried, link=1, to="server", size=4, data=b"text")
    play.note(Carried, link=1, to="client", size=4, data=b"text").settles()
    assert "What people asked" not in shown(play.played(), 80, verbose=True)
