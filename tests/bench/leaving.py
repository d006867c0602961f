"""A hundred clients end: from the word to close the stage until everything that was started is gone.

The clients are the forum's, each connected to the forum's server and waiting
for its keyboard, with two workers here and two there. What is timed is
`Stage.close()`: it takes down how each program had behaved, kills, reaps, and
returns when nothing is left. That nothing is, is then looked up in /proc. A
bare figure: there is nothing to compare it with.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median

from harness.recording import Recorder
from harness.stage import Stage
from harness.workshop import workshop
from tests.bench.figures import Broken, Effort, Row, counted, milliseconds, seconds_of
from tests.bench.programs import WITHIN, accounts, client, server

CLIENTS = 100


def measure(effort: Effort) -> Iterator[Row]:
    """The row."""
    times = 1 if effort.quick else 3
    with workshop() as folder:
        taken = [_close_time(folder / str(number)) for number in range(times)]
    yield Row(f"stop and reap {CLIENTS} clients", milliseconds(median(taken)), "", median(taken), 0.5, "<=", "s",
              counted(times, "stage"))  # fmt: skip


def _close_time(folder: Path) -> float:
    tag = uuid.uuid4().hex
    with Stage(folder, Recorder(), environment={"BENCH": tag}) as stage:
        (stage.folder_of("server") / "credentials.txt").write_text(accounts([]), encoding="utf-8")
        stage.start("server", server(stage.port()))
        if stage.ready("server", WITHIN) is None:
            raise Broken(f"the server does not listen: {stage.output('server')!r}")
        for number in range(CLIENTS):
            stage.start(f"client{number}", client(stage.port()))
        settled = stage.settle(within=WITHIN * 5)
        if len(settled.asks) != CLIENTS:
            raise Broken(f"expected {CLIENTS} clients that ask, got {len(settled.asks)} ({settled.evidence}); "
                         f"the first said {stage.output('client0')!r}")  # fmt: skip
        taken = seconds_of(stage.close)
    if left := list(_carrying(tag)):
        raise Broken(f"still there after close(): {left}")
    return taken


def _carrying(tag: str) -> Iterator[int]:
    """The processes with this word in their environment."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if tag.encode() in (place / "environ").read_bytes():
                yield int(place.name)
