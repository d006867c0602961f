"""LST a second with 50 clients: the forum's server, against an echo server with the same workers.

Both servers give each connection a busy and an idle worker (echo_server.py is
the least that such a server can do), print to /dev/null, and are driven by the
same generator (load.py, a process of its own) in rounds that take turns: 50
clients, each of which asks again as soon as it is answered. Connections and
logins are made before the clock starts.

Twice: first as the system schedules them, then with both servers on one core
and the generator on another. Workers of one Python can only run one at a time,
and with two cores to choose from they wake each other across them, more or less
often according to what else runs: the first row shows what people get, and
wanders; the second shows what a request costs.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from harness.workshop import workshop
from tests.bench import programs
from tests.bench.figures import Broken, Effort, Row

CLIENTS = 50
PAIRS = 9
WITHIN = 240


def measure(effort: Effort) -> Iterator[Row]:
    """The two rows; the second only where there are two cores to pin to."""
    yield _row(f"LST/s with {CLIENTS} clients / an echo server", effort, None, None)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        yield _row("  the same, each server on one core", effort, cores[0], cores[1])


def _row(what: str, effort: Effort, core: int | None, generators_core: int | None) -> Row:
    requests, pairs = (60, 3) if effort.quick else (200, PAIRS)
    with workshop() as folder, _forum(folder, core) as forum, _echo(core) as echo:
        numbers = [str(number) for number in (forum, echo, CLIENTS, requests, pairs)]
        with subprocess.Popen([sys.executable, "-m", "tests.bench.load", *numbers], cwd=programs.ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as generator:  # fmt: skip
            _pin(generator.pid, generators_core)
            try:
                said, trouble = generator.communicate(timeout=WITHIN)
            finally:
                generator.kill()
    if generator.returncode:
        raise Broken(f"the load generator: {trouble.strip()}")
    taken = json.loads(said)
    rates = [CLIENTS * requests / median(side) for side in zip(*taken, strict=True)]
    ratio = median(echoed / listed for listed, echoed in taken)
    return Row(what, f"{rates[0]:,.0f}/s", f"{rates[1]:,.0f}/s", ratio, 0.4, ">=", taken=f"{pairs} pairs")


def _pin(pid: int, core: int | None) -> None:
    """Keep a process (its threads are yet to be made) on one core."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


@contextlib.contextmanager
def _forum(folder: Path, core: int | None) -> Iterator[int]:
    """The forum's server in a folder of its own (SHT would delete what it made); yields its port."""
    (folder / "credentials.txt").write_text(programs.accounts([f"user{n}" for n in range(CLIENTS)]), encoding="utf-8")
    with programs.free_port() as port, subprocess.Popen(
        programs.server(port), cwd=folder, env=programs.environment(folder), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            _pin(process.pid, core)
            _wait_until_it_listens(port)
            yield port
        finally:
            process.kill()


@contextlib.contextmanager
def _echo(core: int | None) -> Iterator[int]:
    program = str(Path(__file__).with_name("echo_server.py"))
    with programs.free_port() as port, subprocess.Popen(
        [sys.executable, program, str(port)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            _pin(process.pid, core)
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise Broken("the echo server does not start")
            yield port
        finally:
            process.kill()


def _wait_until_it_listens(port: int) -> None:
    """Its words go to /dev/null, so it is knocked at, for ten seconds at most."""
    for _ in range(1000):
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.01)
    raise Broken("the forum's server does not listen")
