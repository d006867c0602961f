"""A thread as /proc shows it: what it waits in, how often it has been on a core, whether it has moved.

Files are kept open and read again with pread: 3 microseconds a thread. What
costs more (names, memory) is read only of threads that moved.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from harness.stage import syscalls
from harness.stage.syscalls import Wait

if TYPE_CHECKING:
    from harness.stage.process import Process

# The JVM's own threads wake on their own clock for ever. They are known by name, and do not count while they wait;
# one that runs counts like any other: a collection stops the program's own threads in futexes without a limit.
JVM_THREADS = (
    "VM Periodic Tas", "VM Thread", "G1 ", "GC Thread", "C1 CompilerThre", "C2 CompilerThre", "Sweeper thread",
    "Monitor Deflati", "Service Thread", "Signal Dispatch", "Finalizer", "Reference Handl", "Common-Cleaner",
    "Notification Th", "Attach Listener", "StringDedup", "Shenandoah", "ZDirector", "ZDriver", "ZStat", "ZUncommitter",
    "ConcGC", "ParGC", "surrogate", "JFR ",
)  # fmt: skip

# So many different waits of one thread are told apart. (Stack pointers are part of them: recursion makes many.)
MOST_WAITS = 64

AT_REST = frozenset("STtZX")
_STATES = {"T": "stopped", "t": "stopped", "Z": "zombie", "X": "zombie"}
_RESTARTED = f"{syscalls.number(syscalls.RESTARTED)} ".encode()


class Thread:
    """A thread, as it stood when it was looked at last."""

    __slots__ = (
        "_call", "_endless", "_sched", "_stat", "begun", "idle", "line", "name", "process", "restless", "sched", "seen",
        "since", "tid", "wait",
    )  # fmt: skip

    def __init__(self, process: Process, tid: int, seen: float) -> None:
        self.process = process
        self.tid = tid
        base = f"{process.pid}/task/{tid}/"
        self._sched = process.proc.open(base + "schedstat")
        self._call = process.proc.open(base + "syscall")
        self._stat = process.proc.open(base + "stat")
        self.name = self._read_name()
        self.sched = b""
        self.line = b""
        self._endless = b""  # its last wait that had no end
        self.wait: Wait | None = None
        self.seen = seen  # when it was last looked at
        self.since = seen  # not before this moment did its wait begin
        self.begun: dict[bytes, int] = {}  # its waits since the last news: where (the line), and how often begun
        self.idle: set[bytes] = set()  # waits that it was once proved to end and begin again, doing nothing
        self.restless = False  # seen to wake with no input: what it waits in may have a limit that nobody sees

    def look(self, now: float) -> tuple[bool, bool]:
        """Read it: (does it wait, is it as it was). Raises ProcessLookupError once it is gone.

        The order matters. Times on a core first, then the call: read the other way round, it could run between the
        two, be on a core now, and show the same number at the next look. And the kernel names a call only of a
        thread that is off its core.
        """
        sched = os.pread(self._sched, 96, 0)
        line = os.pread(self._call, 192, 0)
        if sched == self.sched and line == self.line:
            self.seen = now
            return self.wait is not None, True
        if line != self.line or sched != self.sched:
            # Its wait began after we saw it elsewhere: the earliest moment, so that no end is ever put too late.
            self.since = self.seen
        # After SIGCONT a timed call goes on under another name, with the same arguments: the wait is the same.
        same_arguments = line.split()[1:4] == self.line.split()[1:4]
        restarted = line.startswith(_RESTARTED) and same_arguments and self.wait is not None
        self.sched, self.line, self.seen = sched, line, now
        if not restarted:
            self.wait = self._resumed(line) or self._read_wait(line)
            if self.wait is not None and not self.wait.timed:
                self._endless = line
        if len(self.begun) < MOST_WAITS:
            self.begun[line] = self.begun.get(line, 0) + 1
        return self.wait is not None, False

    def _read_wait(self, line: bytes) -> Wait | None:
        call = syscalls.parse(line)
        if call is not None:
            return syscalls.wait_of(call, self.process.peek)
        return None if line.startswith(b"running") else self._other(line)

    def _resumed(self, line: bytes) -> Wait | None:
        """After SIGCONT a wait goes on under another name: if it had no end, as the call that it was. (It may have been
        seen between the two, on its way.) What it waits for is read anew.
        """
        if not line.startswith(_RESTARTED) or line.split()[1:4] != self._endless.split()[1:4]:
            return None
        wait = self._read_wait(self._endless.split()[0] + b" " + line.partition(b" ")[2])
        return wait if wait is not None and not wait.timed else None

    def _other(self, line: bytes) -> Wait | None:
        """In no call, or in one that the table does not know: the letter of its state decides."""
        state = self.state()
        if state == "S":  # asleep, but who knows for how long
            return Wait(f"system call {line.split()[0].decode()}", known=False)
        return Wait(_STATES[state]) if state in _STATES else None

    def refresh(self) -> bool:
        """Read its times again, and nothing else. Says whether it has run."""
        try:
            sched = os.pread(self._sched, 96, 0)
        except OSError:
            return True
        moved = sched != self.sched
        if moved:
            # The next look must not take it for unchanged, and its wait began after the last one.
            self.sched, self.line = sched, b""
        return moved

    def wait_is_timed(self) -> bool:
        """Whether its last wait had an end that could be seen (or it was in none)."""
        return self.wait is None or self.wait.timed

    def effort(self) -> tuple[int, int]:
        """Nanoseconds on a core, and how often it came to one."""
        fields = self.sched.split()
        return (int(fields[0]), int(fields[2])) if len(fields) > 2 else (0, 0)

    def delay(self) -> int:
        """Nanoseconds that it waited for a core."""
        fields = self.sched.split()
        return int(fields[1]) if len(fields) > 1 else 0

    def state(self) -> str:
        """The letter of its state: R, S, D, T (stopped), t (traced), Z (zombie), X. Raises OSError once it is gone."""
        fields = os.pread(self._stat, 512, 0).rpartition(b")")[2].split()
        return fields[0].decode() if fields else "X"

    def housekeeping(self) -> bool:
        """Whether it belongs to the runtime and not to the program."""
        if not self.process.is_jvm():
            return False
        if not self.name.startswith(JVM_THREADS):
            self.name = self._read_name()  # it is born with its maker's name, and may have been seen before it changed
        return self.name.startswith(JVM_THREADS)

    def _read_name(self) -> str:
        return self.process.proc.text(f"{self.process.pid}/task/{self.tid}/comm").strip()

    def close(self) -> None:
        """Let go of its files."""
        os.close(self._sched)
        os.close(self._call)
        os.close(self._stat)
