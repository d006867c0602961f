"""Judge who took more of the machine than programs may: it was ended, and its end is its own doing."""

from __future__ import annotations

from collections.abc import Iterator

from harness.box.words import amount
from harness.events import Exceeded, Exited
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.verdict import Verdict

_LIKELY = {
    "memory": "something grows without end: a list, a buffer that is never emptied, a loop that appends",
    "processes": "something starts processes or threads without end: a loop around fork() or Thread()",
    "disk": "something writes without end: a log, or a loop around write()",
    "files": "something makes files without end",
}


def too_much(view: View, exited: Exited, at: int) -> Miss | None:
    """Why a program that was ended was ended, if it was for taking too much."""
    if exited.signal != "SIGKILL":
        return None
    mine = [e for e in view.events[view.born(exited.actor, at) : at]
            if isinstance(e, Exceeded) and e.actor == exited.actor]  # fmt: skip
    return _miss(view, mine[-1], Verdict.FAILED) if mine else None


def unseen(view: View) -> Iterator[tuple[str, Miss]]:
    """What was ended and was no program in a terminal: left by one that had ended, or known to belong to nobody."""
    for at, event in enumerate(view.events):
        if isinstance(event, Exceeded) and not _ended_a_program(view, event, at):
            yield event.actor, _miss(view, event, Verdict.PASSED)


def _ended_a_program(view: View, event: Exceeded, at: int) -> bool:
    later = (e for e in view.events[at:] if isinstance(e, Exited) and e.actor == event.actor)
    return any(not e.by_us and e.step is not None for e in later)


def _miss(view: View, event: Exceeded, verdict: Verdict) -> Miss:
    who = say.program(view, event.actor) if event.actor else "a program that one of them had started"
    sentence = f"{who} took more than {amount(event.what, event.bound)} and was ended"
    if event.what == "processes":
        sentence = f"{who} had more than {amount(event.what, event.bound)} and was ended"
    return Miss("exceeded", sentence, f"at most {amount(event.what, event.bound)}", amount(event.what, event.seen),
                verdict=verdict, likely=_LIKELY.get(event.what, ""))
