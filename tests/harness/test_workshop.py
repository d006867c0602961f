"""The folder of a run: there while it runs, gone afterwards, whatever became of the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.workshop import stage_folder, workshop

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of our own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_a_workshop_is_gone_afterwards(home: Path) -> None:
    """With all that was made in it, and after a fault too."""

    def fail(folder: Path) -> None:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("x")
        raise KeyError

    with pytest.raises(KeyError), workshop() as folder:
        fail(folder)
    assert os.listdir(home) == []


def test_a_run_that_was_killed_is_swept_and_one_that_runs_is_not(home: Path) -> None:
    """The kernel's lock tells them apart: no process id is asked."""
    code = "from harness.workshop import workshop\nwith workshop() as f:\n    print(f, flush=True)\n    input()\n"
    other = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)  # fmt: skip
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    with workshop() as mine:
        assert sorted(home.iterdir()) == sorted([mine, theirs])
    other.kill()
    other.communicate()
    assert list(home.iterdir()) == [theirs]
    with workshop() as mine:
        assert list(home.iterdir()) == [mine]


def test_what_is_not_ours_stays(home: Path) -> None:
    """Other files, and folders that only look like ours."""
    (home / "harness-run-notes").mkdir()
    (home / "other").write_text("")
    with workshop():
        pass
    assert sorted(os.listdir(home)) == ["harness-run-notes", "other"]


def test_who_looks_for_races_gets_a_disk(home: Path) -> None:
    """Where files lie in memory, programs that share one rarely meet: a concurrent play lies beside the workshop."""
    memory, run = home / "memory" / "run", home / "run"
    memory.mkdir(parents=True)
    run.mkdir()
    assert stage_folder(memory, on_disk=True).parent == home
    assert stage_folder(run, on_disk=True).parent == run
    assert stage_folder(memory, on_disk=False).parent == memory
