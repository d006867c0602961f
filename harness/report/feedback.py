"""One student's page as data: the marks and how they came about, and every scenario that these eyes may see. Pure.

For the student ("public") there is no word of a scenario that is not public, not even its name: what it took from an
item is a number. For tutors ("tutors") everything is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from harness.grade.adding import once_each, shares_of
from harness.grade.marks import LineMarks, exact
from harness.grade.result import Result
from harness.grade.scheme import Visibility
from harness.report.shown import Shown
from harness.report.words import number
from harness.verdict import Outcome, Verdict

Eyes = Literal["public", "tutors"]
_COUNTED = {Verdict.PASSED: "passed", Verdict.FAILED: "failed", Verdict.UNDECIDED: "undecided",
            Verdict.SKIPPED: "skipped"}  # fmt: skip
_LATER: dict[Visibility, str] = {"after-due": "scenarios that are shown later",
                                 "tutors": "scenarios that are not shown"}  # fmt: skip
# Below this nobody writes a mark down.
_NOTHING = 0.005


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the rubric's table, or the sum of a part (`sum`)."""

    name: str
    title: str
    earned: str
    possible: str
    state: str  # full | part | none | undecided | sum, for its symbol
    notes: Sequence[str] = ()
    sum: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a page says of one student."""

    eyes: Eyes
    rubric: str
    id: str
    name: str
    total: str
    possible: str
    undecided: str  # marks that may still come; "" for none
    trouble: str  # why it could not be graded
    lines: Sequence[Line]
    taken: Sequence[str]  # caps, gates, deductions, lateness: a sentence each
    decisions: Sequence[str]
    failed: Sequence[Shown]
    unclear: Sequence[Shown]
    passed: Sequence[str]
    skipped: Sequence[tuple[str, str]]  # title, why
    remarks: Sequence[str]
    look: Sequence[str]  # for tutors: what a person must look at

    @property
    def told(self) -> Sequence[Shown]:
        """All scenarios that are told in full, in their order."""
        return [*self.failed, *self.unclear]


def feedback(result: Result, told: Sequence[Shown], eyes: Eyes) -> Feedback:
    """The page. `told`: the scenarios that failed or are undecided, as far as these eyes may see them."""
    student, submission = result.graded.student, result.graded.submission
    seen = [one for one in once_each(result.outcomes) if may_see(result, one, eyes)]
    return Feedback(
        eyes, result.rubric.rubric, student.id, student.name or submission.name, number(result.total),
        number(result.possible), number(result.undecided) if result.undecided else "",
        result.told_trouble if eyes == "public" else result.graded.trouble,
        list(_lines(result, eyes)), list(_taken(result, eyes)), list(_decisions(result, eyes)),
        [one for one in told if one.verdict is Verdict.FAILED],
        [one for one in told if one.verdict is Verdict.UNDECIDED],
        [one.scenario for one in seen if one.verdict is Verdict.PASSED],
        [(one.scenario, _why(result, one, eyes)) for one in seen if one.verdict is Verdict.SKIPPED],
        submission.remarks, _look(result) if eyes == "tutors" else (),
    )  # fmt: skip


def may_see(result: Result, outcome: Outcome, eyes: Eyes) -> bool:
    """Whether these eyes may read what this scenario says, its name too."""
    return eyes == "tutors" or result.visible(outcome) == "public"


def _why(result: Result, outcome: Outcome, eyes: Eyes) -> str:
    """Why it was skipped. What stands behind an item that is not shown may not name it."""
    found = next((one for one in outcome.findings if one.verdict is Verdict.SKIPPED), None)
    if found is None:
        return "it does not apply here"
    hidden = [name for name, item in result.rubric.items().items() if item.visible != "public"]
    if eyes == "public" and found.code == "prerequisite-failed" and any(name in found.sentence for name in hidden):
        return "it needs something else first, and that failed: this is not held against it"
    return found.sentence


def _lines(result: Result, eyes: Eyes) -> Iterator[Line]:
    """The table, part by part; what these eyes may not see stands there as one sum."""
    for part in result.marks.parts:
        mine = [line for line in result.marks.lines if line.line.split(".", 1)[0] == part.name]
        yield from _part(result, mine, eyes)
        if len(result.marks.parts) > 1:
            yield Line(part.name, part.title, number(part.earned), number(part.possible), "sum", sum=True)
    yield from _part(result, result.marks.by_hand if result.by_hand_counts else (), eyes)


def _part(result: Result, lines: Sequence[LineMarks], eyes: Eyes) -> Iterator[Line]:
    asked = [line for line in lines if line.possible or line.earned]
    items = {**result.rubric.items(), **result.rubric.by_hand}
    public = [line for line in asked if eyes == "tutors" or items[line.line].visible == "public"]
    for line in public:
        yield Line(line.line, line.title, number(line.earned), number(line.possible), _state(line),
                   list(_notes(result, line, eyes)))  # fmt: skip
    rest = [line for line in asked if line not in public]
    if rest:
        yield Line("", "what is not shown here", number(exact(line.earned for line in rest)),
                   number(exact(line.possible for line in rest)), "sum")  # fmt: skip


def _state(line: LineMarks) -> str:
    if line.undecided:
        return "undecided"
    return "full" if line.earned >= line.possible else "part" if line.earned else "none"


def _notes(result: Result, line: LineMarks, eyes: Eyes) -> Iterator[str]:
    """What became of a line, in a few words."""
    mine = [one for one in once_each(result.outcomes) if line.line in one.marks]
    shown = [one for one in mine if may_see(result, one, eyes)]
    counts = {verdict: sum(one.verdict is verdict for one in shown) for verdict in _COUNTED}
    if shown:
        yield ", ".join(f"{count} {_COUNTED[verdict]}" for verdict, count in counts.items() if count)
    if line.decided and not line.by_hand:
        yield "a tutor's decision"
    elif eyes == "public" and not line.by_hand:
        for who, marks in unseen(result, line).items():
            yield f"{number(marks)} of the marks lost in {_LATER[who]}"
    if line.undecided:
        yield f"{number(line.undecided)} undecided: a person looks at it; no mark is lost by it"
    if line.line in result.hand and result.hand[line.line].comment:
        yield result.hand[line.line].comment


def unseen(result: Result, line: LineMarks) -> Mapping[Visibility, float]:
    """How many marks of a line were lost where a student may not look, by when they may.

    Of what is left of a line's loss: a tutor may have given a scenario a part of its marks.
    """
    outcomes = {one.key: one for one in once_each(result.outcomes) if line.line in one.marks}
    shares = [replace(share, held=_held(outcomes[share.key], line))
              for share in shares_of(line.line, result.rubric.item(line.line), outcomes.values(), {})]  # fmt: skip
    whole = float(sum(share.weight for share in shares if share.counts))
    found: dict[Visibility, float] = {}
    for share in shares:
        who = result.visible(outcomes[share.key])
        if who != "public" and share.verdict is Verdict.FAILED and not share.held:
            found[who] = found.get(who, 0.0) + line.possible * float(share.weight) / whole
    left = line.possible - line.earned - line.undecided
    return {who: min(marks, left) for who, marks in found.items() if min(marks, left) > _NOTHING}


def _held(outcome: Outcome, line: LineMarks) -> bool:
    """Whether it failed behind a prerequisite, so that its marks wait for a person and are not lost."""
    waits = any(one.code == "prerequisite-failed" for one in outcome.findings)
    return bool(line.held) and (waits or outcome.verdict is Verdict.FAILED)


def _taken(result: Result, eyes: Eyes) -> Iterator[str]:
    """What the rules took from the sum, each with its reason."""
    for limit in result.limits:
        if limit.took:
            why = f" ({limit.why})" if limit.why and eyes == "tutors" and limit.why not in limit.reason else ""
            yield f"{limit.reason}{why}: {number(limit.took)} marks do not count"
    for one in result.deductions:
        seen = f" ({one.seen})" if one.seen and eyes == "tutors" else ""
        yield f"deduction of {number(one.amount)}: {one.reason or one.name}{seen}"
    if result.late.sentence:
        yield f"{result.late.sentence}: {number(result.late_marks)} marks"
    if result.late.extended:
        yield f"an extension was given: {result.late.extended}"


def _decisions(result: Result, eyes: Eyes) -> Iterator[str]:
    """What tutors decided of what these eyes may see."""
    items = {**result.rubric.items(), **result.rubric.by_hand}
    visible = {one.key for one in result.outcomes if may_see(result, one, eyes)}
    for one in result.decisions:
        public = one.what not in items or items[one.what].visible == "public"
        if eyes == "tutors" or (one.what in visible if "::" in one.what else public):
            yield one.sentence.replace(one.what, one.what.partition("::")[2] or one.what, 1)


def _look(result: Result) -> list[str]:
    """What a person must look at, beside the undecided scenarios."""
    late = [result.late.trouble] if result.late.trouble else []
    return [*(conflict.sentence for conflict in result.conflicts), *result.graded.look, *late]
