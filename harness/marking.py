"""From what is kept of a cohort's plays to everybody's marks, and all that is written of them. Starts no program."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.course import Course
from harness.grade.by_hand import ByHand, load_by_hand
from harness.grade.decisions import Decisions, load_decisions
from harness.grade.exports.gradescope import write_gradescope
from harness.grade.exports.marks_csv import write_marks
from harness.grade.exports.moodle import write_moodle
from harness.grade.exports.to_decide import write_to_decide
from harness.grade.files import write
from harness.grade.intake.submission import Submission
from harness.grade.kept import Kept, what_judges
from harness.grade.mends import Mend
from harness.grade.result import Graded, Result, result_of
from harness.grade.roster import Matched, Student
from harness.grade.scheme import Rubric
from harness.grade.store import Store
from harness.judge.judge import judge
from harness.judge.plays import Seeded, together
from harness.players import blob_reader
from harness.recording import Recording
from harness.report.pages import write_pages
from harness.scenario.model import Scenario
from harness.verdict import Finding, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Marking:
    """What marks are made from."""

    out: Path
    course: Course
    rubric: Rubric
    plays: Mapping[tuple[str, int], Scenario]  # those that count, by key, in the order of their scenarios
    store: Store


def everybody(theirs: Sequence[Submission]) -> Matched:
    """The class where there is no roster: whoever handed in."""
    return Matched([(Student(one.id, one.name, submitted=one.submitted), one) for one in theirs])


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of a class. `table`: where decisions stand; `by_hand` None: such marks are given elsewhere."""

    table: Path
    decisions: Decisions
    by_hand: ByHand | None

    def strangers(self, ids: Collection[str]) -> list[str]:
        """Sentences for what is said of nobody in this class."""
        return [*self.decisions.strangers(ids), *(self.by_hand.strangers(ids) if self.by_hand else ())]


def what_was_said(out: Path, decisions: Path | None, by_hand: Path | None) -> Said:
    """The tables that were named, or those in the folder of results. Raises Mistakes."""
    table, hand = decisions or out / "decisions.csv", by_hand or out / "by-hand.csv"
    return Said(table, load_decisions(table) if decisions or table.exists() else Decisions(),
                load_by_hand(hand) if by_hand or hand.exists() else None)  # fmt: skip


def mark_all(marking: Marking, cohort: Matched, mends: Mapping[str, Mend], said: Said) -> list[Result]:
    """Everybody's result. Decisions that were bound to no submission so far are bound to these, beside their table."""
    theirs = {student.id: one.digest for student, one in cohort.pairs}
    made = said.decisions.meet(theirs | {one.id: one.digest for one in cohort.strangers})
    if made.made:
        made.save(said.table)
    graded = [_graded(marking, student, one, mends.get(one.id)) for student, one in cohort.pairs]
    nothing = Submission("", "", marking.out, marking.out, "")
    graded += [Graded(student, replace(nothing, id=student.id, name=student.name), trouble="nothing was handed in",
                      absent=True) for student in cohort.absent]  # fmt: skip
    graded += [replace(_graded(marking, Student(one.id, one.name), one, mends.get(one.id)),
                       look=[f"{one.id} handed in, and is not on the roster"]) for one in cohort.strangers]  # fmt: skip
    return [result_of(one, marking.rubric, made, said.by_hand) for one in graded]


def _graded(marking: Marking, student: Student, one: Submission,
            mend: Mend | None) -> Graded:  # fmt: skip
    known = marking.store.known(one.digest) if one.digest else None
    visible = {scenario.key: scenario.visible for scenario in marking.plays.values()}
    if one.trouble or known is None or known.trouble:
        trouble = one.trouble or (known.trouble if known else "it was not graded yet")
        code = known.code if known else ""
        found = [Finding(Verdict.UNDECIDED if known.ours else Verdict.FAILED, code, trouble)] if known and code else []
        hopeless = bool(known and known.trouble and not known.ours) or bool(one.trouble)
        return Graded(student, one, trouble=trouble, visible=visible, findings=found, mend=mend, hopeless=hopeless)
    outcomes, levels = _outcomes(marking, one.digest)
    remarks = [Finding(Verdict.PASSED, code, sentence) for code, sentence in known.remarks]
    look = [] if len(outcomes) == len(visible) else [f"{len(visible) - len(outcomes)} scenarios were not played yet"]
    return Graded(student, one, outcomes, level=" and ".join(levels), variant=known.variant, visible=visible,
                  findings=remarks, mend=mend, look=[*look, *one.remarks])  # fmt: skip


def _outcomes(marking: Marking, digest: str) -> tuple[list[Outcome], list[str]]:
    """One outcome a scenario, in their order, judged by today's judge; and how well its plays were kept apart."""
    kept = marking.store.plays(digest)
    mine: dict[str, list[Seeded]] = {}
    levels: dict[str, None] = {}
    for key, scenario in marking.plays.items():
        if key in kept:
            one = _judged(marking, kept[key], scenario)
            levels |= {one.level: None} if one.level else {}
            where = one.recording and str(marking.out / one.recording)
            mine.setdefault(scenario.key, []).append(Seeded(one.seed, replace(one.outcome, recording=where)))
    return [together(found)[0] for found in mine.values()], list(levels)


def _judged(marking: Marking, kept: Kept, scenario: Scenario) -> Kept:
    """The play, judged again from its recording if the judge or what the scenario says of it is another by now."""
    judged = what_judges(scenario, marking.course.model)
    if kept.judged == judged:
        # The course may lie elsewhere by now, and its scenarios are known by their paths.
        return replace(kept, outcome=replace(kept.outcome, key=scenario.key))
    outcome = _judged_again(marking, kept, scenario)
    kept = replace(kept, judged=judged, outcome=outcome)
    marking.store.keep(kept)
    return kept


def _judged_again(marking: Marking, kept: Kept, scenario: Scenario) -> Outcome:
    same = replace(kept.outcome, scenario=scenario.title, key=scenario.key, clause=scenario.clause,
                   marks=scenario.marks, tags=scenario.tags)  # fmt: skip
    file = marking.out / kept.recording
    if not kept.recording:
        return same  # it was never played, for want of time: there is nothing to judge
    try:
        recording = Recording.load(file)
        model = recording.began.model and marking.course.model
    except (OSError, ValueError) as exc:
        # Deleted, or cut short, by a kill while it was played again or by somebody's hand: --resume plays it again.
        sentence = f"a recording cannot be read: {exc}"
        found = Finding(Verdict.UNDECIDED, "harness-fault", sentence)
        return replace(same, verdict=Verdict.UNDECIDED, findings=[found])
    recording.events[0] = replace(recording.began, model=model)
    return replace(judge(scenario, recording, blob_reader(file.parent / "blobs")), recording=kept.recording)


def write_all(marking: Marking, results: Sequence[Result], remarks: Sequence[str]) -> None:
    """Everything that comes out, in the folder of results. Raises OSError."""
    out = marking.out
    write_marks(out, marking.rubric, results)
    write_to_decide(out, results, remarks)
    write_gradescope(out, results)
    write_moodle(out, results)
    write_pages(out, results, {(one.key, seed): one for (_, seed), one in marking.plays.items()}, remarks)
    _write_faults(out, results)


def _write_faults(out: Path, results: Sequence[Result]) -> None:
    """Faults of the harness, one a file, for those who mend it."""
    folder = out / "faults"
    shutil.rmtree(folder, ignore_errors=True)
    for result in results:
        outcomes = [found for one in result.outcomes for found in one.findings]
        faults = [found for found in (*result.graded.findings, *outcomes) if found.code == "harness-fault"]
        for number, found in enumerate(faults, 1):
            name = f"{result.graded.submission.folder.name}-{number}.txt"
            write(folder / name, f"{found.seen or found.sentence}\n")


def first_line(text: str) -> str:
    """A text's first line; of a traceback its last, which says what it was."""
    lines = text.strip().splitlines() or [""]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


def told(results: Sequence[Result], out: Path) -> str:
    """What came of a cohort, in a few lines."""
    graded = [result for result in results if not result.graded.absent]
    unclear = [result for result in results if result.undecided_count or result.conflicts]
    totals = sorted(result.total for result in graded)
    lines = [f"{len(graded)} graded, {len(results) - len(graded)} handed in nothing"]
    if totals:
        lines.append(f"marks from {totals[0]:g} to {totals[-1]:g}, median {totals[len(totals) // 2]:g} "
                     f"of {graded[0].possible:g}")  # fmt: skip
    if unclear:
        lines.append(f"a person must look at {len(unclear)} of them: {os.path.join(out, 'to-decide.csv')}")
    return "\n".join([*lines, f"marks: {os.path.join(out, 'marks.csv')}"])
