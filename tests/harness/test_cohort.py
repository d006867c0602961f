"""A grader that is stopped, killed, or loses a worker: nothing is lost, nothing doubled, the marks are the same."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.grade.cohort_builder import (
    LIMIT,
    SILENT,
    Cohort,
    cohort,
    group_of,
    killed,
    program,
    variation,
    workers_of,
    wrong,
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Three programs, graded in peace."""
    found = cohort(tmp_path_factory.mktemp("whole"))
    variation(found.submissions / "ada", 1)
    wrong(found.submissions / "bob")
    variation(found.submissions / "cyd", 2)
    assert found.grade().returncode == 0
    return found


def until(holds: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Look until something is so, or the process has ended."""
    end = time.monotonic() + LIMIT
    while not holds() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)


def nothing_runs(process: subprocess.Popen[str]) -> None:
    """Whatever it began ends with it; a worker may need a moment to clear up."""
    end = time.monotonic() + LIMIT
    while (left := group_of(process)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not left


def plays(found: Cohort, out: Path) -> int:
    """How many plays its store has by now."""
    if not (out / "marks.db").exists():
        return 0
    try:
        return int(found.sql("select count(*) from plays", out=out)[0][0])
    except Exception:  # it has no table yet
        return 0


def same_as(whole: Cohort, out: Path) -> None:
    """Nothing is lost, nothing is doubled: a row a play, with its recording, and the same table."""
    assert whole.table(out) == whole.table()
    assert whole.sql("select count(*) from plays", out=out) == whole.sql("select count(*) from plays")
    for (recording,) in whole.sql("select recording from plays", out=out):
        assert (out / recording).is_file()


def killed_and_resumed(whole: Cohort, out: Path, moment: float) -> None:
    """Kill the grader after so long, go on, and look."""
    process = whole.start("--jobs", "2", out=out)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    killed(process)
    done = whole.grade("--jobs", "2", "--resume", out=out)
    assert done.returncode == 0, done.stdout + done.stderr
    same_as(whole, out)
    nothing_runs(process)


@pytest.mark.parametrize("wanted", [0, 5])
def test_a_grader_that_is_killed_goes_on_where_it_was(whole: Cohort, tmp_path: Path, wanted: int) -> None:
    """kill -9 after so many plays: what was kept is not played again."""
    out = tmp_path / "out"
    process = whole.start("--jobs", "2", out=out)
    until(lambda: plays(whole, out) >= wanted and workers_of(process), process)
    killed(process)
    before = whole.recordings(out)
    kept = {str(name) for (name,) in whole.sql("select recording from plays", out=out)}
    done = whole.grade("--resume", out=out)
    assert done.returncode == 0, done.stdout + done.stderr
    same_as(whole, out)
    assert len(kept) >= wanted
    now = whole.recordings(out)
    assert {name: now[name] for name in kept} == {name: before[name] for name in kept}
    nothing_runs(process)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50))
def test_a_grader_that_is_killed_at_any_moment(whole: Cohort, tmp_path: Path, seed: int) -> None:
    """From its first line to its last."""
    killed_and_resumed(whole, tmp_path / "out", random.Random(seed).uniform(0.3, 5))


def test_ctrl_c_writes_what_is_known(whole: Cohort, tmp_path: Path) -> None:
    """Exit status 130, tables of what was played, nothing left running, no traceback; --resume goes on."""
    out = tmp_path / "out"
    process = whole.start("--jobs", "2", out=out)
    until(lambda: plays(whole, out) >= 2, process)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=LIMIT)[0]
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert set(whole.marks(out)) == {"ada", "bob", "cyd"}
    assert sum(int(row["undecided count"]) for row in whole.marks(out).values()) > 0
    assert not (out / ".submissions").exists()
    nothing_runs(process)
    assert whole.grade("--resume", out=out).returncode == 0
    same_as(whole, out)


def test_a_worker_that_dies_is_a_fault_of_ours(tmp_path: Path) -> None:
    """Its submission is undecided, with a file in faults; the other is graded, and --resume makes it good."""
    found = cohort(tmp_path)
    variation(found.submissions / "ada", 1)
    variation(found.submissions / "bob", 2)
    process = found.start()
    until(lambda: plays(found, found.out), process)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    said = process.communicate(timeout=LIMIT)[0]
    assert process.returncode == 4, said
    assert "Traceback" not in said
    marks = found.marks()
    assert (marks["ada"]["total"], marks["ada"]["most"], marks["bob"]["total"]) == ("0", "6", "6")
    assert "a worker of the harness died (exit status -9)" in (found.out / "faults" / "ada-1.txt").read_text()
    assert found.grade("--resume").returncode == 0
    assert found.marks()["ada"]["total"] == "6"
    assert not (found.out / "faults").exists()


def test_a_submission_gets_no_more_than_its_time(tmp_path: Path) -> None:
    """What is not played by then is undecided; the same cap changes nothing, a longer one plays what was left."""
    found = cohort(tmp_path)
    slow = "import time\nend = time.monotonic() + 1.2\nwhile time.monotonic() < end:\n    pass\n"
    server = (Path(program(tmp_path / "plain")) / "server.py").read_text()
    program(found.submissions / "ada", server=slow + server)
    done = found.grade("--cap", "1")
    assert done.returncode == 4, done.stdout + done.stderr
    undecided = int(found.marks()["ada"]["undecided count"])
    assert undecided > 0
    assert "its submission had its 1 s" in (found.out / "to-decide.csv").read_text()
    recordings = found.recordings()
    found.grade("--resume", "--cap", "1")
    assert found.recordings() == recordings
    assert found.grade("--resume", "--cap", "300").returncode == 0
    assert found.marks()["ada"]["total"] == "6"
    assert {name: at for name, at in found.recordings().items() if name in recordings} == recordings


def test_what_time_decided_is_played_again_with_nothing_beside_it(whole: Cohort, tmp_path: Path) -> None:
    """Once: a grader that was killed before it did so does it with --resume."""
    out = shutil.copytree(whole.out, tmp_path / "out")
    digest, key, text = whole.sql("select digest, plays, outcome from plays where recording like 'ada/%' limit 1",
                                  out=out)[0]
    late = {"verdict": "failed", "code": "too-slow", "sentence": "no answer within 20 s"}
    whole.sql("update plays set outcome = ? where digest = ? and plays = ?",
              json.dumps(json.loads(text) | {"verdict": "failed", "findings": [late]}), digest, key, out=out)
    done = whole.grade("--resume", out=out)
    assert "played again with nothing beside it, as a deadline decided it: 1 submission" in done.stdout
    assert whole.sql("select alone from plays where digest = ? and plays = ?", digest, key, out=out) == [(1,)]
    same_as(whole, out)
    assert "played again" not in whole.grade("--resume", out=out).stdout


def test_a_sample_is_drawn_by_the_seed(whole: Cohort, tmp_path: Path) -> None:
    """The same seed draws the same; what a sample played is not played again with the whole."""
    tables = []
    for number, seed in enumerate(["5", "5"]):
        out = tmp_path / str(number)
        assert whole.grade("--sample", "1", "--seed", seed, out=out).returncode == 0
        tables.append(whole.table(out))
    assert tables[0] == tables[1]
    assert len(whole.marks(out)) == 1
    recordings = whole.recordings(out)
    assert whole.grade("--resume", out=out).returncode == 0
    now = whole.recordings(out)
    assert {name: now[name] for name in recordings} == recordings
    assert whole.table(out) == whole.table()


def test_two_graders_do_not_share_a_folder(whole: Cohort, tmp_path: Path) -> None:
    """The second is told who is there, and disturbs nothing."""
    out = tmp_path / "out"
    first = whole.start(out=out)
    until(lambda: workers_of(first), first)
    os.kill(first.pid, signal.SIGSTOP)  # or it may have done when the second begins
    try:
        second = whole.grade("--resume", out=out)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert second.returncode == 2
    assert second.stderr.splitlines() == [
        f"{out}: another harness grades into this folder now (process {first.pid}): wait for it, or give another "
        "folder with --out"]  # fmt: skip
    said = first.communicate(timeout=LIMIT)[0]
    assert first.returncode == 0, said
    same_as(whole, out)


def test_a_program_that_never_answers_takes_nobody_elses_time(tmp_path: Path) -> None:
    """A server that never listens fails; the one after it is graded as ever."""
    found = cohort(tmp_path)
    program(found.submissions / "ada", server=SILENT)
    variation(found.submissions / "bob", 1)
    found.grade()
    assert {who: row["total"] for who, row in found.marks().items()} == {"ada": "0", "bob": "6"}
