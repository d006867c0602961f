"""marks.csv: one line a student, every item of the rubric, and what became of the sum."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.grade.files import write
from harness.grade.marks import LineMarks, exact
from harness.grade.result import Result
from harness.grade.scheme import Rubric
from harness.grade.table import table_text

FILE = "marks.csv"


def marks_text(rubric: Rubric, results: Sequence[Result]) -> str:
    """The table, by id. `total` is what was earned for certain, `most` what it may still become.

    A cell of an item is empty where nothing is known of it: nothing was played, or nobody gave marks by hand.
    """
    header = ["id", "name", *rubric.lines(), *rubric.by_hand, "deductions", "late", "total", "undecided count", "most"]
    return table_text(header, [_row(result) for result in by_id(results)])


def write_marks(out: Path, rubric: Rubric, results: Sequence[Result]) -> Path:
    """Write marks.csv. Raises OSError."""
    write(out / FILE, marks_text(rubric, results))
    return out / FILE


def by_id(results: Sequence[Result]) -> list[Result]:
    """The results in the order in which everything lists them."""
    return sorted(results, key=lambda result: result.graded.student.id)


def _row(result: Result) -> list[str | float]:
    student, submission = result.graded.student, result.graded.submission
    lines: list[str | float] = [line.earned if line.played or line.decided or _hopeless(result, line) else ""
                                for line in (*result.marks.lines, *result.marks.by_hand)]
    return [student.id, student.name or submission.name, *lines, exact(one.amount for one in result.deductions),
            result.late_marks, result.total, result.undecided_count, result.most]


def _hopeless(result: Result, line: LineMarks) -> bool:
    """Whether nothing was earned for certain, though nothing was played."""
    return result.graded.hopeless and not line.by_hand
