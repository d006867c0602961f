"""All that is known of one student: from the outcomes of the plays to the mark, each step told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.grade.adding import add_up, once_each, total_up, with_prerequisites
from harness.grade.by_hand import ByHand, HandMark
from harness.grade.decisions import Decisions
from harness.grade.intake.submission import Submission
from harness.grade.lateness import Lateness, late_cost, lateness
from harness.grade.limits import Limit, Mended, Taken, certain, deductions, limited, limits
from harness.grade.marks import Marks, exact
from harness.grade.mends import Mend
from harness.grade.named import names
from harness.grade.roster import Student
from harness.grade.scheme import TOTAL, Rubric, Visibility
from harness.grade.settle import Applied, Conflict, Settled, settle
from harness.verdict import Finding, Outcome, Verdict

_STRICT: tuple[Visibility, ...] = ("public", "after-due", "tutors")


@dataclass(frozen=True, slots=True)
class Graded:
    """What playing one submission came to.

    `visible`: scenario key -> `visible` of its document. A scenario that is not named there is for tutors only:
    what was forgotten must not be read by a student.
    """

    student: Student
    submission: Submission
    outcomes: Sequence[Outcome] = ()  # one a scenario, plays combined
    trouble: str = ""  # why there is nothing to grade, or not all
    level: str = ""  # "box", "plain": what kept it apart
    variant: str = ""
    visible: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[Finding] = ()  # of the submission as a whole: what was found before the plays
    mend: Mend | None = None
    look: Sequence[str] = ()  # sentences that a person must look at
    hopeless: bool = False  # `trouble` is its own doing (it does not build): no line earned anything, for certain
    absent: bool = False  # on the roster, and handed in nothing: then nothing is undecided, either


@dataclass(frozen=True, slots=True)
class Result:
    """One student's marks, and how they came about."""

    graded: Graded
    rubric: Rubric
    stream: str
    outcomes: Sequence[Outcome]  # with decisions carried out, and what stands behind a failed prerequisite skipped
    marks: Marks  # lines, parts after caps and gates; by hand stands apart
    total: float
    undecided: float  # marks that the total may still rise by
    undecided_count: int  # scenarios, and items without any, that a person must decide
    deductions: Sequence[Taken]
    limits: Sequence[Limit]
    late: Lateness
    late_marks: float
    decisions: Sequence[Applied]
    conflicts: Sequence[Conflict]
    hand: Mapping[str, HandMark]  # what was given by hand, with its comment

    @property
    def most(self) -> float:
        """The total if everything undecided is earned."""
        return exact((self.total, self.undecided))

    @property
    def told_trouble(self) -> str:
        """Why it could not be graded, as a student reads it: of a fault of ours, that it was ours."""
        ours = any(one.code == "harness-fault" for one in self.graded.findings)
        return "a fault of the grading, and not of your program; a person looks at it" if ours else self.graded.trouble

    @property
    def possible(self) -> float:
        """What the total can be at most in this stream: with what is marked by hand, if anything was."""
        return exact(line.possible for line in (*self.marks.lines, *self.marks.by_hand)
                     if self.by_hand_counts or not line.by_hand)

    def visible(self, outcome: Outcome) -> Visibility:
        """Who may read what this scenario says, its name too: the strictest of what its document and the rubric say."""
        document = self.graded.visible.get(outcome.key, "tutors")
        own: list[Visibility] = ["public" if document == "public" else
                                 self.rubric.hidden if document == "hidden" else "tutors"]
        own += [who for said, who in self.rubric.visibility.items() if names(said, outcome.key)]
        items = self.rubric.items()
        own += [items[line].visible for line in outcome.marks if line in items]
        return max(own, key=_STRICT.index)

    @property
    def by_hand_counts(self) -> bool:
        """Whether what is marked by hand is in the total: it is as soon as anything of it is known here."""
        return any(line.decided or line.undecided for line in self.marks.by_hand)


def result_of(graded: Graded, rubric: Rubric, decisions: Decisions, by_hand: ByHand | None = None) -> Result:
    """Everything that is known of a student. `by_hand` None: such marks are given elsewhere, and are in no total."""
    student, submission = graded.student, graded.submission
    settled = settle(rubric, student.stream, graded.outcomes, decisions, by_hand.of(student.id) if by_hand else (),
                     student=student.id, digest=submission.digest)  # fmt: skip
    _stream(settled, student)
    marks = _marks(settled, looking=not (graded.absent or graded.hopeless), hand=by_hand is not None)
    outcomes = with_prerequisites(rubric, settled.outcomes, settled.given, settled.scores)
    codes = _codes(graded, settled)
    marks, held = limited(marks, limits(rubric, marks, outcomes, codes.keys()))
    earned, most, held = _whole(marks, held)
    mended = Mended(graded.mend.deduction, graded.mend.reason) if graded.mend else None
    taken = list(deductions(rubric, codes, settled.deductions, mended, earned))
    cost = exact(one.amount for one in taken)
    earned, most = max(0.0, earned - cost), max(0.0, most - cost)
    rule = None if graded.absent else rubric.late
    late = lateness(rule, student.submitted or submission.submitted, student.extension)
    late_marks, late_most = (_late(settled, late, marks, amount) for amount in (earned, most))
    total, most = exact((earned, -late_marks)), exact((most, -late_most))
    if settled.total is not None:
        assert isinstance(settled.total.marks, float)
        total = most = settled.total.marks
    return Result(
        graded, rubric, settled.stream, outcomes, marks, total, max(0.0, exact((most, -total))),
        _count(marks, outcomes), taken, held, late, exact([late_marks]), settled.applied, settled.conflicts,
        settled.by_hand,
    )  # fmt: skip


def _marks(settled: Settled, *, looking: bool, hand: bool) -> Marks:
    """The lines, with what nobody looked at undecided, if there was anything to look at."""
    added = add_up(settled.rubric, settled.outcomes, stream=settled.stream, given=settled.given, scores=settled.scores)
    lines = [certain(line) if looking else line for line in added.lines]
    by_hand = [certain(line) if looking and hand else line for line in added.by_hand]
    return total_up(settled.rubric, lines, by_hand, added.unknown)


def _codes(graded: Graded, settled: Settled) -> dict[str, str]:
    """The codes of what was found, each with its first sentence; what a person decided otherwise is left out."""
    found = [*graded.findings]
    for outcome in graded.outcomes:
        if outcome.key not in settled.scenarios:
            found += outcome.findings
    codes: dict[str, str] = {}
    for finding in found:
        codes.setdefault(finding.code, finding.sentence)
    return codes


def _whole(marks: Marks, held: Sequence[Limit]) -> tuple[float, float, list[Limit]]:
    """Parts and what was given by hand, together; then what is said of the total."""
    earned = exact((marks.whole.earned, *(line.earned for line in marks.by_hand)))
    most = exact((earned, marks.whole.undecided, *(line.undecided for line in marks.by_hand)))
    told = []
    for limit in held:
        if limit.of == TOTAL:
            limit = replace(limit, took=exact((earned, -min(earned, limit.at_most))))
            earned, most = min(earned, limit.at_most), min(most, limit.at_most)
        told.append(limit)
    return earned, most, told


def _late(settled: Settled, late: Lateness, marks: Marks, earned: float) -> float:
    """What being late costs, by the rubric or as a tutor decided."""
    if settled.late is not None:
        assert isinstance(settled.late.marks, float)
        return min(earned, abs(settled.late.marks))
    if settled.rubric.late is None:
        return 0.0
    possible = exact(line.possible for line in (*marks.lines, *marks.by_hand))
    return exact([late_cost(settled.rubric.late, late, earned, possible)])


def _stream(settled: Settled, student: Student) -> None:
    """Who is in no stream that the rubric knows is marked by the first, and somebody must look."""
    streams = settled.rubric.streams
    if streams and student.stream not in streams:
        said = f"the stream {student.stream!r} is not in the rubric" if student.stream else "no stream is known"
        settled.conflicts.append(Conflict("", f"{said}: marked as {streams[0]!r} (of {', '.join(streams)})"))


def _count(marks: Marks, outcomes: Sequence[Outcome]) -> int:
    """Undecided scenarios, and lines with undecided marks that none of them explains."""
    unclear = [one for one in once_each(outcomes) if one.verdict is Verdict.UNDECIDED]
    explained = {line for one in unclear for line in one.marks}
    lines = [line for line in (*marks.lines, *marks.by_hand) if line.undecided and line.line not in explained]
    return len(unclear) + len(lines)
