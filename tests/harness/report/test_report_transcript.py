"""Recordings as rows: what was typed and printed, in the order of time, each once."""

from __future__ import annotations

import pytest
from report_builders import Play, begun

from harness.events import Capped, Exited, Output
from harness.report.transcript import FLOOD, Kind, Row, around, columns, folded, rows


def told(play: Play, actor: str = "") -> list[tuple[str, str]]:
    """The rows of one actor (or of all) as kind and text."""
    return [(row.kind.value, row.text) for row in rows(play.recording) if row.actor == actor or not actor]


def lst() -> Play:
    """A client that asks, and is typed to."""
    return Play("x").starts("yoda").prints("yoda", "> ").step("yoda: LST").types("yoda", "LST")


def test_columns_stand_in_the_order_of_starting() -> None:
    """The server, started first, comes first, however late it prints."""
    play = Play("x").starts("server", "r2d2", "yoda").prints("yoda", "hi\n").prints("server", "hello\n")
    assert columns(play.recording) == ["server", "r2d2", "yoda"]


def test_a_prompt_is_not_a_line() -> None:
    """Unfinished output that waits is a prompt; unfinished output before an exit is not."""
    play = lst().prints("yoda", "none\n> ")
    assert told(play, "yoda") == [("prompt", ">"), ("typed", "LST"), ("printed", "none"), ("prompt", ">")]
    left = Play("x").starts("yoda").prints("yoda", "Goodbye").note(Exited, actor="yoda", status=0)
    assert told(left) == [("printed", "Goodbye"), ("event", "left, exit status 0")]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_lines_survive_any_cut(size: int) -> None:
    """However the output was cut, inside of colours and of letters too, the rows are the same."""
    data = "\x1b[1mThread 3331 created\x1b[0m\r\nüñ → ok\r\n> ".encode()
    play = lst()
    for at in range(0, len(data), size):
        play.note(Output, actor="yoda", data=data[at : at + size])
    assert told(play, "yoda")[2:] == [("printed", "Thread 3331 created"), ("printed", "üñ → ok"), ("prompt", ">")]


@pytest.mark.parametrize("echo", ["LST\r\n", "LST\n", "> LST\r\n", "\r> LST\r\n", "\x1b[?2004lLST\r\n", "\r\nLST\r\n"])
def test_what_readline_prints_back_is_not_told_twice(echo: str) -> None:
    """A program that echoes what is typed has one row for it: the typed one."""
    assert told(lst().prints("yoda", echo + "none\r\n"), "yoda")[1:] == [("typed", "LST"), ("printed", "none")]


@pytest.mark.parametrize("answer", ["LST: none", "no LST", "LSTs", "none\nLST"])
def test_an_answer_that_repeats_the_line_is_an_answer(answer: str) -> None:
    """Only the whole first line can be an echo."""
    assert told(lst().prints("yoda", answer + "\n"), "yoda")[2:] == [("printed", text) for text in answer.split("\n")]


def test_rows_of_several_terminals_interleave_in_time() -> None:
    """A line's time is that of its first byte, whoever else printed before its end."""
    play = Play("x").starts("a", "b").prints("a", "one ").prints("b", "two\n").prints("a", "line\n")
    assert [(row.actor, row.text) for row in rows(play.recording)] == [("a", "one line"), ("b", "two")]


def test_rows_know_their_step() -> None:
    """Output belongs to the step in which it came."""
    found = rows(begun("x", "yoda").command("yoda", "LST", "none").recording)
    assert [row.step for row in found if row.text in ("LST", "none")] == [2, 2]


@pytest.mark.parametrize(("data", "text"), [("\x04", "[ctrl-d]"), ("\x03", "[ctrl-c]"), ("\x1b[A", "[\\x1b[A]")])
def test_keys_have_their_names(data: str, text: str) -> None:
    """A control character shows as the key that makes it."""
    assert told(Play("x").types("yoda", data, "key")) == [("typed", text)]


def test_a_cap_is_told() -> None:
    """Where output was no longer kept, the transcript says so."""
    play = Play("x").prints("yoda", "a\n").note(Capped, actor="yoda", limit=65536)
    assert told(play)[-1] == ("event", "output past 65,536 bytes was not kept")


def test_a_flood_is_folded_before_it_is_read() -> None:
    """200,000 lines of one answer become a few thousand rows and the number of the others."""
    found = rows(Play("x").prints("yoda", b"y\n" * 200_000).recording)
    assert len(found) == FLOOD + 1
    assert sum(row.count or 1 for row in found) == 200_000


def test_the_transcript_ends_around_its_step() -> None:
    """Up to the offending step, which is marked, and a few rows more."""
    play = begun("x", "yoda").command("yoda", "LST", "none").step("yoda sees: 3331")
    for number in range(20):
        play.prints("yoda", f"later {number}\n")
    play.step("yoda: XIT").types("yoda", "XIT").prints("yoda", "bye\n" * 9)
    kept = around(rows(play.recording), 3, "yoda", "none\nEnter", after=4)
    assert [row.text for row in kept if row.marked] == ["none", "yoda sees: 3331"]
    assert [row.text for row in kept][-5:] == ["later 19", "XIT", "bye", "bye", "bye"]


def test_what_it_is_about_is_shown_although_others_come_first() -> None:
    """With many at one instant, what the one of the finding printed and how it ended stand behind the others'."""
    found = [Row(0, 6, "", Kind.STEP, "r2d2: DWN 1 a"), Row(0, 6, "r2d2", Kind.TYPED, "DWN 1 a"),
             *(Row(0, 5, "yoda", Kind.PRINTED, f"busy {number}") for number in range(9)),
             Row(0, 5, "r2d2", Kind.PRINTED, "shutting down"), Row(0, 5, "r2d2", Kind.EVENT, "left"),
             Row(0, 8, "r2d2", Kind.TYPED, "LST"), Row(0, 8, "r2d2", Kind.PRINTED, "none")]  # fmt: skip
    kept = around(found, 6, "r2d2", after=4)
    assert [row.text for row in kept][-3:] == ["busy 3", "shutting down", "left"]


def test_what_was_judged_is_marked_only_since_the_last_typing() -> None:
    """An equal line of an earlier answer, or of somebody else, is not marked."""
    play = begun("x", "yoda", "r2d2").command("yoda", "LST", "none").command("yoda", "LST", "none")
    play.prints("r2d2", "none\n").step("yoda sees: 3331")
    kept = around(rows(play.recording), 4, "yoda", "none")
    assert [(row.actor, row.step) for row in kept if row.marked] == [("yoda", 3), ("", 4)]


def test_without_a_step_all_is_kept() -> None:
    """A passing play is shown whole; steps that were typed are not told twice."""
    play = begun("x", "yoda").command("yoda", "LST", "none").step("yoda sees: none")
    kept = around(rows(play.recording), None)
    assert [row.text for row in kept if row.kind is Kind.STEP] == ["yoda sees: none"]
    assert not any(row.marked for row in kept)


def printed(count: int, actor: str = "yoda") -> list[Row]:
    """So many printed rows."""
    return [Row(0.0, 1, actor, Kind.PRINTED, str(n)) for n in range(count)]


@pytest.mark.parametrize("count", [1, 14, 15, 100, 1000])
def test_folding_loses_no_count(count: int) -> None:
    """What is folded is counted; short stretches stay whole."""
    found = folded(printed(count))
    assert sum(row.count or 1 for row in found) == count
    assert len(found) == (count if count <= 14 else 13)


def test_the_marked_step_is_never_folded() -> None:
    """Whatever is folded, the offending step and what was typed before it stay."""
    typed, step = Row(1.0, 2, "yoda", Kind.TYPED, "RDT"), Row(2.0, 3, "", Kind.STEP, "sees", marked=True)
    talk = [row for _ in range(200) for row in (*printed(1, "a"), *printed(1, "b"))]
    found = folded([*talk, typed, *printed(500), step])
    assert found[0].kind is Kind.FOLDED
    assert typed in found
    assert found[-1] == step


def test_the_end_of_every_play_is_no_news() -> None:
    """That the harness ends what still runs after the last step is not told; that it does so in a step is."""
    play = Play("x").starts("yoda").note(Exited, actor="yoda", status=None, signal="SIGKILL", by_us=True)
    assert told(play) == []
    play.step("yoda restarts").note(Exited, actor="yoda", status=None, signal="SIGKILL", by_us=True)
    assert told(play, "yoda") == [("event", "ended by the harness")]
