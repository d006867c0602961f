"""Counts what the server's processes hold when all is settled: at its start, and whenever a client has gone.

Nothing else is counted, because nothing else is comparable: while somebody asks something, a server may hold whatever
it needs for that.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import Any

from harness.events import Census
from harness.recording import Recorder
from harness.stage.actor import Actor
from harness.stage.process import Process
from harness.stage.procfs import Table

# Executors of Java start a worker for each task until they have their number, though others are idle: a pool that
# fills looks like a leak of one thread a client. They are known by the names that the library gives them.
_POOLS = ("pool-", "ForkJoinPool", "VirtualThread", "Read-Poller", "Write-Poller")


class Counting:
    """Takes a census of one actor's processes whenever there is a reason for one."""

    def __init__(self, recorder: Recorder, table: Table, server: str) -> None:
        self._recorder = recorder
        self._table = table
        self._server = server
        self._ended = 0  # clients' programs, at the last census

    def at_start(self, actor: str, actors: Iterable[Actor]) -> None:
        """It listens: what it holds now it needs for itself."""
        if actor == self._server:
            self._take("still", list(actors))

    def settled(self, evidence: str, actors: Iterable[Actor]) -> None:
        """All is settled: if somebody has gone since the last census, here is another."""
        everybody = list(actors)
        if _ended(everybody, self._server) != self._ended:
            self._take(evidence, everybody)

    def _take(self, evidence: str, actors: list[Actor]) -> None:
        self._ended = _ended(actors, self._server)
        mine = [process for process in self._table.processes.values() if process.actor == self._server]
        if mine:
            people = [actor.handle for actor in actors if actor.alive and actor.handle != self._server]
            self._recorder.note(Census, actor=self._server, ended=self._ended, alive=sorted(people), evidence=evidence,
                                processes=[_count(process) for process in mine])  # fmt: skip


def _ended(actors: list[Actor], server: str) -> int:
    return sum(actor.life - actor.alive for actor in actors if actor.handle != server)


def _count(process: Process) -> dict[str, Any]:
    threads = [thread for thread in process.threads.values() if not thread.housekeeping()]
    pooled = sum(1 for thread in threads if process.is_jvm() and thread.name.startswith(_POOLS))
    descriptors = 0
    with contextlib.suppress(OSError):  # one that has ended and waits to be reaped has none
        descriptors = len(os.listdir(process.proc.path(f"{process.pid}/fd")))
    sockets = len(process.sockets())
    return {"pid": process.pid, "threads": len(threads) - pooled, "pooled": pooled, "sockets": sockets,
            "descriptors": descriptors - sockets}  # fmt: skip


# Of each actor's processes: CPU seconds, and for each thread the seconds that it has waited for a core.
Spent = dict[str, tuple[float, dict[int, float]]]


def unasked(table: Table | None) -> Spent:
    """What everybody's programs have used so far."""
    spent: Spent = {}
    for process in table.processes.values() if table is not None else ():
        cpu, waited = spent.get(process.actor, (0.0, {}))
        # Not by Thread.refresh(): who ran while nobody typed is found out by what had been seen before.
        told = {tid: process.proc.text(f"{process.pid}/task/{tid}/schedstat").split() for tid in process.threads}
        delays = {tid: int(fields[1]) / 1e9 for tid, fields in told.items() if len(fields) > 1}
        spent[process.actor] = cpu + process.cpu(), waited | delays
    return spent


def since(before: Spent, after: Spent) -> dict[str, dict[str, float]]:
    """What was used between: CPU seconds of each actor, and how long the one of its threads that waited most waited."""
    cpu = {actor: round(max(0.0, spent - before.get(actor, (0.0, {}))[0]), 3) for actor, (spent, _) in after.items()}
    waited = {actor: round(max((delay - before.get(actor, (0.0, {}))[1].get(tid, 0.0)
                                for tid, delay in delays.items()), default=0.0), 3)
              for actor, (_, delays) in after.items()}  # fmt: skip
    return {"cpu": cpu, "waited": waited}
