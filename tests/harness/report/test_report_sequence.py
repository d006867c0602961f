"""The wire in the report: a sequence diagram that fits the page, and tables; nothing in it can steer a terminal."""

from __future__ import annotations

import io
import json
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_builders import Play, begun, report

from harness.report.console import Console
from harness.report.page import Grid, Line
from harness.report.report import Played
from harness.report.sequence import diagram
from harness.report.traffic import traffic
from harness.verdict import Verdict
from harness.wire import Carried, Linked, Unlinked


def says(play: Play, link: int, to: str, data: bytes) -> Play:
    """Bytes arrive at the relay."""
    return play.note(Carried, link=link, to=to, size=len(data), data=data)


def message(**fields: str) -> bytes:
    """A message of some protocol."""
    return json.dumps(fields).encode() + b"\n"


def talk(*people: str) -> Play:
    """A play in which each of these has a connection, and one line is answered for each."""
    play = begun("on the wire", *people)
    for link, person in enumerate(people, 1):
        play.note(Linked, link=link, actor=person, port=5000, transport="tcp")
    for link, person in enumerate(people, 1):
        play.step(f"{person}: LST").types(person, "LST")
        says(play, link, "server", message(action="Command", status="LST"))
        says(play, link, "client", message(action="Command", status="THREADS", text="3331"))
        play.settles()
    return play


def shown(played: Played, width: int, *, verbose: bool) -> str:
    """The whole report, as it is printed."""
    file = io.StringIO()
    Console(verbose=verbose, file=file, width=width).finish(report(played))
    return file.getvalue()


def rows(blocks: object) -> list[str]:
    """The lines of a diagram as text."""
    assert isinstance(blocks, list)
    return ["".join(getattr(span, "text", span) for span in block.spans) for block in blocks if isinstance(block, Line)]


def test_a_diagram_has_a_lane_for_each_person_and_an_arrow_for_each_message() -> None:
    """With time, size and content, and what was typed."""
    picture = rows(diagram(talk("yoda", "r2d2").played(), None, 80, verbose=True))
    assert picture[2].split() == ["yoda", "r2d2", "server"]
    typed, asked, answered = (next(row for row in picture if words in row) for words in ("» LST", "LST ─", "THREADS"))
    assert re.fullmatch(r" +\d\.\d{3}  │ » LST +│ +│", typed)
    assert re.fullmatch(r" +\d\.\d{3}  │─+┼─+ Command LST ─+▶│  \d+ B", asked)
    assert re.fullmatch(r" +\d\.\d{3}  │◀─+┼─+ Command THREADS text=3331 ─+│  \d+ B", answered)


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_a_diagram_fits_the_page(width: int, count: int) -> None:
    """Every row is as long as the page at most; who has no lane is named."""
    people = [f"person{number}" for number in range(count)]
    picture = rows(diagram(talk(*people).played(), None, width, verbose=True))
    lengths = [sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in row) for row in picture[:-1]]
    assert max(lengths) <= width
    lanes = re.findall(r"person\d", picture[2])
    assert lanes
    if len(lanes) < count:
        assert "not shown for want of room" in picture[-1]


def test_the_request_without_an_answer_is_marked() -> None:
    """Where somebody waits for ever, the last thing that was sent."""
    play = begun("hangs", "yoda").note(Linked, link=1, actor="yoda", port=5000, transport="tcp")
    play.step("yoda: LST").types("yoda", "LST")
    says(play, 1, "server", message(action="Command", status="LST"))
    found = play.found(Verdict.FAILED, "no-answer", "'LST' has no answer", 2, actor="yoda")
    page = shown(play.played(found), 80, verbose=False)
    assert re.search(r"▶ +\d\.\d{3}  │─── Command LST ─+▶│  \d+ B +◀ here", page)


def test_the_report_says_what_frames_messages_and_counts_them() -> None:
    """With -v, of what passed too: kind, count, bytes, and how long the answers took."""
    page = shown(talk("yoda", "r2d2").played(), 100, verbose=True)
    assert "to the server: most likely JSON, one text a line" in page
    assert re.search(r"server +Command LST +2 +\d+ +10 ms +10 ms +10 ms", page)
    assert re.search(r"client +Command THREADS +2 +\d+", page)
    assert "Round trips: 1 for LST." in page
    assert "2 connections, 2 at once at most: 2 open at the end." in page


def test_without_the_wire_there_is_nothing_of_it() -> None:
    """Most plays are watched at the terminals alone."""
    played = begun("plain", "yoda").command("yoda", "LST", "No threads").played()
    assert diagram(played, None, 80) == traffic(played) == []
    assert "On the wire" not in shown(played, 80, verbose=True)


def test_how_connections_ended_is_shown() -> None:
    """By whom, and how."""
    play = talk("yoda").note(Unlinked, link=1, by="server", how="fin").note(Unlinked, link=1, by="client", how="rst")
    page = shown(play.played(), 80, verbose=True)
    assert "(the server closes the connection)" in page
    assert "1 connection, 1 at once at most: 1 closed first by the server." in page


HOSTILE = [b"\x1b[2J\x1b[31mred\n", "\u202egnirts\n".encode(), b"a\r\nb\x07\n", b"[bold]x[/bold]\n", b"\xff\xfe\x00\n",
           "漢字かな\n".encode() * 30]  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE)
def test_no_content_steers_the_terminal(data: bytes) -> None:
    """What a program sent is shown, never obeyed."""
    play = talk("yoda")
    for _ in range(4):
        says(play, 1, "server", data)
        says(play, 1, "client", data)
    page = shown(play.played(), 80, verbose=True)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", page)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["server", "client"]), st.binary(max_size=50)), max_size=20),
       st.sampled_from([40, 80, 120]))  # fmt: skip
def test_any_bytes_can_be_drawn(said: list[tuple[str, bytes]], width: int) -> None:
    """Whatever they are."""
    play = begun("anything", "yoda").note(Linked, link=1, actor="yoda", port=5000, transport="tcp").step("yoda: LST")
    for to, data in said:
        says(play, 1, to, data)
    played = play.played()
    assert all(isinstance(block, Line) for block in diagram(played, None, width))
    assert all(isinstance(block, Line | Grid) for block in traffic(played))
