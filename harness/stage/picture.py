"""What stands still, at one moment: threads in their waits, and what lies or travels beside them. Plain data.

A picture is taken while no thread runs (two looks at the table, before and
after, say so). Whatever it shows in flight is motion; whatever it shows lying
unread although nobody waits for it is not, and makes the evidence *stuck*.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from harness.stage.process import Target
from harness.stage.sock import Sock
from harness.stage.syscalls import Wait
from harness.stage.thread import Thread

# A wait that ends sooner than this is sat out; a later end is told ("until").
SOON = 1.0

# The longest beat of a virtual machine that is about to exit (they last 10 ms).
VM_EXIT_BEAT = 0.02


@dataclass(frozen=True, slots=True)
class Waiter:
    """A thread that waits, and on what."""

    thread: Thread
    wait: Wait
    targets: list[Target]
    room: list[Target] = field(default_factory=list)  # where a blocked write wants to go

    @property
    def actor(self) -> str:
        """Whose program it belongs to."""
        return self.thread.process.actor

    def _exiting(self) -> float | None:
        """A virtual machine that was told to exit waits for its blocked threads, in short beats of one of its own.

        (HotSpot's "VM Thread": 10 ms at a time, for some 350 ms. When idle it waits about a second at a time.)
        """
        if self.thread.name.startswith("VM Thread") and self.wait.at is not None:
            left = self.wait.at - _clock(self.wait.clock)
            return left if left <= VM_EXIT_BEAT else None
        return None

    def length(self, now: float) -> float:
        """Seconds from its beginning to its end, or a little more; 0 where that cannot be known."""
        if self.wait.limit is not None:
            return self.wait.limit
        if self.wait.at is not None:
            return max(0.0, self.wait.at - _clock(self.wait.clock) + now - self.thread.since)
        return 0.0

    def ends_in(self, now: float) -> float | None:
        """Seconds until it wakes by itself at the earliest; None: it does not (or only keeps its runtime's house)."""
        if not (self.wait.timed or self.thread.restless or any(t.kind == "timer" for t in self.targets)):
            return None
        if self.thread.housekeeping():
            return self._exiting()
        if self.thread.restless:
            return 0.0
        ends = [_timer_left(target.text) for target in self.targets if target.kind == "timer"]
        if self.wait.at is not None:
            ends.append(self.wait.at - _clock(self.wait.clock))
        elif self.wait.limit is not None:
            ends.append(self.thread.since + self.wait.limit - now)
        elif self.wait.timed:
            ends.append(0.0)
        known = [end for end in ends if end is not None]
        return min(known) if known else None


def _clock(number: int) -> float:
    try:
        return time.clock_gettime(number)
    except OSError:
        return 0.0


def _timer_left(fdinfo: str) -> float | None:
    """A timerfd's time to go, from its fdinfo; None if it is not armed."""
    for line in fdinfo.splitlines():
        if line.startswith("it_value:"):
            seconds, fraction = line.partition("(")[2].rstrip(")").split(",")
            left = int(seconds) + int(fraction) / 1e9
            return left or None
    return None


@dataclass(slots=True)
class Picture:
    """Everything that stands still, at one moment."""

    waiters: list[Waiter]
    moving: str = ""  # what is on its way to somebody who waits for it
    until: float | None = None  # seconds until the first wait ends by itself
    unread: dict[str, int] = field(default_factory=dict)  # actor -> typed bytes that nobody has read
    lying: list[Sock] = field(default_factory=list)  # sockets with something for a reader that does not come

    @property
    def stuck(self) -> bool:
        """Whether something lies where nobody looks."""
        return bool(self.unread or self.lying)

    @property
    def asking(self) -> set[str]:
        """The actors whose program waits for its keyboard, with nothing typed left unread."""
        return {waiter.actor for waiter in self.waiters if at_keyboard(waiter)} - self.unread.keys()


def at_keyboard(waiter: Waiter) -> bool:
    """Whether this thread waits for a terminal."""
    return any(target.kind == "terminal" for target in waiter.targets)
