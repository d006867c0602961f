"""A cohort while it is graded: who is being graded, how far, at what rate, until when.

Beside console.py the only user of rich. In a file or a pipe: a line for each submission that is done.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from rich.console import Console as Terminal
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from harness.report.safe import safe
from harness.verdict import Outcome, Verdict

# After so many submissions there is a rate that says something.
FORECAST_FROM = 20


@dataclass(slots=True)
class _Now:
    """One that is being graded."""

    name: str
    since: float
    what: str = "building"
    plays: int = 0
    failed: int = 0
    undecided: int = 0


@dataclass(slots=True)
class CohortView:
    """Shows a cohort as it is graded. `clock`: seconds that only grow."""

    file: IO[str] | None = None
    clock: Callable[[], float] = time.monotonic
    _total: int = 0
    _done: int = 0
    _plays: int = 0
    _undecided: int = 0
    _started: float = 0.0
    _now: dict[str, _Now] = field(default_factory=dict)
    _live: Live | None = None

    def begin(self, total: int, level: str, known: int = 0) -> None:
        """So many submissions are to be graded, on stages of this level; of `known` others everything is known."""
        self._total, self._started = total, self.clock()
        terminal = Terminal(file=self.file or sys.stdout, markup=False, emoji=False, highlight=False)
        kept = f"; of {_count(known, 'submission')} everything is known already" if known else ""
        terminal.print(Text(f"{_count(total, 'submission')} to grade, stage: {level}{kept}"))
        self._live = Live(console=terminal, refresh_per_second=4, transient=True, get_renderable=self._table)
        if terminal.is_terminal and total:
            self._live.start()

    def started(self, key: str, name: str) -> None:
        """This submission is being graded."""
        self._now[key] = _Now(name, self.clock())

    def doing(self, key: str, what: str) -> None:
        """What is done with it now."""
        if key in self._now:
            self._now[key].what = what

    def played(self, key: str, outcome: Outcome) -> None:
        """One of its plays ended."""
        now = self._now.get(key)
        self._plays += 1
        self._undecided += outcome.verdict is Verdict.UNDECIDED
        if now is not None:
            now.plays += 1
            now.failed += outcome.verdict is Verdict.FAILED
            now.undecided += outcome.verdict is Verdict.UNDECIDED
            now.what = outcome.scenario

    def ended(self, key: str, said: str = "") -> None:
        """It is done. `said`: what hindered it."""
        now = self._now.pop(key, None)
        self._done += 1
        if now is None or self._live is None:
            return
        took = self.clock() - now.since
        counts = f"{_count(now.plays, 'play')}, {now.failed} failed, {now.undecided} undecided"
        line = f"[{self._done}/{self._total}] {now.name}: {said or counts}, {took:.0f} s{self._left()}"
        self._live.console.print(Text(safe(line)))

    def say(self, text: str) -> None:
        """A line of its own."""
        if self._live is not None:
            self._live.console.print(Text(safe(text)))

    def close(self) -> None:
        """The table goes; what was printed stays."""
        if self._live is not None:
            self._live.stop()

    def _left(self) -> str:
        """How long it will go on, as far as that can be said."""
        if self._done < min(FORECAST_FROM, self._total) or self._done >= self._total:
            return ""
        left = (self.clock() - self._started) / self._done * (self._total - self._done)
        return f"; about {_time(left)} left"

    def _table(self) -> RenderableType:
        table = Table(box=None, pad_edge=False)
        for name in ("", "plays", "failed", "undecided", "s", " "):
            table.add_column(name, justify="right" if name.strip() else "left", no_wrap=True)
        for now in self._now.values():
            table.add_row(Text(safe(now.name)), str(now.plays), str(now.failed), str(now.undecided),
                          f"{self.clock() - now.since:.0f}", Text(safe(now.what)[:60]))  # fmt: skip
        since = max(1e-9, self.clock() - self._started)
        rate = f"{self._done} of {self._total} done, {self._plays / since:.1f} plays/s, {self._undecided} undecided"
        return Group(table, Text(f"{rate}, {_time(since)} so far{self._left()}"))


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number:,} {thing}s"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
