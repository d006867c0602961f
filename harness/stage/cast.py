"""The actors of a stage: their folders, what their programs find in their environment, whose a process is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.stage.actor import Actor
from harness.stage.box import Box
from harness.stage.procfs import Table


class Cast:
    """Every actor of one stage, each made on first use, in a folder of its own below `folder`.

    `environment`: what their programs find there besides the fixed one. `table`: the processes, where they are seen.
    """

    def __init__(self, folder: Path, box: Box, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._box = box
        self._environment = dict(environment)
        self._actors: dict[str, Actor] = {}
        self.table: Table | None = None

    def __getitem__(self, handle: str) -> Actor:
        if handle not in self._actors:
            place = self._folder / handle
            place.mkdir(exist_ok=True)
            self._actors[handle] = Actor(handle, place)
        return self._actors[handle]

    def __iter__(self) -> Iterator[Actor]:
        return iter(self._actors.values())

    def whose(self, pid: int, ppid: int, session: int) -> str | None:
        """The actor that a process belongs to; None for the launcher and for strangers."""
        assert self.table is not None
        if pid in (self._box.launcher, self._box.guardian):
            return None
        for actor in self:
            if session in actor.pids or pid in actor.pids:
                return actor.handle
        if ppid in self.table.processes:
            return self.table.processes[ppid].actor
        environment = self.table.text(f"{pid}/environ").split("\0")
        if f"HARNESS_RUN={self._box.tag}" not in environment and self._box.level != "box":
            return None
        return next((e.partition("=")[2] for e in environment if e.startswith("HARNESS_ACTOR=")), "")

    def environment_of(self, who: Actor) -> dict[str, str]:
        """A fixed environment: what a program does must not depend on whose machine it is."""
        return {
            "PATH": os.environ.get("PATH", os.defpath), "HOME": str(who.folder), "PWD": str(who.folder),
            "TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "USER": "student", "LOGNAME": "student",
            "SHELL": "/bin/sh", "COLUMNS": "500", "LINES": "50", "TMPDIR": "/tmp",
            "PYTHONFAULTHANDLER": "1", "PYTHONDONTWRITEBYTECODE": "1",
            **self._environment, "HARNESS_RUN": self._box.tag, "HARNESS_ACTOR": who.handle,
        }  # fmt: skip
