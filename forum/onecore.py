"""One core for all workers: those of one Python run one at a time anyway."""

import os
import sys
from contextlib import suppress


def keep_to_one_core() -> None:
    """Stay on the core that we run on, before any worker is started.

    Only one worker at a time holds the interpreter's lock, and each lends it out around every
    system call. With two cores the one that waits wakes up on the other core and takes the lock
    meanwhile, so that every call ends in waiting: a third of the requests a second that one core
    serves (docs/bench.md). Where the system cannot do this, or Python has no such lock, nothing happens.
    """
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return
    with suppress(OSError, AttributeError, ValueError, IndexError):
        os.sched_setaffinity(0, {_core_we_run_on()})


def _core_we_run_on() -> int:
    with open("/proc/self/stat", encoding="ascii", errors="replace") as stat:
        # Counted behind the name in brackets, which may hold spaces itself (proc(5): field 39).
        return int(stat.read().rpartition(")")[2].split()[36])
