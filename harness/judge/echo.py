"""Whether the first line on a terminal is the echo of what was typed there. Pure.

Terminals begin without echo, and GNU readline keeps to that. Only a client with
a line editor that does not (such as JLine) shows a typed line again. A program
whose *answer* happens to be the typed line looks the same, so the other lines
typed to it are asked as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# A line editor scrolls a line that is wider than its screen, and shows only a part of it.
_FITS = 60


@dataclass(frozen=True, slots=True)
class Said:
    """One line typed, the question that stood there before, and all that came after it."""

    line: str
    asked: str
    shown: str
    what: str = "line"  # line | name

    @property
    def repeated(self) -> bool:
        """Whether the line comes again, as a whole line and first: "Yoda is online" answers "Yoda" and is no echo."""
        return bool(self.line.strip()) and self.shown.partition("\n")[0].strip() == self.line.strip()

    @property
    def echoed(self) -> bool:
        """Whether more comes after the repeated line than the question once more: the answer, or another question."""
        return self.repeated and self.shown.partition("\n")[2].strip() not in ("", self.asked.strip())

    @property
    def unechoed(self) -> bool:
        """Whether it was read, as the client asks again, and stands nowhere. An editor shows whatever is typed at it.

        Names do not count: an editor may be in use only for the lines after them.
        """
        plain = self.line.isascii() and self.line.isprintable() and 0 < len(self.line.strip()) <= _FITS
        asks_again = bool(self.asked.strip()) and self.shown.strip().endswith(self.asked.strip())
        return self.what == "line" and plain and asks_again and self.line.strip() not in self.shown


def is_echo(said: Said, others: Sequence[Said]) -> bool:
    """Whether this repeated line is an echo, going by it and by the other lines that were typed to the same program."""
    if not said.repeated or any(other.unechoed for other in others):
        return False
    return said.echoed or any(other.echoed for other in others)


def without_echo(said: Said, others: Sequence[Said]) -> str:
    """What came after the line, without its echo."""
    return said.shown.partition("\n")[2] if is_echo(said, others) else said.shown
