"""A process as /proc shows it: its threads, and what its descriptors stand for."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from dataclasses import dataclass

from harness.stage import syscalls
from harness.stage.proc import Proc
from harness.stage.syscalls import Wait
from harness.stage.thread import Thread


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a thread waits on. `kind`: terminal | socket | pipe | file | timer | event | unknown."""

    kind: str
    text: str
    inode: int = 0
    edge: bool = False  # epoll tells of it only once: what lies unread in it wakes nobody


class Process:
    """A process on the stage, and whose program it belongs to."""

    def __init__(self, proc: Proc, pid: int, ppid: int, session: int, actor: str) -> None:
        self.proc = proc
        self.pid, self.ppid, self.session, self.actor = pid, ppid, session, actor
        self.threads: dict[int, Thread] = {}
        self._jvm: bool | None = None

    def list_threads(self, seen: float) -> None:
        """Bring the threads up to date."""
        names = {int(name) for name in os.listdir(self.proc.path(f"{self.pid}/task"))}
        for tid in self.threads.keys() - names:
            self.threads.pop(tid).close()
        for tid in names - self.threads.keys():
            with contextlib.suppress(OSError):
                self.threads[tid] = Thread(self, tid, seen)

    def peek(self, address: int, size: int) -> bytes | None:
        """Its memory, or None where that cannot be read."""
        try:
            fd = self.proc.open(f"{self.pid}/mem")
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
            return os.readlink(self.proc.path(f"{self.pid}/{name}"))
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
            return Target("timer", self.proc.text(f"{self.pid}/fdinfo/{fd}"))
        if link.startswith("anon_inode:"):
            return Target("event", link[len("anon_inode:") :].strip("[]"))
        return Target(self._kind_of_path(fd) if link.startswith("/") else "unknown", link)

    def _kind_of_path(self, fd: int) -> str:
        """A read from a file on disk is work, not a wait; a fifo or a device is a wait."""
        try:
            mode = os.stat(f"{self.pid}/fd/{fd}", dir_fd=self.proc.fd).st_mode
        except OSError:
            return "unknown"
        return "pipe" if stat.S_ISFIFO(mode) else "event" if stat.S_ISCHR(mode) else "file"

    def _members(self, epoll: int) -> list[Target]:
        found = []
        for line in self.proc.text(f"{self.pid}/fdinfo/{epoll}").splitlines():
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
            for fd in os.listdir(self.proc.path(f"{self.pid}/fd")):
                link = self.link(f"fd/{fd}")
                if link.startswith("socket:["):
                    found.add(int(link[8:-1]))
        return found

    def cpu(self) -> float:
        """CPU seconds so far, its ended threads and reaped children included."""
        fields = self.proc.text(f"{self.pid}/stat").rpartition(")")[2].split()
        return sum(int(f) for f in fields[11:15]) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def command(self) -> str:
        """Its command line, as people write it."""
        return self.proc.text(f"{self.pid}/cmdline").replace("\0", " ").strip()

    def close(self) -> None:
        """Let go of its files."""
        for thread in self.threads.values():
            thread.close()
        self.threads.clear()
