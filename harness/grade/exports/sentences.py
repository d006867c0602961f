"""What is said of a result in plain text, to whom: what a student may not see yet is not in it, not even by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.grade.adding import once_each
from harness.grade.marks import LineMarks
from harness.grade.result import Result
from harness.grade.scheme import Visibility
from harness.grade.table import mark
from harness.verdict import Outcome, Verdict

_WORDS = {Verdict.FAILED: "failed", Verdict.UNDECIDED: "is undecided: a person decides", Verdict.SKIPPED: "was skipped",
          Verdict.PASSED: "passed"}  # fmt: skip


def summary(result: Result) -> list[str]:
    """The mark and how it came about, for everybody: nothing in it is about a scenario."""
    said = [f"{mark(result.total)} of {mark(result.possible)} marks"]
    if result.undecided:
        said.append(f"up to {mark(result.undecided)} more are undecided: a person looks at them")
    if result.graded.absent:
        said.append("nothing was handed in")
    elif result.graded.trouble:
        said.append(f"it could not be graded: {result.told_trouble}")
    said += [f"{limit.reason}: {mark(limit.took)} marks do not count" for limit in result.limits if limit.took]
    said += [f"deduction of {mark(one.amount)}: {one.reason}" for one in result.deductions]
    if result.late.sentence:
        said.append(f"{result.late.sentence}: {mark(result.late_marks)} marks")
    # What a tutor says of a scenario may name what is in it: that stands beside the scenario.
    said += [one.sentence for one in result.decisions if "::" not in one.what and _public(result, one.what)]
    said += [f"{item}: {given.comment}" for item, given in result.hand.items()
             if given.comment and _public(result, item)]
    return said


def _public(result: Result, item: str) -> bool:
    """Whether everybody may know of this item; what is none (a deduction, the total) everybody may."""
    items = {**result.rubric.items(), **result.rubric.by_hand}
    return item not in items or items[item].visible == "public"


def of_line(result: Result, line: LineMarks) -> list[str]:
    """What became of a line: public scenarios by name where they did not pass, all others as a number."""
    mine = [one for one in once_each(result.outcomes) if line.line in one.marks]
    shown = [one for one in mine if result.visible(one) == "public"]
    said = [_counts(shown)] if shown else []
    said += [sentence for one in shown for sentence in of_scenario(one)]
    if len(mine) > len(shown):
        said.append(f"{len(mine) - len(shown)} more that cannot be shown here")
    if line.undecided:
        said.append(f"{mark(line.undecided)} marks are undecided: a person looks at them")
    return said


def _counts(outcomes: Sequence[Outcome]) -> str:
    counts = {verdict: sum(one.verdict is verdict for one in outcomes) for verdict in _WORDS}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)


def of_scenario(outcome: Outcome) -> Iterator[str]:
    """What a scenario that did not pass showed; nothing for one that did, unless a person decided that."""
    if outcome.verdict is Verdict.PASSED:
        yield from (f"{outcome.scenario}: {one.sentence}" for one in outcome.findings if one.code == "decision")
        return
    yield f"{outcome.scenario}: {_WORDS[outcome.verdict]}"
    found = next((one for one in outcome.findings if one.verdict is outcome.verdict), None)
    if found is not None:
        yield from (f"  {text}" for text in (found.sentence, found.likely, found.hint) if text)


def hidden_from(result: Result, who: Visibility) -> list[Outcome]:
    """The scenarios that are for these eyes first, by key."""
    return sorted((one for one in once_each(result.outcomes) if result.visible(one) == who), key=lambda one: one.key)
