"""Stillness, again and again: never too early, whatever else the machine does."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.recording import Recorder
from harness.stage import Stage
from tests.harness.stage.conftest import program


@contextlib.contextmanager
def burners(count: int) -> Iterator[None]:
    """So many processes that do nothing but run."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def too_early(level: str, folder: Path, rounds: int) -> list[int]:
    """Type `rounds` requests through client and server: those at which stillness was seen before the answer was."""
    recorder = Recorder()
    missed = []
    with Stage(folder, recorder, level=level) as stage:  # type: ignore[arg-type]
        stage.start("server", program("threaded_server.py", stage.port()))
        assert stage.ready("server", within=60) is not None
        stage.start("yoda", program("client.py", "127.0.0.1", stage.port()))
        stage.settle(within=60)
        for number in range(rounds):
            stage.type("yoda", b"a%d\n" % number)
            settled = stage.settle(typed_to=["yoda"], within=60)
            if settled.asks != ["yoda"] or not stage.output("yoda").endswith(b"A%d\r\n> " % number):
                missed.append(number)
            if number % 1000 == 0:
                recorder.recording.events.clear()
    return missed


def test_five_hundred_settlings(level: str, tmp_path: Path) -> None:
    """Each answer was there when all was still."""
    assert too_early(level, tmp_path, 500) == []


def test_beside_burners(level: str, tmp_path: Path) -> None:
    """Also when everybody waits for a core, the kernel's own workers included."""
    with burners(8):
        assert too_early(level, tmp_path, 50) == []


@pytest.mark.soak
@pytest.mark.parametrize("others", [0, 8])
def test_twenty_thousand_settlings(level: str, tmp_path: Path, others: int) -> None:
    """Not one too early."""
    with burners(others):
        assert too_early(level, tmp_path, 20_000) == []
