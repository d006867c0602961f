"""The programs' own time: the wall's, less what they spent waiting for a core. Deadlines are counted in it.

The kernel tells of such a wait when it is over (the second number of schedstat), all at once: a program that did not
get a core for a second looks idle for a second, and then says so. What was taken for its own time is taken back.
"""

from __future__ import annotations

import time

from harness.stage.procfs import Table
from harness.stage.thread import Thread

# We look fifty times a second. What passes beyond this between two looks, we got no core to look in: what was said
# to us meanwhile, and what we were to pass on, lay where it was.
AWAY = 0.25

# So many pieces of time are remembered: nobody waits for a core longer than they last.
REMEMBERED = 8192


class OwnTime:
    """A clock that stands still while the programs wait for a core. Threads must have been refreshed before `tick`."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._began = self.ticked = time.monotonic()
        self._delays = self._all_delays()
        self._pieces: list[list[float]] = []  # [seconds by the wall, of these the programs' own], oldest first
        self.own = self.wall = 0.0

    def tick(self, *, stands: bool = False) -> None:
        """Count what has passed since the last tick; if it `stands`, that was our time, and not theirs."""
        now, delays = time.monotonic(), self._all_delays()
        waited = [max(0, delay - self._delays.get(thread, 0)) / 1e9 for thread, delay in delays.items()]
        passed = now - self.ticked
        # Within one tick they may have waited one after the other: for each other, too.
        own = 0.0 if stands else max(0.0, min(passed, AWAY) - sum(waited))
        self._take_back(max(waited, default=0.0) - passed)
        self._pieces.append([passed, own])
        del self._pieces[:-REMEMBERED]
        self.own += own
        self._delays, self.ticked = delays, now
        self.wall = now - self._began

    def _take_back(self, seconds: float) -> None:
        """Somebody had been waiting for a core for so long when this tick began."""
        for piece in reversed(self._pieces):
            if seconds <= 0:
                return
            passed, own = piece
            lost = own * min(1.0, seconds / passed) if passed else 0.0
            piece[1] -= lost
            self.own -= lost
            seconds -= passed

    def _all_delays(self) -> dict[Thread, int]:
        return {thread: thread.delay() for thread in self._table.threads()}
