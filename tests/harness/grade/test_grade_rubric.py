"""The rubric as a file, and the adding up by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.grade.marks import exact
from harness.grade.rubric import Rubric, add_up, load_rubric
from harness.scenario.mistakes import Mistakes
from harness.verdict import Outcome, Verdict

REAL = Path(__file__).parents[3] / "scenarios" / "rubric.yaml"
SMALL = Rubric.model_validate(
    {
        "rubric": "Small",
        "parts": {
            "single": {
                "title": "One",
                "items": {"LOGIN": {"title": "Log in", "marks": 1}, "LIST": {"title": "List", "marks": 0.5}},
            },
            "many": {"title": "Many", "items": {"LOGIN": {"title": "Log in", "marks": 2}}},
        },
        "by_hand": {"style": {"title": "Style", "marks": 1}},
    }
)
P, F, U, S = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED, Verdict.SKIPPED


def outcome(verdict: Verdict, name: str, *marks: str) -> Outcome:
    """One play of the scenario of this name."""
    return Outcome(name, f"a.yaml::{name}", verdict, [], marks=marks)


def outcomes(verdicts: list[Verdict], *marks: str) -> list[Outcome]:
    """Plays of as many scenarios, all of these lines."""
    return [outcome(verdict, f"scenario {n}", *marks) for n, verdict in enumerate(verdicts)]


def test_the_assignments_own_rubric_loads() -> None:
    """The rubric that lies beside the scenarios is right: 24 lines, 18 marks, 2 more by hand."""
    marks = add_up(load_rubric(REAL), [])
    assert len(marks.lines) == 24
    assert (marks.whole.possible, sum(item.possible for item in marks.by_hand)) == (18, 2)


def test_lines_are_named_by_part_and_item() -> None:
    """A scenario names a line as PART.ITEM, in the rubric's order."""
    assert SMALL.lines() == ["single.LOGIN", "single.LIST", "many.LOGIN"]
    assert SMALL.item("many.LOGIN").marks == 2


@pytest.mark.parametrize(
    ("verdicts", "earned", "undecided"),
    [
        ([P], 2, 0),
        ([F], 0, 0),
        ([U], 0, 2),
        ([S], 0, 2),
        ([S, S, S], 0, 2),
        ([S, F], 0, 0),
        ([P, F], 1, 0),
        ([P, S], 2, 0),
        ([P, U], 1, 1),
        ([F, U], 0, 1),
        ([P, P, F], 4 / 3, 0),
        ([P, F, U, S, P], 1, 0.5),
    ],
)
def test_scenarios_of_a_line_share_its_marks(verdicts: list[Verdict], earned: float, undecided: float) -> None:
    """Two marks, shared by all scenarios that apply; undecided marks are neither earned nor lost."""
    line = add_up(SMALL, outcomes(verdicts, "many.LOGIN")).line("many.LOGIN")
    assert (line.earned, line.undecided) == pytest.approx((earned, undecided))
    assert (line.passed, line.failed, line.unclear, line.skipped) == tuple(map(verdicts.count, (P, F, U, S)))
    assert line.total == line.passed + line.failed + line.unclear


@pytest.mark.parametrize(
    ("plays", "worst"),
    [([P, P], P), ([P, F], F), ([F, P], F), ([P, U], U), ([U, F, P], F), ([S, P], S), ([S, S], S), ([S, U], U)],
)
def test_plays_of_one_scenario_count_once(plays: list[Verdict], worst: Verdict) -> None:
    """A scenario played many times failed if any play failed, else is undecided if any was."""
    line = add_up(SMALL, [outcome(verdict, "race", "single.LIST") for verdict in plays]).line("single.LIST")
    found = {P: line.passed, F: line.failed, U: line.unclear, S: line.skipped}
    assert found == {verdict: int(verdict is worst) for verdict in Verdict}


def test_a_scenario_may_speak_for_several_lines() -> None:
    """Each line that a scenario names gets its verdict, at that line's own worth."""
    marks = add_up(SMALL, [outcome(P, "both", "single.LOGIN", "many.LOGIN"), outcome(F, "one", "many.LOGIN")])
    assert [line.earned for line in marks.lines] == [1, 0, 1]


def test_parts_and_whole_are_the_sums_of_their_lines() -> None:
    """Earned, undecided and unplayed marks add up by part and as a whole; by hand stands apart."""
    marks = add_up(SMALL, [outcome(P, "a", "single.LOGIN"), outcome(U, "b", "many.LOGIN")])
    single, many = marks.parts
    assert (single.earned, single.undecided, single.unplayed, single.most) == (1, 0, 0.5, 1)
    assert (many.earned, many.undecided, many.unplayed, many.most) == (0, 2, 0, 2)
    assert (marks.whole.earned, marks.whole.most, marks.whole.possible) == (1, 3, 3.5)
    assert [(item.line, item.by_hand) for item in marks.by_hand] == [("style", True)]


def test_a_line_of_which_all_was_skipped_is_for_a_person_to_decide() -> None:
    """No scenario could speak for it: nothing is taken away, and nothing counts as unplayed."""
    marks = add_up(SMALL, [outcome(S, "a", "single.LIST"), outcome(S, "b", "single.LIST")])
    line = marks.line("single.LIST")
    assert (line.played, line.only_skipped, line.undecided, line.earned) == (True, True, line.possible, 0)
    assert marks.whole.unplayed == marks.whole.possible - line.possible


def test_a_line_that_nobody_played_says_so() -> None:
    """No scenario is no lost mark: the line is not played."""
    marks = add_up(SMALL, [outcome(P, "b")])
    assert [line.played for line in marks.lines] == [False, False, False]
    assert marks.whole.unplayed == marks.whole.possible


def test_marks_that_the_rubric_lacks_are_named() -> None:
    """A scenario that names a line nobody knows does not go unnoticed."""
    assert add_up(SMALL, [outcome(P, "a", "single.LOGOUT", "single.LIST")]).unknown == ["single.LOGOUT"]


def test_an_unknown_line_raises() -> None:
    """`line` and `item` have the line or raise KeyError."""
    with pytest.raises(KeyError):
        add_up(SMALL, []).line("x")
    with pytest.raises(KeyError):
        SMALL.item("x")


def test_three_thirds_are_a_whole() -> None:
    """Sums come out as a person would write them."""
    assert exact([1 / 3, 1 / 3, 1 / 3]) == 1
    assert exact([0.1, 0.2]) == 0.3
    assert exact([]) == 0


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("rubric: R\nparts:\n  a: {title: A, items: {X: {title: X, marks: -1}}}\n", "3:39: parts.a.items.X.marks: "),
        ("rubric: R\nparts:\n  a: {title: A, items: {X: {title: X, marks: much}}}\n", "3:39: parts.a.items.X.marks: "),
        ("rubric: R\nparts:\n  a.b: {title: A, items: {X: {title: X, marks: 1}}}\n", "3:3: "),
        ("rubric: R\nparts:\n  a: {title: A, items: {X: {title: X, mark: 1}}}\n", "unknown key"),
        ("rubric: R\nparts: {}\n", "2:1: parts: "),
        ("rubric: R\nparts:\n  a: {title: A, items: {X: {title: X, marks: nan}}}\n", "3:39: "),
        ("parts: [1\n", "1:8: "),
        ("", "1:1: "),
    ],
)
def test_mistakes_have_their_place(tmp_path: Path, text: str, mistake: str) -> None:
    """Every mistake in a rubric is told with file, line and column."""
    file = tmp_path / "rubric.yaml"
    file.write_text(text)
    with pytest.raises(Mistakes) as caught:
        load_rubric(file)
    assert mistake in str(caught.value)
    assert str(caught.value).startswith(f"{file}:")


def test_a_rubric_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    """A missing file is told like any other mistake."""
    with pytest.raises(Mistakes, match="this cannot be read"):
        load_rubric(tmp_path / "rubric.yaml")
