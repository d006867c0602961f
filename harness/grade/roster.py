"""The class list: who is in it, in which stream, whose tutor, when they handed in. A CSV as sheets write it."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from harness.grade.intake.submission import Submission
from harness.grade.times import duration, moment
from harness.scenario.loader import read_text
from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import Place

_DELIMITERS = ",;\t"
# Excel's way to say which delimiter follows.
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Student:
    """One line of the roster. `submitted`: a time; `extension`: a time, or how much longer (`2 days`)."""

    id: str
    name: str = ""
    stream: str = ""  # chooses the rubric's column
    tutor: str = ""
    submitted: str = ""
    extension: str = ""


COLUMNS = tuple(one.name for one in fields(Student))


@dataclass(frozen=True, slots=True)
class Roster(Mapping[str, Student]):
    """The students by id, in the order of the file, and what is odd about it."""

    students: Mapping[str, Student]
    remarks: Sequence[str] = ()

    def __getitem__(self, who: str) -> Student:
        return self.students[who]

    def __iter__(self) -> Iterator[str]:
        return iter(self.students)

    def __len__(self) -> int:
        return len(self.students)


@dataclass(frozen=True, slots=True)
class Matched:
    """The roster held against what was handed in. Together they are everybody, each once."""

    pairs: Sequence[tuple[Student, Submission]]
    absent: Sequence[Student] = ()  # on the roster, and handed in nothing
    strangers: Sequence[Submission] = ()  # handed in, and not on the roster
    remarks: Sequence[str] = field(default=())


def load_roster(path: Path) -> Roster:
    """A roster: a line that names its columns (id and any others of `COLUMNS`), and one a student. Raises Mistakes.

    Commas, semicolons or tabs; with or without a BOM. Columns that mean nothing here are left out, with a remark.
    """
    found = Collector()
    rows = list(_rows(read_text(path), str(path), found))
    found.raise_if_failed()
    roster = _students(rows, str(path), found)
    found.raise_if_failed()
    return roster


def _rows(text: str, file: str, found: Collector) -> Iterator[tuple[int, list[str]]]:
    """Each line's number and its cells; empty lines are left out."""
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0].rstrip("\r")
    said = _SEP.fullmatch(first)
    delimiter = said[1] if said else max(_DELIMITERS, key=first.count)
    # newline="": a line end in quotes is a part of its cell, and csv counts lines by itself.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as exc:
            found.error(Place(file, number, 1), f"this is not CSV: {exc}")
            return
        if any(cells) and not (said and number == 1):
            yield number, cells


def _students(rows: Sequence[tuple[int, list[str]]], file: str, found: Collector) -> Roster:
    if not rows:
        found.error(Place(file, 1, 1), f"the file is empty: expected a first line such as {','.join(COLUMNS)}")
        return Roster({})
    line, header = rows[0]
    names = [cell.casefold() for cell in header]
    _check_header(names, Place(file, line, 1), found)
    strange = [cell for cell, name in zip(header, names, strict=True) if name and name not in COLUMNS]
    students: dict[str, Student] = {}
    lines: dict[str, int] = {}
    for number, cells in rows[1:]:
        place = Place(file, number, 1)
        student = _student(names, cells, place, found)
        if student.id and (first := lines.setdefault(folded(student.id), number)) != number:
            found.error(place, f"{student.id!r} stands here twice, first in line {first}")
        students[student.id] = student
    return Roster(students, [_left_out(name) for name in strange])


def _left_out(column: str) -> str:
    near = nearest(column, COLUMNS, 0.7)
    return f"the column {column!r} is left out" + (f" (did you mean {near!r}?)" if near else "")


def _check_header(names: Sequence[str], place: Place, found: Collector) -> None:
    if "id" not in names:
        found.error(place, f"expected a first line with the names of the columns, id among them, got {list(names)!r}")
    for name in COLUMNS:
        if names.count(name) > 1:
            found.error(place, f"the column {name!r} stands here twice")


def _student(names: Sequence[str], cells: Sequence[str], place: Place, found: Collector) -> Student:
    if len(cells) > len(names) and any(cells[len(names) :]):
        found.error(place, f"expected {len(names)} columns, got {len(cells)}: quote a text with a delimiter in it")
    said = {name: cell for name, cell in zip(names, cells, strict=False) if name in COLUMNS}
    student = Student(**{"id": "", **said})
    if "id" in names and not student.id:
        found.error(place, "the id is missing")
    _check(student.submitted, [_moment], "submitted", place, found)
    _check(student.extension, [_moment, duration], "extension", place, found)
    return student


def _moment(text: str) -> object:
    """A time with its zone: without, nobody can say whether it is before a date that has one."""
    found = moment(text)
    if found.tzinfo is None:
        raise ValueError(f"expected a time with its zone, such as {text}+11:00 or {text}Z, got {text!r}")
    return found


def _check(text: str, ways: Iterable[Callable[[str], object]], column: str, place: Place, found: Collector) -> None:
    """One of these ways must be able to read the text; else what the first says of it is the mistake."""
    said = ""
    for way in ways if text else ():
        try:
            way(text)
        except ValueError as exc:
            said = said or str(exc)
        else:
            return
    if said:
        found.error(place, f"{column}: {said}")


def matched(roster: Mapping[str, Student], submissions: Iterable[Submission]) -> Matched:
    """Who of the roster handed in what: by id (case and a z in front are no difference), else by a name only they have.

    By name, as Moodle's folders have numbers of Moodle's own in place of the student's.
    """
    submissions = list(submissions)
    found: dict[str, Submission] = {}
    _pair(roster, submissions, found, lambda student: student.id, lambda one: one.id)
    _pair(roster, submissions, found, lambda student: folded(student.id), lambda one: folded(one.id))
    by_id = set(found)
    _pair(roster, submissions, found, lambda student: _name(student.name), lambda one: _name(one.name))
    taken = {one.id for one in found.values()}
    remarks = [f"{found[who].id} is taken for {who}, by the name {roster[who].name!r}"
               for who in roster if who in found and who not in by_id]  # fmt: skip
    return Matched(
        [(roster[who], found[who]) for who in roster if who in found],
        [roster[who] for who in roster if who not in found],
        [one for one in submissions if one.id not in taken],
        remarks,
    )


def _pair(
    roster: Mapping[str, Student], submissions: Sequence[Submission], found: dict[str, Submission],
    of_student: Callable[[Student], str], of_submission: Callable[[Submission], str],
) -> None:
    """Add the pairs that are alike in this, where nobody else on either side is."""
    taken = {one.id for one in found.values()}
    left: dict[str, list[str]] = {}
    for who, student in roster.items():
        if who not in found:
            left.setdefault(of_student(student), []).append(who)
    right: dict[str, list[Submission]] = {}
    for one in submissions:
        if one.id not in taken:
            right.setdefault(of_submission(one), []).append(one)
    for key, those in left.items():
        if key and len(those) == 1 and len(right.get(key, [])) == 1:
            found[those[0]] = right[key][0]


def folded(who: str) -> str:
    """An id without what people write in different ways: case, and the z in front of a number."""
    low = who.strip().casefold()
    return low[1:] if re.fullmatch(r"z\d+", low) else low


def _name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
