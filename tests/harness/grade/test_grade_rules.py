"""The rubric's rules: weights, prerequisites, streams, caps, gates and deductions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked import DIGEST, F, P, S, U, decided, outcome, result, rubric, said, three

from harness.grade.adding import add_up, with_prerequisites
from harness.grade.by_hand import ByHand, HandMark
from harness.grade.mends import Mend
from harness.grade.rubric import load_rubric, uncovered
from harness.scenario.loader import load_assignment, load_file
from harness.scenario.mistakes import Mistakes
from harness.verdict import Finding, Verdict

NEEDS: dict[str, Any] = {"prerequisites": ["single.LOGIN"]}


@pytest.mark.parametrize(
    ("verdicts", "earned", "undecided"),
    [([P, F], 1.5, 0), ([F, P], 0.5, 0), ([P, U], 1.5, 0.5), ([U, S], 0, 2), ([P, S], 2, 0), ([F, S], 0, 0)],
)
def test_a_weight_says_how_much_a_scenario_counts(verdicts: list[Verdict], earned: float, undecided: float) -> None:
    """Three quarters for the one with weight 3; what was skipped leaves its share to the others."""
    scheme = rubric(items={"LIST": {"weights": {"big": 3}}})
    plays = [outcome(verdict, name, "single.LIST") for verdict, name in zip(verdicts, ("big", "small"), strict=True)]
    marks = add_up(scheme, plays)
    assert (marks.line("single.LIST").earned, marks.line("single.LIST").undecided) == (earned, undecided)


def test_a_weight_of_a_scenario_with_cases_is_that_of_each() -> None:
    """`lists [33]` and `lists [3331]` are two scenarios of weight 2."""
    scheme = rubric(items={"LIST": {"weights": {"a.yaml::lists": 2, "extra": 0}}})
    plays = [outcome(P, "lists [33]", "single.LIST"), outcome(F, "lists [3331]", "single.LIST"),
             outcome(F, "lists more", "single.LIST"), outcome(F, "extra", "single.LIST")]  # fmt: skip
    assert add_up(scheme, plays).line("single.LIST").earned == pytest.approx(2 * 2 / 5)


def test_a_weight_of_nothing_shows_and_costs_nothing() -> None:
    """With weight 0 a scenario is told, and its line is earned without it."""
    scheme = rubric(items={"LIST": {"weights": {"extra": 0}}})
    line = add_up(scheme, [outcome(P, "lists", "single.LIST"), outcome(F, "extra", "single.LIST")]).line("single.LIST")
    assert (line.earned, line.failed) == (2, 1)


@pytest.mark.parametrize(
    ("login", "many", "seen", "undecided"),
    [(F, F, S, 3), (F, P, P, 0), (F, U, U, 3), (P, F, F, 0), (U, F, F, 0), (S, F, F, 0)],
)
def test_behind_a_failed_prerequisite_is_skipped(
    login: Verdict, many: Verdict, seen: Verdict, undecided: float
) -> None:
    """What failed there waits for a person, what passed is earned; only a prerequisite that failed for sure counts."""
    scheme = rubric(many=NEEDS)
    plays = three(login, P, many)
    assert with_prerequisites(scheme, plays)[2].verdict is seen
    line = add_up(scheme, plays).line("many.LOGIN")
    assert (line.undecided, line.held) == (undecided, int(seen is S and many is F))


def test_what_waits_behind_a_prerequisite_keeps_its_share() -> None:
    """One pass among nine that could not be shown is not the whole line."""
    plays = [outcome(F, "enters", "single.LOGIN"), outcome(P, "a", "many.LOGIN"), outcome(F, "b", "many.LOGIN"),
             outcome(F, "c", "many.LOGIN")]  # fmt: skip
    line = add_up(rubric(many=NEEDS), plays).line("many.LOGIN")
    assert (line.earned, line.undecided, line.failed, line.skipped, line.held) == (1, 2, 0, 2, 2)


def test_prerequisites_have_prerequisites() -> None:
    """What stands behind a line that is itself blocked is blocked too, and a line that a tutor gave marks opens it."""
    scheme = rubric(items={"LIST": NEEDS}, many={"prerequisites": ["single.LIST"]})
    assert [one.verdict for one in with_prerequisites(scheme, three(F, F, F))] == [F, S, S]
    marks = add_up(scheme, three(F, F, F), given={"single.LOGIN": 0.5})
    assert [line.undecided for line in marks.lines] == [0, 0, 3]  # LIST failed by itself, so MANY waits


def test_a_scenario_of_two_lines_fails_for_the_one_that_is_open() -> None:
    """Its verdict stays; the line behind the prerequisite waits all the same."""
    scheme = rubric(many=NEEDS)
    plays = [outcome(F, "enters", "single.LOGIN"), outcome(F, "both", "single.LIST", "many.LOGIN")]
    assert with_prerequisites(scheme, plays)[1].verdict is F
    marks = add_up(scheme, plays)
    assert [line.undecided for line in marks.lines] == [0, 0, 3]


def test_a_stream_chooses_the_column() -> None:
    """A stream that a line does not name is not asked for it; nobody's stream is silently another."""
    scheme = rubric(streams=["basic", "full"], items={"LIST": {"marks": {"basic": 2.5}}},
                    many={"marks": {"full": 4}})
    assert result(scheme, three(), student={"stream": "basic"}).total == 3.5
    assert result(scheme, three(), student={"stream": "full"}).total == 5
    unknown = result(scheme, three(), student={"stream": "ful"})
    assert (unknown.total, said(unknown)) == (
        3.5, ["the stream 'ful' is not in the rubric: marked as 'basic' (of basic, full)"])
    assert said(result(scheme, three())) == ["no stream is known: marked as 'basic' (of basic, full)"]
    assert add_up(scheme, three()).whole.possible == 3.5


@pytest.mark.parametrize(
    ("login", "many", "total", "most"),
    [(P, P, 6, 6), (F, P, 3, 3), (F, U, 2, 3), (U, P, 5, 6), (S, P, 5, 6)],
)
def test_a_gate_falls_only_where_nothing_was_earned_for_sure(
    login: Verdict, many: Verdict, total: float, most: float
) -> None:
    """Without logging in, the part is worth at most 1: but never while that is undecided or was skipped."""
    found = result(rubric(gates=[{"of": "many", "at most": 1, "item": "single.LOGIN"}]), three(login, P, many))
    assert (found.total, found.most) == (total, most)


def test_a_gate_at_a_scenario_and_a_cap_of_the_total() -> None:
    """Each says what it took, and names no scenario to students."""
    scheme = rubric(gates=[{"of": "many", "scenario": "lists"}],
                    caps=[{"of": "total", "at most": 0.5, "reason": "half"}])
    found = result(scheme, three(P, F, P))
    assert (found.total, found.most) == (0.5, 0.5)
    assert [(one.of, one.took, one.reason, one.why) for one in found.limits] == [
        ("total", 0.5, "half", ""), ("many", 3, "many is worth at most 0", "'lists' failed")]


def test_a_cap_for_a_finding() -> None:
    """Only where that was found, in a play or before the plays."""
    scheme = rubric(caps=[{"of": "single", "at most": 1, "finding": ["build-fails", "crashed"]}])
    assert result(scheme, three()).total == 6
    assert result(scheme, three(), findings=[Finding(F, "build-fails", "no")]).total == 4
    crash = [*three()[:2], outcome(P, "joins", "many.LOGIN", code="crashed")]
    assert result(scheme, crash).total == 4


def test_deductions_come_with_findings_or_by_decision() -> None:
    """In the rubric's order; percents are of what was earned; what nobody decided is not taken."""
    scheme = rubric(deductions={
        "does-not-build": {"reason": "does not build", "marks": 0.5, "finding": "build-fails"},
        "slow": {"reason": "slow", "percent": 10, "finding": ["slow"]},
        "style": {"reason": "style", "marks": 1},
    })  # fmt: skip
    found = [Finding(F, "build-fails", "javac said no"), Finding(F, "slow", "6 s")]
    plain = result(scheme, three(), findings=found)
    assert [(one.name, one.amount, one.seen) for one in plain.deductions] == [
        ("does-not-build", 0.5, "javac said no"), ("slow", 0.6, "6 s")]
    assert plain.total == 4.9
    tutors = result(scheme, three(), decided("slow", 0), decided("style", None, "tabs"), decided("does-not-build", -2),
                    findings=found)
    assert [(one.name, one.amount) for one in tutors.deductions] == [("does-not-build", 2), ("slow", 0), ("style", 1)]
    assert tutors.deductions[2].reason == "style: tabs (decided by Tim)"
    assert tutors.total == 3


def test_a_mark_never_falls_below_nothing() -> None:
    """A deduction larger than what was earned takes all, of what is undecided too."""
    scheme = rubric(deductions={"style": {"reason": "style", "marks": 4}})
    found = result(scheme, three(P, F, U), decided("style", None))
    assert (found.total, found.undecided, found.most) == (0, 0, 0)


@pytest.mark.parametrize(
    ("amount", "rule", "taken"), [(0.5, {}, 0.5), (0, {}, 0), (0, {"mend": 1}, 1), (2, {"mend": 1}, 2)])
def test_a_mend_costs_what_it_says(amount: float, rule: dict[str, float], taken: float) -> None:
    """Its own deduction; that of the rubric where it has none; a decision can change it."""
    scheme = rubric(deductions={name: {"reason": "mended", "marks": marks} for name, marks in rule.items()})
    mend = Mend("z1", Path("mends/z1"), None, (), amount, "wrong port")
    found = result(scheme, three(), mend=mend)
    assert [(one.name, one.amount) for one in found.deductions] == [("mend", taken)]
    assert "wrong port" in found.deductions[0].reason
    assert result(scheme, three(), decided("mend", 0), mend=mend).total == 6


def test_what_is_marked_by_hand_counts_once_it_is_known() -> None:
    """No table: it is given elsewhere. A table without the student: undecided."""
    assert (result(rubric(), three()).possible, result(rubric(), three()).total) == (6, 6)
    waiting = result(rubric(), three(), by_hand=ByHand())
    assert (waiting.possible, waiting.total, waiting.most, waiting.undecided_count) == (7, 6, 7, 1)
    marked = result(rubric(), three(), by_hand=ByHand([HandMark("z1", "report", 0.5, "brief")]))
    assert (marked.total, marked.most, marked.hand["report"].comment) == (6.5, 6.5, "brief")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([("report", 2)], "report is worth 1, and by hand it got 2"),
        ([("report", 0.5), ("report", 1)], "report has several marks by hand: 0.5, 1"),
        ([("raport", 0.5)], "by-hand.csv:1:1: 'raport' is not marked by hand (did you mean 'report'?)"),
    ],
)
def test_marks_by_hand_that_cannot_be_are_told(given: list[tuple[str, float]], sentence: str) -> None:
    """None of them is taken: the item stays undecided."""
    found = result(rubric(), three(), by_hand=ByHand([HandMark("z1", *one) for one in given]))
    assert (said(found), found.total, found.most) == ([sentence], 6, 7)


def test_undecided_never_costs_a_mark_and_is_never_hidden() -> None:
    """What is undecided, what was only skipped, what nobody played: all of it may still be earned, and is counted."""
    found = result(rubric(), three(U, S, P)[:2])
    assert (found.total, found.most, found.undecided_count) == (0, 6, 3)


def test_nothing_to_grade_is_for_a_person_and_nothing_handed_in_is_nothing() -> None:
    """A broken archive may still become marks; who was absent has none."""
    assert (result(rubric(), [], trouble="the zip is broken").most, result(rubric(), [], absent=True).most) == (6, 0)


MISTAKES = [
    ("gates: [{of: singel, item: a.X}]", "4:10: unknown part 'singel'"),
    ("gates: [{of: a, item: a.Y}]", "4:17: unknown rubric line 'a.Y' (did you mean 'a.X'?)"),
    ("gates: [{of: a}]", "4:9: gates.0: expected either `item` or `scenario`"),
    ("caps: [{of: a, at mots: 1}]", "4:8: the key 'caps.0.at most' is missing"),
    ("caps: [{of: a, at most: -1}]", "4:16: caps.0.at most: expected a number that is 0 or more, got '-1'"),
    ("deductions: {x: {reason: r}}", "4:14: deductions.x: expected either `marks` or `percent`"),
    ("deductions: {total: {reason: r, marks: 1}}", "4:14: deductions.total"),
    ("deductions: {report: {reason: r, marks: 1}}\nby_hand: {report: {title: R, marks: 1}}",
     "4:14: 'report' is an item too: choose another name"),
    ("late: {due: tomorrow, percent: 10}", "4:8: late.due: expected a day and a time"),
    ("late: {due: 2025-11-20 17:00, percent: 10, grace: a bit}", "4:44: late.grace: expected a duration"),
    ("late: {due: 2025-11-20 17:00}", "4:1: late: expected either `marks` or `percent`"),
    ("hidden: public", "4:1: hidden: expected 'after-due' or 'tutors'"),
    ("by_hand: {r: {title: R, marks: {basic: 1}}}", "4:33: unknown stream 'basic'"),
    ("by_hand: {r: {title: R, marks: 1, prerequisites: a.X}}", "4:35: 'prerequisites' means nothing here"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "mistake"), MISTAKES, ids=[row[0][:40] for row in MISTAKES])
def test_a_mistake_in_a_rule_has_its_place(tmp_path: Path, more: str, mistake: str) -> None:
    """Also what one line of the rubric says of another."""
    file = tmp_path / "rubric.yaml"
    file.write_text("rubric: R\nparts:\n  a: {title: A, items: {X: {title: X, marks: 1}}}\n" + more + "\n")
    with pytest.raises(Mistakes) as caught:
        load_rubric(file)
    assert str(caught.value).startswith(f"{file}:{mistake}")


@pytest.mark.parametrize(
    ("item", "mistake"),
    [
        ("prerequisites: a.X", "3:53: 'a.X' is a prerequisite of itself"),
        ("prerequisites: [b.X]", "3:53: unknown rubric line 'b.X' (did you mean 'a.X'?)"),
        ("weights: {s: 0}", "3:53: every weight is 0, so that nothing could earn these marks"),
        ("weights: {s: -1}", "3:63: parts.a.items.X.weights.s: expected a number that is 0 or more, got '-1'"),
        ("visible: never", "3:53: parts.a.items.X.visible: expected 'public', 'after-due' or 'tutors'"),
    ],
)
def test_a_mistake_in_an_item_has_its_place(tmp_path: Path, item: str, mistake: str) -> None:
    """Prerequisites that go round, weights of nothing."""
    file = tmp_path / "rubric.yaml"
    file.write_text("rubric: R\nparts:\n  a: {title: A, items: {X: {title: X, marks: 1,     " + item + "}}}\n")
    with pytest.raises(Mistakes) as caught:
        load_rubric(file)
    assert str(caught.value) == f"{file}:{mistake}"


def test_a_line_without_a_scenario_and_a_weight_of_none_are_told(tmp_path: Path) -> None:
    """Both have their place in the rubric; a scenario of another line is not this line's."""
    (tmp_path / "assignment.yaml").write_text(
        "assignment: A\nroles:\n  server: {entry: server, listens: true}\n  client: {entry: client}\nreference: .\n")
    (tmp_path / "s.yaml").write_text("scenario: it starts\nmarks: a.X\ncast: {yoda: Yoda}\n"
                                     "play:\n  - yoda starts\n  - yoda stays\n")
    file = tmp_path / "rubric.yaml"
    file.write_text("rubric: R\nparts:\n  a:\n    title: A\n    items:\n"
                    "      X: {title: X, marks: 1, weights: {it stars: 2}}\n"
                    "      Y: {title: Y, marks: 1, weights: {it starts: 2}}\n"
                    "gates: [{of: a, scenario: it starts}]\nvisibility: {its end: tutors}\n")
    scenarios = load_file(tmp_path / "s.yaml", load_assignment(tmp_path / "assignment.yaml"))
    assert [str(one).removeprefix(f"{file}:") for one in uncovered(load_rubric(file), file, scenarios)] == [
        "7:7: no scenario speaks for the line 'a.Y'",
        "6:41: no scenario of the line 'a.X' is called 'it stars' (did you mean 'it starts'?)",
        "7:41: no scenario of the line 'a.Y' is called 'it starts'",
        "9:14: no scenario is called 'its end'",
    ]


def test_the_digest_is_that_of_the_submission() -> None:
    """What the helper hands in is what it says."""
    assert result(rubric(), three()).graded.submission.digest == DIGEST


def test_the_page_for_tutors_shows_a_rubric_that_is_right(tmp_path: Path) -> None:
    """What a reader copies from docs/03 has no mistake, and says every word there is."""
    page = (Path(__file__).parents[3] / "docs" / "03-grade-a-class.md").read_text()
    text = next(block for block in page.split("```yaml\n")[1:] if block.startswith("rubric:")).split("```")[0]
    (tmp_path / "rubric.yaml").write_text(text)
    shown = load_rubric(tmp_path / "rubric.yaml")
    assert shown.model_fields_set == set(type(shown).model_fields)


_RULES: dict[str, Any] = {
    "many": NEEDS,
    "caps": [{"of": "single", "at most": 2.5}],
    "gates": [{"of": "many", "at most": 1, "item": "single.LIST"}, {"of": "total", "at most": 4, "scenario": "s0"}],
    "deductions": {"crash": {"reason": "it crashed", "percent": 10, "finding": "crashed"}},
    "late": {"due": "2025-11-20 17:00", "percent": 10},
}
_LINES = ["single.LOGIN", "single.LIST", "many.LOGIN"]


@given(st.lists(st.tuples(st.sampled_from([P, F, U]), st.sampled_from(_LINES)), max_size=8), st.booleans())
def test_undecided_is_between_failed_and_passed(ends: list[tuple[Verdict, str]], late: bool) -> None:
    """Under every rule there is: what is undecided costs no mark, and `most` is no promise too small."""

    def graded(instead: Verdict) -> tuple[float, float]:
        plays = [outcome(instead if end is U else end, f"s{n}", line) for n, (end, line) in enumerate(ends)]
        played = [*plays, *(outcome(P, line, line) for line in _LINES)]
        submitted = "2025-11-22 12:00" if late else "2025-11-20 12:00"
        found = result(rubric(**_RULES), played, student={"submitted": submitted})
        assert 0 <= found.total <= found.most <= found.possible
        return found.total, found.most

    undecided, most = graded(U)
    # Sums are rounded to millionths.
    assert graded(F)[0] <= undecided + 1e-5
    assert graded(P)[0] <= most + 1e-5
