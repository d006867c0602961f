"""Watches that the programs of a box keep within bounds, and ends those that do not.

A cgroup would do some of it, where somebody delegates one; this does it everywhere, and knows who it was. It runs in
the launcher, beside what it watches. What grows fastest is looked at most often: a core fills 100 MB of memory between
two looks, at worst. Hard limits of the kernel stand behind it, for the time in which it does not come to a core.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import stat
import time

from harness.box.libc import read
from harness.box.sweeping import descendants, pids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

# Seconds between two looks at the processes, and at what they have written. A slow look comes less often, so that it
# costs a twentieth of a core, but not much less: a fork bomb makes it slow, and must not win time by that.
SOON, LATER, LATEST, SHARE = 0.05, 0.25, 1.0, 20

PAGE = resource.getpagesize()
# Many programs that are each within bounds are not, together: what a play may take besides, for each that was started.
TOGETHER = 96 << 20
# Of more processes than that the memory is counted while they stand still.
MANY = 48
# So often is looked again for what a program that is being ended has started meanwhile.
ROUNDS = 200


class Programs:
    """Who runs, whose it is, and what it takes."""

    def __init__(self, started: dict[int, str], folder: str, everybody: bool) -> None:
        self._started = started
        self._folder = folder
        self._everybody = everybody  # whether /proc shows only what we are to watch
        self._whose: dict[int, str] = {}
        self._sessions: dict[int, str] = {}

    def look(self) -> Iterator[tuple[int, str, int, int]]:
        """Of every process: its pid, its actor ("": nobody knows), its threads, and the pages it has in memory."""
        mine = [pid for pid in pids() if pid != 1] if self._everybody else list(descendants(os.getpid()))
        self._whose = {pid: self._whose[pid] for pid in mine if pid in self._whose}
        for pid in sorted(mine):  # parents are mostly older than their children
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
                if fields[0] not in "ZX":
                    actor = self._actor(pid, int(fields[1]), int(fields[3]))
                    yield pid, actor, int(fields[17]), int(fields[21])

    def _actor(self, pid: int, parent: int, session: int) -> str:
        """Whose it is. Found out when it is young: later it may have left its parent, its session and its folder."""
        if pid in self._started:
            self._whose[pid] = self._sessions[pid] = self._started[pid]
        if pid not in self._whose:
            self._whose[pid] = self._whose.get(parent) or self._sessions.get(session) or self._told(pid)
        return self._whose[pid]

    def _told(self, pid: int) -> str:
        with contextlib.suppress(OSError):
            for word in read(f"/proc/{pid}/environ").split("\0"):
                if word.startswith("HARNESS_ACTOR="):
                    return word.partition("=")[2]
        with contextlib.suppress(OSError):
            inside = os.readlink(f"/proc/{pid}/cwd").removeprefix(self._folder + "/")
            return inside.split("/")[0] if not inside.startswith("/") else ""
        return ""


class Watch:
    """Looks at the programs when it is time. `over()` gives what exceeded its bound; those programs are ended."""

    def __init__(self, bounds: dict[str, int], folder: str, started: dict[int, str], *, everybody: bool) -> None:
        self._bounds = bounds
        self._folder = folder
        self._started = started
        self._everybody = everybody  # we are pid 1, and everybody is to be watched
        self._programs = Programs(started, folder, everybody)
        self._own_tmp = everybody and os.path.ismount("/tmp")
        self._next = self._next_files = 0.0
        self._told: set[tuple[int, str, str]] = set()
        self._held: set[int] | None = None  # everybody is stopped; these had been before

    def pause(self) -> float | None:
        """Seconds until the next look; None while nobody is there."""
        return max(0.0, self._next - time.monotonic()) if self._started else None

    def over(self) -> Iterator[dict[str, Any]]:
        """What is over its bound: actor, what, bound, seen. Nothing if it is not yet time to look."""
        if not self._started or time.monotonic() < self._next:
            return
        began = time.monotonic()
        if self._crowded():
            self._hold()
        running = list(self._programs.look())
        over = list(self._processes(running)) or [*self._memory(running), *self._written(running)]
        for actor, what, seen in over:
            if actor in (whose for _, whose, _, _ in running):  # what somebody left behind who is gone ends nobody
                self._end(actor)
                yield from self._tell(self._newest(actor), actor, what, seen)
        self._let_go()
        now = time.monotonic()
        self._next = now + min(max(SOON, (now - began) * SHARE), LATER)

    def at_its_end(self, pid: int, actor: str) -> Iterator[dict[str, Any]]:
        """What a program had used up that has just ended by itself, and is not reaped yet.

        The kernel refuses what would be more, and most programs die of that: often before the next look, so that it
        would be luck whether they are told why.
        """
        for whose, what, seen in self._used([actor], [(pid, actor, 0, 0), *self._programs.look()]):
            if whose == actor:
                yield from self._tell(pid, actor, what, seen)

    def _tell(self, pid: int, actor: str, what: str, seen: int) -> Iterator[dict[str, Any]]:
        """Once for each program: one that is started again in a folder that is full is told so again."""
        if (pid, actor, what) not in self._told:
            self._told.add((pid, actor, what))
            yield {"over": what, "actor": actor, "bound": self._bounds[what], "seen": seen}

    def _newest(self, actor: str) -> int:
        return next((pid for pid, whose in reversed(self._started.items()) if whose == actor), 0)

    def _memory(self, running: list[tuple[int, str, int, int]]) -> Iterator[tuple[str, str, int]]:
        """Pages that several share count for each in the kernel's cheap number: it only says when to count well."""
        bound = self._bounds["memory"]
        cheap: dict[str, int] = {}
        for _, actor, _, pages in running:
            cheap[actor] = cheap.get(actor, 0) + pages * PAGE
        together = 2 * bound + TOGETHER * len(self._started)
        suspects = set(cheap) if sum(cheap.values()) > together else {a for a, size in cheap.items() if size > bound}
        if sum(whose in suspects for _, whose, _, _ in running) > MANY:
            # Counting well waits for each that is just forking, and a thousand of them have two cores.
            self._hold()
        dear = {actor: sum(_share(pid) for pid, whose, _, _ in running if whose == actor) for actor in suspects}
        for actor, size in dear.items():
            if size > bound:
                yield actor, "memory", size
        if sum(dear.values()) > together:
            largest = max(dear, key=lambda actor: dear[actor])
            if dear[largest] <= bound:
                yield largest, "memory", dear[largest]

    def _processes(self, running: list[tuple[int, str, int, int]]) -> Iterator[tuple[str, str, int]]:
        count: dict[str, int] = {}
        for _, actor, threads, _ in running:
            count[actor] = count.get(actor, 0) + threads
        for actor, number in count.items():
            if number > self._bounds["processes"]:
                yield actor, "processes", number

    def _written(self, running: list[tuple[int, str, int, int]]) -> Iterator[tuple[str, str, int]]:
        """Files: in the actors' folders, in /tmp, and such as have no name any more but are still open."""
        began = time.monotonic()
        if began < self._next_files:
            return
        yield from self._used(sorted(set(self._started.values())), running)
        self._next_files = time.monotonic() + min(max(LATER, (time.monotonic() - began) * SHARE), LATEST)

    def _used(self, actors: Iterable[str], running: list[tuple[int, str, int, int]]) -> Iterator[tuple[str, str, int]]:
        sizes = {actor: _size(f"{self._folder}/{actor}", self._bounds["files"]) for actor in actors}
        for actor, size in _nameless(running).items():
            have = sizes.get(actor, (0, 0))
            sizes[actor] = have[0] + size, have[1]
        for actor, (size, number) in sizes.items():
            if size >= self._bounds["disk"]:  # one file never has more: the kernel sees to that
                yield actor, "disk", size
            if number > self._bounds["files"]:
                yield actor, "files", number
        if self._own_tmp:
            room = os.statvfs("/tmp")
            if room.f_blocks and room.f_bavail == 0:
                yield _writer(running), "disk", room.f_blocks * room.f_frsize
            elif room.f_files and room.f_ffree == 0:
                yield _writer(running), "files", room.f_files

    def _end(self, actor: str) -> None:
        """End all of this actor's processes, which may be forking as fast as they can."""
        self._hold()
        for _ in range(ROUNDS):
            found = [pid for pid, whose, _, _ in self._programs.look() if whose == actor]
            for pid in found:
                with contextlib.suppress(OSError, ValueError):
                    resource.prlimit(pid, resource.RLIMIT_NPROC, (0, 0))
            for pid in found:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            if not found:
                return

    def _hold(self) -> None:
        """Stop everybody at one instant: pid 1 can, and who is stopped neither forks nor keeps us from a core."""
        if self._everybody and self._held is None:
            # While a thousand are born, nobody is asked what they were before.
            few = pids() if not self._crowded() else []
            self._held = {pid for pid in few if _is_stopped(pid)}
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGSTOP)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            for pid in pids():
                if pid != 1 and pid not in held:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGCONT)

    def _crowded(self) -> bool:
        """Whether there are more processes than any play has: then looking at each would take too long."""
        return self._everybody and len(pids()) > self._bounds["processes"]


def _is_stopped(pid: int) -> bool:
    with contextlib.suppress(OSError, IndexError):
        return read(f"/proc/{pid}/stat").rpartition(")")[2].split()[0] in "Tt"
    return False


def _share(pid: int) -> int:
    """The bytes a process has in memory; of what several share, its part."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _size(folder: str, most: int) -> tuple[int, int]:
    """How much lies in a folder, in bytes and in files. Counting ends soon after `most` files."""
    size = number = 0
    left = [folder]
    while left and number <= most:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    number += 1
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
    return size, number


def _nameless(running: list[tuple[int, str, int, int]]) -> dict[str, int]:
    """What lies in files without a name (unlinked ones, those of memfd_create), by actor."""
    sizes: dict[str, int] = {}
    seen = set()
    for pid, actor, _, _ in running:
        with contextlib.suppress(OSError):
            for fd in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    status = os.stat(f"/proc/{pid}/fd/{fd}")
                    if stat.S_ISREG(status.st_mode) and not status.st_nlink and (key := _key(status)) not in seen:
                        seen.add(key)
                        sizes[actor] = sizes.get(actor, 0) + status.st_blocks * 512
    return sizes


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _writer(running: list[tuple[int, str, int, int]]) -> str:
    """Who has most likely filled /tmp: whoever has written most."""
    written: dict[str, int] = {}
    for pid, actor, _, _ in running:
        with contextlib.suppress(OSError, ValueError):
            fields = dict(line.split(": ") for line in read(f"/proc/{pid}/io").splitlines())
            written[actor] = written.get(actor, 0) + int(fields["wchar"])
    return max(written, key=lambda actor: written[actor], default="")
