"""A stage's lockstep: for which program it is begun and ended, and what of it stands on the recording."""

from __future__ import annotations

import time
from collections.abc import Sequence

from harness.events import TookTurns
from harness.recording import Recorder
from harness.stage.actor import Actor
from harness.stage.handover import choice
from harness.stage.lockstep import Lockstep
from harness.stage.procfs import Table
from harness.stage.traceable import family, outer_pid

# Of a time in which all threads waited for this part at least, nothing is our doing.
RESTS = 0.5


class Turns:
    """From `take` to `end` the threads of one program run one at a time, as far as they can be traced.

    `seed`: how it is handed over at the first instant of the play, at the next one it is the next number that counts.
    Without a /proc (`table` None) nothing is done.
    """

    def __init__(self, recorder: Recorder, table: Table | None, seed: int) -> None:
        self._recorder = recorder
        self._table = table
        self._number = seed
        self._handle = ""
        self._lockstep: Lockstep | None = None
        self._rest = 0.0  # of the lockstep, when it was asked last

    def take(self, actor: Actor, *, alike: bool) -> None:
        """All is still. What the actor's threads do from `begin` on, they do in turn. `alike`: all ask for the same."""
        self.end()
        if self._table is None or not actor.alive:
            return
        pids = _pids(actor)
        if pids:
            self._handle = actor.handle
            self._lockstep, self._rest = Lockstep(pids, choice(self._number, alike=alike)), 0.0
            self._number += 1
            self._table.traced = True

    @property
    def taken(self) -> bool:
        """Whether threads run one at a time now, or are about to."""
        return self._lockstep is not None

    def begin(self) -> None:
        """What they are to answer has been sent."""
        if self._lockstep is not None:
            self._lockstep.begin()

    def end(self) -> bool:
        """All run as they like again. Says whether they did not before."""
        lockstep, self._lockstep = self._lockstep, None
        if lockstep is None or self._table is None:
            return False
        lockstep.end()
        self._table.traced = False
        self._recorder.note(TookTurns, actor=self._handle, threads=lockstep.threads, stops=lockstep.stops,
                            why=lockstep.trouble)  # fmt: skip
        return True

    def moving(self, since: float) -> bool:
        """Whether, for most of the time since `since`, threads stood or ran: that took our time, and not theirs.

        Of a server that only looks up now and then all threads wait nearly always, as without us.
        """
        if self._lockstep is None or not self._lockstep.traces:
            return False
        before, self._rest = self._rest, self._lockstep.rest
        return self._rest - before < RESTS * (time.monotonic() - since)


def _pids(actor: Actor) -> Sequence[int]:
    try:
        pid = actor.pid if actor.pidfd < 0 else outer_pid(actor.pidfd)
    except OSError:
        return []
    return family(pid) if pid > 0 else []
