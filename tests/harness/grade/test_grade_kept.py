"""What a play hangs on, and what only its verdict hangs on: the one is played again, the other judged again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from marked import F, P, U, outcome

from harness.grade.kept import Kept, hangs_on_time, outcome_in, outcome_out, what_it_plays, what_judges
from harness.scenario.assignment import Assignment
from harness.scenario.loader import load_text
from harness.verdict import Explored

ASSIGNMENT = Assignment.model_validate({
    "assignment": "A door", "roles": {"server": {"entry": "server", "listens": True}, "client": {"entry": "client"}},
    "reference": ".",
})  # fmt: skip
TEXT = """\
scenario: Yoda asks
clause: 1 Asking
marks: a.X
tags: [one]
cast: {yoda: Yoda}
play:
  - yoda starts
  - yoda: LST
  - yoda sees: "3331"
hints:
  yoda sees: Look again.
"""


def digests(text: str, file: str = "a.yaml", course: str = "course", model: str = "model") -> tuple[str, str]:
    """What it plays, and what its verdict hangs on."""
    (scenario,) = load_text(text, file, ASSIGNMENT)
    return what_it_plays(scenario, course), what_judges(scenario, model)


@pytest.mark.parametrize(("old", "new"), [
    ("Yoda asks", "Yoda asks politely"), ("1 Asking", "2 Asking"), ("marks: a.X", "marks: [a.X, a.Y]"),
    ("tags: [one]", "tags: [one, two]"), ("Look again.", "Look twice."), ("marks: a.X\n", "marks: a.X\naids: LST\n"),
    ("marks: a.X\n", "marks: a.X\nvisible: hidden\n"),
])  # fmt: skip
def test_what_stands_beside_the_play_is_judged_again(old: str, new: str) -> None:
    """Its name, clause, marks, tags, hints, aids, who may see it: the play is the same, the verdict another's."""
    before, after = digests(TEXT), digests(TEXT.replace(old, new))
    assert before[0] == after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize(("old", "new"), [
    ("yoda: LST", "yoda: LSTX"), ('"3331"', '"3332"'), ("cast: {yoda: Yoda}", "cast: {yoda: Yoda, r2d2: R2D2}"),
    ("  - yoda: LST\n", "  - yoda: LST\n  - yoda: LST\n"),
])  # fmt: skip
def test_another_play_is_played_again(old: str, new: str) -> None:
    """A line, what is expected of it (a wait ends there), who is there."""
    before, after = digests(TEXT), digests(TEXT.replace(old, new))
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_where_it_stands_is_all_the_same() -> None:
    """Another file, other lines, a comment: the same play and the same verdict."""
    assert digests(TEXT) == digests(f"# why\n\n{TEXT}", file="elsewhere/b.yaml")


def test_the_course_is_played_and_the_model_judges() -> None:
    """Another assignment or other accounts play otherwise; another model judges otherwise."""
    before, course, model = digests(TEXT), digests(TEXT, course="other"), digests(TEXT, model="other")
    assert (before[0] != course[0], before[1] == course[1]) == (True, True)
    assert (before[0] == model[0], before[1] != model[1]) == (True, True)


@pytest.mark.parametrize(("kept", "late"), [
    (outcome(F, "x", code="too-slow"), True), (outcome(U, "x", code="interrupted"), True),
    (outcome(U, "x", code="harness-fault"), True), (outcome(F, "x", code="not-seen"), False),
    (outcome(P, "x", code="too-slow"), False), (replace(outcome(F, "x"), evidence={"gave-up": 1}), True),
    (replace(outcome(F, "x"), evidence={"timed": 2}), True), (replace(outcome(P, "x"), evidence={"timed": 2}), False),
])  # fmt: skip
def test_what_a_deadline_decided(kept: object, late: bool) -> None:
    """What is held against a program because a clock said so; what passed is held against nobody."""
    assert hangs_on_time(Kept("d", "p", 0, kept, "j")) is late  # type: ignore[arg-type]


def test_an_outcome_comes_back_as_it_was() -> None:
    """Explored orders and half characters too."""
    one = replace(outcome(F, "half \ud800 of it"), marks=["a"], explored=Explored(7, 3, 2), evidence={"proved": 3})
    again = outcome_in(outcome_out(one))
    assert outcome_out(again) == outcome_out(one)
    assert (again.verdict, again.findings, again.explored) == (one.verdict, one.findings, one.explored)


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"findings": [{}], "verdict": "passed"}', '{"findings": 3}'])
def test_what_is_no_outcome_is_told(text: str) -> None:
    """By ValueError alone."""
    with pytest.raises(ValueError, match=r"^(not an outcome|Expecting)"):
        outcome_in(text)
