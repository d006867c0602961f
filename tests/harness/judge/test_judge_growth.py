"""What a server keeps of clients that have left: told where every leave adds to it, and never otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from judge_builder import F, P, Tape

from harness.events import Census
from harness.verdict import Finding


def process(pid: int = 100, **held: int) -> dict[str, Any]:
    """One process of the server."""
    return {"pid": pid, "threads": 1, "pooled": 0, "sockets": 1, "descriptors": 3, **held}


def found(series: Sequence[dict[str, int] | list[dict[str, Any]]], top: str = "", evidence: str = "still",
          leaves: int = 1) -> list[Finding]:  # fmt: skip
    """The findings about leaks after a start and these censuses."""
    tape = Tape("- yoda logs in\n- yoda: READ\n", top).note(Census, actor="server", ended=0, alive=[],
                                                            processes=[process()])  # fmt: skip
    tape.logs_in("yoda").says("yoda", "READ")
    for number, held in enumerate(series, 1):
        processes = held if isinstance(held, list) else [process(**held)]
        tape.note(Census, actor="server", ended=number * leaves, alive=[], processes=processes, evidence=evidence)
    return [one for one in tape.judged().findings if one.code == "leak"]


def threads(*counts: int) -> list[dict[str, int]]:
    """Censuses that differ in their threads."""
    return [{"threads": count} for count in counts]


def test_what_grows_with_every_leave_is_told_with_its_figures() -> None:
    """A remark, which costs nothing."""
    (leak,) = found([{"threads": 3 + 2 * at, "sockets": 2 + at} for at in range(5)])
    assert leak.verdict is P
    assert leak.sentence == (
        "the server keeps 1 socket and 2 threads for every client that has left: it held 2 sockets and 3 threads when "
        "1 client had left, and 6 sockets and 11 threads when 5 clients had"
    )
    assert leak.seen.splitlines()[1] == "2 clients left: 3 sockets, 5 threads"


def test_in_a_scenario_about_it_a_leak_fails() -> None:
    """Its tag says that it is about that."""
    (leak,) = found(threads(2, 3, 4, 5, 6), top="tags: [leaks]\n")
    assert leak.verdict is F


@pytest.mark.parametrize(
    "series",
    [
        threads(2, 2, 2, 2, 2, 2),  # what the first client made it build stays
        threads(2, 3, 4, 5),  # three more leaves prove nothing
        threads(2, 3, 4, 5, 5, 5, 5),  # a pool that fills, and is full
        threads(2, 3, 4, 2, 3, 4, 5, 6),  # collected late
        threads(6, 5, 4, 3, 2),
    ],
)
def test_what_stops_growing_is_no_leak(series: list[dict[str, int]]) -> None:
    """Each of them leaves the line somewhere."""
    assert found(series) == []


@pytest.mark.parametrize("evidence", ["until", "steady", "spinning", "gave-up", "timed"])
def test_what_may_yet_end_by_itself_is_no_leak(evidence: str) -> None:
    """Workers that look again every few seconds may find out that nobody is there."""
    assert found(threads(2, 3, 4, 5, 6, 7), evidence=evidence) == []


def test_each_leave_counts() -> None:
    """Where three leave at a time, one more each time is less than one for each of them."""
    assert found(threads(2, 3, 4, 5, 6, 7), leaves=3) == []
    assert "keeps 1 thread for" in found(threads(2, 5, 8, 11, 14, 17), leaves=3)[0].sentence


def test_a_process_that_stays_is_told_alone() -> None:
    """Its thread and its descriptors stay because it does."""
    (leak,) = found([[process(pid) for pid in range(100, 101 + at)] for at in range(6)])
    assert leak.sentence.startswith("the server keeps 1 process for every client that has left: it held 1 process when")


def test_who_is_there_makes_a_difference() -> None:
    """Censuses with different people beside are not held against each other."""
    tape = Tape("- yoda logs in\n- yoda: READ\n").note(Census, actor="server", ended=0, alive=[], processes=[process()])
    tape.logs_in("yoda").says("yoda", "READ")
    for number in range(1, 9):
        people = ["yoda", "r2d2", "twin"][: number // 2]
        tape.note(Census, actor="server", ended=number, alive=people, processes=[process(threads=1 + number)])
    assert "leak" not in [one.code for one in tape.judged().findings]
