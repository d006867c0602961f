"""Judge what was typed and who was logged in: was anybody there, was it answered, did the login end as it should."""

from __future__ import annotations

from collections.abc import Iterable

from harness.judge import sentences as say
from harness.judge.evidence import PROOF, refusal
from harness.judge.miss import Miss, exactly_one
from harness.judge.view import View
from harness.scenario.model import Deed, Do, Quantifier, Type
from harness.verdict import Verdict


def judge_type(view: View, step: Type, asserted: set[tuple[int, str]]) -> Iterable[tuple[str, Miss | None]]:
    """Each line must have found a program that reads it; where nothing else is expected, an answer must have come."""
    for handle, line in step.lines:
        miss = _not_typed(view, step, handle)
        if miss is None and (step.number, handle) in asserted:
            miss = _no_answer(view, step, handle, line)
        yield handle, miss


def _not_typed(view: View, step: Type | Do, handle: str) -> Miss | None:
    event = view.not_typed(step, handle)
    if event is None:
        return None
    line = event.data.decode(errors="replace").strip()
    gone = view.gone(handle, view.start(step))
    why = f"it {say.ending(gone)} earlier" if gone else event.why
    return Miss("not-running", f"{line!r} could not be typed, because {say.program(view, handle)} was not there: {why}",
                expected="a client that takes the line", seen=why, where=say.theirs(view, handle, "terminal"))


def _no_answer(view: View, step: Type, handle: str, line: str) -> Miss | None:
    """Whether the line was answered and the client asks again: the standing assertion of a typed line."""
    where = say.theirs(view, handle, "terminal")
    gone = view.gone(handle, view.end(step))
    if gone is not None:
        return Miss("left", f"{say.program(view, handle)} {say.ending(gone)} when {line!r} was typed; expected an answer "
                    "and the next question", "an answer, and the next question", say.ending(gone), where=where)
    settled = view.settled(step, handle)
    verdict, why = refusal(settled)
    seen = view.seen(handle, step)
    if settled is None or (handle not in settled.asks and settled.evidence in PROOF):
        sentence = f"{line!r} has no answer that came to its end: {say.program(view, handle)} does not ask for the next line"
        return Miss("no-answer", sentence + (f" ({why})" if why else ""), "an answer, and the next question",
                    say.shown(seen), where=where, likely=say.cause(settled), verdict=verdict)
    if not seen.strip() and view.prompt(handle, view.start(step)):
        return Miss("no-answer", f"{line!r} was not answered: nothing at all was printed, not even the prompt",
                    "an answer, and the next question", "nothing", where=where, likely=say.cause(settled), verdict=verdict)
    return None


def judge_do(view: View, step: Do) -> Iterable[tuple[str, Miss | None]]:
    """Logins must end as the step says; the other deeds are only done."""
    checks = {Deed.LOG_IN: _not_in, Deed.LOGIN_REFUSED: _not_refused}
    check = checks.get(step.deed, _not_typed)
    misses = [(handle, check(view, step, handle)) for handle in step.who]
    return [(step.who[0], exactly_one(step, misses))] if step.quantifier is Quantifier.ONE else misses


def _not_in(view: View, step: Do, handle: str) -> Miss | None:
    tried = view.login(step, handle)
    where = say.theirs(view, handle, "terminal")
    if tried is None:
        gone = view.gone(handle, view.end(step))
        return Miss("login-refused", f"{say.program(view, handle)} {say.ending(gone)}", where=where) if gone else None
    if tried.result in ("in", "no-prompt"):
        return None
    seen = view.seen(handle, step)
    what = {"refused": f"was refused: {tried.why}", "left": "was not let in: its client ended",
            "hung": "was not let in: its client no longer waits for the keyboard"}[tried.result]
    verdict, open_because = refusal(view.settled_now(step)) if tried.result == "hung" else (Verdict.FAILED, "")
    sentence = f"{tried.account} should be logged in and {what}" + (f" ({open_because})" if open_because else "")
    return Miss("login-refused", sentence, f"{tried.account} is let in", say.shown(seen), where=where, verdict=verdict,
                likely=tried.why if tried.result == "hung" else "")


def _not_refused(view: View, step: Do, handle: str) -> Miss | None:
    tried = view.login(step, handle)
    if tried is None or tried.result in ("refused", "left"):
        return None
    where = say.theirs(view, handle, "terminal")
    seen = say.shown(view.seen(handle, step))
    expected = "a refusal: the name or the password is asked for again, or the client ends"
    if tried.result == "no-prompt":
        return Miss("login-unclear", f"whether {tried.account} was refused cannot be seen: {tried.why}", expected, seen,
                    where=where, verdict=Verdict.UNDECIDED)
    if tried.result == "hung":
        verdict, why = refusal(view.settled_now(step))
        return Miss("no-answer", f"the login of {tried.account} has no answer that came to its end" + (f" ({why})" if why else ""),
                    expected, seen, where=where, likely=tried.why, verdict=verdict)
    return Miss("login-accepted", f"{tried.account} should be refused and was let in: {tried.why}", expected, seen,
                where=where)
