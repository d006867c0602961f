"""The right programs of the UDP variants are found, started and judged as what they are."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLAYED = [
    "scenarios/datagrams.yaml::Three people post at the same moment, and every message stands once",
    "scenarios/login.yaml::Who is logged in cannot log in a second time, and works on",
]
TWICE = "scenarios/upload.yaml::The same file twice is refused too, and another thread may have it"


def run(program: str, variant: str, out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`harness run` with these words, of a variant, against a program of the zoo."""
    command = ["run", *words, "--variant", variant, "--subject", str(HERE / program), "--out", str(out)]
    return subprocess.run([sys.executable, "-m", "harness", *command], cwd=ROOT, capture_output=True, text=True,
                          timeout=300, check=False)  # fmt: skip


@pytest.mark.parametrize(("program", "variant", "scenarios"), [
    ("udp-threads", "2022", PLAYED), pytest.param("udp-java", "2025", [*PLAYED, TWICE], marks=pytest.mark.soak),
])  # fmt: skip
def test_a_right_program_passes(program: str, variant: str, scenarios: list[str], tmp_path: Path) -> None:
    """With no configuration, whether its client takes a port alone or an address too."""
    if program == "udp-java" and not shutil.which("javac"):
        pytest.skip("this machine has no javac")
    done = run(program, variant, tmp_path, *scenarios)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(scenarios)} passed" in done.stdout


def test_a_right_program_of_another_year_fails_what_this_year_asks(tmp_path: Path) -> None:
    """What takes a second file of one name is right in 2022, and wrong in 2025."""
    done = run("udp-threads", "2025", tmp_path, TWICE, "--json", str(tmp_path / "results.json"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert '"not-refused"' in (tmp_path / "results.json").read_text(encoding="utf-8")
