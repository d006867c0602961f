"""Launchers are forked from one process that has loaded everything: one for each process that asks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.box.box import Box
from harness.box.started import start
from harness.workers import in_workers

ROOT = Path(__file__).parents[3]
LIMIT = 20.0


def parent(pid: int) -> int:
    """Whose child it is."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def until_gone(pid: int) -> None:
    """A process that is no longer there, or soon."""
    end = time.monotonic() + LIMIT
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end
        time.sleep(0.005)


def opened(_: object) -> tuple[int, int]:
    """A box, made and ended: who made it, and whose child the process was that forked its launcher."""
    box = Box()
    try:
        return os.getpid(), parent(parent(box.guardian))
    finally:
        box.close()


def test_launchers_of_one_process_are_forked_from_the_same() -> None:
    """Several at a time, each with a tag of its own; whoever is ended is gone when that returns."""
    first, second = start(), start()
    try:
        assert first.tag != second.tag
        assert parent(first.pid) == parent(second.pid)
    finally:
        first.end()
        until_gone(first.pid)
        second.end()
        second.end()


def test_one_that_was_killed_is_replaced() -> None:
    """A program of a plain stage may do that: the next box is made all the same."""
    one = start()
    mother = parent(one.pid)
    one.end()
    os.kill(mother, signal.SIGKILL)
    until_gone_or_zombie(mother)
    other = start()
    assert parent(other.pid) != mother
    other.end()


def until_gone_or_zombie(pid: int) -> None:
    """It runs no more."""
    end = time.monotonic() + LIMIT
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_copy_of_a_process_has_its_own() -> None:
    """Workers are copies of the harness: they must not speak to what forks for it."""
    start().end()
    for worker, grandparent in in_workers(opened, range(2), 2):
        assert worker == grandparent != os.getpid()


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_nothing_of_it_outlives_the_harness(end: str) -> None:
    """However that ends: what forks launchers, and a launcher that nobody has told anything."""
    code = ("import os, signal\nfrom harness.box.started import start\none = start()\n"
            "mother = open(f'/proc/{one.pid}/stat').read().rpartition(')')[2].split()[1]\n"
            f"print(one.pid, mother, flush=True)\n{end}\n")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT,
                          check=False)  # fmt: skip
    for pid in map(int, done.stdout.split()):
        until_gone(pid)
    assert done.returncode == (-9 if end else 0), done.stderr
