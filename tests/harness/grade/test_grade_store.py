"""The store of a cohort: what was kept stays, whatever happens; what is no store is told in one sentence."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from marked import F, P, outcome

from harness.exits import Wrong
from harness.grade.kept import Kept, Known
from harness.grade.store import FILE, VERSION, claimed, open_store
from tests.harness.grade.cohort_builder import LIMIT, ROOT, Cohort, cohort, variation

ONE = Kept("d1", "plays", 0, outcome(P, "enters", "single.LOGIN"), "judge", "z1/recordings/a.jsonl", "box")


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    """With every text that a program may have written, and what was found out before its plays."""
    odd = replace(ONE, seed=1, outcome=outcome(F, "odd \udcff \0 \u2028 'x' </script>", "single.LOGIN"))
    known = Known("d1", "2022", remarks=(("code", "a sentence"),))
    with open_store(tmp_path) as store:
        assert not store.begun()
        store.keep(ONE)
        store.keep(odd)
        store.learn(known)
        store.note("seed", "7")
    with open_store(tmp_path) as store:
        assert store.begun()
        assert store.plays("d1") == {("plays", 0): replace(ONE, outcome=tupled(ONE, store.plays("d1"))),
                                     ("plays", 1): replace(odd, outcome=tupled(odd, store.plays("d1")))}  # fmt: skip
        assert store.plays("d1")["plays", 1].outcome.scenario == odd.outcome.scenario
        assert store.known("d1") == known
        assert (store.known("d2"), store.about("seed"), store.about("nothing")) == (None, "7", None)


def tupled(kept: Kept, found: dict[tuple[str, int], Kept]) -> object:
    """The outcome with lists where JSON has them, as it was read."""
    read = found[kept.key].outcome
    assert list(read.marks) == list(kept.outcome.marks)
    assert read.findings == kept.outcome.findings
    return read


def test_a_play_of_the_same_takes_its_place(tmp_path: Path) -> None:
    """A row a play: the newer one, and none is counted twice."""
    with open_store(tmp_path) as store:
        store.keep(ONE)
        store.keep(replace(ONE, alone=True, outcome=outcome(F, "enters")))
        assert store.count() == 1
        assert store.plays("d1")[ONE.key].alone
        assert store.plays("d1")[ONE.key].outcome.verdict is F


def test_the_other_version_is_refused(tmp_path: Path) -> None:
    """And nothing of it is touched."""
    with open_store(tmp_path) as store:
        store.keep(ONE)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"pragma user_version = {VERSION + 1}")
    with pytest.raises(Wrong) as told, open_store(tmp_path):
        pass
    assert str(told.value) == (
        f"{tmp_path / FILE}: a store of version {VERSION + 1}, and this harness keeps version {VERSION}: grade into "
        "another folder, or with the harness that made it")  # fmt: skip
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("select count(*) from plays").fetchone() == (1,)


def no_store(folder: Path) -> None:
    """Somebody's letter."""
    (folder / FILE).write_text("Dear tutor, these are my marks.\n" * 100)


def somebody_elses(folder: Path) -> None:
    """A file of SQLite, for something else."""
    with sqlite3.connect(folder / FILE) as db:
        db.execute("create table mine (x)")


def a_folder(folder: Path) -> None:
    """No file at all."""
    (folder / FILE).mkdir()


def damaged(folder: Path) -> None:
    """One of ours, with rubbish in the middle."""
    with open_store(folder) as store:
        for number in range(200):
            store.keep(replace(ONE, seed=number))
    with (folder / FILE).open("r+b") as file:
        for page in range(1, 20):
            file.seek(4096 * page)
            file.write(os.urandom(4096))


@pytest.mark.parametrize(("make", "said"), [
    (no_store, "this is no store of a grading: file is not a database; grade into another folder"),
    (somebody_elses, "a store of version 0, and this harness keeps version 1"),
    (a_folder, "the results cannot be kept here: unable to open database file"),
    (damaged, "database disk image is malformed; what was graded so far is kept"),
])  # fmt: skip
def test_what_is_no_store_of_ours(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    """One sentence that begins with its file."""
    make(tmp_path)
    with pytest.raises(Wrong) as told, open_store(tmp_path) as store:
        store.plays("d1")
    assert str(told.value).startswith(f"{tmp_path / FILE}: {said}")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("out", ["file/out", "/proc/nowhere", "x" * 300], ids=["below-a-file", "no-disk", "long-name"])
def test_where_nothing_can_be_written(tmp_path: Path, out: str) -> None:
    """One sentence, for the claim and for the store."""
    (tmp_path / "file").write_text("")
    for opens in (claimed, open_store):
        with pytest.raises(Wrong, match="the results cannot be kept here: ") as told, opens(tmp_path / out):
            pass
        assert "\n" not in str(told.value)


def claims(folder: Path) -> None:
    """In another process: exit status 3 where the folder is somebody else's."""
    try:
        with claimed(folder):
            pass
    except Wrong:
        os._exit(3)
    os._exit(0)


def test_a_folder_of_results_has_one_grader(tmp_path: Path) -> None:
    """As long as that one has it, and no longer."""
    def other() -> int | None:
        process = multiprocessing.get_context("fork").Process(target=claims, args=(tmp_path,))
        process.start()
        process.join()
        return process.exitcode

    with claimed(tmp_path):
        assert other() == 3
    assert other() == 0


def makes_stores(folder: Path) -> None:
    """One after the other, for ever."""
    for number in count():
        with open_store(folder / str(number)):
            pass


def test_a_store_is_made_at_once_or_not_at_all(tmp_path: Path) -> None:
    """Whoever is killed while making one leaves one that the next can use: no tables without their version."""
    for moment in range(12):
        folder = tmp_path / str(moment)
        process = multiprocessing.get_context("fork").Process(target=makes_stores, args=(folder,))
        process.start()
        process.join(0.02 + moment / 500)
        process.kill()
        process.join()
        for made in folder.iterdir() if folder.exists() else ():
            with open_store(made) as store:
                store.keep(ONE)
                assert store.count() == 1


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A command in front of a shell's: in it `mount` mounts. Skips where it may not."""
    front = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    folder = tmp_path_factory.mktemp("disk")
    tried = subprocess.run([*front, "mount", "-t", "tmpfs", "none", folder], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("no file system can be mounted here")
    return front


def test_a_full_disk_keeps_what_was_graded(small_disk: list[str], tmp_path: Path) -> None:
    """One sentence, exit status 2; with more room --resume goes on to everybody's marks."""
    found: Cohort = cohort(tmp_path)
    for number in range(3):
        variation(found.submissions / f"s{number}", number)
    found.out.mkdir()
    script = (
        'mount -t tmpfs -o size=300k none "$1"; shift; "$@"; echo "status $?"; mount -o remount,size=50m none "$OUT"; '
        '"$@" --resume; echo "status $?"; cp "$OUT/marks.csv" "$OUT/../kept.csv"'
    )
    done = subprocess.run([*small_disk, "sh", "-c", script, "sh", str(found.out), *found.argv()], cwd=ROOT, text=True,
                          capture_output=True, timeout=LIMIT, check=False, env={**os.environ, "OUT": str(found.out)})
    said = done.stdout + done.stderr
    assert f"{found.out / FILE}: database or disk is full; what was graded so far is kept" in done.stderr, said
    assert [line for line in done.stdout.splitlines() if line.startswith("status")] == ["status 2", "status 0"], said
    kept = (tmp_path / "kept.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in kept[1:]] == ["s0", "s1", "s2"]
    assert all(",6," in line for line in kept[1:])
