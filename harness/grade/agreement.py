"""`--compare FILE`: how far the marks that a person gave by hand are ours, item by item, and where they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.exits import Wrong
from harness.grade.result import Result
from harness.grade.table import number, read_table
from harness.scenario.mistakes import nearest

CLOSE = 1e-6
# Columns of a table of marks that are no item of the rubric.
BESIDE = ("name", "deductions", "late", "total", "undecided count", "most")


@dataclass(frozen=True, slots=True)
class Table:
    """Marks by student and item, as somebody gave them. What was left empty is not there."""

    marks: Mapping[str, Mapping[str, float]]
    items: Sequence[str]


def load_marks(path: Path, items: Sequence[str]) -> Table:
    """A table with the columns id and any of these items. Raises Mistakes, and Wrong if there is no item in it."""
    rows = read_table(path, ("id",), (*items, *BESIDE))
    there = [item for item in (*items, "total") if any(row.cells.get(item) for row in rows)]
    if not there:
        raise Wrong(f"{path}: no marks stand here: expected columns such as {', '.join(items[:3])}")
    marks: dict[str, dict[str, float]] = {}
    for row in rows:
        mine = marks.setdefault(row["id"], {})
        for item in there:
            try:
                mine |= {item: number(row[item])} if row[item] else {}
            except ValueError:
                raise Wrong(f"{row.place}: expected marks under {item!r}, got {row[item]!r}") from None
    return Table(marks, there)


def marks_of(result: Result) -> dict[str, float]:
    """A student's marks by item, and the total; what nobody knows yet is left out."""
    lines = [*result.marks.lines, *result.marks.by_hand]
    known = [line for line in lines if line.played or line.decided or (result.graded.hopeless and not line.by_hand)]
    return {line.line: line.earned for line in known} | {"total": result.total}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people, or a person and the harness, give the same marks for an item."""

    item: str
    compared: int
    same: int
    mean: float  # of the differences, ours less theirs

    def __str__(self) -> str:
        share = f"{100 * self.same / self.compared:.0f} %" if self.compared else "nothing to compare"
        return f"{self.item}: {self.same} of {self.compared} the same ({share}), mean difference {self.mean:+.2f}"


def agreement(table: Table, results: Sequence[Result]) -> list[Agreement]:
    """For each item of the table how far its marks are ours."""
    ours = {result.graded.student.id: marks_of(result) for result in results}
    found = []
    for item in table.items:
        pairs = [(ours[who][item], theirs[item]) for who, theirs in table.marks.items()
                 if item in theirs and item in ours.get(who, {})]  # fmt: skip
        differences = [mine - theirs for mine, theirs in pairs]
        mean = sum(differences) / len(differences) if differences else 0.0
        found.append(Agreement(item, len(pairs), sum(abs(one) < CLOSE for one in differences), mean))
    return found


def strangers(table: Table, results: Sequence[Result]) -> list[str]:
    """Sentences for those in the table who are not in this cohort."""
    known = [result.graded.student.id for result in results]
    return [f"{who} is not in this cohort" + (f" (did you mean {near!r}?)" if near else "")
            for who in table.marks if who not in known for near in [nearest(who, known)]]


def disagreements(table: Table, results: Sequence[Result]) -> list[str]:
    """Each mark that is another than the person's, with what ours rests on."""
    found = []
    for result in sorted(results, key=lambda one: one.graded.student.id):
        who, mine = result.graded.student.id, marks_of(result)
        for item, theirs in table.marks.get(who, {}).items():
            if item in mine and abs(mine[item] - theirs) >= CLOSE:
                found.append(f"{who} {item}: {theirs:g} by hand, {mine[item]:g} here")
                found += [f"    {one}" for one in _evidence(result, item)]
    return found


def _evidence(result: Result, item: str) -> list[str]:
    """What did not pass of this item, and the recording that shows it."""
    return [f"{one.scenario}: {one.divergence.sentence if one.divergence else one.verdict}"
            + (f", see {one.recording}" if one.recording else "")
            for one in result.outcomes if item in one.marks and one.bad]  # fmt: skip
