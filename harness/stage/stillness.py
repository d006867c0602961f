"""Knows when it is proved that nothing more can come. What waits meanwhile, and what comes, is in pumping.py.

The proof (docs: "Stillness"): every thread of every program is blocked in a
call without a time limit, none has run between two looks, and between these
looks nothing was on its way to anybody who waits for it. Then nobody can ever
run again until we type.

    look -> picture -> look      every thread blocked, and the same both times

Typed bytes are flushed into the terminals when the picture is taken (poll on
the slave waits for the kernel's worker), so a line just typed either lies there
unread or has already woken its reader, which the second look then sees. The
terminals are drained after the second look: what was written was written before.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

from harness.events import Settled
from harness.recording import Recorder
from harness.stage.actor import Actor
from harness.stage.box import Box
from harness.stage.evidence import Observer
from harness.stage.explain import Scene, cause, waits
from harness.stage.explain import name as name_of
from harness.stage.picture import Picture
from harness.stage.procfs import Table
from harness.stage.pumping import Pump
from harness.stage.settling import Settling
from harness.stage.turns import Turns

# Programs that have slept for so long between two settlings are looked at before we type: whoever ran, ran by itself.
IDLE_LOOK = 0.05

# A launcher that has not reported an exit for so long at the end is not waited for.
LAST_REPORTS = 1.0

# So many programs' threads are recorded at every settling; with more, only those of whom was typed to, if they are few.
FEW = 8


class Stillness(Pump):
    """Pumps, and knows when nothing more can come."""

    def __init__(self, recorder: Recorder, box: Box, table: Table | None, observer: Observer | None,
                 keep: int, turns: Turns) -> None:  # fmt: skip
        super().__init__(recorder, box, keep)
        self._table = table
        self._observer = observer
        self._turns = turns
        self.slowest = 0.0  # answer so far, in the programs' own time
        self.starting = True  # something was started since the last settling
        self._rested_at = 0.0  # when nobody could run any more, if that was proved

    def watch(self, actor: Actor) -> None:
        """From now on this actor's terminal is pumped, and its program must be still too."""
        super().watch(actor)
        self.starting = True
        self._rested_at = 0.0

    # --- settling

    def settle(self, typed_to: Sequence[str], within: float) -> Settled:
        """Wait for stillness, `within` seconds of the programs' own time at most, and note how it was reached."""
        if self._table is None or self._observer is None:
            return self._settle_by_time(within)
        play = Settling(self, within)
        evidence, picture = play.run()
        # How long a program takes to start says nothing of its answers, nor how long threads take that were held.
        if not self.starting and not self._turns.taken:
            rested = play.own if evidence in ("still", "stuck") else 0.0
            self.slowest = max(self.slowest, play.answered or rested)
        return self._conclude(evidence, picture, typed_to, play)

    def _conclude(self, evidence: str, picture: Picture, typed_to: Sequence[str], play: Settling) -> Settled:
        alive = sorted(name for name, actor in self._actors.items() if actor.alive)
        asking = picture.asking
        asks = [name for name in alive if name in asking]
        hung = [name for name in typed_to if name in alive and name not in asks]
        troubled = bool(hung) or evidence in ("stuck", "spinning", "gave-up", "timed")
        # All threads of two hundred idle clients would be most of the recording: they matter when something hangs.
        only = None if troubled or len(alive) <= FEW else typed_to if len(typed_to) <= FEW else ()
        scene = self._scene(evidence, picture, play, only, troubled)
        why = cause(scene, hung) if troubled else ""
        self._remember(evidence, picture, play)
        return self._recorder.note(
            Settled, evidence=evidence, wall=play.wall, own=play.own, within=play.within, looks=play.looks,
            until=picture.until or 0.0 if evidence == "until" else 0.0, asks=asks, alive=alive, cause=why,
            waits=waits(scene),
        )  # fmt: skip

    def _scene(self, evidence: str, picture: Picture, play: Settling, only: Collection[str] | None,
               whose: bool) -> Scene:  # fmt: skip
        assert self._observer is not None
        scene = self._observer.scene(picture, only, whose=whose)
        if evidence == "spinning" and play.hottest is not None:
            thread, cpu = play.hottest
            who = f"a thread of {name_of(thread.process.actor)} ({thread.name}, {thread.tid})"
            return replace(scene, spinner=who, spun=cpu)
        return scene

    def _remember(self, evidence: str, picture: Picture, play: Settling) -> None:
        self.starting = False
        self._rested_at = time.monotonic() if evidence in ("still", "stuck") else 0.0
        for name, actor in self._actors.items():
            # What nobody has read yet may still be being delivered when the next settling begins.
            actor.typed_to = name in picture.unread
        for waiter in picture.waiters:
            if waiter.actor in self._actors and waiter.ends_in(time.monotonic()) is not None:
                self._actors[waiter.actor].idle_switches += play.since_news(waiter.thread)[1]

    def before_typing(self) -> None:
        """Whoever has run since all was still had no reason to: its waits may have limits that /proc does not show.

        (SO_RCVTIMEO and alarm() do that.) Such a thread is steady at best from now on, never still.
        """
        rested, self._rested_at = self._rested_at, 0.0
        if self._table is None or not rested or time.monotonic() - rested < IDLE_LOOK:
            return
        for thread in self._table.threads():
            if thread.refresh() and not thread.wait_is_timed():
                thread.restless = True

    def _settle_by_time(self, within: float) -> Settled:
        """Without /proc: nothing came for a while. Weak, and said so."""
        began = last = time.monotonic()
        quiet = max(0.3, 5 * self.slowest)
        while (now := time.monotonic()) - last < quiet and now - began < within:
            if self.pump(0.02).news:
                last = time.monotonic()
        self.slowest = max(self.slowest, last - began)
        evidence = "timed" if now - last >= quiet else "gave-up"
        alive = sorted(name for name, actor in self._actors.items() if actor.alive)
        wall = time.monotonic() - began
        return self._recorder.note(Settled, evidence=evidence, wall=wall, own=wall, within=within, alive=alive)

    def last_words(self) -> None:
        """Before the end: what still comes out, who has ended and is about to be reported, who is there."""
        deadline = time.monotonic() + LAST_REPORTS
        self.pump()
        while not self.all_reported() and time.monotonic() < deadline:
            self.pump(0.001)
        if self._table is not None:
            self._table.relist()

    # --- what a settling needs

    @property
    def table(self) -> Table:
        """The programs."""
        assert self._table is not None
        return self._table

    @property
    def expecting(self) -> bool:
        """Whether somebody was typed to since the last settling."""
        return any(actor.typed_to for actor in self._actors.values())

    def observe(self) -> Picture:
        """A picture, with the terminals that were typed to since the last settling."""
        assert self._observer is not None
        return self._observer.picture({n: a for n, a in self._actors.items() if a.typed_to})

    def all_reported(self) -> bool:
        """Whether every program that has ended has been reported.

        Of one whose threads were traced the kernel tells only once the last of them is gone for the tracer, too: until
        then nothing but zombies is left of it.
        """
        return super().all_reported() and not any(map(self._only_zombies, self._actors.values()))

    def _only_zombies(self, actor: Actor) -> bool:
        process = self._table.processes.get(actor.pid) if self._table is not None and actor.alive else None
        if process is None or not process.threads:
            return False
        return all(thread.wait is not None and thread.wait.call == "zombie" for thread in process.threads.values())

    def let_go(self) -> bool:
        """All is still: whether the network lets go of something that it kept until then."""
        return self._relay is not None and self._relay.let_go()

    def held_up(self, since: float) -> bool:
        """Whether our doing took time since then: pieces that the network sends one by one, or threads in turn."""
        return self._turns.moving(since) or (self._relay is not None and self._relay.cutting(since))
