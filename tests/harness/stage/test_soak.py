"""Stillness, again and again: never too early, whatever else the machine does."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage import Stage
from tests.bench.settling import burners
from tests.harness.stage import wired
from tests.harness.stage.conftest import SHOWN, program


def too_early(level: str, folder: Path, rounds: int, network: Network | None = None) -> list[int]:
    """Type `rounds` requests through client and server: those at which stillness was seen before the answer was."""
    recorder = Recorder()
    missed = []
    with Stage(folder, recorder, level=level, network=network, shown=SHOWN) as stage:  # type: ignore[arg-type]
        stage.start("server", program("threaded_server.py", stage.port()))
        assert stage.ready("server", within=60) is not None
        stage.start("yoda", program("client.py", "127.0.0.1", stage.port_of("yoda")))
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


RELAYED = pytest.mark.parametrize("conditions", [(), ("glue",), ("cut 9",), ("delay 2 ms",)], ids=" ".join)


@RELAYED
def test_five_hundred_settlings_with_a_relay(level: str, tmp_path: Path, conditions: tuple[str, ...]) -> None:
    """What is on its way through it is on its way, whatever the network does to it."""
    assert too_early(level, tmp_path, 500 if not conditions else 100, wired.network(*conditions)) == []


def test_with_a_relay_beside_burners(level: str, tmp_path: Path) -> None:
    """Then even the kernel is late to hand over what was sent."""
    with burners(8):
        assert too_early(level, tmp_path, 50, Network()) == []


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


@pytest.mark.soak
@RELAYED
@pytest.mark.parametrize("others", [0, 8])
def test_twenty_thousand_settlings_with_a_relay(
    level: str, tmp_path: Path, others: int, conditions: tuple[str, ...]
) -> None:
    """Not one too early."""
    with burners(others):
        assert too_early(level, tmp_path, 20_000, wired.network(*conditions)) == []
