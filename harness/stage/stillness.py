"""Waits until it is proved that nothing more can come. The only module of the stage that waits at all.

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

import os
import select
import signal
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from harness.events import Capped, Exceeded, Exited, Output, Settled
from harness.recording import Recorder
from harness.stage.actor import Actor
from harness.stage.box import Box, Gone
from harness.stage.evidence import Observer
from harness.stage.explain import Scene, cause, waits
from harness.stage.explain import name as name_of
from harness.stage.picture import Picture
from harness.stage.procfs import Table
from harness.stage.relay import Relay
from harness.stage.settling import Came, Settling

# Programs that have slept for so long between two settlings are looked at before we type: whoever ran, ran by itself.
IDLE_LOOK = 0.05

# A launcher that has not reported an exit for so long at the end is not waited for.
LAST_REPORTS = 1.0

# Something that no terminal tells is looked at again after so long.
LOOK_AGAIN = 0.005

# So many programs' threads are recorded at every settling; with more, only those of whom was typed to, if they are few.
FEW = 8


class Stillness:
    """Pumps the terminals of one stage into its recorder, and knows when nothing more can come."""

    def __init__(self, recorder: Recorder, box: Box, table: Table | None, observer: Observer | None,
                 keep: int) -> None:  # fmt: skip
        self._recorder = recorder
        self._box = box
        self._table = table
        self._observer = observer
        self._keep = keep
        self._actors: dict[str, Actor] = {}
        self._by_fd: dict[int, Actor] = {}
        self._poller = select.poll()
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._register(box.control.fileno())
        self._lives = select.poll()
        self._relay: Relay | None = None
        self.slowest = 0.0  # answer so far, in the programs' own time
        self.starting = True  # something was started since the last settling
        self._rested_at = 0.0  # when nobody could run any more, if that was proved

    # --- who is watched

    def attach(self, relay: Relay) -> None:
        """From now on this relay works whenever terminals are pumped."""
        self._relay = relay
        self._register(relay.fileno())

    def watch(self, actor: Actor) -> None:
        """From now on this actor's terminal is pumped."""
        assert actor.terminal is not None
        self._actors[actor.handle] = actor
        self._by_fd[actor.terminal.master] = actor
        self._register(actor.terminal.master)
        self.starting = True
        self._rested_at = 0.0
        if actor.pidfd >= 0:
            self._lives.register(actor.pidfd, select.POLLIN)

    def forget(self, actor: Actor) -> None:
        """Its terminal is about to be closed."""
        if actor.terminal is not None and self._by_fd.pop(actor.terminal.master, None) is not None:
            self._poller.unregister(actor.terminal.master)
            if self._epoll is not None:
                self._epoll.unregister(actor.terminal.master)

    def _register(self, fd: int) -> None:
        self._poller.register(fd, select.POLLIN)
        if self._epoll is not None:
            self._epoll.register(fd, select.EPOLLIN)

    # --- pumping

    def pump(self, pause: float = 0.0) -> Came:
        """Wait for a sign of life, `pause` seconds at most, take down what came, and say what it was."""
        if pause > 0:
            self._wait(pause)
        # poll, not epoll, decides what is there: it waits for the kernel's worker that hands output over.
        size, news = 0, False
        ready = [fd for fd, _ in self._poller.poll(0)]
        for fd in ready:
            if fd in self._by_fd:
                actor = self._by_fd[fd]
                news = news or not actor.capped
                size += self._drain(actor)
        if self._box.control.fileno() in ready or self._box.heard:
            for gone in self._box.exits():
                self._note_over()
                self._exited(gone)
                news = True
            self._note_over()
        # Behind the terminals: what a program says before it sends something stands before it on the recording.
        return Came(size, news, self._relay is not None and self._relay.turn())

    def _wait(self, pause: float) -> None:
        if self._relay is not None and (due := self._relay.due()) is not None:
            pause = max(0.0, min(pause, due - time.monotonic()))
        # poll() counts in milliseconds and an answer takes 0.4: select() has microseconds, and sees all terminals
        # through one descriptor, so that its limit of 1,024 does not matter.
        if self._epoll is not None and self._epoll.fileno() < 1024:
            select.select([self._epoll], [], [], pause)
        else:
            self._poller.poll(max(1, int(pause * 1000)))

    def _drain(self, actor: Actor) -> int:
        """Take down what stands at its terminal; past the limit it is dropped, so that the program can go on."""
        size = 0
        for data in actor.terminal.read() if actor.terminal is not None else ():
            size += len(data)
            room = self._keep - actor.kept
            if len(data) > room and not actor.capped:
                actor.capped = True
                self._note_output(actor, data[:room])
                self._recorder.note(Capped, actor=actor.handle, limit=self._keep)
            elif not actor.capped:
                self._note_output(actor, data)
            else:
                break  # the rest can wait: a program that prints for ever must not hold us here
        return size

    def _note_output(self, actor: Actor, data: bytes) -> None:
        if data:
            actor.output += data
            actor.kept += len(data)
            self._recorder.note(Output, actor=actor.handle, data=data)

    def _note_over(self) -> None:
        for over in self._box.overs():
            self._recorder.note(Exceeded, actor=over.actor, what=over.what, bound=over.bound, seen=over.seen)

    def _exited(self, gone: Gone) -> None:
        actor = self._actors[gone.actor]
        actor.cpu += gone.cpu
        if actor.pid == gone.pid and actor.alive:
            self._drain(actor)
            if actor.pidfd >= 0:
                self._lives.unregister(actor.pidfd)
            actor.end_life()
            note_exit(self._recorder, actor, gone.status, by_us=False)

    # --- settling

    def settle(self, typed_to: Sequence[str], within: float) -> Settled:
        """Wait for stillness, `within` seconds of the programs' own time at most, and note how it was reached."""
        if self._table is None or self._observer is None:
            return self._settle_by_time(within)
        play = Settling(self, within)
        evidence, picture = play.run()
        if not self.starting:  # how long a program takes to start says nothing of its answers
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

    def wait_for(self, actor: Actor, pattern: bytes, within: float) -> bool:
        """Pump until the actor's output since it was last typed to ends with `pattern`.

        False if its program ends, or time does, before. (The prompt that was there already is no answer.)
        """
        deadline = time.monotonic() + within
        self.pump()
        while not actor.output.endswith(pattern, actor.answered_from):
            left = deadline - time.monotonic()
            if left <= 0 or not actor.alive:
                return False
            self.pump(left)
        return True

    def pass_time(self, seconds: float) -> None:
        """Pump for so long, because a scenario says so."""
        end = time.monotonic() + seconds
        self.pump()
        while (left := end - time.monotonic()) > 0:
            self.pump(left)

    def pump_until(self, done: Callable[[], bool], within: float) -> None:
        """Pump until `done()`, or for so long."""
        end = time.monotonic() + within
        self.pump()
        while not done() and (left := end - time.monotonic()) > 0:
            self.pump(min(left, LOOK_AGAIN))
        self.pump()

    def last_words(self) -> None:
        """Before the end: what still comes out, who has ended and is about to be reported, who is there."""
        deadline = time.monotonic() + LAST_REPORTS
        self.pump()
        while not self.all_reported() and time.monotonic() < deadline:
            self.pump(0.001)
        if self._table is not None:
            self._table.relist()

    def close(self) -> None:
        """Let go."""
        if self._epoll is not None:
            self._epoll.close()

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

    def let_go(self) -> bool:
        """All is still: whether the network lets go of something that it kept until then."""
        return self._relay is not None and self._relay.let_go()

    @property
    def cutting(self) -> bool:
        """Whether the network sends something in small pieces, and somebody reads them."""
        return self._relay is not None and self._relay.cutting()

    def all_reported(self) -> bool:
        """Whether every program that has ended has been reported: the kernel knows first, then the launcher."""
        return not self._lives.poll(0)


def note_exit(recorder: Recorder, actor: Actor, status: int, *, by_us: bool) -> None:
    """Take down how a program ended, from the status that wait() gave."""
    what: dict[str, Any] = {"actor": actor.handle, "by_us": by_us, "life": actor.life}
    if os.WIFSIGNALED(status):
        recorder.note(Exited, status=None, signal=signal_name(os.WTERMSIG(status)), **what)
    else:
        recorder.note(Exited, status=os.waitstatus_to_exitcode(status), **what)


def signal_name(number: int) -> str:
    """SIGKILL for 9; real-time signals have no name of their own in Python."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"
