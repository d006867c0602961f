"""How the programs of a stage had behaved when the play was over."""

from __future__ import annotations

from collections.abc import Iterable

from harness.events import Conduct, Exited
from harness.recording import Recorder
from harness.stage.actor import Actor
from harness.stage.procfs import Table


def note_conduct(recorder: Recorder, actors: Iterable[Actor], table: Table | None) -> None:
    """For each who was started: its CPU seconds, its turns while idle, what it leaves behind, that we end it."""
    for actor in actors:
        if actor.life == 0:
            continue
        left = [p for p in (table.processes.values() if table else ()) if p.actor == actor.handle]
        # One that has ended and waits to be reaped has no command line any more.
        stayed = [] if actor.alive else [command for process in left if (command := process.command())]
        cpu = actor.cpu + sum(process.cpu() for process in left)
        recorder.note(Conduct, actor=actor.handle, cpu=round(cpu, 3), idle_switches=actor.idle_switches, stayed=stayed)
        if actor.alive:
            how = {"status": None, "signal": "SIGKILL", "by_us": True}
            recorder.note(Exited, actor=actor.handle, life=actor.life, **how)
