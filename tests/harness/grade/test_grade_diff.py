"""`--diff`: every mark that is another than before, and what made it so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from marked import DIGEST, F, U, decided, result, rubric, three

from harness.exits import Wrong
from harness.grade.agreement import Table
from harness.grade.diff import STUDENTS, Before, changes, load_before
from harness.grade.exports.marks_csv import write_marks
from harness.grade.kept import Kept
from harness.grade.result import Result
from harness.grade.store import open_store
from harness.scenario.mistakes import Mistakes
from harness.verdict import Outcome


def graded(folder: Path, results: Sequence[Result], outcomes: Sequence[Outcome] = ()) -> Path:
    """A folder as a grading leaves it."""
    write_marks(folder, results[0].rubric, results)
    with open_store(folder) as store:
        for number, one in enumerate(outcomes):
            store.keep(Kept(DIGEST, str(number), 0, one, "judge"))
        store.note(STUDENTS, json.dumps({one.graded.student.id: one.graded.submission.digest for one in results}))
    return folder


def told(before: Before, now: Result) -> list[str]:
    """The changes, as they are printed."""
    return [str(one) for one in changes(before, [now])]


def test_nothing_changed(tmp_path: Path) -> None:
    """The same marks, however they came about: no line."""
    one = result(rubric(), three(list_=F))
    assert told(load_before(graded(tmp_path, [one], three(list_=F))), one) == []


def test_an_earlier_grading_is_only_read(tmp_path: Path) -> None:
    """Its folder is evidence: not a file more or less in it, not a byte or a time that is another."""
    one = result(rubric(), three(list_=F))
    folder = graded(tmp_path / "old", [one], three(list_=F))
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
    assert load_before(folder).digests == {one.graded.student.id: DIGEST}
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()} == before


def test_an_earlier_grading_may_still_go_on(tmp_path: Path) -> None:
    """What another grader has kept by now is read, also what only stands in the log beside its store."""
    one = result(rubric(), three())
    folder = graded(tmp_path / "old", [one])
    with open_store(folder) as store:
        store.keep(Kept(DIGEST, "play", 0, three(list_=F)[0], "judge"))
        assert (folder / "marks.db-wal").stat().st_size > 0
        assert len(load_before(folder).verdicts[DIGEST]) == 1


def test_a_verdict_that_turned_is_the_reason(tmp_path: Path) -> None:
    """What it was and is, why, and where one sees it; by the scenario's name, wherever its folder is."""
    before = load_before(graded(tmp_path, [result(rubric(), three(list_=F))], three(list_=F)))
    elsewhere = [replace(one, key=f"another/folder/{one.key}") for one in three(login=U)]
    assert told(before, result(rubric(), elsewhere)) == [
        "z1 single.LOGIN: 1 → 0\n"
        "    enters: passed before, undecided now (what enters showed), see out/z1/enters.jsonl",
        "z1 single.LIST: 0 → 2\n"
        "    lists: failed before (what lists showed), passed now, see out/z1/lists.jsonl",
        "z1 total: 4 → 5\n"
        "    the sum of what changed, of deductions and of lateness",
    ]  # fmt: skip


def test_other_files_a_decision_and_another_rubric(tmp_path: Path) -> None:
    """Each is said where it is so."""
    before = load_before(graded(tmp_path, [result(rubric(), three(list_=F))], three(list_=F)))
    submission = replace(result(rubric(), []).graded.submission, digest="other")
    other = result(rubric(), three(), submission=submission)
    assert "    other files were handed in" in "\n".join(told(before, other)).splitlines()
    ruled = told(before, result(rubric(), three(list_=F), decided("single.LIST", 1.5)))
    assert ruled[0].startswith("z1 single.LIST: 0 → 1.5\n    ")
    assert "seen by eye" in ruled[0]
    dearer = told(before, result(rubric(items={"LOGIN": {"marks": 10}}), three(list_=F)))
    assert dearer[0] == ("z1 single.LOGIN: 1 → 10\n"
                         "    the rubric gives other marks, or a decision was taken back")  # fmt: skip


def test_who_came_and_who_went(tmp_path: Path) -> None:
    """One line each, with the total."""
    one = result(rubric(), three())
    came = Before(Table({}, []))
    assert told(came, one) == ["z1 total: nothing → 6\n    not in the earlier one"]
    assert [str(change) for change in changes(load_before(graded(tmp_path, [one])), [])] == [
        "z1 total: 6 → nothing\n    not in this cohort"]  # fmt: skip


def test_a_table_without_a_store_is_enough(tmp_path: Path) -> None:
    """Somebody kept only marks.csv: the marks are compared, and the reasons are fewer."""
    write_marks(tmp_path, rubric(), [result(rubric(), three(list_=F))])
    found = told(load_before(tmp_path), result(rubric(), three()))
    assert [line.splitlines()[0] for line in found] == ["z1 single.LIST: 0 → 2", "z1 total: 4 → 6"]


@pytest.mark.parametrize(("text", "said"), [
    (None, "no marks.csv stands here: --diff takes the folder of an earlier grading"),
    ("", ""), ("name,total\nAnn,3\n", "id"),
    ("id,single.LOGIN\nz1,many\n", "expected marks under 'single.LOGIN', got 'many'"),
])  # fmt: skip
def test_what_is_no_earlier_grading(tmp_path: Path, text: str | None, said: str) -> None:
    """A sentence, before anything is played."""
    if text is not None:
        (tmp_path / "marks.csv").write_text(text)
    with pytest.raises((Wrong, Mistakes)) as exc:
        load_before(tmp_path)
    assert said in str(exc.value)


def test_a_change_says_what_it_was_and_is() -> None:
    """Marks as people write them."""
    one = result(rubric(), three())
    before = Before(Table({"z1": {"single.LOGIN": 0.25, "total": 6.0, "report": 1.0}}, []))
    lines = told(before, one)
    assert lines[0].splitlines()[0] == "z1 single.LOGIN: 0.25 → 1"
    assert any(line.startswith("z1 report: 1 → nothing") for line in lines)
