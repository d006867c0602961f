"""`one order explains every answer`: the recording's history, held against the assignment's model, as a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.events import FileSeen, Signalled, Started
from harness.judge.concurrency.check import check
from harness.judge.concurrency.history import Asked, Blob, History
from harness.judge.concurrency.kinds import LIKELY, NO_RACE, Kind, kind_of
from harness.judge.concurrency.operations import Operation, Splitting, Verdict
from harness.judge.concurrency.pieces import find_torn
from harness.judge.concurrency.smallest import Part, smallest
from harness.judge.miss import Miss
from harness.judge.sentences import several, shown
from harness.judge.view import View
from harness.recording import Recording
from harness.scenario.loader import assignment_from
from harness.scenario.model import Scenario, Step
from harness.scenario.model_code import load_model
from harness.verdict import IN_GRADING_ONLY, Finding
from harness.verdict import Verdict as Concluded

# Seconds for the verdict, and again for the smallest part of what is not explained.
BUDGET = 10.0


def judge_history(scenario: Scenario, recording: Recording, step: Step, blob: Blob = lambda _: None) -> Finding:
    """Whether one order explains every answer up to this step, as a finding. `blob`: contents by their SHA-256."""
    miss = order_differs(View(scenario, recording), step, blob)
    if miss is None:
        return Finding(Concluded.PASSED, "ok", step.text, step.number, str(step.place))
    return Finding(miss.verdict, miss.code, miss.sentence, step.number, str(step.place), "", miss.expected, miss.seen,
                   miss.where, likely=miss.likely)


def order_differs(view: View, step: Step, blob: Blob = lambda _: None, budget_s: float = BUDGET) -> Miss | None:
    """Why no order explains the answers up to this step; None if one does."""
    if not view.began.model:
        return _without_model(view)
    if _started_again(view, step):
        return _open("the server was started again, and what it knew is gone")
    accounts = _accounts(view, blob)
    model = load_model(view.began.model).model(accounts or {}, view.began.values)
    history = History(view, model, accounts, view.scenario.leaving, view.end(step))
    if history.unclear or not history.asked:
        return _open(history.unclear or "nothing that the model knows of was asked")
    verdict = check(history.operations, model, budget_s)
    if verdict.answer == "unexplained":
        return _told(history, model, verdict, budget_s)
    if torn := find_torn(history, model):
        return torn
    return None if verdict.answer == "explained" else _open(verdict.why)


def _open(why: str) -> Miss:
    return Miss("order-open", f"whether one order explains every answer cannot be told: {why}",
                "one order that explains every answer", verdict=Concluded.UNDECIDED)


def _without_model(view: View) -> Miss:
    """A student's kit has no model: what it would say of this play is found out in grading, and nobody guesses it."""
    if "model" not in assignment_from(view.began).withheld:
        return _open("this recording holds no model to judge it by")
    sentence = ("whether one order explains every answer is judged in grading only: the model that knows which answers "
                "are right stays with the course")
    return Miss(IN_GRADING_ONLY, sentence, "one order that explains every answer", verdict=Concluded.UNDECIDED)


def _started_again(view: View, step: Step) -> bool:
    before = view.events[: view.end(step)]
    servers = [e for e in before if isinstance(e, Started | Signalled) and e.actor not in view.began.accounts]
    return len(servers) > 1


def _accounts(view: View, blob: Blob) -> Mapping[str, str] | None:
    """The accounts that there were at the beginning; None: not known, or nobody logs in."""
    assignment = assignment_from(view.began)
    if assignment.login is None or assignment.accounts is None:
        return None
    path = assignment.accounts.file
    seen = next((e for e in view.events if isinstance(e, FileSeen) and e.when == "before" and e.path == path), None)
    kept = {e.sha256: e.content for e in view.events if isinstance(e, FileSeen) and e.content is not None}
    content = kept.get(seen.sha256) or blob(seen.sha256) if seen is not None else None
    if content is None:
        return None
    pairs = [line.split(" ") for line in content.decode(errors="replace").splitlines() if line.strip()]
    return {pair[0]: pair[1] for pair in pairs} if all(len(pair) == 2 for pair in pairs) else None


def _told(history: History, model: Any, verdict: Verdict, budget_s: float) -> Miss:
    """The finding: the smallest part, a sentence, and the part's operations as lanes."""
    operations = _of_key(history.operations, model, verdict)
    kind = kind_of(operations, model, verdict.why, verdict.misfits)
    # What the kind is seen in is told to the search for the smallest part: it is tried first.
    hinted = Verdict("unexplained", misfits=list(dict.fromkeys([*verdict.misfits, *kind.operations])))
    part = smallest(operations, model, hinted, budget_s)
    asked = {(one.operation.process, one.operation.invoked): one for one in history.asked}
    # Those that the sentence speaks of are shown even where one answer alone says it all.
    named = {(op.process, op.invoked) for op in (*part.operations, *kind.operations)}
    seen = [one for place, one in sorted(asked.items(), key=lambda item: item[0][1]) if place in named]
    return Miss(kind.code, _sentence(kind, asked, seen, model), "one order that explains every answer",
                lanes(seen, part), likely=_likely(kind, operations), where=_where(kind, part, model))


def _of_key(operations: Sequence[Operation], model: Any, verdict: Verdict) -> list[Operation]:
    """The operations of the key that is not explained, with what the others are for it."""
    found = []
    for op in sorted(operations, key=lambda op: op.invoked):
        key = op.key if op.key is not None else model.key(op.request)
        if verdict.key is None or key == verdict.key:
            found.append(op)
        elif key is None and isinstance(model, Splitting):
            aspect = model.aspect(op.request, op.reply, verdict.key)
            if aspect is not None:
                found.append(Operation(op.process, *aspect, op.invoked, op.returned, verdict.key))
    return found


def _sentence(kind: Kind, asked: Mapping[tuple[str, float], Asked], part: Sequence[Asked], model: Any) -> str:
    """What was seen, as people say it."""
    ops = [op for op in kind.operations if (op.process, op.invoked) in asked]
    mine = [asked[op.process, op.invoked] for op in ops]
    where = f" {model.where(ops[0].request)}".rstrip() if ops and hasattr(model, "where") else ""
    if kind.code == "two-winners" and len(ops) > 1:
        both = "both" if len(ops) == 2 else "all"
        return f"{_names(ops)} were {both} told that they have {kind.about}, {apart(ops[0], ops[-1])} apart"
    if kind.code == "number-twice" and len(ops) > 2:
        item = model.item(ops[1].request)
        return f"{_names(ops[1:3])} both got {item} number {kind.about}{where}, {apart(ops[1], ops[2])} apart"
    if kind.code == "number-missing" and ops:
        return f"{ops[0].process} was shown no {model.item(ops[0].request)} number {kind.about}{where}, and later ones"
    lines = several([f"{one.actor}'s {one.line!r}" for one in (mine or part)][:4])
    others = several([f"{one.actor}'s {one.line!r}" for one in mine[1:]][:4])
    if not others:
        return f"no order of these requests explains what they were answered{where}: {lines}"
    read = f"{mine[0].actor}'s {mine[0].line!r}"
    texts = {
        "lost": f"{others} was carried out, and is missing{where} when {read} is answered; nobody took it away",
        "doubled": f"{others} was sent once, and stands twice{where} when {read} is answered",
        "reordered": f"{others} stand in another order{where} than they were carried out in, or were seen in before",
    }
    return texts.get(kind.code, f"no order of these requests explains what they were answered{where}: {lines}")


def _names(ops: Sequence[Operation]) -> str:
    names = list(dict.fromkeys(op.process for op in ops))
    return several(names) if len(names) > 1 else f"two requests of {names[0]}"


def apart(one: Operation, other: Operation) -> str:
    """How long after each other two were asked for: "2 ms", "1.3 s"."""
    gap = abs(one.invoked - other.invoked)
    return f"{gap:.1f} s" if gap >= 1 else f"{gap * 1000:.0f} ms" if gap >= 0.001 else "less than 1 ms"


def _likely(kind: Kind, operations: Sequence[Operation]) -> str:
    """What usually causes it: a race only where requests overlapped that can have raced."""
    # Two who both won, or have one number, raced each other; what was lost was written over by anybody's.
    racers = {"two-winners": kind.operations, "number-twice": kind.operations[1:]}.get(kind.code, ())
    if overlapped(racers if len(racers) > 1 else operations):
        return LIKELY[kind.code]
    if not overlapped(operations):
        return "No two of these requests overlapped: this goes wrong one after the other, too."
    return NO_RACE[kind.code]


def overlapped(operations: Sequence[Operation]) -> bool:
    """Whether any two of these were asked at the same time."""
    latest = float("-inf")
    for op in sorted(operations, key=lambda op: op.invoked):
        if op.invoked <= latest:
            return True
        latest = max(latest, op.invoked if op.returned is None else op.returned)
    return False


def _where(kind: Kind, part: Part, model: Any) -> str:
    ops = list(kind.operations) or list(part.operations)
    return str(model.where(ops[0].request)).removeprefix("in ") if ops and hasattr(model, "where") else ""


def lanes(part: Sequence[Asked], whole: Part) -> str:
    """The part as plain lines, one for each request, in the order of their times (report/lanes.py draws them)."""
    began = min((one.operation.invoked for one in part), default=0.0)
    rows = []
    for one in part:
        op = one.operation
        end = f"{(op.returned - began) * 1000:.1f}" if op.returned is not None else "…"
        said = shown(one.shown.replace("\n", " / "), 120)
        rows.append(f"{(op.invoked - began) * 1000:.1f} to {end} ms  {one.actor}: {one.line}  ->  {said}")
    left = whole.among - len(part)
    return "\n".join([*rows, f"(and {left} other requests, whatever they were answered)"] if left else rows)
