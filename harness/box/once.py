"""One command in a box of its own, such as a compiler's: how it ended, and what it said."""

from __future__ import annotations

import os
import select
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.box.box import USUAL, Bounds, Box, NotSpawned, Over

# The "actor", by whose name its folder goes: the very folder that the box is for.
_HERE = "."


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: `status` as a shell tells it, None if it was still running after its time."""

    status: int | None
    words: bytes
    over: Sequence[Over] = ()


def environment(folder: Path) -> dict[str, str]:
    """What a command knows of its surroundings: the same on every machine, but for where programs lie."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "PWD": str(folder), "TERM": "dumb",
            "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": ""}  # fmt: skip


def run_once(command: Sequence[str], folder: Path, *, within: float, most: int, bounds: Bounds = USUAL,
             more: Mapping[str, str] = {}) -> Ran:  # fmt: skip
    """Run it in `folder`, which it may write to. Everything that it started is gone afterwards, also after Ctrl-C.

    `most`: so many bytes of what it says are read. Raises FileNotFoundError and the like if it cannot be started.
    """
    # A file, not a pipe: what the command leaves running may hold a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        box = Box(folder=folder, shown=command, bounds=bounds)
        try:
            spawned = box.spawn(_HERE, command, folder, {**environment(folder), **more}, output.fileno())
            if isinstance(spawned, NotSpawned):
                raise OSError(spawned.errno, spawned.why, command[0])
            if spawned.pidfd >= 0:
                os.close(spawned.pidfd)
            status, over = _wait(box, time.monotonic() + within)
        finally:
            box.close()
        output.seek(0)
        return Ran(status, output.read(most), over)


def _wait(box: Box, deadline: float) -> tuple[int | None, list[Over]]:
    poller = select.poll()
    poller.register(box.control, select.POLLIN)
    over: list[Over] = []
    while (left := deadline - time.monotonic()) > 0:
        if not box.heard:
            poller.poll(left * 1000)
        gone = box.exits()
        over += box.overs()
        if gone:
            return os.waitstatus_to_exitcode(gone[0].status), over
    return None, over
