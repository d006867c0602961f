"""to-decide.csv: everything that a human must look at, with the evidence; the same split by tutor.

Its columns are those of decisions.csv and some more: who fills in `marks` and `reason` has decided, for the files
whose digest stands there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.grade.adding import once_each
from harness.grade.decisions import shown
from harness.grade.exports.marks_csv import by_id
from harness.grade.files import write
from harness.grade.intake.labels import file_names
from harness.grade.marks import LineMarks
from harness.grade.result import Result
from harness.grade.scheme import A_PERSON_DECIDES
from harness.grade.table import table_text
from harness.verdict import Finding, Outcome, Verdict

FILE = "to-decide.csv"
HEADER = ("id", "name", "tutor", "item", "marks", "reason", "of", "why", "at stake", "evidence", "digest")


@dataclass(frozen=True, slots=True)
class ToDecide:
    """One thing that a human must look at. `stake`: the marks that depend on it, where that can be said."""

    id: str
    name: str
    tutor: str
    item: str  # what a decision about it names
    of: str  # the lines of the rubric that it is about
    why: str
    stake: float | None = None
    evidence: str = ""  # path of the recording, seen from the table
    digest: str = ""


def to_decide(results: Sequence[Result], out: Path, remarks: Sequence[str] = ()) -> list[ToDecide]:
    """Everything, by student. `remarks`: what is wrong with the class as a whole, such as decisions about nobody."""
    found = [ToDecide("", "", "", "", "", remark) for remark in remarks]
    return found + [one for result in by_id(results) for one in _of(result, out)]


def write_to_decide(out: Path, results: Sequence[Result], remarks: Sequence[str] = ()) -> list[Path]:
    """Write to-decide.csv, and to-decide-TUTOR.csv for each tutor there is. Raises OSError."""
    found = to_decide(results, out, remarks)
    tutors = file_names(sorted({result.graded.student.tutor for result in results} - {""}))
    tables = {out / FILE: found}
    tables |= {out / f"to-decide-{name}.csv": [one for one in found if one.tutor == tutor]
               for tutor, name in tutors.items()}
    for file, rows in tables.items():
        write(file, table_text(HEADER, [_row(one) for one in rows]))
    # The list of somebody who is no tutor any more would wait for ever.
    for file in sorted(out.glob("to-decide-*.csv")):
        if file not in tables:
            file.unlink()
    return list(tables)


def _row(one: ToDecide) -> list[str | float]:
    stake = "" if one.stake is None else one.stake
    return [one.id, one.name, one.tutor, one.item, "", "", one.of, one.why, stake, one.evidence, one.digest]


def _of(result: Result, out: Path) -> Iterator[ToDecide]:
    student, submission = result.graded.student, result.graded.submission

    def one(item: str, why: str, of: str = "", stake: float | None = None, evidence: str = "") -> ToDecide:
        return ToDecide(student.id, student.name or submission.name, student.tutor, item, of, why, stake, evidence,
                        shown(submission.digest) if submission.digest else "")

    if result.graded.trouble and not result.graded.absent:
        yield one("total", f"it could not be graded: {result.graded.trouble}", stake=result.undecided)
    yield from (one(conflict.item, conflict.sentence) for conflict in result.conflicts)
    yield from (one("", sentence) for sentence in result.graded.look)
    if result.late.trouble and not any(applied.what == "late" for applied in result.decisions):
        yield one("late", result.late.trouble)
    yield from (one(code, why, evidence=_link(where, out)) for code, why, where in _remarks(result))
    for outcome in once_each(result.outcomes):
        if outcome.verdict is Verdict.UNDECIDED:
            finding = outcome.divergence
            why = f"undecided: {finding.sentence}" if finding else "undecided"
            yield one(outcome.key, why, ", ".join(outcome.marks), evidence=_link(outcome.recording, out))
    if not result.graded.trouble:
        for line, why in _lines(result):
            evidence = next((o.recording for o in result.outcomes if line.line in o.marks and o.recording), "")
            yield one(line.line, why, line.line, line.undecided, _link(evidence, out))


def _lines(result: Result) -> Iterator[tuple[LineMarks, str]]:
    """Lines whose undecided marks no undecided scenario explains, and why."""
    for line in (*result.marks.lines, *result.marks.by_hand):
        if not line.undecided:
            continue
        if line.by_hand:
            yield line, "no marks by hand yet"
        elif line.held:
            yield line, f"{line.held} failed behind a prerequisite: what would they be worth without that?"
        elif line.only_skipped:
            yield line, "every scenario was skipped"
        elif not line.played:
            yield line, "no scenario was played"


def _remarks(result: Result) -> Iterator[tuple[str, str, str]]:
    """What a person decides the price of, and nobody has: its code, the sentence, the recording."""
    priced = {A_PERSON_DECIDES.get(code, code) for rule in result.rubric.deductions.values() for code in rule.finding}
    decided = {applied.what for applied in result.decisions}
    named = {name for name, rule in result.rubric.deductions.items() if not rule.finding}
    told = {*priced, *decided}
    for code, why, where in _found(result.graded.findings, result.graded.outcomes):
        code = A_PERSON_DECIDES.get(code, code)
        if code in {*A_PERSON_DECIDES.values(), *named} - told:
            told.add(code)
            yield code, why, where


def _found(findings: Sequence[Finding], outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str, str]]:
    for finding in findings:
        yield finding.code, finding.sentence, ""
    for outcome in outcomes:
        yield from ((finding.code, finding.sentence, outcome.recording) for finding in outcome.findings)


def _link(recording: str, out: Path) -> str:
    """The path as one follows it from the folder that the table lies in."""
    return os.path.relpath(recording, out) if recording else ""
