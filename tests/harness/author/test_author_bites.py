"""The kill matrix: who is killed by whom, with which words, and who is bitten unfairly."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.author.bites import kill, matrix, named_by, quickest
from harness.author.saboteur import Saboteur
from harness.scenario.loader import load_assignment, load_text
from harness.verdict import Finding, Outcome, Verdict

ABOUT = Saboteur.model_validate({
    "saboteur": "A server that forgets.", "wrong": "It forgets.", "killed by": "post.yaml::A post stays",
    "code": "not-seen", "sentence": "expected 'hello'", "marks lost": ["single.POST"],
})  # fmt: skip
P, F, U = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED


def outcome(name: str, verdict: Verdict, code: str = "not-seen", sentence: str = "expected 'hello' on a terminal",
            mark: str = "single.POST") -> Outcome:  # fmt: skip
    """The outcome of one scenario, with one finding."""
    return Outcome(name, f"scenarios/post.yaml::{name}", verdict, [Finding(verdict, code, sentence)], marks=[mark])


@pytest.mark.parametrize(
    ("key", "named"),
    [("scenarios/post.yaml::A post stays", True), ("scenarios/post.yaml::A post stays [10]", True),
     ("scenarios/post.yaml::A post stays put", False), ("scenarios/read.yaml::A post stays", False)],
)  # fmt: skip
def test_a_scenario_is_named_by_file_and_name(key: str, named: bool) -> None:
    """Every case of an `each` is named by the scenario's own name."""
    assert named_by(ABOUT, key) is named


def test_a_saboteur_that_dies_as_its_file_says_has_no_complaints() -> None:
    """Killed by the named scenario, with its code and sentence, and its marks lost."""
    found = kill("forgets", ABOUT, [outcome("A post stays", F), outcome("Another", P)])
    assert (found.complaints, found.failed, found.lost) == (
        [], ["scenarios/post.yaml::A post stays"], ["single.POST"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "complaints"),
    [
        ([outcome("Another", P)],
         ["there is no scenario 'post.yaml::A post stays'", "marks lost: expected single.POST, got none"]),
        ([outcome("A post stays", P)],
         ["'post.yaml::A post stays' should fail it, and the verdict is passed",
          "marks lost: expected single.POST, got none"]),
        ([outcome("A post stays", F, "left")],
         ["expected not-seen: \"expected 'hello'\", got left: expected 'hello' on a terminal"]),
        ([outcome("A post stays", F, sentence="no")], ["expected not-seen: \"expected 'hello'\", got not-seen: no"]),
        ([outcome("A post stays", F), outcome("Another", F, mark="single.READ")],
         ["marks lost: expected single.POST, got single.POST, single.READ"]),
        ([outcome("A post stays", F), outcome("Another", U)], ["undecided: Another"]),
    ],
)  # fmt: skip
def test_whatever_is_not_as_its_file_says_is_told(outcomes: list[Outcome], complaints: list[str]) -> None:
    """Each way to differ has its sentence."""
    assert kill("forgets", ABOUT, outcomes).complaints == complaints


RACE = ABOUT.model_copy(update={"rate": "12 of 40"})


@pytest.mark.parametrize(
    "outcomes",
    [[outcome("A post stays", F)], [outcome("A post stays", P)],
     [outcome("A post stays", F, "left", "yoda's client ended")], [outcome("Another", F)]],
)  # fmt: skip
def test_a_race_may_be_met_in_a_play_or_not(outcomes: list[Outcome]) -> None:
    """And show in more than one way; how often it was met is said."""
    found = kill("races", RACE, outcomes, must_die=True, kept="code: other\nsentence: other\n", now=["code: left\n"])
    assert [c for c in found.complaints if "there is no scenario" not in c] == []
    assert found.rate == "12 of 40"


def test_a_race_loses_no_marks_but_those_that_are_named() -> None:
    """Luck decides which of them; another one would be an injustice all the same."""
    found = kill("races", RACE, [outcome("A post stays", F, mark="single.READ")])
    assert found.complaints == ["marks lost: expected single.POST, got single.READ"]


def test_a_race_that_is_always_met_dies_as_its_file_says() -> None:
    """Only the marks of other scenarios are a matter of luck."""
    always = ABOUT.model_copy(update={"rate": "100 of 100"})
    assert kill("races", always, [outcome("A post stays", F), outcome("Another", P)]).complaints == []
    found = kill("races", always, [outcome("A post stays", P)])
    assert found.complaints == ["'post.yaml::A post stays' should fail it, and the verdict is passed"]
    assert found.rate == ""


def test_a_part_of_the_scenarios_speaks_only_against_the_file() -> None:
    """Where not everything was played, what was not seen is no complaint; what was seen is."""
    assert kill("forgets", ABOUT, [outcome("Another", P)], whole=False).complaints == []
    assert kill("forgets", ABOUT, [outcome("Another", F, mark="single.READ")], whole=False).complaints == [
        "marks lost: expected single.POST, got single.READ"
    ]


def test_a_matrix_is_good_if_all_are_killed_and_nobody_right_fails() -> None:
    """Toothless scenarios are named; one unfair verdict spoils it."""
    killed = kill("forgets", ABOUT, [outcome("A post stays", F), outcome("Another", P)])
    keys = ["scenarios/post.yaml::A post stays", "scenarios/post.yaml::Another"]
    fair = matrix([killed], {"plain": [outcome("Another", P)]}, keys)
    assert (fair.good, fair.toothless) == (True, [keys[1]])
    unfair = matrix([killed], {"plain": [outcome("Another", U)]}, keys)
    assert not unfair.good
    survived = kill("forgets", ABOUT, [outcome("A post stays", P)])
    assert not matrix([survived], {}, keys).good


def test_the_named_scenario_must_be_among_a_part_that_should_hold_it() -> None:
    """A misspelt name would leave the saboteur unplayed, and so without complaints."""
    missing = kill("forgets", ABOUT, [], whole=False, must_die=True)
    assert missing.complaints == ["there is no scenario 'post.yaml::A post stays'"]


def test_what_a_student_reads_is_held_against_what_was_kept() -> None:
    """A difference is a complaint with both sides; nothing was kept: nothing to hold against."""
    dies = [outcome("A post stays", F)]
    assert kill("forgets", ABOUT, dies, kept="code: not-seen\n", now=["code: not-seen\n"]).complaints == []
    assert kill("forgets", ABOUT, dies, kept=None, now=["code: not-seen\n"]).complaints == []
    [told] = kill("forgets", ABOUT, dies, kept="code: left\n", now=["code: not-seen\n"]).complaints
    assert told.splitlines()[0] == "a student reads something else than told.txt says:"
    assert told.splitlines()[-2:] == ["-code: left", "+code: not-seen"]


def test_the_quickest_are_the_shortest_of_each_file() -> None:
    """Few lines first, then few people; of equals the first."""
    text = ("scenario: {}\ncast: {{a: A, b: B}}\nplay: [a logs in, {}]\n---\n"
            "scenario: short {}\ncast: {{a: A}}\nplay: [a logs in]\n")
    task = load_assignment(Path(__file__).parents[3] / "scenarios" / "assignment.yaml")
    several = [s for name in ("x.yaml", "y.yaml")
               for s in load_text(text.format("long", "{a: LST}", name), name, task)]  # fmt: skip
    assert [s.name for s in quickest(several)] == ["short x.yaml", "short y.yaml"]
