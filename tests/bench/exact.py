"""`python -m tests.bench.exact run ...` is `harness run ...` that also counts its programs' CPU time to the nanosecond.

`/proc/PID/stat` gives the CPU time of a program that still runs in whole ticks
of 10 ms, cut twice (user, system): of a client that lived for 50 ms a fifth is
lost. `schedstat` of its threads has nanoseconds. Nothing else is changed.
"""

from __future__ import annotations

import contextlib
import os

from harness.cli import main
from harness.stage.process import Process

_in_ticks = Process.cpu


def exact(process: Process) -> float:
    """CPU seconds so far: by its living threads' own clocks, or, if ended threads make that more, by the ticks."""
    nanoseconds = 0
    with contextlib.suppress(OSError):
        for tid in os.listdir(process.proc.path(f"{process.pid}/task")):
            fields = process.proc.text(f"{process.pid}/task/{tid}/schedstat").split()
            nanoseconds += int(fields[0]) if fields else 0
    return max(_in_ticks(process), nanoseconds / 1e9)


if __name__ == "__main__":
    setattr(Process, "cpu", exact)  # noqa: B010 - mypy: a method is not assigned to. The workers are forked after this.
    main()
