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

from harness.report.page import BLANK, Block, Column, Grid, Span, Style, line
from harness.verdict import Finding

# A finding about several requests at once tells them so (judge/concurrency/judged.py), one a line.
_ROW = re.compile(r"(?P<start>[0-9.]+) to (?P<end>[0-9.]+|…) ms  (?P<who>[^ :]+): (?P<what>.*)")
# Narrower than this a bar says nothing any more.
_LEAST = 3
# The bars take a third of a page, and no more than is of use.
_NARROW, _WIDE = 20, 44


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


def drawn(bars: Sequence[Bar], width: int) -> list[str]:
    """The bars on one scale of `width` columns, and below them the scale.

    Where two overlap in time, so do their bars: each end is rounded outwards.
    """
    if not bars:
        return []
    first = min(bar.start for bar in bars)
    last = max(max(bar.start, bar.end or bar.start) for bar in bars)
    scale = (width - _LEAST) / (last - first) if last > first else 0.0
    ends = f"{last - first:.1f} ms"
    return [*(_bar(bar, first, scale, width) for bar in bars), f"0 ms{ends:>{width - 4}}"]


def lanes(bars: Sequence[Bar], width: int = 40) -> list[str]:
    """The picture: bars above each other, what was asked and answered beside them."""
    margin = max((len(bar.who) for bar in bars), default=0)
    named = [(bar.who, bar.what) for bar in bars] + [("", "")]
    return [f"{who:<{margin}}  {row:<{width}}  {what}".rstrip()
            for (who, what), row in zip(named, drawn(bars, width), strict=False)]  # fmt: skip


def picture(found: Finding | None, width: int) -> list[Block]:
    """What a finding about several requests at once tells, as a picture on a page of this width; [] for another one."""
    bars = bars_of(found.seen) if found is not None else []
    if found is None or not bars:
        return []
    room = max(_NARROW, min(_WIDE, width // 3))
    cells = [[Span(bar.who, Style.TYPED), Span(row), Span(bar.what)]
             for bar, row in zip(bars, drawn(bars, room), strict=False)]  # fmt: skip
    scale = [Span(""), Span(drawn(bars, room)[-1], Style.QUIET), Span("")]
    columns = [Column(), Column(width=room), Column(share=1)]
    rest = [text for text in found.seen.splitlines() if text.startswith("(")]
    return [BLANK, line(Span("Who asked when, and was answered when", Style.QUIET), indent=2),
            Grid(columns, [*cells, scale]), *(line(Span(text, Style.QUIET), indent=2) for text in rest)]  # fmt: skip


def _bar(bar: Bar, first: float, scale: float, width: int) -> str:
    start = int((bar.start - first) * scale)
    if bar.end is None:
        return " " * start + "├" + "─" * (width - start - 2) + "…"
    end = max(start + _LEAST - 1, -int(-(bar.end - first) * scale // 1))
    end = min(end, width - 1)
    return " " * start + "├" + "─" * (end - start - 1) + "┤"
