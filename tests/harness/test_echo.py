"""Another assignment is another folder: roles, arguments and a time-out of its own, no accounts, no login."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ECHO = Path(__file__).parent / "echo"
Ran = tuple[subprocess.CompletedProcess[str], dict[str, dict[str, object]]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """`harness run` over the echo assignment, once: how it ended, and its results by scenario."""
    out = tmp_path_factory.mktemp("echo")
    results = out / "results.json"
    command = [sys.executable, "-m", "harness", "run", str(ECHO), "--out", str(out), "--json", str(results)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    plays = json.loads(results.read_text(encoding="utf-8"))["scenarios"]
    return done, {play["name"]: play for play in plays}


def test_a_right_dialogue_of_another_assignment_passes(run: tuple[object, dict[str, dict[str, object]]]) -> None:
    """The harness needs nothing but the folder: what is said comes back in capitals."""
    _, plays = run
    assert plays["What is said comes back in capitals"]["verdict"] == "passed"


def test_a_line_without_an_answer_fails_and_is_explained(run: tuple[object, dict[str, dict[str, object]]]) -> None:
    """The server swallows a line: the finding says that the client waits, and for whom."""
    _, plays = run
    play = plays["A line without an answer is found out"]
    finding = next(f for f in play["findings"] if f["verdict"] == "failed")  # type: ignore[attr-defined]
    assert finding["code"] == "no-answer"
    assert "ann" in finding["likely"]
    assert "recv" in finding["likely"]


def test_the_exit_code_is_that_of_the_worst_verdict(run: tuple[subprocess.CompletedProcess[str], object]) -> None:
    """One of the two scenarios fails, so the run does."""
    done, _ = run
    assert done.returncode == 1, done.stderr
