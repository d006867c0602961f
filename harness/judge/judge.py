"""Judge a recording: every step gives findings, the findings give the verdict. Pure, and never raises.

The first finding that fails is *the* divergence; what fails after it may only
be its consequence, and the report says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from harness.events import Ended, Exited, Listening, Noted, Recording, Settled
from harness.judge import sentences as say
from harness.judge.conduct import crashes, likely_cause, remarks
from harness.judge.evidence import refusal
from harness.judge.files import Blob, judge_files
from harness.judge.miss import Miss
from harness.judge.sights import judge_expect
from harness.judge.typed import judge_do, judge_type
from harness.judge.view import View
from harness.scenario.loader import asserts_answer
from harness.scenario.model import AnyOf, Do, Expect, ExpectFile, Scenario, Step, Together, Type, walk
from harness.verdict import Finding, Outcome, Verdict, worst

Judged = Iterable[tuple[str, Miss | None]]


def judge(scenario: Scenario, recording: Recording, blob: Blob = lambda _: None) -> Outcome:
    """What this play of `scenario` means. `blob` gives contents that the recording does not hold itself, by SHA-256."""
    view = View(scenario, recording)
    findings = _findings(view, blob)
    last = recording.events[-1]
    return Outcome(
        scenario=scenario.title, key=scenario.key, verdict=worst(f.verdict for f in findings), findings=findings,
        clause=scenario.clause, marks=scenario.marks, tags=scenario.tags, seconds=last.t,
        evidence=dict(Counter(e.evidence for e in recording.all(Settled) if e.step is not None)),
    )


def _findings(view: View, blob: Blob) -> list[Finding]:
    findings = [_finding(view, None, actor, miss) for actor, miss in _faults(view)]
    findings += [_finding(view, None, actor, miss) for actor, miss in _not_ready(view)]
    asserted = asserts_answer(view.scenario)
    for step in view.scenario.play:
        if not isinstance(step, Together):
            findings += _of_step(view, step, asserted, blob)
        else:
            findings += [f for inner in walk([step]) if inner is not step for f in _of_step(view, inner, asserted, blob)]
    findings += [_finding(view, None, actor, miss) for actor, miss in crashes(view)]
    findings += [_finding(view, None, actor, miss) for actor, miss in remarks(view)]
    return findings


def _faults(view: View) -> Judged:
    """A fault of the harness itself leaves the play undecided: nothing is known about the programs."""
    for event in view.events:
        if isinstance(event, Noted) and event.fault:
            yield "", Miss("harness-fault", f"a fault of the harness, not of the program: {event.text}",
                           verdict=Verdict.UNDECIDED)
    ended = [event for event in view.events if isinstance(event, Ended)]
    if not ended or ended[-1].why != "played":
        yield "", Miss("interrupted", "the play was interrupted before its end", verdict=Verdict.UNDECIDED)


def _not_ready(view: View) -> Judged:
    """The program that listens must come to listen."""
    server = next((a for a in view.actors if a not in view.began.accounts), None)
    if server is None or any(isinstance(e, Listening) and e.actor == server for e in view.events):
        return
    at = len(view.events)
    exited = next((e for e in view.events if isinstance(e, Exited) and e.actor == server and not e.by_us), None)
    settled = next((e for e in view.events if isinstance(e, Settled)), None)
    shown = say.shown(view.text(server, 0, at))
    where = say.theirs(view, server, "terminal")
    if exited is not None:
        yield server, Miss("not-ready", f"the {server} {say.ending(exited)} before it listened; it printed {shown}",
                           "a server that listens", say.ending(exited), where=where, likely=likely_cause(view, at))
        return
    verdict, why = refusal(settled)
    yield server, Miss("not-ready", f"the {server} never listened on a port; it printed {shown}" + (f" ({why})" if why else ""),
                       "a server that listens", shown, where=where, likely=say.cause(settled), verdict=verdict)


def _of_step(view: View, step: Step, asserted: set[tuple[int, str]], blob: Blob) -> list[Finding]:
    if not view.was_played(step):
        return [_finding(view, step, "", Miss("not-played", "the play did not come to this step", verdict=Verdict.SKIPPED))]
    if isinstance(step, AnyOf):
        return [_any_of(view, step, blob)]
    return [_finding(view, step, actor, miss) for actor, miss in _judged(view, step, asserted, blob)]


def _judged(view: View, step: Step, asserted: set[tuple[int, str]], blob: Blob) -> Judged:
    match step:
        case Type():
            return judge_type(view, step, asserted)
        case Do():
            return judge_do(view, step)
        case Expect():
            return judge_expect(view, step)
        case ExpectFile():
            return judge_files(view, step, blob)
    return [("", None)]


def _any_of(view: View, step: AnyOf, blob: Blob) -> Finding:
    """Several witnesses of one fact: one that holds suffices; all must speak against it to fail it."""
    misses = [miss for inner in step.steps for _, miss in _judged(view, inner, set(), blob)]
    if any(all(miss is None for _, miss in _judged(view, inner, set(), blob)) for inner in step.steps):
        return _finding(view, step, "", None)
    against = [miss for miss in misses if miss is not None]
    verdict = Verdict.UNDECIDED if any(m.verdict is Verdict.UNDECIDED for m in against) else Verdict.FAILED
    sentence = "no witness shows it: " + "; ".join(miss.sentence for miss in against)
    near = next((miss.near for miss in against if miss.near), "")
    likely = next((miss.likely for miss in against if miss.likely), "")
    first = against[0]
    return _finding(view, step, "", Miss(first.code, sentence, first.expected, first.seen, near, first.where, likely, verdict))


def _finding(view: View, step: Step | None, actor: str, miss: Miss | None) -> Finding:
    """A miss as a finding, with the step's place, its hint and the likely cause."""
    number, place = (step.number, str(step.place)) if step else (None, "")
    if miss is None:
        return Finding(Verdict.PASSED, "ok", step.text if step else "", step=number, place=place, actor=actor)
    likely = miss.likely
    if miss.verdict is Verdict.FAILED and step is not None:
        likely = likely_cause(view, view.end(step)) or likely
    return Finding(miss.verdict, miss.code, miss.sentence, step=number, place=place, actor=actor, expected=miss.expected,
                   seen=miss.seen, where=miss.where, near=miss.near, likely=likely, hint=_hint(view, step, miss))


def _hint(view: View, step: Step | None, miss: Miss) -> str:
    """The teacher's hint of this step, if it failed while the programs still ran: no hint helps against a crash."""
    if step is None or miss.verdict is not Verdict.FAILED:
        return ""
    servers = [actor for actor in view.actors if actor not in view.began.accounts]
    expected_to_leave = isinstance(step, Expect)
    crashed = any(view.gone(server, view.start(step)) for server in servers) and not expected_to_leave
    return "" if crashed else view.scenario.hints.get(step.number, "")
