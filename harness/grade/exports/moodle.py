"""What Moodle's assignment imports: the grading worksheet as CSV, and a zip with a feedback file for everybody.

Moodle knows a participant of an assignment by a number of its own. It stands in
the names of what it handed out: `Full Name_1234567_assignsubmission_file_`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.grade.exports.marks_csv import by_id
from harness.grade.exports.sentences import of_line, summary
from harness.grade.files import write
from harness.grade.result import Result
from harness.grade.table import mark, table_text

FILE = "moodle.csv"
ZIP = "moodle-feedback.zip"
HEADER = ("Identifier", "Full name", "Grade", "Maximum grade", "Feedback comments")
_HANDED_OUT = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?")
# What Moodle takes for a part of a path, or for the end of a name.
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff/\\:*?\"<>|_]+")
_LONGEST = 150  # bytes of a name in the name of a file: 255 is what most systems take for all of it
_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip knows: the same feedback makes the same bytes


def participant(result: Result) -> tuple[str, str]:
    """Moodle's number for a student and the full name, from what Moodle handed out; else the id and name we know."""
    student, submission = result.graded.student, result.graded.submission
    name = student.name or submission.name
    for part in (submission.source.name, submission.source.stem, submission.source.parent.name):
        if found := _HANDED_OUT.match(part):
            return found["number"], name or found["name"]
    return student.id, name


def moodle_text(results: Sequence[Result]) -> str:
    """The worksheet. `Grade` is what is certain: what is undecided is told, and may only raise it."""
    return table_text(HEADER, [_row(result) for result in by_id(results)])


def write_moodle(out: Path, results: Sequence[Result]) -> Path:
    """Write moodle.csv. Raises OSError."""
    write(out / FILE, moodle_text(results))
    return out / FILE


def feedback_zip(results: Sequence[Result], files: Mapping[str, Mapping[str, bytes]]) -> bytes:
    """A zip for "Upload multiple feedback files". `files`: student id -> name of a file -> its bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for result in by_id(results):
            number, name = participant(result)
            # Moodle parts a name at its underscores: a name has none of its own.
            plain = _ODD.sub(" ", name or number).encode()[:_LONGEST].decode(errors="ignore").strip() or number
            for file, data in sorted(files.get(result.graded.student.id, {}).items()):
                info = zipfile.ZipInfo(f"{plain}_{number}_assignsubmission_file_{file}", _TIME)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                packed.writestr(info, data)
    return out.getvalue()


def write_feedback_zip(out: Path, results: Sequence[Result], files: Mapping[str, Mapping[str, bytes]]) -> Path:
    """Write moodle-feedback.zip. Raises OSError."""
    write(out / ZIP, feedback_zip(results, files))
    return out / ZIP


def _row(result: Result) -> list[str | float]:
    number, name = participant(result)
    return [f"Participant {number}" if number.isdigit() else number, name, result.total, result.possible,
            "\n".join(_feedback(result))]


def _feedback(result: Result) -> list[str]:
    """The summary, and of each line that everybody may see what it lost."""
    said = summary(result)
    items = result.rubric.items()
    for line in result.marks.lines:
        if items[line.line].visible == "public" and line.earned < line.possible:
            said.append(f"{line.line} {line.title}: {mark(line.earned)} of {mark(line.possible)}")
            said += [f"  {text}" for text in of_line(result, line)]
    return said
