"""The programs on a stage as /proc shows them: who is there, and whether any of them has moved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from time import monotonic

from harness.stage.proc import Proc
from harness.stage.process import Process
from harness.stage.thread import AT_REST, Thread


class Table(Proc):
    """Every process on the stage except the launcher.

    `whose(pid, ppid, session)` names the actor, or None for a process that is none of ours (when the launcher has
    no namespace of its own, /proc shows everybody's).
    """

    def __init__(self, proc: int, whose: Callable[[int, int, int], str | None]) -> None:
        super().__init__(proc)
        self._whose = whose
        self.processes: dict[int, Process] = {}
        self._foreign: set[int] = set()
        self._cursor = b""
        self._births = True  # somebody may have been born whom no listing has shown yet
        self._loadavg = os.open("/proc/loadavg", os.O_RDONLY | os.O_CLOEXEC)
        self._listed_at = monotonic()
        self._hot: Thread | None = None
        self.traced = False  # by us (lockstep.py): who stands then is about to go on

    def threads(self) -> Iterator[Thread]:
        """Every thread there is."""
        for process in self.processes.values():
            yield from process.threads.values()

    def look(self) -> tuple[Thread | None, bool]:
        """Look at everybody: (one that moves, is everything as it was). Stops at the first that moves.

        The kernel's last pid (loadavg's fifth number) says whether any process or thread was born since. It counts
        one up as a birth begins, and /proc shows the newborn only as it ends: a listing made in between would miss
        it, and never be made again. So what counts is a listing made while everybody known waits, and so gives
        birth to nobody.
        """
        cursor = os.pread(self._loadavg, 128, 0).rpartition(b" ")[2]
        if cursor != self._cursor:
            self._cursor, self._births = cursor, True
        mover, same = self._look_at_all(monotonic())
        if mover is None and self._births:
            self._births = self.relist()
            same = same and not self._births
            if self._births:
                return next(self.threads(), None), False
        return mover, same

    def awake(self) -> Thread | None:
        """A thread that waits by the look of its call and yet does not sleep, if there is one.

        Between the call that wakes it and its coming to a core (a virtual core may take milliseconds to get there) a
        thread still shows the call that it waited in, and so does one that was killed and waits in the kernel, on its
        way out, for a disk or a terminal. The letter of its state tells them: R and D, where a wait is S.
        """
        for thread in list(self.threads()):
            try:
                state = thread.state()
            except OSError:  # ESRCH: it is gone, and so not everything is as it was
                self._drop(thread)
                return thread
            if state not in AT_REST or (self.traced and state == "t"):
                return thread
        return None

    def _look_at_all(self, now: float) -> tuple[Thread | None, bool]:
        same = True
        if self._hot is not None and self._hot.process.threads.get(self._hot.tid) is self._hot:
            # The one that moved last most likely moves still: then this look costs one thread, not all.
            if not self._look_at(self._hot, now)[0]:
                return self._hot, False
            same = False
            self._hot = None
        for thread in list(self.threads()):
            waits, unchanged = self._look_at(thread, now)
            same = same and unchanged
            if not waits:
                self._hot = thread
                return thread, False
        return None, same

    def _look_at(self, thread: Thread, now: float) -> tuple[bool, bool]:
        try:
            return thread.look(now)
        except OSError:  # ESRCH: it is gone
            self._drop(thread)
            return True, False

    def _drop(self, thread: Thread) -> None:
        process = thread.process
        if process.threads.pop(thread.tid, None) is not None:
            thread.close()
        if not process.threads:
            self.processes.pop(process.pid, None)

    def relist(self) -> bool:
        """Bring processes and threads up to date. Says whether anything is new."""
        names = {int(name) for name in os.listdir(self.fd) if name.isdigit()}
        self._foreign &= names
        for pid in self.processes.keys() - names:
            self.processes.pop(pid).close()
        before = {(p.pid, tid) for p in self.processes.values() for tid in p.threads}
        self._adopt(names - self.processes.keys() - self._foreign)
        for process in list(self.processes.values()):
            try:
                process.list_threads(self._listed_at)
            except OSError:
                self.processes.pop(process.pid).close()
        self._listed_at = monotonic()
        return any((p.pid, tid) not in before for p in self.processes.values() for tid in p.threads)

    def _adopt(self, unknown: set[int]) -> None:
        """Find out whose the new processes are: a child may be listed before its parent, so until nothing changes."""
        births = {}
        for pid in unknown:
            fields = self.text(f"{pid}/stat").rpartition(")")[2].split()
            if fields:
                births[pid] = (int(fields[1]), int(fields[3]))
        while births:
            found = {pid: self._whose(pid, *birth) for pid, birth in births.items()}
            ours = {pid: actor for pid, actor in found.items() if actor is not None}
            if not ours:
                break
            for pid, actor in ours.items():
                self.processes[pid] = Process(self, pid, *births.pop(pid), actor)
        self._foreign |= births.keys()

    def close(self) -> None:
        """Let go of every file."""
        for process in self.processes.values():
            process.close()
        self.processes.clear()
        os.close(self._loadavg)
