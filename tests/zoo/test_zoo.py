"""The zoo is complete, and `harness saboteurs` plays each of its programs in its own variant."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from harness.author.saboteur import load_zoo

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIST = "scenarios/list.yaml::LST shows every title once, one a line"
AGAIN = "scenarios/upload.yaml::The same file twice is refused too, and another thread may have it"


def saboteurs(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`harness saboteurs` with these words."""
    command = [sys.executable, "-m", "harness", "saboteurs", str(folder), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_every_program_is_there_and_described() -> None:
    """A folder without its zoo.yaml would be left out in silence; the table of the README names each."""
    folders = {path.name for path in HERE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {one.name for one in load_zoo([HERE])}
    table = (HERE / "README.md").read_text(encoding="utf-8")
    assert not [name for name in folders if f"| `{name}` |" not in table]
    assert len(folders) >= 14


def test_a_right_program_is_played_in_its_own_variant() -> None:
    """With no word about it: its arguments are found out. What is of other variants is left out."""
    done = saboteurs(HERE / "udp-threads", "--scenarios", LIST, "--rounds", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "right program udp-threads: 1 of 1 scenarios passed" in done.stdout
    assert "1 of 1 right programs fail nothing" in done.stdout
    done = saboteurs(HERE / "udp-threads", "--scenarios", AGAIN)
    assert done.returncode == 3
    assert "right program udp-threads: no scenario here is for its variant" in done.stdout


def test_a_right_program_that_fails_is_a_complaint_at_once(tmp_path: Path) -> None:
    """Then the scenario is unfair, or the program is not right: exit status 1, and the scenario with its sentence."""
    program = tmp_path / "not-right"
    shutil.copytree(HERE / "udp-threads", program)
    server = program / "server.py"
    server.write_text(server.read_text(encoding="utf-8").replace("*sorted(topics)", ""), encoding="utf-8")
    done = saboteurs(program, "--scenarios", LIST)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.index(f"    {LIST}: failed: ") < done.stdout.index("0 of 1 scenarios passed")


def test_a_zoo_file_is_checked(tmp_path: Path) -> None:
    """A variant that the assignment does not have is told with its place."""
    (tmp_path / "zoo.yaml").write_text("style: none\nvariant: '2021'\n", encoding="utf-8")
    done = saboteurs(tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path}/zoo.yaml:2:1: variant: unknown variant '2021' (did you mean '2025'?)" in done.stderr
