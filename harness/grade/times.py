"""Moments and durations as people write them in a rubric, a roster or a platform's list."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_UNITS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600,
          "d": 86400, "day": 86400, "w": 604800, "week": 604800}  # fmt: skip
_PIECE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?(?![a-z])")
_WHOLE = re.compile(rf"(?:{_PIECE.pattern})+")
_LONGEST = timedelta(days=3660)
DAY = timedelta(days=1)


def duration(text: str) -> timedelta:
    """`15 min`, `2 days`, `1 day 12 h`; `0` is none. Raises ValueError."""
    rest = text.strip().lower().removeprefix("+")
    if rest == "0":
        return timedelta()
    units = [(float(count), _UNITS.get(unit)) for count, unit in _PIECE.findall(rest)]
    seconds = sum(count * unit for count, unit in units if unit is not None)
    if not _WHOLE.fullmatch(rest) or any(unit is None for _, unit in units) or seconds > _LONGEST.total_seconds():
        raise ValueError(f"expected a duration such as `15 min` or `2 days`, got {text!r}")
    return timedelta(seconds=seconds)


def moment(text: str) -> datetime:
    """`2025-11-20T17:00`, `2025-11-20 17:00:30+11:00`, `…Z`. Raises ValueError."""
    try:
        if len(text.strip()) <= len("2025-11-20"):
            raise ValueError  # a day alone: its beginning or its end?
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"expected a day and a time such as `2025-11-20 17:00`, got {text!r}") from None


def said(length: timedelta) -> str:
    """A duration in two units at most: "1 day 3 h", "20 min", "45 s"."""
    rest, words = int(length.total_seconds()), []
    for unit, size in (("day", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}")
    return " ".join(words[:2]) or "0 s"
