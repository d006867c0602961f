"""One settling: looks, until something is proved or time is up. Decides; does not wait (stillness.py does that).

The fast path is `_look` and `_evidence`. The rest is for programs that never
come to rest: what they have done since something last happened that anybody
could notice (*news*: output, an exit) tells pollers from spinners.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from harness.stage.owntime import OwnTime
from harness.stage.picture import SOON, Picture, Waiter
from harness.stage.procfs import Table
from harness.stage.thread import Thread

# The first pause between two looks, its growth, and the longest. A pause ends at once when a terminal says something.
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 0.00005, 1.5, 0.02

# Whoever was just typed to nearly always says something: looking before that would only take its core away.
ANSWER_PAUSE = 0.0005

# While more than this comes at once nobody is looked at: a flood is drained, and looks would only slow it down.
FLOOD, FLOOD_PAUSE = 16 * 1024, 0.001

# How often time is accounted for (the subject's own, CPU, traffic): reading it for all threads costs.
TICK = 0.02

# A thread that runs for so long without any news spins; one that was just started may be a JVM that warms up.
STARTING_CPU, SPINNING_CPU = 3.0, 1.0
SLOWER_THAN_EVER = 20  # times the slowest answer so far, before the same is said

# Without news for so long, all asleep but by waits that end and begin again: steady. More when less is proved: timed.
STEADY, TIMED = 0.5, 2.0
# Of this time they may have used so much CPU: past it they work at something.
IDLE_SHARE = 0.2
# How often every short wait must have been begun without news: a short beat is cheap to see again.
BEATS, LONG_BEATS, LONG_BEAT = 4, 3, 0.35
# Beats that are waited for before less than steady is said: a second, and what a clock that is read late adds.
LONGEST_BEAT = 1.5
# Where all of them were proved idle before, in this play, less is enough.
STEADY_AGAIN = 0.05

# Deadlines are in the subject's own time; this many times that is the ceiling in wall time.
CEILING = 10.0


class Came(NamedTuple):
    """What a look at the terminals brought."""

    size: int  # bytes, those past the limit too
    news: bool  # something was taken down: output within the limit, an exit
    carried: bool = False  # the relay had something to do


class Watched(Protocol):
    """What a settling needs of the stage."""

    @property
    def table(self) -> Table:
        """The programs."""

    def pump(self, pause: float = 0.0) -> Came:
        """Wait for a sign of life at most so long, take down what came, and say what it was."""

    def observe(self) -> Picture:
        """A picture, with the terminals that were typed to."""

    def let_go(self) -> bool:
        """All is still: whether the network lets go of something that it kept until then."""

    def all_reported(self) -> bool:
        """Whether every program that has ended has been reported."""

    def held_up(self, since: float) -> bool:
        """Whether our doing took time since then: pieces that the network sends one by one, or threads in turn."""

    @property
    def slowest(self) -> float:
        """The slowest answer so far, in the programs' own time; 0 before the first."""

    @property
    def expecting(self) -> bool:
        """Whether somebody was typed to since the last settling."""

    @property
    def starting(self) -> bool:
        """Whether a program was started since the last settling."""


@dataclass(frozen=True, slots=True)
class News:
    """Where everybody stood when something last happened that people could notice."""

    own: float
    effort: Mapping[Thread, tuple[int, int]]  # CPU nanoseconds, times on a core


class Settling:
    """Its clock, its looks, and what the programs have done since the last news."""

    def __init__(self, stage: Watched, within: float) -> None:
        self._stage = stage
        self.within = within
        self._time = OwnTime(stage.table)
        self.looks = 0
        self.answered = 0.0  # own time until the last news
        self.hottest: tuple[Thread, float] | None = None
        self._news: News | None = None
        self._dropped = False  # output came since the last news, past the limit
        self._lies: dict[tuple[int, int], Mapping[Thread, int]] = {}  # what lies unread: times on a core as it came
        self._longest_beat = 0.0  # of the waits that end and begin again, as far as they were sat out

    @property
    def own(self) -> float:
        """Seconds of the programs' own time so far."""
        return self._time.own

    @property
    def wall(self) -> float:
        """Seconds so far by the wall, as of the last tick."""
        return self._time.wall

    def run(self) -> tuple[str, Picture]:
        """Until something is proved, or time is up: the evidence and the last picture."""
        pause, flooded = FIRST_PAUSE, False
        self._pump(ANSWER_PAUSE if self._stage.expecting else 0.0)
        while True:
            picture = None if flooded else self._look()
            evidence = self._evidence(picture) or self._tick(picture)
            if evidence:
                self._stage.pump()
                self._time.tick()
                return evidence, picture or self._last_picture()
            came = self._pump(FLOOD_PAUSE if flooded else self._pause(pause, picture))
            flooded = came.size > FLOOD
            if came.size or came.news or came.carried:
                pause = FIRST_PAUSE
            if came.size or came.news:
                # Output past the limit is no news, or a program that prints for ever would never be found to spin.
                self._news, self._dropped = (None, False) if came.news else (self._news, True)
            elif not came.carried:
                pause = min(pause * GROWTH, LONGEST_PAUSE)

    def _pump(self, pause: float) -> Came:
        """Pump; and while bytes go through the relay wait for what comes of them, before anybody is looked at."""
        came = self._stage.pump(pause)
        size, news, carried = came
        end = time.monotonic() + TICK
        while came.carried and not came.size and time.monotonic() < end:
            came = self._stage.pump(ANSWER_PAUSE)
            size, news = size + came.size, news or came.news
        return Came(size, news, carried)

    def _last_picture(self) -> Picture:
        """Where everybody stands who stands. It proves nothing, and tells who waits for the keyboard.

        A look ends with the first that moves: behind one that spins nobody may ever have been looked at.
        """
        now = time.monotonic()
        for thread in list(self._stage.table.threads()):
            with contextlib.suppress(OSError):  # it is gone
                thread.look(now)
        return self._stage.observe()

    def _pause(self, pause: float, picture: Picture | None) -> float:
        """A wait that ends soon is sat out."""
        if picture is not None and picture.until is not None and picture.until > pause:
            return min(picture.until, LONGEST_PAUSE)
        return pause

    def _look(self) -> Picture | None:
        """look, picture, look: the picture if nobody moved between, None if somebody did."""
        table = self._stage.table
        self.looks += 1
        if table.look()[0] is not None or table.awake() is not None:
            return None
        picture = self._stage.observe()
        mover, same = table.look()
        if mover is not None or not same or picture.moving or not self._stage.all_reported():
            return None
        return picture

    def _evidence(self, picture: Picture | None) -> str:
        if picture is None or self._stage.let_go():
            return ""
        if picture.until is None:
            return "stuck" if picture.stuck else "still"
        return "until" if picture.until > SOON else ""

    # --- programs that do not come to rest

    def _tick(self, picture: Picture | None) -> str:
        if time.monotonic() - self._time.ticked < TICK:
            return ""
        self._stage.table.relist()  # in a flood nobody has been looked at
        for thread in self._stage.table.threads():
            thread.refresh()  # a look ends with the first that moves, so not everybody's times are up to date
        # Piece by piece, and each when the one before has been read: that takes as long as the network makes it take,
        # and longer where there is little machine. Who reads says nothing meanwhile, and may work hard. So it is with
        # threads that take turns.
        held_up = self._stage.held_up(self._time.ticked)
        self._time.tick(stands=held_up)
        if self._news is None or held_up:
            self.answered = self.own
            for thread in self._stage.table.threads():
                thread.begun.clear()
            self._news = News(self.own, {t: t.effort() for t in self._stage.table.threads()})
            return self._over()
        return self._spinning() or self._steady(picture) or self._over()

    def _over(self) -> str:
        return "gave-up" if self.own >= self.within or self.wall >= CEILING * self.within else ""

    def since_news(self, thread: Thread) -> tuple[float, int]:
        """CPU seconds and times on a core since the last news."""
        cpu, times = self._news.effort.get(thread, (0, 0)) if self._news is not None else thread.effort()
        now_cpu, now_times = thread.effort()
        return (now_cpu - cpu) / 1e9, now_times - times

    def _spinning(self) -> str:
        threads = list(self._stage.table.threads())
        if not threads:
            return ""
        hottest = max(threads, key=lambda thread: self.since_news(thread)[0])
        self.hottest = (hottest, self.since_news(hottest)[0])
        enough = max(SPINNING_CPU, SLOWER_THAN_EVER * self._stage.slowest)
        if self._stage.starting:
            enough = max(STARTING_CPU, enough)
        return "spinning" if self.hottest[1] >= enough else ""

    def _steady(self, picture: Picture | None) -> str:
        """Nothing but short waits that end and begin again, several times over, and nobody could notice anything."""
        assert self._news is not None
        quiet = self.own - self._news.own
        busy = self._dropped or (self.hottest is not None and self.hottest[1] > IDLE_SHARE * quiet)
        if picture is not None:
            now = time.monotonic()
            ending = [w for w in picture.waiters if w.ends_in(now) is not None]
            beats = [length for w in ending if (length := w.length(now)) <= LONGEST_BEAT]
            self._longest_beat = max([self._longest_beat, *beats])
            again = all(w.thread.line in w.thread.idle for w in ending)
            enough = max(STEADY_AGAIN if again else STEADY, 3 * self._stage.slowest)
            heard = self._heard(picture, ending)
            if quiet >= enough and not busy and heard and all(self._beats(w, picture.stuck) for w in ending):
                for waiter in ending:
                    waiter.thread.idle.add(waiter.thread.line)
                return "steady"
        # Whoever beats slowly gets the time for the beats that prove it steady, before it is called less.
        patience = max(TIMED, 10 * self._stage.slowest, (LONG_BEATS + 1) * self._longest_beat)
        return "timed" if not busy and quiet >= patience else ""

    def _heard(self, picture: Picture, ending: Sequence[Waiter]) -> bool:
        """Whether whoever may look at what lies unread has come round since it came, and left it where it is.

        A loop that sleeps finds what came at the end of its sleep. It may have gone round many times before, for what
        came before that, or because its program got no core to ask it anything.
        """
        lies = {(s.inode, s.received - s.unread if s.received else s.unread) for s in picture.lying if s.inode}
        for new in lies - self._lies.keys():
            self._lies[new] = {thread: thread.effort()[1] for thread in self._stage.table.threads()}
        for gone in self._lies.keys() - lies:
            del self._lies[gone]
        sockets = {w.thread.process: w.thread.process.sockets() for w in ending} if lies else {}
        return not any(
            inode in sockets[w.thread.process] and w.thread.effort()[1] <= came.get(w.thread, -1)
            for (inode, _), came in self._lies.items() for w in ending
        )  # fmt: skip

    def _beats(self, waiter: Waiter, stuck: bool) -> bool:
        """Whether a wait that ends by itself has ended and begun again often enough to be taken for idle."""
        begun = waiter.thread.begun.get(waiter.thread.line, 0)
        if waiter.thread.line in waiter.thread.idle:
            # It wakes for what comes, and nothing is there: its time limit is only for looking up. A sleeper,
            # though, may find at the end of its sleep what it could not be woken for.
            return begun >= 1 or (bool(waiter.targets) and not stuck)
        return begun >= (BEATS if waiter.length(time.monotonic()) <= LONG_BEAT else LONG_BEATS)
