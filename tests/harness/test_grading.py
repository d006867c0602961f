"""`harness grade` as a person calls it, from beginning to end: what stands in the tables, and what is played."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.grade.cohort_builder import ROOT, SILENT, Cohort, cohort, program, variation, wrong


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """A right and a wrong one, graded."""
    found = cohort(tmp_path_factory.mktemp("graded"))
    program(found.submissions / "ada")
    wrong(found.submissions / "bob")
    done = found.grade()
    assert done.returncode == 0, done.stdout + done.stderr
    return found


@pytest.fixture
def graded(before: Cohort, tmp_path: Path) -> Cohort:
    """A copy of it, to be changed. (Elsewhere: a folder of results may be moved.)"""
    shutil.copytree(before.home, tmp_path / "class", copy_function=shutil.copy2)
    return Cohort(tmp_path / "class")


def test_a_class_of_right_and_wrong_programs(tmp_path: Path) -> None:
    """Each gets what is its own; who cannot be played gets nothing; the same files are played once."""
    found = cohort(tmp_path)
    program(found.submissions / "ada")
    program(found.submissions / "twin")
    wrong(found.submissions / "bob")
    program(found.submissions / "mute", server=SILENT)
    broken = program(found.submissions / "torn")
    (broken / "server.py").unlink()
    (broken / "server.c").write_text("int main( {")
    (found.submissions / "void").mkdir()
    done = found.grade("--jobs", "2")
    assert "Traceback" not in done.stdout + done.stderr
    totals = {who: row["total"] for who, row in found.marks().items()}
    assert totals == {"ada": "6", "twin": "6", "bob": "3", "mute": "0", "torn": "0", "void": "0"}, done.stdout
    assert "4 submissions to grade" in done.stdout  # the twins are one, and in the void there is nothing
    assert found.sql("select count(distinct digest), count(*) from plays") == [(3, 9)]
    assert (found.out / "ada" / "recordings").is_dir()
    assert not (found.out / "twin" / "recordings").exists()
    assert not (found.out / "faults").exists()
    assert not (found.out / ".submissions").exists()


def test_resume_plays_nothing_where_everything_is_there(graded: Cohort) -> None:
    """The same marks, the same recordings; without --resume a sentence, and nothing is touched."""
    table, recordings = graded.table(), graded.recordings()
    refused = graded.grade()
    assert refused.returncode == 2
    assert "--resume goes on with them" in refused.stderr
    done = graded.grade("--resume")
    assert done.returncode == 0
    assert "0 submissions to grade, stage:" in done.stdout
    assert "of 2 submissions everything is known already" in done.stdout
    assert (graded.table(), graded.recordings()) == (table, recordings)


def test_only_a_scenario_that_plays_otherwise_is_played_again(graded: Cohort) -> None:
    """One of three, of both programs; the others' recordings stay."""
    recordings = graded.recordings()
    graded.edit("basic.yaml", "MSG 3331 beep", "MSG 3331 beep boop")
    graded.edit("basic.yaml", 'sees: "1 Yoda: beep"', 'sees: "1 Yoda: beep boop"')
    assert graded.grade("--resume").returncode == 0
    now = graded.recordings()
    assert {name: now[name] for name in recordings} == recordings
    assert len(now) == len(recordings) + 2
    assert {who: row["total"] for who, row in graded.marks().items()} == {"ada": "6", "bob": "3"}


def test_what_a_scenario_says_beside_its_play_starts_no_program(graded: Cohort) -> None:
    """A hint, a clause, other marks: judged again from the recording, and added up."""
    recordings = graded.recordings()
    graded.edit("basic.yaml", "The number, the name, a colon.", "A colon belongs there.")
    graded.edit("basic.yaml", "clause: 4 MSG", "clause: 5 MSG")
    graded.edit("basic.yaml", "marks: single.CRT", "marks: single.AUTH")
    graded.edit("rubric.yaml", "      CRT: {title: Create, marks: 2}\n", "")
    assert graded.grade("--resume").returncode == 0
    assert graded.recordings() == recordings
    assert {who: row["total"] for who, row in graded.marks().items()} == {"ada": "4", "bob": "1"}
    outcomes = [json.loads(text) for text, in graded.sql("select outcome from plays")]
    failed = next(one for one in outcomes if one["verdict"] == "failed")
    assert failed["clause"] == "5 MSG"
    assert "A colon belongs there." in json.dumps(failed)


def test_a_changed_rubric_is_added_up_again(graded: Cohort) -> None:
    """No program, no judge: other marks for the same outcomes."""
    recordings, rows = graded.recordings(), graded.sql("select * from plays order by digest, plays")
    graded.edit("rubric.yaml", "marks: 3", "marks: 30")
    assert graded.grade("--resume").returncode == 0
    assert {who: row["total"] for who, row in graded.marks().items()} == {"ada": "33", "bob": "3"}
    assert (graded.recordings(), graded.sql("select * from plays order by digest, plays")) == (recordings, rows)


def test_what_another_judge_concluded_is_judged_again(graded: Cohort) -> None:
    """An older judge let everybody pass: today's reads the recordings, and starts nothing."""
    table, recordings = graded.table(), graded.recordings()
    for digest, plays, text in graded.sql("select digest, plays, outcome from plays"):
        outcome = json.loads(text) | {"verdict": "passed", "findings": []}
        graded.sql("update plays set outcome = ?, judged = 'older' where digest = ? and plays = ?",
                   json.dumps(outcome), digest, plays)
    done = graded.grade("--resume")
    assert done.returncode == 0
    assert "0 submissions to grade" in done.stdout
    assert (graded.table(), graded.recordings()) == (table, recordings)
    assert graded.sql("select count(*) from plays where judged = 'older'") == [(0,)]


@pytest.mark.parametrize("left", ['{"half', None], ids=["half", "deleted"])
def test_a_recording_that_nobody_can_read_costs_nothing_and_is_played_again(graded: Cohort, left: str | None) -> None:
    """Undecided, and told; with the next --resume that one play is played."""
    table, recordings = graded.table(), graded.recordings()
    damaged = next(name for name in recordings if name.startswith("ada/") and "listed" in name)
    (graded.out / damaged).unlink()
    if left is not None:
        (graded.out / damaged).write_text(left)
    graded.sql("update plays set judged = 'older' where recording = ?", damaged)
    done = graded.grade("--resume")
    assert done.returncode == 4, done.stdout + done.stderr
    assert graded.marks()["ada"]["undecided count"] == "1"
    assert "cannot be read" in next((graded.out / "faults").iterdir()).read_text()
    assert graded.grade("--resume").returncode == 0
    assert graded.table() == table
    others = {name: at for name, at in graded.recordings().items() if name != damaged}
    assert others == {name: at for name, at in recordings.items() if name != damaged}


def test_a_fault_of_the_harness_is_played_again(graded: Cohort) -> None:
    """A disk that was full, a worker that was killed: --resume makes it good, and plays nothing else."""
    table, recordings = graded.table(), graded.recordings()
    row, text = graded.sql("select rowid, outcome from plays where recording like 'ada/%' limit 1")[0]
    fault = {"verdict": "undecided", "code": "harness-fault", "sentence": "a fault of the harness: OSError"}
    graded.sql("update plays set outcome = ?, recording = '', alone = 1 where rowid = ?",
               json.dumps(json.loads(text) | {"verdict": "undecided", "findings": [fault], "recording": ""}), row)
    assert graded.grade("--resume").returncode == 0
    assert graded.table() == table
    changed = [name for name, at in graded.recordings().items() if at != recordings.get(name)]
    assert len(changed) == 1


def test_one_seed_for_a_cohort(graded: Cohort) -> None:
    """The one that it was begun with; another is refused, the same may be said again. Nobody knew it before: under 0
    everything would be called as the scenarios have it."""
    seed = graded.sql("select distinct seed from plays order by seed")[0][0]
    assert seed > 0
    refused = graded.grade("--resume", "--seed", "0")
    assert refused.returncode == 2
    assert f"begun with --seed {seed}" in refused.stderr
    assert graded.grade("--resume", "--seed", str(seed)).returncode == 0


def test_what_changed_since_an_earlier_grading_and_why(graded: Cohort, tmp_path: Path) -> None:
    """--diff: the student whose files are others, each mark, and what turned the verdict."""
    old = tmp_path / "old"
    shutil.copytree(graded.out, old)
    shutil.rmtree(graded.submissions / "bob")
    variation(graded.submissions / "bob", 2)
    done = graded.grade("--resume", "--diff", str(old))
    changed = done.stdout.partition("changed marks:\n")[2]
    assert "bob single.MSG: 0 → 3" in changed
    assert "other files were handed in" in changed
    assert "bob total: 3 → 6" in changed
    assert "ada" not in changed
    refused = graded.grade("--resume", "--diff", str(tmp_path / "nothing"))
    assert refused.returncode == 2
    assert "--diff takes the folder of an earlier grading" in refused.stderr


def test_how_far_a_person_agrees(graded: Cohort, tmp_path: Path) -> None:
    """--compare: a line an item, and each disagreement with what ours rests on."""
    table = tmp_path / "hand.csv"
    table.write_text("id,single.AUTH,single.MSG\nada,1,3\nbob,1,2\nzoe,1,1\n")
    told = graded.grade("--resume", "--compare", str(table)).stdout.partition("agreement:\n")[2]
    assert "single.AUTH: 2 of 2 the same (100 %)" in told
    assert "single.MSG: 1 of 2 the same (50 %), mean difference -1.00" in told
    assert "bob single.MSG: 2 by hand, 0 here" in told
    assert "bob/recordings/" in told
    assert "zoe is not in this cohort" in told


def test_submissions_that_are_called_as_our_own_files(tmp_path: Path) -> None:
    """Whatever a student's folder is called, and whatever lies in it, our tables are ours."""
    found = cohort(tmp_path)
    names = ["marks.csv", "faults", "gradescope", "marks.db", "class.html", "Zoë Ünïcode 名", "x" * 250, "..hidden..",
             "=1+1", "<b>bold"]  # fmt: skip
    for number, name in enumerate(names):
        folder = found.submissions / name
        folder.mkdir()
        (folder / "server.py").write_text(f"int main( {{  # {number}")
        for ours in ("recordings", "marks.csv", "marks.db", "feedback.html"):
            (folder / ours).write_text("mine: 100 of 100")
    found.grade()
    marks = found.marks()
    there = [name for name in names if not name.startswith(".")]
    assert len(marks) == len(there)
    assert {row["total"] for row in marks.values()} == {"0"}
    assert (found.out / "marks.csv").is_file()
    assert "mine" not in found.table()
    assert found.sql("select count(*) from submissions") == [(len(there),)]
    for path in found.out.rglob("*"):
        assert path.name not in ("server.py", "recordings") or path.is_dir()
    assert found.grade("--resume").stdout.startswith("0 submissions to grade")


@pytest.mark.parametrize(("make", "said"), [
    (lambda folder: folder.mkdir(), "nothing at all"),
    (lambda folder: folder.write_text("no archive"), "neither a folder nor a zip or tar"),
    (lambda folder: None, "it is not there"),
])  # fmt: skip
def test_an_empty_cohort(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """One sentence, exit status 2, and nothing was begun."""
    found = cohort(tmp_path)
    make(tmp_path / "none")
    done = found.grade(submissions=tmp_path / "none")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_where_no_results_can_be_kept(graded: Cohort, tmp_path: Path) -> None:
    """An --out that is a file, a store that is none: one sentence, exit status 2; the marks that stand there stay."""
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        done = graded.grade(out=out)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
        assert "the results cannot be kept here" in done.stderr
    table = graded.table()
    (graded.out / "marks.db").write_text("Dear tutor" * 1000)
    done = graded.grade("--resume")
    assert done.returncode == 2
    assert "this is no store of a grading" in done.stderr
    assert graded.table() == table


def test_a_course_that_lies_elsewhere_is_the_same(graded: Cohort, tmp_path: Path) -> None:
    """Moved as a whole: nothing is played, and everybody may still see what is theirs to see."""
    before = graded.recordings()
    assert graded.grade("--resume").returncode == 0
    report = json.loads((graded.out / "gradescope" / "bob.json").read_text())
    shutil.move(graded.home / "course", tmp_path / "moved")
    (graded.home / "course").symlink_to(tmp_path / "moved")
    moved = Cohort(graded.home)
    argv = [*moved.argv("--resume")]
    argv[argv.index("--assignment") + 1] = str(tmp_path / "moved" / "scenarios")
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert graded.recordings() == before
    assert [one["visibility"] for one in json.loads((graded.out / "gradescope" / "bob.json").read_text())["tests"]] == [
        one["visibility"] for one in report["tests"]]  # fmt: skip
