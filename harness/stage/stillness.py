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
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.events import Capped, Exited, Output, Recorder, Settled
from harness.stage.actor import Actor
from harness.stage.box import Box, Gone
from harness.stage.evidence import SOON, Observer, Picture
from harness.stage.explain import cause, waits
from harness.stage.procfs import Table, Thread

# The first pause between two looks, its growth, and the longest. A pause ends at once when a terminal says something.
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 0.00005, 1.5, 0.02

# How often time is accounted for (the subject's own, CPU, traffic): reading it for all threads costs.
TICK = 0.02

# A program that has not come to rest once may be starting up: a compiler, a JVM. It gets so much CPU time at least.
STARTING_CPU, SPINNING_CPU = 10.0, 1.0

# Deadlines are in the subject's own time; this many times that is the ceiling in wall time.
CEILING = 10.0


@dataclass(slots=True)
class News:
    """What has happened since something last happened that people could notice."""

    at: float
    own: float
    traffic: int
    cpu: dict[int, tuple[Thread, int, int]] = field(default_factory=dict)  # per thread: CPU ns and times on a core


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
        self._slowest = 0.0  # the longest it took the programs to come to rest, in their own time
        self._delays = 0

    # --- who is watched

    def watch(self, actor: Actor) -> None:
        """From now on this actor's terminal is pumped."""
        assert actor.terminal is not None
        self._actors[actor.handle] = actor
        self._by_fd[actor.terminal.master] = actor
        self._register(actor.terminal.master)

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

    def pump(self, pause: float = 0.0) -> bool:
        """Wait for a sign of life, `pause` seconds at most, and take down what came. Says whether anything did."""
        if pause > 0:
            self._wait(pause)
        # poll, not epoll, decides what is there: it waits for the kernel's worker that hands output over.
        news = False
        ready = [fd for fd, _ in self._poller.poll(0)]
        for fd in ready:
            if fd in self._by_fd:
                news = self._drain(self._by_fd[fd]) or news
        if self._box.control.fileno() in ready:
            for gone in self._box.exits():
                self._exited(gone)
                news = True
        return news

    def _wait(self, pause: float) -> None:
        # poll() counts in milliseconds and an answer takes 0.4: select() has microseconds, and sees all terminals
        # through one descriptor, so that its limit of 1,024 does not matter.
        if self._epoll is not None and self._epoll.fileno() < 1024:
            select.select([self._epoll], [], [], pause)
        else:
            self._poller.poll(max(1, int(pause * 1000)))

    def _drain(self, actor: Actor) -> bool:
        """Take down what stands at its terminal; past the limit it is dropped, so that the program can go on."""
        kept = False
        for data in actor.terminal.read() if actor.terminal is not None else ():
            room = self._keep - actor.kept
            if len(data) > room and not actor.capped:
                actor.capped = True
                self._note_output(actor, data[:room])
                self._recorder.note(Capped, actor=actor.handle, limit=self._keep)
            elif not actor.capped:
                self._note_output(actor, data)
                kept = True
            else:
                break  # the rest can wait: a program that prints for ever must not hold us here
        return kept

    def _note_output(self, actor: Actor, data: bytes) -> None:
        if data:
            actor.output += data
            actor.kept += len(data)
            self._recorder.note(Output, actor=actor.handle, data=data)

    def _exited(self, gone: Gone) -> None:
        actor = self._actors[gone.actor]
        actor.cpu += gone.cpu
        if actor.pid == gone.pid and actor.alive:
            self._drain(actor)
            actor.end_life()
            note_exit(self._recorder, actor, gone.status, by_us=False)

    # --- settling

    def settle(self, typed_to: Sequence[str], within: float) -> Settled:
        """Wait for stillness, `within` seconds of the programs' own time at most, and note how it was reached."""
        if self._table is None or self._observer is None:
            return self._settle_by_time(within)
        play = _Settling(self, within)
        evidence, picture = play.run()
        self._slowest = max(self._slowest, play.own if evidence in ("still", "stuck", "until") else 0.0)
        return self._conclude(evidence, picture, typed_to, play)

    def _conclude(self, evidence: str, picture: Picture | None, typed_to: Sequence[str], play: _Settling) -> Settled:
        for actor in self._actors.values():
            actor.typed_to = False
        alive = sorted(name for name, actor in self._actors.items() if actor.alive)
        picture = picture or Picture([])
        asks = [name for name in alive if picture.asks(name)]
        hung = [name for name in typed_to if name in alive and name not in asks]
        why = ""
        if hung or evidence not in ("still", "until", "steady"):
            why = cause(picture, hung, play.hottest)
        return self._recorder.note(
            Settled, evidence=evidence, wall=play.wall, own=play.own, within=play.within, looks=play.looks,
            until=picture.until or 0.0 if evidence == "until" else 0.0, asks=asks, alive=alive, cause=why,
            waits=waits(picture, None if why else typed_to),
        )  # fmt: skip

    def _settle_by_time(self, within: float) -> Settled:
        """Without /proc: nothing came for a while. Weak, and said so."""
        began = last = time.monotonic()
        quiet = max(0.3, 5 * self._slowest)
        while (now := time.monotonic()) - last < quiet and now - began < within:
            if self.pump(0.02):
                last = time.monotonic()
        self._slowest = max(self._slowest, last - began)
        evidence = "timed" if now - last >= quiet else "gave-up"
        alive = sorted(name for name, actor in self._actors.items() if actor.alive)
        wall = time.monotonic() - began
        return self._recorder.note(Settled, evidence=evidence, wall=wall, own=wall, within=within, alive=alive)

    def wait_for(self, actor: Actor, pattern: bytes, within: float) -> bool:
        """Pump until the actor's output ends with `pattern`; False if its program ends, or time does, before."""
        deadline = time.monotonic() + within
        self.pump()
        while not actor.output.endswith(pattern):
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

    def observe(self) -> Picture:
        """A picture, with the terminals that were typed to since the last settling."""
        assert self._observer is not None
        return self._observer.picture({n: a for n, a in self._actors.items() if a.typed_to})

    def settled_exits(self) -> bool:
        """Whether every program that has ended has been reported."""
        return not any(actor.alive and actor.gone() for actor in self._actors.values())

    def slowest(self) -> float:
        """The longest they have taken to come to rest so far."""
        return self._slowest


class _Settling:
    """One settling: its clock, its looks, and what the programs have done since it began."""

    def __init__(self, stage: Stillness, within: float) -> None:
        self._stage = stage
        self.within = within
        self._began = self._ticked = time.monotonic()
        self._delay = self._total_delay()
        self.own = self.wall = 0.0
        self.looks = 0
        self.hottest: tuple[Thread, float] | None = None
        self._news: News | None = None

    def run(self) -> tuple[str, Picture | None]:
        """Until something is proved, or time is up: the evidence and the last picture."""
        pause = FIRST_PAUSE
        self._stage.pump()
        while True:
            picture = self._look()
            evidence = self._evidence(picture) or self._tick(picture)
            if evidence:
                self._stage.pump()
                self._account()
                return evidence, picture or self._stage.observe()
            if self._stage.pump(self._pause(pause, picture)):
                pause = FIRST_PAUSE
                self._news = None
            else:
                pause = min(pause * GROWTH, LONGEST_PAUSE)

    def _pause(self, pause: float, picture: Picture | None) -> float:
        if picture is not None and picture.until is not None and picture.until > pause:
            return min(picture.until, LONGEST_PAUSE)
        return pause

    def _look(self) -> Picture | None:
        """look, picture, look: the picture if nobody moved between, None if somebody did."""
        table = self._stage.table
        self.looks += 1
        if table.look()[0] is not None:
            return None
        picture = self._stage.observe()
        mover, same = table.look()
        if mover is not None or not same or picture.moving or not self._stage.settled_exits():
            return None
        return picture

    def _evidence(self, picture: Picture | None) -> str:
        if picture is None:
            return ""
        if picture.until is None:
            return "stuck" if picture.stuck else "still"
        return "until" if picture.until > SOON else ""

    # --- the slow path: programs that do not come to rest

    def _tick(self, picture: Picture | None) -> str:
        now = time.monotonic()
        if now - self._ticked < TICK:
            return ""
        self._account()
        if self._news is None:
            self._news = self._note_news(now)
            return self._over()
        return self._spinning() or self._steady(picture, now) or self._over()

    def _account(self) -> None:
        """Time that passed, less what the programs spent waiting for a core: all of it, if they waited all along."""
        now = time.monotonic()
        delay = self._total_delay()
        self.own += max(0.0, now - self._ticked - max(0, delay - self._delay) / 1e9)
        self._delay, self._ticked = delay, now
        self.wall = now - self._began

    def _total_delay(self) -> int:
        return sum(thread.times()[1] for thread in self._stage.table.threads())

    def _over(self) -> str:
        return "gave-up" if self.own >= self.within or self.wall >= CEILING * self.within else ""

    def _note_news(self, now: float) -> News:
        threads = {id(thread): (thread, *_effort(thread)) for thread in self._stage.table.threads()}
        return News(now, self.own, 0, threads)

    def _since(self, thread: Thread) -> tuple[float, int]:
        """CPU seconds and times on a core since the last news."""
        assert self._news is not None
        _, cpu, times = self._news.cpu.get(id(thread), (thread, 0, 0))
        now_cpu, now_times = _effort(thread)
        return (now_cpu - cpu) / 1e9, now_times - times

    def _spinning(self) -> str:
        for thread in self._stage.table.threads():
            # What moved is not read at every look: the first that moves ends it.
            thread.refresh()
        threads = list(self._stage.table.threads())
        if not threads:
            return ""
        hottest = max(threads, key=lambda thread: self._since(thread)[0])
        self.hottest = (hottest, self._since(hottest)[0])
        enough = max(SPINNING_CPU if self._stage.slowest() else STARTING_CPU, 20 * self._stage.slowest())
        return "spinning" if self.hottest[1] >= enough else ""

    def _steady(self, picture: Picture | None, now: float) -> str:
        """Nothing but short waits that end and begin again, several times over, and nobody could notice anything."""
        assert self._news is not None
        quiet = self.own - self._news.own
        if picture is None or quiet < max(0.5, 3 * self._stage.slowest()):
            return ""
        ending = [w for w in picture.waiters if w.ends_in(now) is not None]
        busy = self.hottest is not None and self.hottest[1] > 0.2 * quiet
        beaten = all(self._since(w.thread)[1] >= (3 if (w.wait.limit or 0) <= 0.35 else 2) for w in ending)
        return "steady" if beaten and not busy else ""


def _effort(thread: Thread) -> tuple[int, int]:
    fields = thread.sched.split()
    return (int(fields[0]), int(fields[2])) if len(fields) > 2 else (0, 0)


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
