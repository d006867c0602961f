"""CSV as people and their spreadsheets write it, with places; and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.scenario.loader import read_text
from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import Place

# What a spreadsheet begins to calculate at; a tab or a carriage return in front does not stop it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, without the white space around them, and where it stands."""

    cells: Mapping[str, str]
    place: Place

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_table(path: Path, required: Sequence[str], optional: Sequence[str] = (),
               aliases: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of a CSV file with these columns, in any order. Raises Mistakes, with file:line:column each.

    Commas, semicolons or tabs part the cells, as the first line says: spreadsheets ask the country.
    """
    text = read_text(path).removeprefix("\ufeff")
    found = Collector()
    lines = list(_lines(text, str(path), found))
    if not lines:
        found.error(Place(str(path), 1, 1), f"expected a first line with the columns {', '.join(required)}")
    found.raise_if_failed()
    (first, header), *rows = lines
    known = [*required, *optional]
    spelled = {name.lower(): name for name in known} | dict(aliases or {})
    names = [spelled.get(cell.lower(), cell.lower()) for cell in header]
    for number, (name, said) in enumerate(zip(names, header, strict=True), 1):
        if name not in known:
            found.error(Place(str(path), first, number), f"unknown column {said!r}", nearest(name, known))
        elif name in names[: number - 1]:
            found.error(Place(str(path), first, number), f"the column {said!r} stands here twice")
    for column in required:
        if column not in names:
            found.error(Place(str(path), first, 1), f"the column {column!r} is missing")
    for line, cells in rows:
        if len(cells) > len(names):
            found.error(Place(str(path), line, len(names) + 1), f"expected {len(names)} cells, got {len(cells)}")
    found.raise_if_failed()
    return [Row(dict(zip(names, cells, strict=False)), Place(str(path), line, 1)) for line, cells in rows]


def _lines(text: str, file: str, found: Collector) -> Iterator[tuple[int, list[str]]]:
    """The lines in which anything stands, each with the number at which it begins."""
    header = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_SEPARATORS, key=header.count), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, [unharmed(cell.strip()) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as exc:
        found.error(Place(file, begins, 1), f"this is not CSV: {exc}")


def number(text: str) -> float:
    """Marks as people write them, `0.5` or `0,5`. Raises ValueError."""
    value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    if not -1_000_000 <= value <= 1_000_000 or "_" in text:
        raise ValueError(text)
    return value


def harmless(cell: str) -> str:
    """The cell with a quote in front where a spreadsheet would calculate; NUL, which ends a cell for some, left out."""
    cell = cell.replace("\0", "")
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def unharmed(cell: str) -> str:
    """What `harmless` made harmless, as it was."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


def table_text(header: Sequence[str], rows: Iterable[Sequence[str | float | int]]) -> str:
    """A table as CSV. Numbers are numbers; every text is made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")  # as RFC 4180 says, and platforms read
    for row in [header, *rows]:
        writer.writerow([harmless(cell) if isinstance(cell, str) else mark(cell) for cell in row])
    return out.getvalue()


def mark(value: float) -> str:
    """Marks for machines: 1, 0.5, 0.333333; never 1e-06 or -0."""
    return f"{round(value, 6) + 0.0:.6f}".rstrip("0").rstrip(".")
