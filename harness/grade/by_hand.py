"""Marks that only a person can give (`report`, `code`), from a CSV: id, item, marks, comment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.grade.decisions import strangers
from harness.grade.table import number, read_table
from harness.scenario.mistakes import Collector
from harness.scenario.model import Place

NOWHERE = Place("by-hand.csv", 1, 1)


@dataclass(frozen=True, slots=True)
class HandMark:
    """One line of the CSV."""

    id: str
    item: str
    marks: float
    comment: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class ByHand:
    """All marks given by hand."""

    given: Sequence[HandMark] = ()

    def of(self, student: str) -> list[HandMark]:
        """Those of one student."""
        return [mark for mark in self.given if mark.id == student]

    def strangers(self, ids: Iterable[str]) -> list[str]:
        """Sentences for those that are about nobody in this class."""
        return strangers(((mark.id, mark.place) for mark in self.given), ids)


def load_by_hand(table: Path) -> ByHand:
    """The CSV, checked. A line whose marks are not filled in yet says nothing. Raises Mistakes."""
    found, given = Collector(), list[HandMark]()
    for row in read_table(table, ("id", "item", "marks"), ("comment", "name", "tutor")):
        for column in ("id", "item"):
            if not row[column]:
                found.error(row.place, f"the cell under {column!r} is empty")
        if not row["marks"]:
            continue
        try:
            given.append(HandMark(row["id"], row["item"], number(row["marks"]), row["comment"], row.place))
        except ValueError:
            found.error(row.place, f"expected marks, got {row['marks']!r}")
    found.raise_if_failed()
    return ByHand(given)
