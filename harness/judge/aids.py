"""What a scenario only needs on its way to what it is about: an aid that fails skips the scenario. Pure.

`aids: [SEND]` says that the lines beginning with SEND are no part of what is judged here. A play whose first
failure is an aid's costs no mark of this scenario's lines: a broken command costs its own marks only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.events import Exited
from harness.recording import Recording
from harness.scenario.model import (
    AnyOf,
    Do,
    Expect,
    ExpectFile,
    FileState,
    Hold,
    Pass,
    Scenario,
    Sight,
    Step,
    Together,
    Type,
    first_word,
)
from harness.verdict import Finding, Verdict, worst

_BAD = (Verdict.FAILED, Verdict.UNDECIDED)
# These can hold only if something was there; what is gone, unchanged or unseen may never have come to be.
_SHOWN = (Sight.SEES, Sight.SEES_ONE_OF, Sight.SEES_EACH_ONCE, Sight.LIKE)
_STORED = (FileState.IS, FileState.ANY_ORDER, FileState.EQUALS, FileState.THERE)


def concluded(
    scenario: Scenario, recording: Recording, findings: Sequence[Finding]
) -> tuple[Verdict, list[Finding]]:
    """The verdict that these findings give, and the findings: with an aid's failure as what it is here."""
    usual, first = worst(f.verdict for f in findings), next((f for f in findings if f.verdict in _BAD), None)
    if first is None or not (to_blame := _aids_of(scenario, first) or _ended_by(scenario, recording, first)):
        return usual, list(findings)
    if _shown_anyway(scenario, findings):
        return Verdict.PASSED, [_told(f, _aids_of(scenario, f)) if f.verdict in _BAD else f for f in findings]
    if first.verdict is Verdict.UNDECIDED:
        # What failed later may follow from what nobody could tell.
        return Verdict.UNDECIDED, list(findings)
    return Verdict.SKIPPED, [_told(f, to_blame) if f is first else f for f in findings]


def _shown_anyway(scenario: Scenario, findings: Sequence[Finding]) -> bool:
    """Whether only looks at an aid's effect failed, and what the scenario is about was shown to be right.

    Who keeps uploaded files under another name loses the marks of uploading; a download that brings them is right.
    """
    bad = [f for f in findings if f.verdict in _BAD]
    if not all(_is_look(_step(scenario, f)) and _aids_of(scenario, f) for f in bad):
        return False
    good = (f for f in findings if f.verdict is Verdict.PASSED and f.step is not None)
    return any(_shows(_step(scenario, f)) and not _aids_of(scenario, f) for f in good)


def _aids_of(scenario: Scenario, finding: Finding) -> list[Type]:
    """The aids that this finding speaks of: the one that was being answered, or those right before a look."""
    # Who was not there to read an aid had left before: that is no fault of the aid.
    if not scenario.aids or finding.step is None or finding.code == "not-running":
        return []
    before = [step for step in scenario.play if step.number <= finding.step]
    if before and not _is_look(before[-1]):
        before = before[-1:]
    aids: list[Type] = []
    for step in reversed(before):
        if _is_aid(scenario, step):
            assert isinstance(step, Type)
            aids.insert(0, step)
        elif aids or isinstance(step, Type | Do | Together | Hold | Pass):
            break
    return aids


def _ended_by(scenario: Scenario, recording: Recording, finding: Finding) -> list[Type]:
    """The aid of somebody else that ended the program of which this finding says that it is gone."""
    if finding.code not in ("not-running", "left"):
        return []
    ends = (e for e in recording.all(Exited) if e.actor == finding.actor and not e.by_us)
    at = next((e.step for e in ends), None)
    aids = (step for step in scenario.play if step.number == at and _is_aid(scenario, step))
    return [aid for aid in aids if isinstance(aid, Type) and finding.actor not in [who for who, _ in aid.lines]]


def _is_aid(scenario: Scenario, step: Step) -> bool:
    return isinstance(step, Type) and all(first_word(line) in scenario.aids for _, line in step.lines)


def _is_look(step: Step | None) -> bool:
    return isinstance(step, Expect | ExpectFile | AnyOf)


def _shows(step: Step | None) -> bool:
    """Whether this expectation can hold only if something was there."""
    match step:
        case Expect():
            return step.sight in _SHOWN
        case ExpectFile():
            return step.state in _STORED
        case AnyOf():
            return all(_shows(witness) for witness in step.steps)
    return False


def _step(scenario: Scenario, finding: Finding) -> Step | None:
    return next((step for step in scenario.steps() if step.number == finding.step), None)


def _told(finding: Finding, aids: Sequence[Type]) -> Finding:
    """The failure of an aid: which it was, what became of it, and where that costs marks."""
    lines = [line for step in aids for _, line in step.lines]
    named = " and ".join(dict.fromkeys(repr(line) for line in lines))
    marked = " and ".join(dict.fromkeys(first_word(line) for line in lines))
    is_only = "is only an aid here, and is" if len(set(lines)) == 1 else "are only aids here, and are"
    sentence = f"{named} {is_only} marked under {marked}: {finding.sentence}"
    return replace(finding, verdict=Verdict.SKIPPED, code="aid-failed", sentence=sentence, hint="")
