"""Marks as data: what a rubric's lines are worth, what was earned, and what could not be decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class LineMarks:
    """One line of the rubric: its marks, and how many of its scenarios ended how.

    `undecided` are marks that nobody could tell earned or lost, all of them if
    every scenario was skipped; they are never taken away here, and never counted as earned.
    """

    line: str  # "single.LOGIN"; the bare name for what is marked by hand
    title: str
    possible: float
    earned: float = 0.0
    undecided: float = 0.0
    passed: int = 0
    failed: int = 0
    unclear: int = 0  # scenarios, where `undecided` counts marks
    skipped: int = 0
    by_hand: bool = False
    held: int = 0  # of the skipped: those that failed behind a prerequisite, so that their share waits for a person
    decided: bool = False  # a person gave these marks

    @property
    def total(self) -> int:
        """The scenarios that could speak for this line: all but the skipped."""
        return self.passed + self.failed + self.unclear

    @property
    def played(self) -> bool:
        """Whether any scenario was played for this line."""
        return self.total > 0 or self.skipped > 0

    @property
    def only_skipped(self) -> bool:
        """Whether no scenario could speak for it: all its marks are undecided, and a person decides."""
        return self.total == 0 and self.skipped > 0


@dataclass(frozen=True, slots=True)
class Sum:
    """A part of the rubric, or the whole, added up. `unplayed`: marks of lines no scenario spoke for."""

    name: str
    title: str
    possible: float
    earned: float
    undecided: float
    unplayed: float

    @property
    def most(self) -> float:
        """The upper bound: what is earned if everything undecided is."""
        return exact((self.earned, self.undecided))


_SUMMED = ("possible", "earned", "undecided", "unplayed")  # in the order of the fields


@dataclass(frozen=True, slots=True)
class Marks:
    """What the outcomes are worth, line by line, by part and as a whole (without what is marked by hand)."""

    title: str
    lines: Sequence[LineMarks]
    parts: Sequence[Sum]
    whole: Sum
    by_hand: Sequence[LineMarks]
    unknown: Sequence[str] = ()  # lines that scenarios name and the rubric does not have

    def line(self, name: str) -> LineMarks:
        """The line of this name. Raises KeyError."""
        for line in self.lines:
            if line.line == name:
                return line
        raise KeyError(name)


def side_by_side(marks: Mapping[str, Marks]) -> Marks:
    """Marks of several rubrics in one table, each counted by its own: names say whose it is, "2022 single.LOGIN"."""

    def lines(of: str, found: Sequence[LineMarks]) -> list[LineMarks]:
        return [replace(line, line=f"{of} {line.line}") for line in found]

    wholes = [one.whole for one in marks.values()]
    return Marks(
        title="; ".join(one.title for one in marks.values()),
        lines=[line for of, one in marks.items() for line in lines(of, one.lines)],
        parts=[replace(part, name=f"{of} {part.name}") for of, one in marks.items() for part in one.parts],
        whole=Sum("", "All parts", *(exact(getattr(whole, what) for whole in wholes) for what in _SUMMED)),
        by_hand=[line for of, one in marks.items() for line in lines(of, one.by_hand)],
        unknown=[f"{of} {name}" for of, one in marks.items() for name in one.unknown],
    )


def exact(values: Iterable[float]) -> float:
    """The sum as a person would write it: no rubric splits a mark into millionths, binary fractions do."""
    return round(float(sum(Fraction(str(value)) for value in values)), 6)
