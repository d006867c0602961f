"""Pieces of work in processes: what they say comes through, however they end, and none outlives whoever began it."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.grade.engines import Begun, Ended, Processes

Tell = Callable[[object], None]


def counts(job: int, tell: Tell) -> None:
    """Say so many numbers."""
    for number in range(job):
        tell(number)


def said_of(found: list[tuple[int, object]], job: int) -> list[object]:
    """What one piece of work said."""
    return [said for mine, said in found if mine == job]


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_everything_that_is_said_comes_in_its_order(at_once: int) -> None:
    """Begun, the messages, Ended; each piece once."""
    found = list(Processes(counts, at_once).run([3, 0, 1, 7]))
    for job in (3, 0, 1, 7):
        assert said_of(found, job) == [Begun(), *range(job), Ended()]


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_than_so_many_at_a_time(at_once: int) -> None:
    """A piece is taken when it can begin: what waits is not even made."""
    taken: list[int] = []
    running = most = 0
    for _, said in Processes(counts, at_once).run(taken.append(n) or n for n in range(8)):  # type: ignore[func-returns-value]
        running += isinstance(said, Begun)
        running -= isinstance(said, Ended)
        most = max(most, running)
        assert len(taken) <= 8
    assert most == at_once


def breaks(job: int, tell: Tell) -> None:
    """One that fails, between two that do not."""
    tell(job)
    if job == 1:
        raise LookupError("nobody thought of this")


def test_a_fault_of_the_work_is_told_with_its_traceback() -> None:
    """And the others go on."""
    found = list(Processes(breaks, 1).run([0, 1, 2]))
    assert said_of(found, 0) == [Begun(), 0, Ended()]
    *before, ended = said_of(found, 1)
    assert before == [Begun(), 1]
    assert isinstance(ended, Ended)
    assert ended.fault.startswith("Traceback")
    assert "LookupError: nobody thought of this" in ended.fault
    assert said_of(found, 2) == [Begun(), 2, Ended()]


def dies(job: int, tell: Tell) -> None:
    """Killed after its first word."""
    tell(job)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_has_said_what_it_said() -> None:
    """Its end says how."""
    found = list(Processes(dies, 2).run([1, 2]))
    for job in (1, 2):
        assert said_of(found, job) == [Begun(), job, Ended("a worker of the harness died (exit status -9)")]


def dies_in_the_middle(job: int, tell: Tell) -> None:
    """Killed while a long message is on its way: half of it is in the pipe."""
    signal.setitimer(signal.ITIMER_REAL, 0.2)  # which ends it: nobody catches it
    tell(b"x" * (64 << 20))


def test_a_message_that_was_cut_off_is_no_message() -> None:
    """Whoever dies in the middle of a word has not said it, and is told as any other."""
    engine = Processes(dies_in_the_middle, 1).run([1])
    assert next(engine) == (1, Begun())
    # Nobody reads meanwhile: the pipe is full, and half of the word is in it when it dies.
    for child in multiprocessing.active_children():
        child.join()
    assert [said for _, said in engine] == [Ended("a worker of the harness died (exit status -14)")]


def waits(job: Path, tell: Tell) -> None:
    """Until somebody interrupts it; then it clears up."""
    try:
        tell(os.getpid())
        while True:  # a signal that comes between two looks is seen at the next
            select.select([], [], [], 0.1)
    finally:
        job.write_text("cleared up")


def test_whoever_ends_this_early_ends_every_process(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each clears up first, and says nothing of it."""
    jobs = [tmp_path / "a", tmp_path / "b"]
    engine = Processes(waits, 2).run(jobs)
    pids = [said for _, said in (next(engine) for _ in range(4)) if isinstance(said, int)]
    assert len(pids) == 2
    engine.close()  # type: ignore[attr-defined]
    assert [job.read_text() for job in jobs] == ["cleared up"] * 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert capfd.readouterr().err == ""
