"""The workers of a scheduler grade as one machine does, and one that dies costs nobody anything."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from harness.grade.remote import in_a_process, packed, unpacked
from tests.harness.grade.cohort_builder import LIMIT, ROOT, Cohort, cohort, group_of, variation, wrong

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

# By which the process that grades is known.
_GRADES = "harness.travelling"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Three programs, graded on this machine."""
    return class_of(3, tmp_path_factory.mktemp("whole"))


def class_of(number: int, home: Path) -> Cohort:
    """One wrong, the others right, graded."""
    found = cohort(home)
    wrong(found.submissions / "s0")
    for one in range(1, number):
        variation(found.submissions / f"s{one}", one)
    assert found.grade().returncode == 0
    return found


@pytest.mark.parametrize(("address", "said"), [
    ("tcp://127.0.0.1:9", "no scheduler answers there (Timed out trying to connect to tcp://127.0.0.1:9 after 8 s)"),
    ("localhost", "no scheduler answers there (missing port number in address 'localhost')"),
    ("local:0", "expected local:N with the number of workers, such as local:4"),
    ("local:all", "expected local:N with the number of workers, such as local:4"),
])  # fmt: skip
def test_a_scheduler_that_is_not_there(whole: Cohort, tmp_path: Path, address: str, said: str) -> None:
    """One sentence, exit status 2; nothing was begun, so that --resume is not asked for when it is there."""
    out = tmp_path / "out"
    done = whole.grade("--cluster", address, out=out)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.splitlines() == [f"--cluster {address}: {said}"]
    if address == "local:0":
        assert whole.grade(out=out).returncode == 0
        assert whole.table(out) == whole.table()


def test_what_is_graded_already_is_kept_where_no_scheduler_is(whole: Cohort, tmp_path: Path) -> None:
    """Half a class, then a cluster that is not there, then the rest."""
    out = tmp_path / "out"
    assert whole.grade("--sample", "1", out=out).returncode == 0
    recordings = whole.recordings(out)
    assert whole.grade("--resume", "--cluster", "localhost", out=out).returncode == 2
    assert whole.grade("--resume", out=out).returncode == 0
    assert whole.table(out) == whole.table()
    assert {name: at for name, at in whole.recordings(out).items() if name in recordings} == recordings


def killed_while_it_grades(whole: Cohort, out: Path, workers: int, deaths: int) -> str:
    """Grade on so many local workers, of which some are killed while they have work."""
    process = whole.start("--cluster", f"local:{workers}", out=out)
    victims: list[int] = []
    end = time.monotonic() + LIMIT
    while len(victims) < deaths and process.poll() is None and time.monotonic() < end:
        # Whose child grades is at work.
        busy = {parent(pid) for pid, line in group_of(process).items() if _GRADES in line} - set(victims)
        for pid in sorted(busy)[: deaths - len(victims)]:
            os.kill(pid, signal.SIGKILL)
            victims.append(pid)
        time.sleep(0.02)
    said = process.communicate(timeout=LIMIT)[0]
    assert len(victims) == deaths, said
    assert process.returncode == 0, said
    left = wait_for_none(process)
    assert not left, left
    return said


def parent(pid: int) -> int:
    """Whose child it is; 0: it has gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def wait_for_none(process: subprocess.Popen[str]) -> dict[int, str]:
    """What still runs of it, after a moment to clear up."""
    end = time.monotonic() + 30
    while (left := dict(group_of(process))) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def test_a_worker_that_is_killed_is_replaced(whole: Cohort, tmp_path: Path) -> None:
    """Its submission is graded by another: the same table, a row a play, every recording."""
    out = tmp_path / "out"
    killed_while_it_grades(whole, out, workers=2, deaths=1)
    assert whole.table(out) == whole.table()
    assert whole.sql("select count(*) from plays", out=out) == [(9,)]
    assert len(whole.recordings(out)) == 9


@pytest.mark.soak
def test_two_of_four_workers_are_killed_half_way(tmp_path: Path) -> None:
    """The same marks as on one machine."""
    found = class_of(8, tmp_path)
    out = tmp_path / "cluster"
    killed_while_it_grades(found, out, workers=4, deaths=2)
    assert found.table(out) == found.table()
    assert found.sql("select count(*) from plays", out=out) == [(24,)]


def test_ctrl_c_ends_a_cluster_too(whole: Cohort, tmp_path: Path) -> None:
    """Exit status 130, what is known is written, and no process of it stays."""
    out = tmp_path / "out"
    process = whole.start("--cluster", "local:2", out=out)
    end = time.monotonic() + LIMIT
    while not any(_GRADES in line for line in group_of(process).values()) and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=LIMIT)[0]
    assert process.returncode == 130, said
    assert (out / "marks.csv").is_file()
    assert not wait_for_none(process)


def test_who_has_answered_may_clear_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asked lets go as soon as the answer is there: that ends nobody who is about to go anyway."""
    (tmp_path / "slow_to_go.py").write_text(
        "import atexit, time\nfrom harness.grade.remote import answer\natexit.register(time.sleep, 0.3)\n"
        "def serve(): answer(str.upper)\n")  # fmt: skip
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    assert in_a_process("slow_to_go", "done") == "DONE"


def test_a_folder_that_travelled_is_as_it_was(tmp_path: Path) -> None:
    """Its files with their bytes, which of them may be run, its empty folders; of links nothing."""
    home = tmp_path / "home"
    (home / "a" / "empty").mkdir(parents=True)
    (home / "a" / "run").write_bytes(b"\x00\xff")
    (home / "a" / "run").chmod(0o755)
    (home / "text").write_text("x")
    (home / "link").symlink_to("/etc/passwd")
    unpacked(packed(home), tmp_path / "there")
    found = sorted(str(path.relative_to(tmp_path / "there")) for path in (tmp_path / "there").rglob("*"))
    assert found == ["a", "a/empty", "a/run", "text"]
    assert (tmp_path / "there" / "a" / "run").read_bytes() == b"\x00\xff"
    assert os.access(tmp_path / "there" / "a" / "run", os.X_OK)
    assert not os.access(tmp_path / "there" / "text", os.X_OK)


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "a/../../out"])
def test_what_leads_out_of_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written where somebody else's tar says."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    with pytest.raises(tarfile.TarError):
        unpacked(data.getvalue(), tmp_path / "there")
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
