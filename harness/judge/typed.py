"""Judge what was typed and who was logged in: was anybody there, was it answered, did the login end as it should."""

from __future__ import annotations

from collections.abc import Iterable

from harness.events import Exited, Listening, LoginTried, Signalled, Started, Typed
from harness.judge import sentences as say
from harness.judge.evidence import PROOF, out_of_time, refusal
from harness.judge.miss import Miss, exactly_one
from harness.judge.silences import too_slow
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
    line = say.shown(event.data.decode(errors="replace"), 80)
    gone = view.gone(handle, view.events.index(event))
    why = f"{say.program(view, handle)} {say.had_ended(gone)} {_when(view, handle, gone)}" if gone else event.why
    return Miss("not-running", f"{line} could not be typed: {why}", "a program that takes what is typed", why,
                where=say.theirs(view, handle, "terminal"))


def _when(view: View, handle: str, gone: Exited) -> str:
    """After which line the program ended: the step at which that is noticed may be far behind. "before": not known."""
    at = view.events.index(gone)
    start = view.born(handle, at)
    acts = [e for e in view.events[start:at] if isinstance(e, Typed | Signalled) or (isinstance(e, Exited) and e.by_us)]
    last, own = acts[-1] if acts else None, view.last_typed(handle, at)
    if gone.by_us or not isinstance(last, Typed) or own is None or own < start:
        return "before"
    mine = view.events[own]
    # Of lines at one instant its own, or else the last one, whoever typed it: a shutdown ends other people's clients.
    typed = mine if isinstance(mine, Typed) and view.top(mine.step) == view.top(last.step) else last
    at_whose = "" if typed.actor == handle else f" at {say.theirs(view, typed.actor, 'terminal')}"
    return f"after {_what(typed)} was typed{at_whose}"


def _what(typed: Typed) -> str:
    if typed.what in ("name", "password"):
        return f"the {typed.what}"
    text = typed.data.decode(errors="replace")
    return say.shown(text.rstrip("\r\n"), 60) if text.strip("\r\n") else "an empty line"


def _no_answer(view: View, step: Type, handle: str, line: str) -> Miss | None:
    """Whether the line was answered and the client asks again: the standing assertion of a typed line."""
    where, who = say.theirs(view, handle, "terminal"), say.program(view, handle)
    expected = "an answer, and the next question"
    typed = say.shown(line, 80) if line.strip() else "an empty line"
    gone = view.gone(handle, view.end(step))
    if gone is not None:
        sentence = f"{who} {say.ending(gone)} after {typed} was typed, and should ask for the next line"
        return Miss("left", sentence, expected, say.ending(gone), where=where)
    settled = view.settled(step, handle)
    verdict, why = refusal(settled)
    seen = view.seen(handle, step)
    if settled is not None and handle not in settled.asks and out_of_time(settled):
        return too_slow(view, step, handle, settled, typed)
    if settled is None or (handle not in settled.asks and (settled.evidence in PROOF or not seen.strip())):
        sentence = f"{typed} has no answer that came to its end: {who} does not ask for the next line"
        return Miss("no-answer", say.open_because(sentence, why), expected, say.shown(seen), where=where,
                    likely=say.cause(settled), verdict=verdict)
    if not seen.strip() and view.prompt(handle, view.start(step)) and not view.capped(handle, view.end(step)):
        sentence = f"{typed} has no answer: {who} printed nothing at all, not even its prompt"
        return Miss("no-answer", say.open_because(sentence, why), expected, "nothing", where=where,
                    likely=say.cause(settled), verdict=verdict)
    return None


def judge_do(view: View, step: Do) -> Iterable[tuple[str, Miss | None]]:
    """Logins must end as the step says; the other deeds are only done."""
    checks = {Deed.LOG_IN: _not_in, Deed.LOGIN_REFUSED: _not_refused}
    check = checks.get(step.deed, _not_started if step.deed in (Deed.START, Deed.RESTART) else _not_typed)
    misses = [(handle, check(view, step, handle)) for handle in step.who]
    if step.quantifier is not Quantifier.ONE:
        return misses
    # Who is kept waiting for ever was neither let in nor refused.
    hung = next((miss for _, miss in misses if miss is not None and miss.code == "no-answer"), None)
    return [(step.who[0], hung or exactly_one(step, misses))]


def _not_started(view: View, step: Do, actor: str) -> Miss | None:
    """A program that listens must listen again, once it was started again; of others nothing is known yet."""
    events = list(view.within(step))
    if actor in view.began.accounts or not any(isinstance(e, Started) and e.actor == actor for e in events):
        return None
    if any(isinstance(e, Listening) and e.actor == actor for e in events):
        return None
    gone = view.gone(actor, view.end(step))
    verdict, why = (Verdict.FAILED, "") if gone else refusal(view.settled_now(step))
    what = f"{say.ending(gone)} before it listened again" if gone else "never listened again"
    seen = say.shown(view.seen(actor, step))
    return Miss("not-ready", say.open_because(f"the {actor} {what}", why), "a server that listens", seen,
                where=say.theirs(view, actor, "terminal"), verdict=verdict)


def _not_in(view: View, step: Do, handle: str) -> Miss | None:
    tried = view.login(step, handle)
    where = say.theirs(view, handle, "terminal")
    if tried is None:
        gone = view.gone(handle, view.end(step))
        return Miss("login-refused", f"{say.program(view, handle)} {say.ending(gone)}", where=where) if gone else None
    if tried.result in ("in", "no-prompt"):
        return None
    if tried.result == "hung":
        return _hung(view, step, handle, tried)
    seen = say.shown(view.seen(handle, step))
    return Miss("login-refused", f"{tried.account} should be let in, and was not: {_reason(view, step, handle, tried)}",
                f"{tried.account} is let in", seen, where=where)


def _reason(view: View, step: Do, handle: str, tried: LoginTried) -> str:
    gone = view.gone(handle, view.end(step))
    return f"{say.program(view, handle)} {say.ending(gone)}" if gone else tried.why


def _hung(view: View, step: Do, handle: str, tried: LoginTried) -> Miss:
    """A login without an end: neither in nor out."""
    settled = view.settled_now(step)
    if settled is not None and out_of_time(settled):
        return too_slow(view, step, handle, settled, f"the login of {tried.account}")
    verdict, why = refusal(settled)
    sentence = f"the login of {tried.account} came to no end: {say.program(view, handle)} does not ask for anything"
    return Miss("no-answer", say.open_because(sentence, why), "the next question", say.shown(view.seen(handle, step)),
                where=say.theirs(view, handle, "terminal"), likely=tried.why, verdict=verdict)


def _not_refused(view: View, step: Do, handle: str) -> Miss | None:
    tried = view.login(step, handle)
    if tried is None or tried.result in ("refused", "left"):
        return None
    if tried.result == "hung":
        return _hung(view, step, handle, tried)
    where = say.theirs(view, handle, "terminal")
    seen = say.shown(view.seen(handle, step))
    expected = "a refusal: the name or the password is asked for again, or the client ends"
    if tried.result == "no-prompt":
        return Miss("login-unclear", f"whether {tried.account} was refused cannot be seen: {tried.why}", expected, seen,
                    where=where, verdict=Verdict.UNDECIDED)
    return Miss("login-accepted", f"{tried.account} should be refused, and was let in: {tried.why}", expected, seen,
                where=where)
