"""The programs' own time: what passes while they wait for a core is none of theirs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from harness.stage.owntime import OwnTime


class Thread:
    """A thread of which only one number counts: for how long it has waited for a core so far."""

    def __init__(self, waited: float = 0.0) -> None:
        self.waited = waited

    def delay(self) -> int:
        """As schedstat has it."""
        return int(self.waited * 1e9)


class Table:
    """So many threads."""

    def __init__(self, *threads: Thread) -> None:
        self.all = list(threads)

    def threads(self) -> Iterator[Thread]:
        """All of them."""
        yield from self.all


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the monotonic clock says."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def after(clock: list[float], own: OwnTime, passed: float) -> float:
    """The own time, so many seconds later."""
    clock[0] += passed
    own.tick()
    return round(own.own, 6)


def clock_of(*threads: Thread) -> OwnTime:
    """The own time of these threads."""
    return OwnTime(cast(Any, Table(*threads)))


def test_who_sleeps_uses_own_time(clock: list[float]) -> None:
    """Nobody waits for a core: it is the wall's."""
    own = clock_of(Thread(5.0), Thread())
    assert [after(clock, own, 0.02) for _ in range(3)] == [0.02, 0.04, 0.06]


def test_what_was_ours_is_not_theirs(clock: list[float]) -> None:
    """While the network cuts the clock stands, and goes on behind it."""
    own = clock_of(Thread())
    assert after(clock, own, 0.02) == 0.02
    clock[0] += 5
    own.tick(stands=True)
    assert (after(clock, own, 0.02), round(own.wall, 6)) == (0.04, 5.04)


def test_short_waits_are_taken_off_one_after_the_other(clock: list[float]) -> None:
    """Of 20 ms two threads waited 5 each, perhaps for each other."""
    first, second = Thread(5.0), Thread()
    own = clock_of(first, second)
    first.waited, second.waited = 5.005, 0.005
    assert after(clock, own, 0.02) == 0.01


def test_a_long_wait_is_told_late_and_taken_back(clock: list[float]) -> None:
    """A second without a core looks like a second of sleep, until it is over; what passed before it stays."""
    thread = Thread()
    own = clock_of(thread)
    assert after(clock, own, 0.2) == 0.2
    for _ in range(50):
        after(clock, own, 0.02)
    assert round(own.own, 6) == 1.2
    thread.waited = 1.0
    assert after(clock, own, 0.01) == 0.21
    assert after(clock, own, 0.02) == 0.23


def test_while_we_had_no_core_nobody_was_silent(clock: list[float]) -> None:
    """Between two looks, which come fifty times a second, three seconds went by: they prove nothing."""
    own = clock_of(Thread())
    assert after(clock, own, 3.0) == 0.25
    assert after(clock, own, 0.02) == 0.27


def test_who_waited_at_the_same_time_is_counted_once(clock: list[float]) -> None:
    """Ten threads waited through the same second: it was one second."""
    threads = [Thread() for _ in range(10)]
    own = clock_of(*threads)
    for _ in range(100):
        after(clock, own, 0.02)
    for thread in threads:
        thread.waited = 1.0
        after(clock, own, 0.02)
    assert own.wall - own.own == pytest.approx(1.0 + 9 * 0.02, abs=0.2)
    assert own.own > 0.8


def test_no_more_is_taken_back_than_there_was(clock: list[float]) -> None:
    """Of a thread that has waited for longer than anybody looked."""
    thread = Thread()
    own = clock_of(thread)
    after(clock, own, 0.1)
    thread.waited = 7.0
    assert after(clock, own, 0.1) == 0.0
