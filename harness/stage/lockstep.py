"""Lets the threads of a server run one at a time, and hands over at its system calls: races on purpose, not by luck.

Whether two threads meet in the microseconds between "is there such a file?" and "make it" is a matter of cores and
caches, and of what else the machine does. Here it is not. While several people's requests are answered each thread of
the server is stopped where a system call begins and where it ends (ptrace). When all stand so, or wait in the kernel,
one of them is let go on to its next stop (handover.py says which). Whatever order comes of it is one that the kernel
might have chosen; and as nobody is held by anything but another one's running, nobody can hang by it.

What is raced for without a call in between (a table in the memory of Java or C) becomes no likelier by this.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Sequence
from itertools import islice

from harness.stage import ptrace
from harness.stage.handover import Choice
from harness.stage.traceable import may_be_stopped, threads

# So many stops, or so long, and all are let go: to read a file byte by byte in this way would take minutes.
MOST_STOPS, LONGEST = 6000, 2.0
# Of more threads than these none is traced: to look at all at every stop would take longer than what they do.
MOST_THREADS = 40
# How long threads may take to stand, and to go back into the calls that they waited in.
_WITHIN = 0.25
_LOOK_AGAIN = 0.0002  # while nobody runs, and nobody stands


class Lockstep:
    """Some processes (by their pids, as we see them) at one instant. A thread of its own traces them."""

    def __init__(self, pids: Sequence[int], choose: Choice) -> None:
        """Returns when they are traced and stand, wherever they are: what comes from now on finds them all at once."""
        self._pids = pids
        self._choose = choose
        self._ready, self._over = threading.Event(), threading.Event()
        self._begun = 0.0
        self._came: list[int] = []  # who has stood since somebody was let go last
        self._standing: list[int] = []  # and before: the one that stands longest first
        self._traced: dict[int, int] = {}  # thread -> its /proc/.../stat
        self.threads = 0  # so many were traced in all
        self.stops = 0
        self.rest = 0.0  # seconds in which nobody stood and nobody ran: all waited, and not for us
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name="lockstep", daemon=True)
        self._thread.start()
        self._ready.wait()

    def begin(self) -> None:
        """What they are to answer has been sent: whoever it wakes goes on, one at a time."""
        self._begun = time.monotonic()

    def end(self) -> None:
        """Let go of all of them."""
        self._over.set()
        self._thread.join()
        # Python calls a thread ended a moment before the kernel does. Until then whoever makes a call is stopped by it,
        # and would look as if they rested.
        while os.path.exists(f"/proc/self/task/{self._thread.native_id}"):
            os.sched_yield()

    @property
    def traces(self) -> bool:
        """Whether they run one at a time still; False once there were too many stops, or it took too long."""
        return self._thread.is_alive()

    # --- in the thread that traces

    def _run(self) -> None:
        try:
            self._attach()
            self._ready.set()
            while not self._begun and not self._over.wait(_LOOK_AGAIN):
                self._take_stops()
            self._back()
            while not self._over.is_set() and not self._long_enough():
                self._turn()
        except OSError as exc:
            self.trouble = str(exc)
        finally:
            self._let_go()
            self._ready.set()

    def _attach(self) -> None:
        there = (tid for pid in self._pids for tid in threads(pid) if may_be_stopped(pid, tid))
        found = list(islice(there, MOST_THREADS + 1))
        for tid in found if len(found) <= MOST_THREADS else []:
            self._seize(tid)
        end = time.monotonic() + _WITHIN
        while self._anybody_runs() and time.monotonic() < end:
            self._take_stops()

    def _back(self) -> None:
        """Let them go back into the calls that they waited in: whoever has been sent something comes out of his."""
        entering = set(self._came)
        end = time.monotonic() + _WITHIN
        while (entering or self._anybody_runs()) and time.monotonic() < end:
            for tid in entering.intersection(self._came):
                self._came.remove(tid)
                if ptrace.begins(tid) is not None:  # the same call once more: from here on he waits, or comes out
                    entering.remove(tid)
                self._go_on(tid)
            self._take_stops()
            entering &= self._traced.keys()

    def _seize(self, tid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            ptrace.seize(tid)
            self._take_on(tid)
            ptrace.interrupt(tid)

    def _take_on(self, tid: int) -> None:
        if not tid or tid in self._traced:
            return
        with contextlib.suppress(FileNotFoundError):
            self._traced[tid] = os.open(f"/proc/{tid}/stat", os.O_RDONLY | os.O_CLOEXEC)
            self.threads += 1

    def _long_enough(self) -> bool:
        return self.stops >= MOST_STOPS or bool(self._begun and time.monotonic() - self._begun > LONGEST)

    def _turn(self) -> None:
        """Take down who has stopped; and once nobody runs, let the next one go."""
        self._take_stops()
        if self._anybody_runs():
            os.sched_yield()
            return
        # In what order two stop that ran beside each other is luck: it must not count.
        self._standing += sorted(self._came)
        self._came.clear()
        if self._standing and self._begun:
            tid = self._choose(self._standing)
            self._standing.remove(tid)
            self._go_on(tid)
        else:
            before = time.monotonic()
            self._over.wait(_LOOK_AGAIN)
            self.rest += time.monotonic() - before

    def _take_stops(self) -> None:
        while (found := ptrace.stopped()) is not None:
            tid, status = found
            if not os.WIFSTOPPED(status):
                self._forget(tid)
                continue
            # Whoever is born counts from now on, and not only once it has come so far as to stand.
            with contextlib.suppress(ProcessLookupError):
                self._take_on(ptrace.born_of(tid, status))
            self._take_on(tid)
            self._stopped(tid, os.WSTOPSIG(status), ptrace.event(status))

    def _stopped(self, tid: int, sig: int, event: int) -> None:
        if sig == ptrace.CALL or (event and sig == signal.SIGTRAP):
            self.stops += 1
            self._came.append(tid)
        elif event == ptrace.STOP:
            with contextlib.suppress(ProcessLookupError):
                ptrace.listen(tid)
        else:
            self._go_on(tid, sig)

    def _go_on(self, tid: int, sig: int = 0) -> None:
        with contextlib.suppress(ProcessLookupError):  # killed while it stood: its end will be told as any other's
            ptrace.go_on(tid, sig)

    def _anybody_runs(self) -> bool:
        stand = {*self._standing, *self._came}
        return any(_runs(stat) for tid, stat in self._traced.items() if tid not in stand)

    def _forget(self, tid: int) -> None:
        stat = self._traced.pop(tid, None)
        if stat is not None:
            os.close(stat)
        for stand in (self._standing, self._came):
            if tid in stand:
                stand.remove(tid)

    def _let_go(self) -> None:
        """Of those that stand. The kernel lets go of all others as this thread ends, and need not stop them for it."""
        for tid in [*self._standing, *self._came]:
            with contextlib.suppress(OSError):
                ptrace.detach(tid)
        for tid in list(self._traced):
            self._forget(tid)


def _runs(stat: int) -> bool:
    """Whether a thread runs or is about to stand: asleep in the kernel, stopped by a signal, or gone it is not."""
    try:
        fields = os.pread(stat, 512, 0).rpartition(b")")[2].split()
    except OSError:
        return False
    return bool(fields) and fields[0] in (b"R", b"D", b"t")
