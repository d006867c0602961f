"""After a play in which somebody hung: does the server still serve, and where do the programs stand?

Costs nothing where everybody was answered. No verdict can change any more: the
last look at the files is over, what is done here is taken down aside, and only
what came of it (`Lived`, `Asked`) stands in the recording, behind the play.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from harness.events import Event, Exited, Lived, LoginTried, Output, Settled, Signalled, Started, Typed
from harness.logins import Logins
from harness.patience import settle
from harness.recording import Recorder, Recording
from harness.scenario.assignment import Assignment
from harness.stage import Stage
from harness.subject.prompts import UNKNOWN, Manners
from harness.wire import Held

# A new client is waited for so long at each question, in the programs' own time: healthy ones take 0.4 s at most.
NEWCOMER_WITHIN = 5.0

# No scenario can call anybody so.
_NEWCOMER = "newcomer~"


def hanging(events: Iterable[Event], people: Collection[str]) -> list[str]:
    """Which of these people's programs ended the play neither asking for more, nor with an answer, nor at all."""
    owing: set[str] = set()  # typed to, and not a word since
    paused: set[str] = set()
    hung: dict[str, None] = {}
    for event in events:
        match event:
            case Started() | Typed():
                owing.add(event.actor)
            case Output():
                owing.discard(event.actor)
            case Exited():
                hung.pop(event.actor, None)
                owing.discard(event.actor)
            case Signalled(signal="SIGSTOP"):
                paused.add(event.actor)  # whoever stands still because the scenario says so does not hang
            case Signalled():
                paused.discard(event.actor)
            case Held():
                # Nor does whoever waits for what the scenario keeps back.
                paused = paused - {event.actor} if event.released else paused | {event.actor}
            case Settled():
                for actor in [actor for actor in event.alive if actor in people]:
                    silent = actor in owing if event.watched else actor not in event.asks
                    if silent and actor not in event.asks and actor not in paused:
                        hung[actor] = None
                    else:
                        hung.pop(actor, None)
    return list(hung)


class Aftermath:
    """Looks at what a hang has left. `prepare` fills a newcomer's folder, `command` is what starts its client."""

    def __init__(self, stage: Stage, recorder: Recorder, assignment: Assignment, *,
                 prepare: Callable[[str], None], command: Sequence[str], manners: Manners = UNKNOWN) -> None:
        self._stage = stage
        self._recorder = recorder
        self._assignment = assignment
        self._prepare = prepare
        self._command = command
        self._manners = manners

    def look(self, hung: Sequence[str], lingering: Sequence[str], spare: Mapping[str, str]) -> None:
        """Where everybody stands who hangs, or should have left, and whether the server serves a new client.

        `spare`: accounts that nobody uses.
        """
        self._stage.take_leave()
        server = self._assignment.server
        if hung and server is not None and self._stage.alive(server):
            for account, password in list(spare.items())[:1]:
                self._recorder.note(Lived, account=account, line=self._assignment.liveness,
                                    **self._newcomer(server, account, password))
        holding = [server] if hung and server is not None else []
        self._stage.ask(list(dict.fromkeys([*holding, *hung, *lingering])))

    def _newcomer(self, server: str, account: str, password: str) -> dict[str, str]:
        """What becomes of somebody new, in a `result` and why."""
        handle = _NEWCOMER
        self._prepare(handle)
        with self._recorder.aside() as seen:
            logins = Logins(self._stage, self._recorder, answers=self._answers, accounts={handle: (account, password)},
                            run=self._run, within=NEWCOMER_WITHIN, manners=self._manners)
            self._logins = logins
            found = self._visit(logins, handle, seen)
            gone = not self._stage.alive(server)
            self._stage.end(handle)
        return {"result": "gone", "why": ""} if gone else found

    @property
    def _answers(self) -> Sequence[str]:
        return self._assignment.login.answers if self._assignment.login else []

    def _run(self, handle: str) -> None:
        self._stage.start(handle, self._command)
        self._logins.begun(handle)

    def _visit(self, logins: Logins, handle: str, seen: Recording) -> dict[str, str]:
        if self._answers:
            logins.log_in([handle])
            tried = next(seen.all(LoginTried), None)
            if tried is None or tried.result not in ("in", "no-prompt"):
                how = "hung" if tried is None or tried.result == "hung" else "refused"
                return {"result": how, "why": tried.why if tried else ""}
        else:
            self._logins.start([handle])
        return self._command_answered(handle)

    def _command_answered(self, handle: str) -> dict[str, str]:
        before = len(self._stage.output(handle))
        if not self._assignment.liveness:
            return {"result": "served", "why": ""}
        self._stage.type(handle, self._assignment.liveness.encode() + b"\n")
        settled = settle(self._stage, [handle], NEWCOMER_WITHIN)
        answered = len(self._stage.output(handle)) > before
        asks = handle in settled.asks or settled.watched
        return {"result": "served" if answered and asks else "silent", "why": settled.cause}
