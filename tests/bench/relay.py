"""What the relay costs a program: requests a second, and megabytes a second, against the same stage without one.

Both stages run the same programs in boxes of their own, at the same time, and
are measured in turn: a client program with 50 connections asks the forum's
server for its threads (each asks, waits for its answer, asks again), then one
that does nothing but send back; another sends 300 MB to one that only reads.
The client measures itself; the stage only pumps, as it does while it waits for an answer.
Everything that goes through the relay is recorded. *Memory*: how much the
harness holds more after 300 MB than before.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage import Stage
from harness.wire import Carried
from harness.workshop import workshop
from tests.bench import programs
from tests.bench.figures import Broken, Effort, Row, in_pairs
from tests.bench.programs import WITHIN

CLIENTS, REQUESTS = 50, 200
# The forum's server keeps to the core that it starts on: which one that is, and who else is there, is luck.
STAGES = 3
FORUM = "the forum's"
MEGABYTES = 300
# What a few thousand events take up, and what the allocator keeps. Were the bytes kept, it would be hundreds.
FLAT = 16.0


def measure(effort: Effort) -> Iterator[Row]:
    """The four rows."""
    with workshop() as folder:
        yield _requests(folder / "forum", effort, FORUM, f"relay: LST/s, {CLIENTS} connections / none")
        yield _requests(folder / "echo", effort, "echo_server.py", "  the same, a server that only sends back")
        yield from _megabytes(folder / "megabytes", effort)


def _requests(folder: Path, effort: Effort, server: str, what: str) -> Row:
    rates: list[list[float]] = [[], []]
    for number in range(STAGES):
        with _both(folder / str(number), server, CLIENTS) as (through, without, recorder):
            taken = _pairs(effort.pairs(9 // STAGES), through, without, f"ask {REQUESTS}", recorder)
        for side, seconds in zip(rates, taken, strict=True):
            side += [CLIENTS * REQUESTS / one for one in seconds]
    return _row(what, rates, "/s", 0.5)


def _megabytes(folder: Path, effort: Effort) -> Iterator[Row]:
    size = 10 if effort.quick else MEGABYTES
    grown: list[float] = []
    with _both(folder, "sink.py", 1) as (through, without, recorder):
        taken = _pairs(effort.pairs(5), through, without, f"send {size}", recorder, grown)
    yield _row(f"relay: {size} MB, recorded / none", [[size / seconds for seconds in side] for side in taken],
               " MB/s", 0.2)  # fmt: skip
    most = max(grown)
    yield Row(f"relay: memory grown by {size} MB", f"{most:.1f} MB", "0 MB", most, FLAT, "<=", "MB")


def _row(what: str, pairs: list[list[float]], unit: str, bar: float) -> Row:
    ours, against = pairs
    ratio = median(mine / theirs for mine, theirs in zip(ours, against, strict=True))
    return Row(what, f"{median(ours):,.0f}{unit}", f"{median(against):,.0f}{unit}", ratio, bar, ">=",
               taken=f"{len(ours)} pairs")  # fmt: skip


def _pairs(pairs: int, through: Stage, without: Stage, line: str, recorder: Recorder,
           grown: list[float] | None = None) -> list[list[float]]:  # fmt: skip
    """Seconds by the client's own clock: [through the relay, without]."""
    taken: list[list[float]] = [[], []]

    def act(index: int, stage: Stage) -> Callable[[], None]:
        def once() -> None:
            before = _resident()
            taken[index].append(_round(stage, line))
            if grown is not None and index == 0:
                grown.append(_resident() - before)
            _check(stage, recorder, index == 0)

        return once

    in_pairs(pairs, act(0, through), act(1, without))
    return [seconds[1:] for seconds in taken]  # in_pairs does each once before


def _round(stage: Stage, line: str) -> float:
    stage.type("yoda", line.encode() + b"\n")
    if not stage.wait_for("yoda", b"> ", WITHIN):
        raise Broken(f"no answer to {line}: {stage.output('yoda')[-200:]!r}")
    found = re.findall(rb"took ([\d.]+)", stage.output("yoda"))
    return float(found[-1])


def _check(stage: Stage, recorder: Recorder, relayed: bool) -> None:
    """What went through is on the recording, and then forgotten: the next pair begins as this one did."""
    events = recorder.recording.events
    if relayed:
        if not any(isinstance(event, Carried) for event in events):
            raise Broken("the relay has recorded nothing")
        events.clear()


def _resident() -> float:
    """Megabytes that this process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def _both(folder: Path, server: str, clients: int) -> Iterator[tuple[Stage, Stage, Recorder]]:
    """Two stages with the same programs: with a relay, and without; and the recording of the first."""
    with _asking(folder / "without", server, clients, None) as (without, _), \
            _asking(folder / "with", server, clients, Network()) as (through, recorder):  # fmt: skip
        yield through, without, recorder


@contextlib.contextmanager
def _asking(folder: Path, server: str, clients: int, network: Network | None) -> Iterator[tuple[Stage, Recorder]]:
    """A stage with a server and a client that has its connections."""
    recorder = Recorder()
    here = programs.ROOT / "tests" / "bench"
    shown = [str(here / "asking.py"), str(here / "load.py"), *programs.server(0)]
    with Stage(folder, recorder, network=network, shown=shown) as stage:
        port = stage.port()
        names = programs.accounts([f"user{number}" for number in range(clients)])
        (stage.folder_of("server") / "credentials.txt").write_text(names, encoding="utf-8")
        stage.start("server", programs.server(port) if server == FORUM
                    else [sys.executable, str(here / server), str(port)])  # fmt: skip
        if stage.ready("server", WITHIN) is None:
            raise Broken(f"the server does not listen: {stage.output('server')!r}")
        stage.start("yoda", [sys.executable, str(here / "asking.py"), str(stage.port_of("yoda")), str(clients)])
        if not stage.wait_for("yoda", b"> ", WITHIN):
            raise Broken(f"the client is not connected: {stage.output('yoda')!r}")
        if server == FORUM:
            _round(stage, "in 0")
            recorder.recording.events.clear()
        yield stage, recorder
