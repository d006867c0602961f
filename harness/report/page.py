"""What a view says, before it knows a terminal: blocks of styled text. Words are chosen here, colours are not.

Text in a block is raw: whoever draws it passes it through `safe` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """What a stretch of text means; the view gives it a colour, never only a colour."""

    PLAIN = "plain"
    STRONG = "strong"
    QUIET = "quiet"
    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    SKIPPED = "skipped"
    TYPED = "typed"
    MARKED = "marked"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text of one meaning."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    """Opens a part of the report; drawn across the page."""

    text: str
    style: Style = Style.STRONG


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. `whole`: never wrapped, for it will be copied (a command, a path)."""

    spans: Sequence[Span]
    indent: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a grid: its heading, and how it shares the page (`share` 0: `width`, or as wide as what it holds)."""

    heading: str = ""
    share: int = 0
    width: int = 0
    right: bool = False
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells side by side. A row of one cell runs across; `ruled` draws lines between the columns."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Span]]
    indent: int = 2
    ruled: bool = False
    totals: frozenset[int] = frozenset()  # the rows that a line is drawn above


Block = Heading | Line | Grid


def line(*parts: str | Span, indent: int = 0, whole: bool = False) -> Line:
    """A line of plain and of styled parts."""
    return Line([part if isinstance(part, Span) else Span(part) for part in parts], indent, whole)


BLANK = line()
