"""Mistakes in files that people wrote: where, what, and what was perhaps meant. All of a file's mistakes at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice

from harness.scenario.model import Place

# How alike two words must be before we ask "did you mean". Below 0.6 difflib offers `sends` for `server`.
ALIKE = 0.6
# Words, and letters of a word, that are worth comparing.
_MOST = 400
ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. A `warning` is told by `harness check` and stops nothing."""

    place: Place
    what: str
    meant: str = ""
    severity: str = ERROR

    def __str__(self) -> str:
        kind = "warning: " if self.severity == WARNING else ""
        guess = f" (did you mean {self.meant!r}?)" if self.meant else ""
        return f"{self.place}: {kind}{self.what}{guess}"


class Mistakes(Exception):
    """Every mistake of a file, in the order of its lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: Sequence[Mistake] = in_order(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(slots=True)
class Collector:
    """Gathers mistakes while a file is read, so that the first does not hide the others. Each is told once."""

    found: dict[Mistake, None] = field(default_factory=dict)
    errors: int = 0  # how many mistakes there are, warnings left out

    def error(self, place: Place, what: str, meant: str = "") -> None:
        """Take down a mistake."""
        mistake = Mistake(place, what, meant)
        self.errors += mistake not in self.found
        self.found[mistake] = None

    def warn(self, place: Place, what: str, meant: str = "") -> None:
        """Take down something that is allowed, but probably not meant."""
        self.found[Mistake(place, what, meant, WARNING)] = None

    @property
    def failed(self) -> bool:
        """Whether there is a mistake that is more than a warning."""
        return self.errors > 0

    def mistakes(self) -> list[Mistake]:
        """Everything found, warnings too, in the order of the file."""
        return in_order(self.found)

    def raise_if_failed(self) -> None:
        """Raise Mistakes if there is one. Warnings alone raise nothing."""
        if self.failed:
            raise Mistakes(mistake for mistake in self.found if mistake.severity == ERROR)


def in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """The same mistakes, by file, line and column."""
    return sorted(mistakes, key=lambda m: (m.place.file, m.place.line, m.place.column))


def nearest(word: str, known: Iterable[str], alike: float = ALIKE) -> str:
    """The known word that looks most like `word`, or an empty text. Case is no difference."""
    # difflib takes time by the product of the lengths: a text of a megabyte resembles no word of ours.
    folded = {name.casefold(): name for name in islice(known, _MOST) if len(name) < _MOST}
    if len(word) > _MOST:
        return ""
    matches = get_close_matches(word.casefold(), folded, n=1, cutoff=alike)
    return folded[matches[0]] if matches else ""
