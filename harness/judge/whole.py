"""Judge a play as a whole: was it played to its end, and did the program that listens come to listen?"""

from __future__ import annotations

from collections.abc import Iterable

from harness.events import Ended, Exited, Listening, Noted, Settled
from harness.judge import sentences as say
from harness.judge.bounds import too_much
from harness.judge.causes import traceback
from harness.judge.evidence import refusal
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.verdict import Verdict

Judged = Iterable[tuple[str, Miss | None]]


def faults(view: View) -> Judged:
    """A fault of the harness itself leaves the play undecided: nothing is known about the programs."""
    for event in view.events:
        if isinstance(event, Noted) and event.fault:
            yield "", Miss("harness-fault", f"a fault of the harness, not of the program: {event.text}",
                           verdict=Verdict.UNDECIDED)
    ended = [event for event in view.events if isinstance(event, Ended)]
    if not ended or ended[-1].why != "played":
        yield "", Miss("interrupted", "the play was interrupted before its end", verdict=Verdict.UNDECIDED)
    elif _ready(view) and not all(view.was_played(step) for step in view.scenario.steps()):
        yield "", Miss("interrupted", "some steps are missing in the recording", verdict=Verdict.UNDECIDED)


def _server(view: View) -> str | None:
    return next((actor for actor in view.actors if actor not in view.began.accounts), None)


def _ready(view: View) -> bool:
    return _server(view) is None or any(isinstance(event, Listening) for event in view.events)


def not_ready(view: View) -> Judged:
    """The program that listens must come to listen."""
    server = _server(view)
    if server is None or any(isinstance(e, Listening) and e.actor == server for e in view.events):
        return
    at, exited = next(((at, e) for at, e in enumerate(view.events)
                       if isinstance(e, Exited) and e.actor == server and not e.by_us), (0, None))  # fmt: skip
    settled = next((e for e in view.events if isinstance(e, Settled)), None)
    shown = say.shown(view.text(server, 0, len(view.events)))
    where = say.theirs(view, server, "terminal")
    error = traceback(view, server, 0, len(view.events))
    likely = f"the {server} printed a traceback: {error}" if error else say.cause(settled)
    printed = "" if error else f"; it printed {shown}"
    expected = "a server that listens"
    if exited is not None:
        if (took := too_much(view, exited, at)) is not None:
            likely = f"{took.sentence}: {took.likely}"
        sentence = f"the {server} {say.ending(exited)} before it listened on a port{printed}"
        yield server, Miss("not-ready", sentence, expected, say.ending(exited), "", where, likely)
        return
    verdict, why = refusal(settled)
    sentence = say.open_because(f"the {server} never listened on a port{printed}", why)
    yield server, Miss("not-ready", sentence, expected, shown, "", where, likely, verdict)
