"""The words and symbols that every view shares."""

from __future__ import annotations

from collections.abc import Sequence

from harness.report.page import Span, Style
from harness.verdict import Verdict

SYMBOLS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.SKIPPED: "-", Verdict.UNDECIDED: "?"}
STYLES = {verdict: Style(verdict.value) for verdict in Verdict}


def badge(verdict: Verdict) -> Span:
    """The verdict as a symbol and a word: never by colour alone."""
    return Span(f"{SYMBOLS[verdict]} {verdict.value}", STYLES[verdict])


def number(value: float) -> str:
    """Marks as people write them: 1, 0.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def seconds(value: float) -> str:
    """A time that is easy to read: 0.42 s, 12 s, 3 min 20 s."""
    if value < 10:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{int(value) // 60} min {int(value) % 60} s"


def some(names: Sequence[str], most: int = 6) -> str:
    """Names in a sentence; a crowd is not read out."""
    listed = names if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} others"]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"


def cut(text: str, most: int) -> str:
    """`text`, or its beginning and end with what was left out counted: a view may cut, the data never."""
    if len(text) <= most:
        return text
    if most < 80:
        return text[: max(1, most - 1)] + "…"
    half = most // 2 - 15
    return f"{text[:half]} … {len(text) - 2 * half:,} characters … {text[-half:]}"
