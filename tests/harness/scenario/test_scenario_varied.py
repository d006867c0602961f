"""What the seed calls things: other names, and the same scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from scenario_samples import ASSIGNMENT as BOARD
from scenario_samples import CAST, told

from harness.explore.written import data_of, same, text_of
from harness.grade.kept import what_it_plays
from harness.scenario.assignment import Assignment
from harness.scenario.drawn import drawn
from harness.scenario.loader import load_assignment, load_file, load_text
from harness.scenario.model import Do, Expect, ExpectFile, Plays, Scenario, Type
from harness.scenario.names import WORD, related

HOME = Path(__file__).parents[3] / "scenarios"
ASSIGNMENT = BOARD.model_copy(update={"invented": {"POST": [1, 2]}, "own_words": ["posted"]})
SEEDS = [1, 7, 4242]


@cache
def forum() -> tuple[Assignment, list[Scenario]]:
    """Every scenario of the forum, as its variant has it."""
    assignment = load_assignment(HOME / "assignment.yaml")
    files = sorted(one for one in HOME.rglob("*.yaml") if "scenario:" in one.read_text())
    return assignment, [scenario for file in files for scenario in load_file(file, assignment)]


def loaded(*steps: str, above: str = "", invented: Assignment = ASSIGNMENT) -> Scenario:
    """A scenario of these steps, after everyone has logged in."""
    play = "".join(f"  - {step}\n" for step in ("everyone logs in", *steps))
    return load_text(f"{CAST}{above}play:\n{play}", "f", invented)[0]


def texts(scenario: Scenario) -> Iterator[str]:
    """Everything that is typed, expected and told."""
    yield from (file.path for file in scenario.files)
    yield from scenario.hints.values()
    for step in scenario.steps():
        yield step.text
        match step:
            case Type():
                yield from (line for _, line in step.lines)
            case Do():
                yield step.argument or ""
            case Expect():
                yield from step.texts
            case ExpectFile():
                yield from (*step.paths, step.content or "", step.other or "")


def words(scenario: Scenario) -> set[str]:
    """Every word of it."""
    return {word for text in texts(scenario) for word in WORD.findall(text)}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_scenario_of_the_forum_is_the_same_under_other_names(seed: int) -> None:
    """Called back, it is what was written: so the names changed and nothing else, and no two became one."""
    for scenario in forum()[1]:
        if any(isinstance(step, Plays) for step in scenario.steps()):
            continue  # under another seed they type something else, whatever things are called
        other = drawn(scenario, seed)
        assert other == drawn(scenario, seed) == drawn(other, seed + 1)
        back = {new: old for old, new in other.names.chosen.items()}
        assert len(back) == len(other.names.chosen)
        assert replace(drawn(other, seed, back), names=scenario.names) == scenario, scenario.key


@pytest.mark.parametrize("seed", SEEDS)
def test_no_title_stays_where_one_can_change(seed: int) -> None:
    """What names are related to, how long they are and what they are made of is as it was."""
    changed = 0
    for scenario in forum()[1]:
        other = drawn(scenario, seed)
        names = other.names.chosen
        assert set(names) == set(scenario.names.words), scenario.key
        changed += bool(names)
        assert not words(other) & set(names) - set(names.values()), scenario.key
        for old, new in names.items():
            assert new != old
            assert new.casefold() not in scenario.names.reserved
            assert [kind(letter) for letter in old] == [kind(letter) for letter in new]
            for one, two in names.items():
                assert related(old, one) == related(new, two), (scenario.key, old, one)
    assert changed >= 215  # all others have nothing that people made up, but single letters


def kind(letter: str) -> tuple[bool, bool, bool]:
    """What it is and stays."""
    return letter.isdigit(), letter.isupper(), letter == "0"


def test_a_varied_scenario_is_written_as_it_was_played_and_read_again() -> None:
    """A file that was found under a seed says `vary: no`: what failed is played again under the same names."""
    assignment, scenarios = forum()
    for scenario in scenarios[::5]:
        other = drawn(scenario, 7)
        back = load_text(text_of(other), "f", assignment.variant(other.variants[0]) if other.variants else assignment)
        assert same(back[0], other), scenario.key
        assert drawn(back[0], 8).play == drawn(back[0], 9).play or not scenario.names.words
        assert ("vary" in data_of(other)) == bool(scenario.names.words)


def test_seed_0_changes_nothing() -> None:
    """At home everything is called as the files have it."""
    scenario = loaded("yoda: POST 3331 hello", "yoda sees: hello")
    assert drawn(scenario, 0) is scenario


def test_a_name_changes_wherever_it_stands() -> None:
    """In lines, expectations, paths, hints and what is sent; not in a longer word."""
    scenario = loaded("yoda: POST 3331 hello", "yoda sends: 'POST 3331 hel\\n'", "server/3331-hello.txt is: 3331",
                      "yoda: READ", "yoda is answered unlike: POST 3331 hello", 'yoda sees: "1 Yoda: hello, 33310"')
    scenario = drawn(scenario, 3, {"3331": "7724", "hello": "masso"})
    assert [step.text for step in scenario.steps()][1:] == [
        "yoda: POST 7724 masso", "yoda sends: POST 7724 hel\\n", "server/7724-masso.txt is: 7724",
        "yoda: READ", "yoda is answered unlike: POST 7724 masso", "yoda sees: 1 Yoda: masso, 33310"]  # fmt: skip
    assert [step.data for step in scenario.steps() if isinstance(step, Do)][1] == b"POST 7724 hel\n"


@pytest.mark.parametrize(("steps", "names"), [
    (["yoda: POST 3331 hello"], ["3331", "hello"]),
    (["yoda: POST 33 hello", "yoda: POST 3331"], ["33", "3331", "hello"]),
    (["yoda: POST a 1"], []),
    (["yoda: POST 3331 hello there"], ["3331"]),
    (["yoda: POST 3331 hello", "yoda: POST 3331 I say hello"], ["3331"]),
    (["yoda: POST Yoda posted"], []),
    (["yoda: POST yoda c3p0"], ["c3p0"]),
    (["yoda: POST read sees"], []),
    (["yoda: POST 3331 sesame"], ["3331"]),
    (["yoda: POST 3331", "yoda never sees: 33310"], []),
    (["yoda: POST 3331.txt"], ["3331"]),
    (["yoda: POST ../3331"], []),
    (["yoda: POST 12", *["yoda: READ"] * 12], []),
    (["yoda: READ 3331"], []),
    (["yoda plays: {commands: 20, mix: {'POST 3331 {text}': 1, 'POST 20': 1}}"], ["3331"]),
])  # fmt: skip
def test_which_names_a_seed_may_choose(steps: list[str], names: list[str]) -> None:
    """Those of the places that the assignment names; none that has, or might have, a meaning of its own."""
    assert list(loaded(*steps).names.words) == names


def test_what_stands_in_a_hint_is_no_name_if_it_is_a_word() -> None:
    """`3331` in a hint is the title; `first` may be any first one."""
    play = "play:\n  - everyone logs in\n  - yoda: POST 3331 first\nhints:\n"
    text = f"{CAST}{play}  'yoda: POST 3331 first': The first post of 3331.\n"
    scenario = load_text(text, "f", ASSIGNMENT)[0]
    assert list(scenario.names.words) == ["3331"]
    assert drawn(scenario, 5).hints[2] == f"The first post of {drawn(scenario, 5).names.chosen['3331']}."


def test_the_file_can_keep_its_names() -> None:
    """`vary: no`; anything else is a mistake."""
    scenario = loaded("yoda: POST 3331", above="vary: no\n")
    assert drawn(scenario, 7) is scenario
    text = f"{CAST}vary: never\nplay:\n  - everyone logs in\n  - yoda: POST 1\n"
    assert told(text) == ["f:3:1: unknown value 'never' of `vary`: expected 'no'"]


def test_nothing_changes_where_an_assignment_names_nothing() -> None:
    """Another course's scenarios are played as before."""
    assert loaded("yoda: POST 3331 hello", invented=BOARD).names.words == ()


def test_what_a_scenario_plays_is_another_play_under_another_seed() -> None:
    """A graded store tells them apart, and does not tell apart what is played alike."""
    scenario = loaded("yoda: POST 3331 hello")
    keys = {what_it_plays(drawn(scenario, seed), "") for seed in (0, 1, 7)}
    assert len(keys) == 3
    kept = loaded("yoda: POST 3331 hello", above="vary: no\n")
    assert what_it_plays(drawn(scenario, 0), "") == what_it_plays(kept, "")
