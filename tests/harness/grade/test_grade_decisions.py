"""What tutors decide: which decision counts, for which submission, and what contradicts itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from marked import DIGEST, F, P, S, U, decided, outcome, result, rubric, said, three

from harness.grade.by_hand import ByHand, HandMark, load_by_hand
from harness.grade.decisions import Decisions, load_decisions, lock_of
from harness.grade.intake.submission import Submission
from harness.grade.result import Graded, result_of
from harness.grade.roster import Student
from harness.scenario.mistakes import Mistakes
from harness.verdict import Verdict

NEEDS = {"prerequisites": ["single.LOGIN"]}


@pytest.mark.parametrize(
    ("item", "marks", "total"),
    [
        ("many.LOGIN", 1.5, 4.5), ("many.LOGIN", P, 6), ("many.LOGIN", F, 3), ("joins", P, 6), ("joins", F, 3),
        ("joins", 2, 5), ("joins", 0, 3), ("a.yaml::joins", 3, 6), ("in/a.yaml::joins", 3, 3), ("total", 2, 2),
        ("report", 1, 4),
    ],
)  # fmt: skip
def test_a_decision_settles_what_was_undecided(item: str, marks: float | Verdict, total: float) -> None:
    """An item, a scenario by its name or its key, what is marked by hand, or the whole."""
    found = result(rubric(), three(P, P, U), decided(item, marks))
    assert found.total == total
    assert bool(found.decisions) is (item != "in/a.yaml::joins")


def test_a_decision_is_shown_as_a_tutors() -> None:
    """In a sentence of its own, and before what was seen in the play, which stays."""
    found = result(rubric(), three(P, P, F), decided("joins", P, "it did, look"))
    assert [one.sentence for one in found.decisions] == [
        "a.yaml::joins: failed → passed, decided by Tim: it did, look"]
    changed = found.outcomes[2]
    assert (changed.verdict, [one.code for one in changed.findings]) == (P, ["decision", "not-seen"])
    assert changed.findings[0].sentence == "decided by Tim: it did, look"


def test_marks_for_a_scenario_are_a_part_of_its_share() -> None:
    """A third may be written 0.33 and 0.67 are two of them; a part of a share is a failure with marks."""
    plays = [outcome(P, "a", "single.LOGIN"), outcome(U, "b", "single.LOGIN"), outcome(U, "c", "single.LOGIN")]
    assert result(rubric(), plays, decided("b", 0.33), decided("c", 0)).marks.line("single.LOGIN").earned == (
        pytest.approx(2 / 3))
    half = result(rubric(), plays, decided("b", 0.1), decided("c", F))
    assert half.marks.line("single.LOGIN").earned == pytest.approx(1 / 3 + 0.1)
    assert [one.verdict for one in half.outcomes] == [P, F, F]


def test_shares_count_what_is_decided() -> None:
    """Two skipped scenarios that a tutor gives marks share the line, and get just those marks."""
    plays = [outcome(S, "a", "single.LIST"), outcome(S, "b", "single.LIST")]
    found = result(rubric(), plays, decided("a", 1), decided("b", 0.25))
    assert (found.marks.line("single.LIST").earned, said(found)) == (1.25, [])


def test_what_a_tutor_decided_waits_for_no_prerequisite() -> None:
    """Failed is failed, though logging in failed too."""
    found = result(rubric(many=NEEDS), three(F, P, F), decided("joins", F))
    assert (found.marks.line("many.LOGIN").undecided, found.outcomes[2].verdict) == (0, F)


CONFLICTS = [
    ([decided("single.LIST", 2.5)], "decisions.csv:1:1: single.LIST is worth 2, and the decision of Tim gives 2.5"),
    ([decided("single.LIST", -1)], "decisions.csv:1:1: single.LIST is worth 2, and the decision of Tim gives -1"),
    ([decided("single.LIST", None)], "decisions.csv:1:1: expected marks for single.LIST, got nothing"),
    ([decided("single.LIST", S)], "decisions.csv:1:1: expected marks for single.LIST, got skipped"),
    ([decided("lists", 2.1)], "decisions.csv:1:1: 'a.yaml::lists' is worth 2 of single.LIST, and not 2.1"),
    ([decided("lists", None)], "decisions.csv:1:1: expected marks or a verdict for 'a.yaml::lists', got nothing"),
    ([decided("LIST", 1)],
     "decisions.csv:1:1: no item, scenario or deduction here is called 'LIST' (did you mean single.LIST?)"),
    ([decided("LOGIN", 1)], "decisions.csv:1:1: no item, scenario or deduction here is called 'LOGIN' "
                            "(did you mean single.LOGIN or many.LOGIN?)"),
    ([decided("raport", 1)],
     "decisions.csv:1:1: no item, scenario or deduction here is called 'raport' (did you mean report?)"),
    ([decided("total", 8)], "decisions.csv:1:1: expected a total between 0 and 7, got 8"),
    ([decided("total", P)], "decisions.csv:1:1: expected a total between 0 and 7, got passed"),
    ([decided("late", None)], "decisions.csv:1:1: expected the marks that being late costs (0: nothing), got nothing"),
    ([decided("transport", None)],
     "decisions.csv:1:1: expected the marks that transport costs (0: nothing), for the rubric does not say it"),
    ([decided("mend", F)], "decisions.csv:1:1: expected the marks that mend costs (0: nothing), got failed"),
    ([decided("lists", P), decided("a.yaml::lists", F, tutor="Ada")],
     "several decisions about 'a.yaml::lists', and none was carried out: Tim says passed; Ada says failed"),
    ([decided("single.LIST", 2, digest="ffff0000")],
     "decisions.csv:1:1: the decision of Tim was made for another submission (sha256:ffff0000); it is "
     "sha256:aa11bb22cc33 now: to confirm it, write that under `digest`"),
    ([decided("single.LIST", 2, digest="aa11")],
     "decisions.csv:1:1: the decision of Tim was made for another submission (sha256:aa11); it is "
     "sha256:aa11bb22cc33 now: to confirm it, write that under `digest`"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "sentence"), CONFLICTS, ids=[row[1][:70] for row in CONFLICTS])
def test_what_contradicts_itself_is_told_and_not_done(made: list[object], sentence: str) -> None:
    """Marks beyond what is possible, unknown things, two decisions, another submission: nothing is chosen silently."""
    found = result(rubric(), three(P, U, P), *made)  # type: ignore[arg-type]
    assert (said(found), found.decisions, found.total, found.most) == ([sentence], [], 4, 6)


def test_two_that_decide_the_same_agree() -> None:
    """The same marks twice are no conflict."""
    found = result(rubric(), three(P, U, P), decided("single.LIST", 1), decided("single.LIST", 1, tutor="Ada"))
    assert (said(found), found.total) == ([], 5)


def test_a_name_of_two_scenarios_is_asked_back() -> None:
    """Unless the file is said; all cases of one scenario are meant together."""
    plays = [outcome(U, "x", "single.LIST"), outcome(U, "x", "many.LOGIN", file="b.yaml")]
    assert said(result(rubric(), plays, decided("x", P))) == [
        "decisions.csv:1:1: 'x' is the name of several scenarios: write one of a.yaml::x, b.yaml::x"]
    assert result(rubric(), plays, decided("b.yaml::x", P)).total == 3
    cases = [outcome(U, "x [1]", "single.LIST"), outcome(U, "x [2]", "single.LIST")]
    assert result(rubric(), cases, decided("x", P)).total == 2


def test_a_scenario_of_several_lines_gets_a_verdict_and_no_marks() -> None:
    """Marks would mean nothing there."""
    plays = [outcome(U, "both", "single.LIST", "many.LOGIN")]
    assert said(result(rubric(), plays, decided("both", 1))) == [
        "decisions.csv:1:1: 'a.yaml::both' speaks for 2 items, so that 1 marks of it mean nothing: write `passed` or "
        "`failed`, or decide the item"]
    assert result(rubric(), plays, decided("both", P)).total == 5


def test_a_scenario_in_a_line_that_is_decided_as_a_whole_is_told() -> None:
    """The marks are those of the whole."""
    found = result(rubric(), three(P, U, P), decided("single.LIST", 0.5), decided("lists", P))
    assert found.total == 4.5
    assert said(found) == ["decisions.csv:1:1: 'a.yaml::lists' is decided, and single.LIST as a whole too: the marks "
                           "are those of the whole"]


def test_a_decision_overrides_what_was_given_by_hand() -> None:
    """And says what stood there."""
    found = result(rubric(), three(), decided("report", 1), by_hand=ByHand([HandMark("z1", "report", 0.5)]))
    assert (found.total, found.decisions[0].before, found.decisions[0].after) == (7, "0.5 by hand", "1 of 1")


def test_what_a_tutor_saw_otherwise_has_no_price() -> None:
    """A finding of a scenario that a tutor decided costs no deduction any more."""
    scheme = rubric(deductions={"crash": {"reason": "it crashed", "marks": 1, "finding": "crashed"}})
    plays = [*three()[:2], outcome(F, "joins", "many.LOGIN", code="crashed")]
    assert result(scheme, plays).total == 2
    assert result(scheme, plays, decided("joins", P)).total == 6


TABLE = "id,item,marks,reason,tutor\nz1,single.LIST,2,seen by eye,Tim\n"


def graded(digest: str, table: Path) -> tuple[float, list[str]]:
    """Grade z1 with these files, as often as one likes, by the decisions of the table."""
    decisions = load_decisions(table).meet({"z1": digest})
    decisions.save(table)
    one = Graded(Student("z1"), Submission("z1", "", Path(), Path(), digest), three(P, U, P))
    found = result_of(one, rubric(), decisions)
    return found.total, said(found)


def test_a_decision_holds_for_the_submission_that_it_first_met(tmp_path: Path) -> None:
    """Regrading changes nothing; another submission is told; a line taken out and put in again decides again."""
    table = tmp_path / "decisions.csv"
    table.write_text(TABLE)
    assert graded(DIGEST, table) == graded(DIGEST, table) == (6, [])
    total, (sentence,) = graded("ee" * 8, table)
    assert total == 4
    assert sentence == (f"{table}:2:1: the decision of Tim was made for another submission (sha256:aa11bb22cc33); it "
                        f"is sha256:eeeeeeeeeeee now: to confirm it, write that under `digest`")
    assert graded(DIGEST, table)[0] == 6
    table.write_text("id,item,marks,reason,tutor,digest\nz1,single.LIST,2,seen by eye,Tim,sha256:eeeeeeeeeeee\n")
    assert graded("ee" * 8, table) == (6, [])
    table.write_text("id,item,marks,reason,tutor\n")
    graded("ee" * 8, table)
    table.write_text(TABLE)
    assert graded("ee" * 8, table) == (6, [])
    assert table.read_text() == TABLE
    assert json.loads(lock_of(table).read_text())["seen"] == {load_decisions(table).made[0].fingerprint: "ee" * 8}


def test_a_lock_that_is_none_is_told(tmp_path: Path) -> None:
    """Nothing is confirmed in silence."""
    table = tmp_path / "decisions.csv"
    table.write_text(TABLE)
    for text in ("", "[]", '{"version": 9, "seen": {}}', '{"version": 1, "seen": []}'):
        lock_of(table).write_text(text)
        with pytest.raises(Mistakes, match=r"decisions.lock:1:1: expected what a grading wrote here"):
            load_decisions(table)


def test_decisions_about_nobody_are_told(tmp_path: Path) -> None:
    """By whoever knows the whole class."""
    table = tmp_path / "decisions.csv"
    table.write_text(TABLE.replace("z1", "z5551"))
    assert load_decisions(table).strangers(["z5550", "a"]) == [
        f"{table}:2:1: nobody in this class has the id 'z5551' (did you mean 'z5550'?)"]
    assert Decisions([decided("total", 1)]).strangers(["z1"]) == []


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (TABLE, [("z1", "single.LIST", 2.0)]),
        ("\ufeff" + TABLE.replace("\n", "\r\n"), [("z1", "single.LIST", 2.0)]),
        ("ID;Scenario;Marks;Reason;Tutor\n z1 ;\"a, b\";0,5;r;\n\n", [("z1", "a, b", 0.5)]),
        ("tutor\treason\tmarks\titem\tid\nT\tr\tPassed\tx\tz1\n", [("z1", "x", P)]),
        ("id,item,marks,reason,tutor\nz1,x,,,Tim\nz1,y,,why,Tim\n", [("z1", "y", None)]),
        ("id,item,marks,reason,tutor\nz1,\"'=x\",1,\"two\nlines\",T\n", [("z1", "=x", 1.0)]),
    ],
)
def test_tables_are_read_as_spreadsheets_write_them(tmp_path: Path, text: str, made: list[object]) -> None:
    """Commas, semicolons, tabs; any order; a decimal comma; what is not filled in yet is no decision."""
    table = tmp_path / "decisions.csv"
    table.write_bytes(text.encode())
    assert [(one.id, one.item, one.marks) for one in load_decisions(table).made] == made


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "1:1: expected a first line with the columns id, item, marks, reason, tutor"),
        ("id,item,marks,reason\n", "1:1: the column 'tutor' is missing"),
        ("id,item,marks,reason,tutor,tutor\n", "1:6: the column 'tutor' stands here twice"),
        ("id,itme,marks,reason,tutor\n", "1:1: the column 'item' is missing"),
        ("id,item,marks,reason,tutor\nz1,x,much,r,T\n", "2:1: expected marks, or one of passed, failed, skipped, got"),
        ("id,item,marks,reason,tutor\nz1,x,nan,r,T\n", "2:1: expected marks, or one of"),
        ("id,item,marks,reason,tutor\nz1,x,pased,r,T\n", "2:1: expected marks, or one of passed, failed, skipped, "
                                                         "got 'pased' (did you mean 'passed'?)"),
        ("id,item,marks,reason,tutor\n\n,x,1,r,T\n", "3:1: the cell under 'id' is empty"),
        ("id,item,marks,reason,tutor\nz1,x,1,r,T,more\n", "2:6: expected 5 cells, got 6"),
        ("id,item,marks,reason,tutor\nz1,\"x,1,r,T\n", "2:1: this is not CSV: unexpected end of data"),
    ],
)
def test_mistakes_in_a_table_have_their_place(tmp_path: Path, text: str, mistake: str) -> None:
    """The line and the cell."""
    table = tmp_path / "decisions.csv"
    table.write_text(text)
    with pytest.raises(Mistakes) as caught:
        load_decisions(table)
    assert str(caught.value).startswith(f"{table}:{mistake}")


def test_marks_by_hand_are_read(tmp_path: Path) -> None:
    """What is not filled in yet says nothing; a comment comes along."""
    table = tmp_path / "by-hand.csv"
    table.write_text("id,item,marks,comment\nz1,report,0.5,too short\nz2,report,,\n")
    read = [(mark.id, mark.item, mark.marks, mark.comment) for mark in load_by_hand(table).given]
    assert read == [("z1", "report", 0.5, "too short")]
    assert load_by_hand(table).strangers(["z2"]) == [f"{table}:2:1: nobody in this class has the id 'z1'"]
    table.write_text("id,item,marks\nz1,report,good\n")
    with pytest.raises(Mistakes, match=r"by-hand.csv:2:1: expected marks, got 'good'"):
        load_by_hand(table)
