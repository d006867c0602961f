"""Variants at the command line: which scenarios are played, with which rubric, and judged again as what they were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from play_builder import ASSIGNMENT, Course

from harness.course import Options, choose, open_course
from harness.exits import Nothing, Wrong
from harness.grade.rubric import add_up
from harness.recording import Recording
from harness.scenario.loader import load_assignment
from harness.scenario.select import Wanted
from harness.workflow import check

ROOT = Path(__file__).parents[2]
VARIANTS = ASSIGNMENT + """\
variant: quiet
variants:
  loud:
    values: {motto: shout, answer: HELLO}
    rubric: rubric-loud.yaml
"""
SCENARIOS = """\
scenario: for both
marks: door.IN
cast: {yoda: Yoda}
play: [yoda logs in, {yoda: hello}, {yoda sees: HELLO}]
---
scenario: for one
variants: loud
marks: door.OUT
cast: {yoda: Yoda}
play: [yoda logs in, {yoda: hello}, {yoda sees: "{answer}"}, {yoda: "{motto}"}, {yoda sees: SHOUT}]
"""
RUBRIC = "rubric: quiet\nparts: {door: {title: Door, items: {IN: {title: In, marks: 3}}}}\n"
LOUD = "rubric: loud\nparts: {door: {title: Door, items: {IN: {title: In, marks: 1}, OUT: {title: Out, marks: 2}}}}\n"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with two variants and a rubric for each."""
    made = Course(tmp_path, assignment=VARIANTS)
    made.write("door.yaml", SCENARIOS)
    made.write("rubric.yaml", RUBRIC)
    made.write("rubric-loud.yaml", LOUD)
    return made


def chosen(course: Course, variant: str) -> tuple[list[str], str | None]:
    """The scenarios that would be played, and the name of their rubric."""
    opened, scenarios = choose(Options([str(course.folder)], variant=variant))
    return [s.name for s in scenarios], opened.rubric.rubric if opened.rubric else None


def test_a_variant_has_its_own_scenarios_and_rubric(course: Course) -> None:
    """The assignment itself is the default; files called rubric… hold no scenarios."""
    assert chosen(course, "") == chosen(course, "quiet") == (["for both"], "quiet")
    assert chosen(course, "loud") == (["for both", "for one"], "loud")


def test_an_unknown_variant_is_told_with_the_nearest(course: Course, tmp_path: Path) -> None:
    """Or with all that there are; and with nothing where there is none."""
    for name, sentence in (("lout", "did you mean 'loud'?"), ("2020", "it has quiet, loud")):
        with pytest.raises(Wrong, match=f"no variant is called '{name}'") as caught:
            open_course(course.folder, [], name)
        assert sentence in str(caught.value)
    course.write("assignment.yaml", ASSIGNMENT)
    with pytest.raises(Wrong, match="it has none"):
        open_course(course.folder, [], "loud")


def test_scenarios_of_other_variants_only_are_nothing_to_play(course: Course) -> None:
    """That is an error, and never a pass."""
    with pytest.raises(Nothing, match="these scenarios are of other variants than 'quiet'"):
        choose(Options([f"{course.folder}/door.yaml::for one"]))


@pytest.mark.parametrize(
    ("old", "new", "mistakes"),
    [
        ("variants: loud\n", "", []),  # {answer} says it
        ("variants: loud\n", "variants: [quiet, loud]\n", [
            "10:49: `{answer}` is not declared in every variant: say with `variants` in which"]),
        ("door.IN", "door.OUT", [
            "1:1: unknown rubric line 'door.OUT' in marks: it is not in the rubric of variant 'quiet'"]),
        ("door.OUT", "door.AUT", ["6:1: unknown rubric line 'door.AUT' in marks (did you mean 'door.OUT'?)"]),
        ("variants: loud", "variants: lout", ["7:11: unknown variant 'lout' (did you mean 'loud'?)"]),
    ],
)  # fmt: skip
def test_check_looks_at_every_variant(course: Course, old: str, new: str, mistakes: list[str]) -> None:
    """A mark must stand in the rubric of each variant that the scenario is for."""
    file = course.write("door.yaml", SCENARIOS.replace(old, new))
    found = check([course.folder], None).mistakes
    assert [str(mistake).removeprefix(f"{file}:") for mistake in found] == mistakes


def test_a_wrong_rubric_of_a_variant_is_found(course: Course) -> None:
    """Whatever variant is the default."""
    file = course.write("rubric-loud.yaml", LOUD.replace("marks: 2", "marks: two"))
    with pytest.raises(Exception, match=r"rubric-loud.yaml:2:\d+: parts.door.items.OUT.marks"):
        check([course.folder], None)
    file.write_text(LOUD)
    assert not check([file], None).mistakes


def test_a_rubric_that_is_named_must_be_there(course: Course) -> None:
    """Otherwise a whole class would be played without marks, and without a word."""
    (course.folder / "rubric-loud.yaml").unlink()
    assert chosen(course, "quiet")[1] == "quiet"
    with pytest.raises(Wrong, match=r"there is no rubric 'rubric-loud.yaml' beside it"):
        open_course(course.folder, [], "loud")
    (course.folder / "rubric.yaml").unlink()
    assert chosen(course, "quiet")[1] is None


def test_a_run_plays_a_variant_and_its_recordings_are_judged_as_that(course: Course, tmp_path: Path) -> None:
    """Scenarios, values and marks come back out of the recordings."""
    words = [str(course.folder / "door.yaml"), "--variant", "loud", "--out", "out"]
    outs = []
    for command in (["run", *words], ["judge", "out"]):
        done = subprocess.run([sys.executable, "-m", "harness", *command], cwd=tmp_path, capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        outs.append(done.stdout)
    assert all("2 passed" in out and "door.OUT" in out for out in outs)
    recordings = [Recording.load(file) for file in sorted((tmp_path / "out" / "recordings").glob("*.jsonl"))]
    assert [recording.began.variant for recording in recordings] == ["loud", "loud"]


def test_recordings_of_several_variants_are_each_counted_by_their_own_rubric(course: Course, tmp_path: Path) -> None:
    """The same scenario is worth 3 in one year and 1 in the next; each line says of which it is."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    for command in (["run", "--variant", "quiet", "--out", "a"], ["run", "--variant", "loud", "--out", "b"],
                    ["judge", "a", "b", "--json", "r.json"]):  # fmt: skip
        words = [*command, str(course.folder / "door.yaml")] if command[0] == "run" else command
        done = subprocess.run([sys.executable, "-m", "harness", *words], cwd=tmp_path, capture_output=True, text=True,
                              env=environment, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((tmp_path / "r.json").read_text())
    earned = {line["line"]: (line["earned"], line["possible"]) for line in results["marks"]["lines"]}
    assert earned == {"quiet door.IN": (3, 3), "loud door.IN": (1, 1), "loud door.OUT": (2, 2)}
    assert (results["marks"]["title"], results["marks"]["whole"]["earned"]) == ("quiet; loud", 6)
    assert [scenario["name"] for scenario in results["scenarios"]] == ["for both", "for both", "for one"]
    assert "quiet door" in done.stdout
    assert "loud door" in done.stdout


def test_the_forums_variants_have_all_their_marks() -> None:
    """12 and 6 in each, and 2 by hand; no SHT where there is none, and every line has a scenario of that variant."""
    here = ROOT / "scenarios"
    for variant in load_assignment(here / "assignment.yaml").variant_names:
        opened, scenarios = choose(Options([str(here)], variant=variant), wording_free=True)
        assert opened.rubric == open_course(here, [Wanted(here)], variant).rubric is not None
        marks = add_up(opened.rubric, [])
        assert [part.possible for part in marks.parts] == [12, 6]
        assert sum(item.possible for item in marks.by_hand) == 2
        assert {line for s in scenarios for line in s.marks} == set(opened.rubric.lines())
        assert ("single.SHT" in opened.rubric.lines()) == (variant == "2020")
        assert len([s for s in scenarios if s.marks]) >= {"2020": 150, "2022": 136, "2025": 139}[variant]


def test_an_accounts_file_without_its_newline_is_of_2020_alone() -> None:
    """Later years promise that newline: who relies on it loses no mark."""
    file = str(ROOT / "scenarios" / "login.yaml")
    played = {variant: [s.title for s in choose(Options([file], variant=variant), wording_free=True)[1]]
              for variant in ("2020", "2022", "2025")}  # fmt: skip
    title = "A new user is added where credentials.txt has no newline at its end"
    assert {variant for variant, titles in played.items() if title in titles} == {"2020"}
