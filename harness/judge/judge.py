"""Judge a recording: every step gives findings, the findings give the verdict. Pure, and never raises.

The first finding that fails is *the* divergence; what fails after it may only
be its consequence, and the report says so. If it is that of an aid, the scenario
is skipped (judge/aids.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from harness.events import Settled, TookTurns
from harness.judge.aids import concluded
from harness.judge.causes import likely_cause
from harness.judge.concurrency.judged import order_differs
from harness.judge.conduct import crashes, remarks
from harness.judge.files import Blob, judge_files
from harness.judge.miss import Miss, nearest, none_holds
from harness.judge.own_form import can_read, must_hold_twice, own_view, told
from harness.judge.protocol.judged import with_wire
from harness.judge.sights import judge_expect
from harness.judge.typed import judge_do, judge_type
from harness.judge.view import View
from harness.judge.whole import Judged, faults, not_ready
from harness.recording import Recording
from harness.scenario.asserted import asserts_answer
from harness.scenario.model import AnyOf, Do, Expect, ExpectFile, OneOrder, Scenario, Sight, Step, Together, Type, walk
from harness.verdict import Finding, Outcome, Verdict


def judge(scenario: Scenario, recording: Recording, blob: Blob = lambda _: None) -> Outcome:
    """What this play of `scenario` means. `blob` gives contents that the recording does not hold itself, by SHA-256."""
    verdict, findings = concluded(scenario, recording, _safely(lambda: _findings(_view(scenario, recording), blob)))
    return Outcome(
        scenario=scenario.title, key=scenario.key, verdict=verdict, findings=findings,
        clause=scenario.clause, marks=scenario.marks, tags=scenario.tags,
        seconds=max((event.t for event in recording.events), default=0.0),
        evidence=dict(Counter(e.evidence for e in recording.all(Settled) if e.step is not None)),
        in_turn=any(turns.stops for turns in recording.all(TookTurns)),
    )


def _view(scenario: Scenario, recording: Recording) -> View:
    view = View(scenario, recording)
    view.own = own_view(scenario, recording)
    return view


def _safely(check: Callable[[], list[Finding]], step: Step | None = None) -> list[Finding]:
    """What a check finds; a recording that it cannot read leaves undecided what the check is about."""
    try:
        return check()
    except Exception as exc:  # a bug in a check, or a damaged recording, must not cost a student a mark
        why = str(exc) if isinstance(exc, ValueError) else f"{type(exc).__name__}: {exc}"
        number, place = (step.number, str(step.place)) if step else (None, "")
        return [Finding(Verdict.UNDECIDED, "harness-fault", f"a fault of the harness, not of the program: {why}",
                        step=number, place=place)]


def _findings(view: View, blob: Blob) -> list[Finding]:
    findings = [_finding(view, None, actor, miss) for actor, miss in [*faults(view), *not_ready(view)]]
    asserted = asserts_answer(view.scenario)
    crashed = _safely(lambda: [_crash(view, *crash) for crash in crashes(view)])
    for top in view.scenario.play:
        for step in walk(top.steps) if isinstance(top, Together) else [top]:
            findings += _safely(partial(_of_step, view, step, asserted, blob), step)
        inside = {step.number for step in walk([top])}
        findings += [finding for finding in crashed if finding.step in inside]
    findings += [finding for finding in crashed if finding not in findings]
    # A fault in the reading of the wire leaves what the steps say as it is.
    findings = with_wire(view, _with_hint(findings))
    return findings + _safely(lambda: [_finding(view, None, actor, miss) for actor, miss in remarks(view)])


def _with_hint(findings: list[Finding]) -> list[Finding]:
    """What should have been refused has the hint of what came of it, if that fails too and it has none of its own."""
    failed = [finding for finding in findings if finding.verdict is Verdict.FAILED]
    if len(failed) < 2 or failed[0].code != "not-refused" or failed[0].hint:
        return findings
    return [replace(one, hint=failed[1].hint) if one is failed[0] else one for one in findings]


def _crash(view: View, number: int, actor: str, miss: Miss) -> Finding:
    place = next((str(step.place) for step in view.scenario.steps() if step.number == number), "")
    return Finding(miss.verdict, miss.code, miss.sentence, number, place, actor, miss.expected, miss.seen, miss.where,
                   likely=miss.likely)


def _of_step(view: View, step: Step, asserted: set[tuple[int, str]], blob: Blob) -> list[Finding]:
    if not view.was_played(step):
        miss = Miss("not-played", "the play did not come to this step", verdict=Verdict.SKIPPED)
        return [_finding(view, step, "", miss)]
    if isinstance(step, AnyOf):
        return [_any_of(view, step, blob)]
    return [_finding(view, step, actor, miss) for actor, miss in _judged(view, step, asserted, blob)]


def _judged(view: View, step: Step, asserted: set[tuple[int, str]], blob: Blob) -> Judged:
    """What each actor or file of a step missed: by its lines as they are, or in the program's own form of them."""
    found = list(_looked_at(view, step, asserted, blob))
    if view.own is None or not can_read(step) or must_hold_twice(step) is any(miss for _, miss in found):
        return found
    again = list(_looked_at(view.own, step, asserted, blob))
    return found if again == found else [(actor, told(miss)) for actor, miss in again]


def _looked_at(view: View, step: Step, asserted: set[tuple[int, str]], blob: Blob) -> Judged:
    match step:
        case Type():
            return judge_type(view, step, asserted)
        case Do():
            return judge_do(view, step)
        case Expect():
            return judge_expect(view, step)
        case ExpectFile():
            return judge_files(view, step, blob)
        case OneOrder():
            return [("", order_differs(view, step, blob))]
    return [("", None)]


def _any_of(view: View, step: AnyOf, blob: Blob) -> Finding:
    """Several witnesses of one fact: one that holds suffices; all must speak against it to fail it."""
    against: list[Miss] = []
    for witness in step.steps:
        findings = [miss for _, miss in _judged(view, witness, set(), blob)] if view.was_played(witness) else [_UNSEEN]
        misses = [miss for miss in findings if miss is not None]
        if not misses:
            return _finding(view, step, "", None)
        against.append(nearest(misses))
    return _finding(view, step, "", none_holds(against))


_UNSEEN = Miss("not-played", "the play did not come to this witness", verdict=Verdict.UNDECIDED)


def _finding(view: View, step: Step | None, actor: str, miss: Miss | None) -> Finding:
    """A miss as a finding, with the step's place, its hint and the likely cause."""
    number, place = (step.number, str(step.place)) if step else (None, "")
    if miss is None:
        return Finding(Verdict.PASSED, "ok", step.text if step else "", step=number, place=place, actor=actor)
    likely = miss.likely
    if miss.verdict is Verdict.FAILED and step is not None:
        likely = likely_cause(view, step, actor, miss)
    return Finding(miss.verdict, miss.code, miss.sentence, number, place, actor, miss.expected, miss.seen, miss.where,
                   miss.near, likely, _hint(view, step, actor, miss))


def _hint(view: View, step: Step | None, actor: str, miss: Miss) -> str:
    """The teacher's hint of this step, if it failed while the programs still ran: no hint helps against a crash."""
    if step is None or miss.verdict is not Verdict.FAILED:
        return ""
    if any(number <= step.number for number, _, _ in crashes(view)):
        return ""
    about_ending = isinstance(step, Expect) and step.sight in (Sight.LEAVES, Sight.STAYS)
    gone = view.gone(actor, view.start(step)) if not about_ending else None
    died = gone is not None and (bool(gone.signal) or gone.status != 0)
    return "" if died else view.scenario.hints.get(step.number, "")
