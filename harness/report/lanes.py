"""Requests that overlapped, as lanes: a line for each person, a bar from the request to its answer. Plain text.

    yoda   ├───────────┤                 send left -> it is in
    r2d2        ├───────────┤            send right -> it is in
    luke                          ├──┤   read -> 1 right
           0 ms                8.0 ms
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A finding about several requests at once tells them so (judge/concurrency/judged.py), one a line.
_ROW = re.compile(r"(?P<start>[0-9.]+) to (?P<end>[0-9.]+|…) ms  (?P<who>[^ :]+): (?P<what>.*)")
# Narrower than this a bar says nothing any more.
_LEAST = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One request: from `start` to `end`, in milliseconds; None: it never was answered."""

    who: str
    what: str
    start: float
    end: float | None


def bars_of(seen: str) -> list[Bar]:
    """The requests that a finding tells of; none, where it is about something else."""
    found = [_ROW.fullmatch(line) for line in seen.splitlines()]
    return [Bar(one["who"], " ".join(one["what"].split()), float(one["start"]),
                None if one["end"] == "…" else float(one["end"])) for one in found if one]  # fmt: skip


def lanes(bars: Sequence[Bar], width: int = 40) -> list[str]:
    """The picture: bars above each other on one scale of `width` columns, what was asked and answered beside them.

    Where two overlap in time, so do their bars: each end is rounded outwards.
    """
    if not bars:
        return []
    first = min(bar.start for bar in bars)
    last = max(max(bar.start, bar.end or bar.start) for bar in bars)
    scale = (width - _LEAST) / (last - first) if last > first else 0.0
    margin = max(len(bar.who) for bar in bars)
    rows = [f"{bar.who:<{margin}}  {_bar(bar, first, scale, width):<{width}}  {bar.what}".rstrip() for bar in bars]
    ends = f"{last - first:.1f} ms"
    return [*rows, f"{'':<{margin}}  0 ms{ends:>{width - 4}}"]


def _bar(bar: Bar, first: float, scale: float, width: int) -> str:
    start = int((bar.start - first) * scale)
    if bar.end is None:
        return " " * start + "├" + "─" * (width - start - 2) + "…"
    end = max(start + _LEAST - 1, -int(-(bar.end - first) * scale // 1))
    end = min(end, width - 1)
    return " " * start + "├" + "─" * (end - start - 1) + "┤"
