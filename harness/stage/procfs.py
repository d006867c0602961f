"""The programs on a stage as /proc shows them: processes, threads, and whether any of them has moved.

Files are kept open and read again with pread: 3 microseconds a thread. What
costs more (names, descriptors, memory) is read only of threads that moved.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

from harness.stage import syscalls
from harness.stage.syscalls import Wait

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


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a thread waits on. `kind`: terminal | socket | pipe | file | timer | event | unknown."""

    kind: str
    text: str
    inode: int = 0
    edge: bool = False  # epoll tells of it only once: what lies unread in it wakes nobody


class Thread:
    """A thread, as it stood when it was looked at last."""

    __slots__ = (
        "_call", "_sched", "_stat", "begun", "idle", "line", "name", "process", "restless", "sched", "seen", "since",
        "tid", "wait",
    )  # fmt: skip

    def __init__(self, process: Process, tid: int, seen: float) -> None:
        self.process = process
        self.tid = tid
        base = f"{process.pid}/task/{tid}/"
        self._sched = process.table.open(base + "schedstat")
        self._call = process.table.open(base + "syscall")
        self._stat = process.table.open(base + "stat")
        self.name = self._read_name()
        self.sched = b""
        self.line = b""
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
            self.wait = self._read_wait(line)
        if len(self.begun) < MOST_WAITS:
            self.begun[line] = self.begun.get(line, 0) + 1
        return self.wait is not None, False

    def _read_wait(self, line: bytes) -> Wait | None:
        call = syscalls.parse(line)
        if call is not None:
            return syscalls.wait_of(call, self.process.peek)
        return None if line.startswith(b"running") else self._other(line)

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
        return self.process.table.text(f"{self.process.pid}/task/{self.tid}/comm").strip()

    def close(self) -> None:
        """Let go of its files."""
        os.close(self._sched)
        os.close(self._call)
        os.close(self._stat)


_AT_REST = frozenset("STtZX")
_STATES = {"T": "stopped", "t": "stopped", "Z": "zombie", "X": "zombie"}
_RESTARTED = f"{syscalls.number(syscalls.RESTARTED)} ".encode()


class Process:
    """A process on the stage, and whose program it belongs to."""

    def __init__(self, table: Table, pid: int, ppid: int, session: int, actor: str) -> None:
        self.table = table
        self.pid, self.ppid, self.session, self.actor = pid, ppid, session, actor
        self.threads: dict[int, Thread] = {}
        self._jvm: bool | None = None

    def list_threads(self, seen: float) -> None:
        """Bring the threads up to date."""
        names = {int(name) for name in os.listdir(self.table.path(f"{self.pid}/task"))}
        for tid in self.threads.keys() - names:
            self.threads.pop(tid).close()
        for tid in names - self.threads.keys():
            with contextlib.suppress(OSError):
                self.threads[tid] = Thread(self, tid, seen)

    def peek(self, address: int, size: int) -> bytes | None:
        """Its memory, or None where that cannot be read."""
        try:
            fd = self.table.open(f"{self.pid}/mem")
        except OSError:
            return None
        try:
            return os.pread(fd, size, address)
        except (OSError, OverflowError):
            return None
        finally:
            os.close(fd)

    def stopped(self) -> bool:
        """Whether it has been stopped (SIGSTOP, ^Z): the whole process is, or none of it."""
        with contextlib.suppress(OSError):
            return any(thread.state() in "Tt" for thread in itertools.islice(self.threads.values(), 1))
        return False

    def is_jvm(self) -> bool:
        """Whether this is a Java virtual machine."""
        if self._jvm is None:
            self._jvm = self.link("exe").rpartition("/")[2] == "java"
        return self._jvm

    def link(self, name: str) -> str:
        """What a link below its folder in /proc points to; "" if it cannot be read."""
        try:
            return os.readlink(self.table.path(f"{self.pid}/{name}"))
        except OSError:
            return ""

    def targets(self, wait: Wait) -> list[Target]:
        """What the descriptors of a wait stand for."""
        found = [self.target(fd) for fd in wait.reads]
        return found + self._members(wait.epoll) if wait.epoll >= 0 else found

    def target(self, fd: int, edge: bool = False) -> Target:
        """What one of its descriptors stands for."""
        link = self.link(f"fd/{fd}")
        kind, _, rest = link.partition(":")
        if kind in ("socket", "pipe"):
            return Target(kind, link, int(rest.strip("[]") or 0), edge)
        if link.startswith(("/dev/pts/", "/dev/tty")):
            return Target("terminal", link)
        if link == "anon_inode:[timerfd]":
            return Target("timer", self.table.text(f"{self.pid}/fdinfo/{fd}"))
        if link.startswith("anon_inode:"):
            return Target("event", link[len("anon_inode:") :].strip("[]"))
        return Target(self._kind_of_path(fd) if link.startswith("/") else "unknown", link)

    def _kind_of_path(self, fd: int) -> str:
        """A read from a file on disk is work, not a wait; a fifo or a device is a wait."""
        try:
            mode = os.stat(f"{self.pid}/fd/{fd}", dir_fd=self.table.proc).st_mode
        except OSError:
            return "unknown"
        return "pipe" if stat.S_ISFIFO(mode) else "event" if stat.S_ISCHR(mode) else "file"

    def _members(self, epoll: int) -> list[Target]:
        found = []
        for line in self.table.text(f"{self.pid}/fdinfo/{epoll}").splitlines():
            fields = line.split()
            if len(fields) >= 4 and fields[0] == "tfd:":
                events = int(fields[3], 16)
                if events & syscalls.POLLIN:
                    found.append(self.target(int(fields[1]), edge=bool(events & 1 << 31)))
        return found

    def sockets(self) -> set[int]:
        """The inodes of the sockets it holds."""
        found = set()
        with contextlib.suppress(OSError):
            for fd in os.listdir(self.table.path(f"{self.pid}/fd")):
                link = self.link(f"fd/{fd}")
                if link.startswith("socket:["):
                    found.add(int(link[8:-1]))
        return found

    def cpu(self) -> float:
        """CPU seconds so far, its ended threads and reaped children included."""
        fields = self.table.text(f"{self.pid}/stat").rpartition(")")[2].split()
        return sum(int(f) for f in fields[11:15]) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def command(self) -> str:
        """Its command line, as people write it."""
        return self.table.text(f"{self.pid}/cmdline").replace("\0", " ").strip()

    def close(self) -> None:
        """Let go of its files."""
        for thread in self.threads.values():
            thread.close()
        self.threads.clear()


class Table:
    """Every process on the stage except the launcher.

    `whose(pid, ppid, session)` names the actor, or None for a process that is none of ours (when the launcher has
    no namespace of its own, /proc shows everybody's).
    """

    def __init__(self, proc: int, whose: Callable[[int, int, int], str | None]) -> None:
        self.proc = proc
        self._whose = whose
        self.processes: dict[int, Process] = {}
        self._foreign: set[int] = set()
        self._cursor = b""
        self._births = True  # somebody may have been born whom no listing has shown yet
        self._loadavg = os.open("/proc/loadavg", os.O_RDONLY | os.O_CLOEXEC)
        self._listed_at = monotonic()
        self._hot: Thread | None = None

    def open(self, path: str) -> int:
        """Open a file below this /proc."""
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc)

    def path(self, path: str) -> str:
        """A path for the calls that take no dir_fd."""
        return f"/proc/self/fd/{self.proc}/{path}"

    def text(self, path: str) -> str:
        """A small file's text, "" if it is gone."""
        try:
            fd = self.open(path)
        except OSError:
            return ""
        try:
            return os.read(fd, 1 << 16).decode("utf-8", "replace")
        except OSError:
            return ""
        finally:
            os.close(fd)

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
                asleep = thread.state() in _AT_REST
            except OSError:  # ESRCH: it is gone, and so not everything is as it was
                self._drop(thread)
                return thread
            if not asleep:
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
        names = {int(name) for name in os.listdir(self.proc) if name.isdigit()}
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
