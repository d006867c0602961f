"""The files that a grading hands on: exact, harmless, whole or not there, and the same for the same."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from marked import DIGEST, F, P, S, U, decided, outcome, result, rubric, three

from harness.grade.by_hand import ByHand, HandMark
from harness.grade.decisions import load_decisions
from harness.grade.exports.gradescope import results_json, write_gradescope
from harness.grade.exports.marks_csv import marks_text, write_marks
from harness.grade.exports.moodle import feedback_zip, moodle_text, write_feedback_zip, write_moodle
from harness.grade.exports.to_decide import write_to_decide
from harness.grade.files import write
from harness.grade.intake.submission import Submission
from harness.grade.result import Result
from harness.grade.table import harmless, mark, table_text, unharmed
from harness.verdict import Finding

DUE = {"due": "2025-11-20 17:00", "percent": 10}


def rows(text: str) -> list[dict[str, str]]:
    """A table as its readers see it."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def someone(who: str, name: str, found: Result, tutor: str = "") -> Result:
    """The same result, of somebody else."""
    student = replace(found.graded.student, id=who, name=name, tutor=tutor)
    return replace(found, graded=replace(found.graded, student=student))


def test_marks_csv_has_every_item() -> None:
    """By id; what nobody gave marks for yet is empty, and never 0."""
    scheme = rubric(late=DUE, deductions={"style": {"reason": "style", "marks": 0.25}})
    late = {"submitted": "2025-11-20 17:01"}
    one = result(scheme, three(P, P, U), decided("style", None), student=late, by_hand=ByHand())
    text = marks_text(scheme, [someone("z2", "Bob", one), one])
    assert text.splitlines()[:2] == [
        "id,name,single.LOGIN,single.LIST,many.LOGIN,report,deductions,late,total,undecided count,most",
        "z1,Ann Example,1,2,0,,0.25,0.275,2.475,2,6.075",
    ]
    assert [row["id"] for row in rows(text)] == ["z1", "z2"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n-1", "=\0x"])
def test_no_cell_is_a_formula(cell: str) -> None:
    """A name that a spreadsheet would calculate gets a quote in front, which reading takes off again."""
    assert harmless(cell).startswith("'")
    assert unharmed(harmless(cell)) == cell.replace("\0", "")
    found = next(csv.reader(io.StringIO(table_text(["a"], [[cell]]).partition("\r\n")[2], newline="")))
    assert found[0][0] == "'"


def test_what_is_harmless_stays() -> None:
    """Names with quotes, commas and line breaks come back as they were; numbers are numbers."""
    cells: list[str | float] = ["O'Neil", 'a "b", c', "x\ny", "'quoted'", "3-4", -0.5, 1 / 3, 1e-9, 100]
    found = next(csv.reader(io.StringIO(table_text([], [cells]).partition("\r\n")[2], newline="")))
    assert found == ["O'Neil", 'a "b", c', "x\ny", "'quoted'", "3-4", "-0.5", "0.333333", "0", "100"]
    assert mark(-0.0) == "0"


HIDDEN = "a secret way to fail"


def secretive(**more: Any) -> Result:
    """A public scenario and a hidden one of one line, both failed."""
    plays = [outcome(P, "enters", "single.LOGIN"), outcome(F, "lists", "single.LIST"),
             outcome(F, HIDDEN, "single.LIST", code="crashed"), outcome(U, f"{HIDDEN} too", "many.LOGIN")]  # fmt: skip
    visible = {one.key: "hidden" if HIDDEN in one.scenario else "public" for one in plays}
    scheme = rubric(
        deductions={"crash": {"reason": "it crashed", "marks": 0.5, "finding": "crashed"}},
        gates=[{"of": "many", "scenario": HIDDEN}], **more,
    )  # fmt: skip
    return result(scheme, plays, decided(f"{HIDDEN} too", F, f"I saw {HIDDEN}"), visible=visible)


def test_gradescope_shows_what_students_may_see() -> None:
    """A test a line; a hidden scenario stands in a test of its own that no student sees, and nowhere else."""
    body = results_json(secretive())
    assert [(t["name"], t.get("score"), t.get("max_score"), t["visibility"]) for t in body["tests"]] == [
        ("single.LOGIN Log in", 1, 1, "visible"),
        ("single.LIST List", 0, 2, "visible"),
        ("many.LOGIN Log in", 0, 3, "visible"),
        (f"single.LIST · {HIDDEN}", None, None, "hidden"),
        (f"many.LOGIN · {HIDDEN} too", None, None, "hidden"),
    ]
    assert body["tests"][1]["output"].splitlines() == [
        "1 failed", "lists: failed", "  what lists showed", "  a hint for lists", "1 more that cannot be shown here"]
    assert body["score"] == 0.5
    assert body["output"].splitlines() == ["0.5 of 6 marks", "deduction of 0.5: it crashed"]


@pytest.mark.parametrize("more", [{}, {"hidden": "after-due"}, {"visibility": {"enters": "tutors"}}])
def test_nothing_hidden_is_in_a_visible_text(more: dict[str, Any]) -> None:
    """Neither its name, nor what it showed, nor a hint, nor what a tutor said of it: in no export for students."""
    found = secretive(**more)
    body = results_json(found)
    seen = [test for test in body["tests"] if test["visibility"] == "visible"]
    assert HIDDEN not in json.dumps([seen, body["output"]])
    assert HIDDEN not in moodle_text([found])
    word = "after_due_date" if "hidden" in more else "hidden"
    assert {t["visibility"] for t in body["tests"] if HIDDEN in json.dumps(t)} == {word}
    assert ("enters" in json.dumps([t["name"] for t in body["tests"]])) is ("visibility" in more)


def test_what_is_not_said_to_be_public_is_not() -> None:
    """A scenario of which nobody said whether students may see it is for tutors."""
    body = results_json(result(rubric(), three(F, F, F), public=False))
    assert "lists" not in json.dumps([test for test in body["tests"] if test["visibility"] == "visible"])


def test_an_item_for_tutors_is_hidden_whole() -> None:
    """Its title, its scenarios, and what was decided of it."""
    found = result(rubric(items={"LIST": {"visible": "tutors", "title": "Sly"}}), three(), decided("single.LIST", 1))
    body = results_json(found)
    assert "Sly" not in json.dumps([t for t in body["tests"] if t["visibility"] == "visible"])
    assert "LIST" not in body["output"]
    assert "Sly" not in moodle_text([found])


def test_gradescope_files_are_named_safely(tmp_path: Path) -> None:
    """An id that is a path makes no path; two that differ in case make two files."""
    one = result(rubric(), three())
    odd = [someone(who, "", one) for who in ("../../x", "Z1", "z1", "a/b", "ok-1", "..")]
    files = write_gradescope(tmp_path, odd)
    assert {file.parent for file in files} == {tmp_path / "gradescope"}
    assert len({file.name.casefold() for file in files}) == 6
    assert (tmp_path / "gradescope" / "ok-1.json").is_file()
    assert json.loads(files[0].read_text())["score"] == 6


def test_moodle_knows_who_is_meant() -> None:
    """Moodle's number stands in the name of what it handed out; without it the id has to do."""
    zipped = Path("in/Ann Example_1234567_assignsubmission_file_/work.zip")
    one = result(rubric(), three(P, F, U), submission=Submission("z1", "Ann Example", Path(), zipped, DIGEST))
    (row,) = rows(moodle_text([one]))
    assert (row["Identifier"], row["Full name"], row["Grade"], row["Maximum grade"]) == (
        "Participant 1234567", "Ann Example", "1", "6")
    assert row["Feedback comments"].splitlines() == [
        "1 of 6 marks", "up to 3 more are undecided: a person looks at them", "single.LIST List: 0 of 2", "  1 failed",
        "  lists: failed", "    what lists showed", "    a hint for lists", "many.LOGIN Log in: 0 of 3",
        "  1 undecided", "  joins: is undecided: a person decides", "    what joins showed", "    a hint for joins",
        "  3 marks are undecided: a person looks at them"]
    assert rows(moodle_text([result(rubric(), three())]))[0]["Identifier"] == "z1"


def test_the_feedback_zip_has_moodles_names() -> None:
    """Underscores part a name for Moodle, so the student's own are taken out; the same feedback is the same bytes."""
    source = Path("in/x_77_assignsubmission_file_")
    one = result(rubric(), three(), submission=Submission("z1", "", Path(), source, DIGEST))
    one = someone("z1", "Ann_Mary/.. O'Neil", one)
    files = {"z1": {"feedback.html": b"<p>", "a.md": b"#"}, "nobody": {"x": b""}}
    packed = feedback_zip([one], files)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert opened.namelist() == ["Ann Mary .. O'Neil_77_assignsubmission_file_a.md",
                                     "Ann Mary .. O'Neil_77_assignsubmission_file_feedback.html"]
        assert opened.read(opened.namelist()[1]) == b"<p>"
    assert packed == feedback_zip([one], files)


def test_a_name_of_any_length_makes_a_file_name(tmp_path: Path) -> None:
    """What most systems take for a name is 255 bytes, and a character has up to four."""
    packed = feedback_zip([someone("z1", "𝔄" * 500, result(rubric(), three()))], {"z1": {"feedback.html": b""}})
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        opened.extractall(tmp_path)
    [file] = tmp_path.iterdir()
    assert file.name.endswith("𝔄_z1_assignsubmission_file_feedback.html")


def test_to_decide_lists_what_needs_a_human(tmp_path: Path) -> None:
    """Undecided outcomes, what was only skipped, remarks, conflicts, troubles: with the marks and the evidence."""
    plays = three(S, U, P)
    plays[2] = replace(plays[2], findings=[Finding(P, "transport", "it speaks UDP"), Finding(P, "slow", "6 s")])
    plays = [replace(one, recording=str(tmp_path / "out/z1/recordings" / f"{one.scenario}.jsonl")) for one in plays]
    one = result(rubric(late=DUE), plays, decided("LIST", 1), student={"tutor": "Tim"}, by_hand=ByHand(),
                 look=["two submissions"])
    broken = someone("z2", "", result(rubric(), [], trouble="the zip is broken"), tutor="Ada/Tim")
    out = tmp_path / "out"
    files = write_to_decide(out, [broken, one], ["nobody is called z9"])
    table = rows((out / "to-decide.csv").read_bytes().decode())
    assert [(r["id"], r["item"], r["why"], r["at stake"], r["evidence"]) for r in table] == [
        ("", "", "nobody is called z9", "", ""),
        ("z1", "LIST", "decisions.csv:1:1: no item, scenario or deduction here is called 'LIST' "
                       "(did you mean single.LIST?)", "", ""),
        ("z1", "", "two submissions", "", ""),
        ("z1", "late", "when it was handed in is not known, so that nobody can say whether it was late", "", ""),
        ("z1", "transport", "it speaks UDP", "", "z1/recordings/joins.jsonl"),
        ("z1", "a.yaml::lists", "undecided: what lists showed", "", "z1/recordings/lists.jsonl"),
        ("z1", "single.LOGIN", "every scenario was skipped", "1", "z1/recordings/enters.jsonl"),
        ("z1", "report", "no marks by hand yet", "1", ""),
        ("z2", "total", "it could not be graded: the zip is broken", "6", ""),
    ]
    assert {row["digest"] for row in table if row["id"] == "z1"} == {"sha256:aa11bb22cc33"}
    assert len(files) == 3
    assert len(rows((out / "to-decide-Tim.csv").read_bytes().decode())) == 7


def test_a_list_that_is_filled_in_is_a_table_of_decisions(tmp_path: Path) -> None:
    """Who writes marks and a reason into to-decide.csv has decided, for the files named there; the rest is open."""
    out = tmp_path / "out"
    write_to_decide(out, [result(rubric(), three(U, U, P))])
    table = out / "to-decide.csv"
    assert load_decisions(table).made == []
    lines = table.read_bytes().decode().splitlines()
    cells = next(csv.reader([lines[1]]))
    cells[4], cells[5] = "passed", "I saw it"
    filled = io.StringIO()
    csv.writer(filled).writerow(cells)
    table.write_text("\n".join([lines[0], filled.getvalue().strip(), *lines[2:]]))
    made = load_decisions(table).made
    assert [(one.item, one.marks, one.digest) for one in made] == [("a.yaml::enters", P, "aa11bb22cc33")]
    settled = result(rubric(), three(U, U, P), *made)
    assert (settled.total, settled.conflicts) == (4, [])


def test_what_a_person_prices_is_asked_once_and_only_until_then(tmp_path: Path) -> None:
    """A deduction without a finding is for a person where its name is what was found; a decision of 0 settles it."""
    scheme = rubric(deductions={"leak": {"reason": "leaks", "marks": 1}, "slow": {"reason": "slow", "marks": 1,
                                                                                "finding": "slow"}})
    seen = [Finding(P, code, code) for code in ("leak", "slow", "transport", "other-transport", "stayed")]

    def asked(*decisions: Any) -> list[str]:
        write_to_decide(tmp_path, [result(scheme, three(), *decisions, findings=seen)])
        return [row["item"] for row in rows((tmp_path / "to-decide.csv").read_bytes().decode())]

    assert asked() == ["leak", "transport"]
    assert asked(decided("leak", 0), decided("transport", 2)) == []
    found = result(scheme, three(), decided("transport", 2, "UDP"), findings=seen)
    assert [(one.name, one.amount) for one in found.deductions] == [("slow", 1), ("transport", 2)]


def test_a_tutor_who_has_left_has_no_list(tmp_path: Path) -> None:
    """What is left from an earlier grading would wait for ever."""
    (tmp_path / "to-decide-Old.csv").write_text("x")
    write_to_decide(tmp_path, [result(rubric(), three(), student={"tutor": "Tim"})])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["to-decide-Tim.csv", "to-decide.csv"]


def test_every_file_is_written_whole_and_the_same_each_time(tmp_path: Path) -> None:
    """No draft stays behind, and the order in which students were graded shows nowhere."""
    first = result(rubric(), three(P, F, U), by_hand=ByHand([HandMark("z1", "report", 1, "good")]))
    everybody = [first, someone("z2", "=cmd|' /C calc'!A0", first, "Tim"), someone("z0", "Zoë", first)]

    def all_files(out: Path, results: list[Result]) -> dict[str, bytes]:
        write_marks(out, rubric(), results)
        write_moodle(out, results)
        write_gradescope(out, results)
        write_to_decide(out, results)
        write_feedback_zip(out, results, {"z1": {"feedback.html": b"x"}})
        return {str(file.relative_to(out)): file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}

    # Seen from the same place: the evidence is a path relative to the folder.
    assert (found := all_files(tmp_path / "a", everybody)) == all_files(tmp_path / "b", everybody[::-1])
    assert all(".part" not in name for name in found)
    assert not [cell for name, data in found.items() if name.endswith(".csv")
                for row in rows(data.decode()) for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    """Its old content, and no draft."""
    write(tmp_path / "marks.csv", "old")
    os.mkdir(tmp_path / "folder.csv")
    with pytest.raises(OSError, match="folder"):
        write(tmp_path / "folder.csv", "new")
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["folder.csv", "marks.csv"]
    write(tmp_path / "marks.csv", "a\udcff")
    assert (tmp_path / "marks.csv").read_text() == "a\\udcff"


def test_who_handed_in_nothing_is_no_work_for_anybody(tmp_path: Path) -> None:
    """Nothing to decide, no marks, and that is said."""
    absent = result(rubric(late=DUE), [], absent=True, trouble="nothing was handed in", by_hand=ByHand(),
                    submission=Submission("z1", "", Path(), Path(), ""))
    write_to_decide(tmp_path, [absent])
    assert rows((tmp_path / "to-decide.csv").read_bytes().decode()) == []
    assert results_json(absent)["output"].splitlines() == ["0 of 6 marks", "nothing was handed in"]
    assert (absent.total, absent.most, absent.undecided_count) == (0, 0, 0)
