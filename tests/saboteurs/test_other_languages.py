"""The right programs in Java and in C are built and played like those in Python; without a compiler it is said so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

NEEDS = {"java": ("javac", "java"), "c": ("make", "cc", "gcc")}
PLAYED = [
    "scenarios/post.yaml::The next user's message follows with the next number and their name",
    "scenarios/login.yaml::Who is logged in cannot log in a second time, and works on",
]


def run(base: str, out: Path, scenarios: list[str], path: str | None = None) -> subprocess.CompletedProcess[str]:
    """`harness run` these scenarios against a base, with another PATH if one is given."""
    subject = str(HERE / "base" / base)
    command = [sys.executable, "-m", "harness", "run", *scenarios, "--subject", subject, "--out", str(out)]
    env = {**os.environ, "PATH": path} if path is not None else None
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("base", sorted(NEEDS))
def test_it_is_built_and_passes(base: str, tmp_path: Path) -> None:
    """Found, built and started by the harness alone; nothing of the build is left beside the sources."""
    if missing := [tool for tool in NEEDS[base] if shutil.which(tool) is None]:
        pytest.skip(f"this machine has no {missing[0]}")
    sources = sorted((HERE / "base" / base).iterdir())
    done = run(base, tmp_path, PLAYED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    assert sorted((HERE / "base" / base).iterdir()) == sources


@pytest.mark.parametrize(("base", "says"), [
    ("java", "not run: Server.java needs javac, which this machine does not have"),
    ("c", "not run: server.c needs cc, which this machine does not have"),
])  # fmt: skip
def test_without_a_compiler_it_is_not_run(base: str, says: str, tmp_path: Path) -> None:
    """That is this machine's fault and not the student's: a sentence, no failure, and no traceback."""
    (tmp_path / "bin").mkdir()
    done = run(base, tmp_path / "out", PLAYED[:1], path=str(tmp_path / "bin"))
    assert done.returncode in (2, 4)  # neither passed nor failed
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
