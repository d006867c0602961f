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
    """Why a program ended, if that was for taking too much: it was ended, or got no more and gave up."""
    mine = [e for e in view.events[view.born(exited.actor, at) : at]
            if isinstance(e, Exceeded) and e.actor == exited.actor]  # fmt: skip
    return _miss(view, mine[-1], Verdict.FAILED, exited) if mine else None


def unseen(view: View) -> Iterator[tuple[str, Miss]]:
    """What no program's end was told by: left by one that had ended, known to belong to nobody, or ended as it may."""
    for at, event in enumerate(view.events):
        if isinstance(event, Exceeded) and not _ended_a_program(view, event, at):
            yield event.actor, _miss(view, event, Verdict.PASSED, _end_of(view, event, at))


def _end_of(view: View, event: Exceeded, at: int) -> Exited | None:
    return next((e for e in view.events[at:] if isinstance(e, Exited) and e.actor == event.actor), None)


def _ended_a_program(view: View, event: Exceeded, at: int) -> bool:
    """Whether a crash tells of it. (A client that gives up by itself is none.)"""
    later = (e for e in view.events[at:] if isinstance(e, Exited) and e.actor == event.actor)
    return any(not e.by_us and e.step is not None and (e.signal or e.actor not in view.began.accounts) for e in later)


def _miss(view: View, event: Exceeded, verdict: Verdict, exited: Exited | None) -> Miss:
    who = say.program(view, event.actor) if event.actor else "a program that one of them had started"
    verb = "had" if event.what == "processes" else "took"
    sentence = f"{who} {verb} more than {amount(event.what, event.bound)} and was ended"
    if exited is not None and not exited.by_us and exited.signal != "SIGKILL":
        sentence = f"{who} had used up its {amount(event.what, event.bound)} when it {say.ending(exited)}"
    return Miss("exceeded", sentence, f"at most {amount(event.what, event.bound)}", amount(event.what, event.seen),
                verdict=verdict, likely=_LIKELY.get(event.what, ""))
