"""Ending what was started, where no namespace does it: found by descent, and by the run's tag."""

from __future__ import annotations

import contextlib
import os
import select
import signal

from harness.box.libc import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def guard(level: str, launcher: int) -> None:
    """Wait until the harness or the launcher is gone, then end everything that was started."""
    tag = os.environ.get("HARNESS_RUN", "")
    watch = select.poll()
    watch.register(0, select.POLLIN)
    pidfd = os.pidfd_open(launcher) if hasattr(os, "pidfd_open") else -1
    if pidfd >= 0:
        watch.register(pidfd, select.POLLIN)
    gone = {fd for fd, _ in watch.poll()}
    if pidfd not in gone and level != "box":
        # The harness hung up. The launcher has seen it too and is sweeping: it reaps, so it goes first.
        os.waitpid(launcher, 0)
    elif pidfd not in gone:
        os.kill(launcher, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(launcher, 0)
    if level != "box":
        # A program may have killed the launcher: then its children are ours, and the tag finds who escaped even that.
        sweep(lambda: set(descendants(os.getpid())) | set(tagged(tag)))


def sweep(find: Callable[[], set[int]]) -> None:
    """Kill and reap until nobody is found any more: programs may go on forking while we do."""
    while True:
        found = find()
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, 0 if found else os.WNOHANG)[0]:
                found = found or {0}
        except ChildProcessError:
            if not found or not find():
                return


def descendants(root: int) -> Iterable[int]:
    """Every living process below `root`."""
    parents: dict[int, int] = {}
    for pid in pids():
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name may hold spaces and brackets; what follows the last bracket is regular.
            fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
            if fields[0] not in "ZX":
                parents[pid] = int(fields[1])
    ours: set[int] = {root}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return ours - {root}


def tagged(tag: str) -> Iterable[int]:
    """Every process that carries this run's tag in its environment, us left out."""
    for pid in pids():
        with contextlib.suppress(OSError):
            if tag and pid != os.getpid() and f"HARNESS_RUN={tag}\0" in read(f"/proc/{pid}/environ"):
                yield pid


def pids() -> list[int]:
    """Every process that our /proc shows."""
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return []
