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
