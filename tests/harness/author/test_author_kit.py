"""The student's kit: what it is made of, what it does not give away, and that it judges as grading does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.author.kit import build, kit, leaks
from harness.author.kit_texts import for_students, marks_table, public_part, rubric_for_students
from harness.exits import Wrong
from harness.grade.scheme import Rubric
from harness.scenario.assignment import Assignment
from harness.scenario.checked import checked
from harness.scenario.loader import load_assignment, load_file
from harness.scenario.select import scenario_files

ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "scenarios"
# A right program that reads its own way, and quickly.
ANIMAL = ROOT / "tests" / "zoo" / "two-line-prompts"
PLAYED = ("create.yaml", "list.yaml")


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    """The forum's."""
    return load_assignment(SCENARIOS / "assignment.yaml")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit of the forum."""
    return build(SCENARIOS, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def members(archive: Path) -> Mapping[str, bytes]:
    """What is in it, by its path below the folder that it makes."""
    with zipfile.ZipFile(archive) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


# --- what it is made of


@pytest.mark.parametrize(("text", "without", "left"), [
    ("scenario: a\n---\nscenario: b\n---\nscenario: c\n", {1}, "scenario: a\n---\nscenario: c\n"),
    ("scenario: a\n---\nscenario: b\n", {0}, "scenario: b\n"),
    ("scenario: a\n---\nscenario: b\n", {1}, "scenario: a\n"),
    ("scenario: a\n---\nscenario: b\n", set(), "scenario: a\n---\nscenario: b\n"),
    ("scenario: a\n---\nscenario: b\n", {0, 1}, ""),
    ("# of both\n\n---\nscenario: a\n---\nscenario: b\n", {0}, "# of both\n\n---\nscenario: b\n"),
    ("---\nscenario: a\n--- # here\nscenario: b\n", {1}, "scenario: a\n"),
    ("scenario: a\nplay:\n  - --- no\n----\n", {1}, "scenario: a\nplay:\n  - --- no\n----\n"),
])  # fmt: skip
def test_a_file_without_some_of_its_documents(text: str, without: set[int], left: str) -> None:
    """They are counted as the loader counts them, and all else stays as it was, letter by letter."""
    assert public_part(text, without) == left


ASSIGNMENT = "assignment: a\nroles: {s: {entry: s, listens: true}, c: {entry: c}}\n"


def test_an_assignment_names_nothing_that_is_not_there() -> None:
    """The reference, the model and the protocol go, wherever they stand; that there is a model is still said."""
    text = (f"{ASSIGNMENT}variant: x\nreference: ../f   # ours\nmodel: model.py\nprotocol: p.yaml\n"
            "variants:\n  y:\n    reference: ../g\n    values: {}\n")  # fmt: skip
    made = for_students(text)
    assert made == (f"{ASSIGNMENT}variant: x\nvariants:\n  y:\n    values: {{}}\n"
                    "withheld: [model]   # grading has it\n")  # fmt: skip
    assert "withheld" not in for_students(ASSIGNMENT + "reference: .\n")


def test_an_assignment_that_cannot_be_cut_is_told() -> None:
    """A key that does not stand on a line of its own would stay."""
    with pytest.raises(Wrong, match="on lines of their own"):
        for_students(ASSIGNMENT + "variant: x\nvariants: {y: {reference: ../g}}\n")


RUBRIC = """\
rubric: Shouting   # in order
parts:
  door:
    title: At the door
    items:
      IN: {title: Come in, marks: 2, weights: {Public one: 2, Hidden one: 3}}
by_hand: {report: {title: Report, marks: 1}}
gates:
  - {of: door, scenario: Hidden one}
  - {of: total, item: door.IN}
visibility: {Hidden one: tutors}
"""


def test_a_rubric_that_speaks_of_hidden_scenarios_says_all_the_rest() -> None:
    """Its weights, gates and visibilities would give their names away; without any it stays as it is."""
    rubric = checked(Rubric, RUBRIC, "rubric.yaml")
    assert rubric_for_students(RUBRIC, rubric, ["a.yaml::Other"]) == RUBRIC
    made = rubric_for_students(RUBRIC, rubric, ["a.yaml::Hidden one"])
    assert "Hidden" not in made
    left = checked(Rubric, made, "rubric.yaml")
    assert left.item("door.IN") == rubric.item("door.IN").model_copy(update={"weights": {"Public one": 2.0}})
    assert (left.by_hand, left.gates, left.visibility) == (rubric.by_hand, rubric.gates[1:], {})


def test_the_page_says_what_each_mark_is_for() -> None:
    """A row for each line, as a run calls it, and for what is marked by hand."""
    assert marks_table(checked(Rubric, RUBRIC, "rubric.yaml")).splitlines()[2:] == [
        "| `door.IN` | At the door: Come in | 2 |", "| `report` | Report (by hand) | 1 |"]  # fmt: skip


# --- what it does not give away


def test_a_leak_is_told_with_its_file() -> None:
    """A title in any file, and a file of the reference under any name."""
    held = {"README.md": b"see: A hidden one", "x/a.py": b"\nanswer = 42\n", "b.py": b"answer = 4"}
    assert list(leaks(held, {"A hidden one"}, {b"answer = 42": "server.py"})) == [
        "README.md names the scenario 'A hidden one'", "x/a.py is server.py"]  # fmt: skip


def test_a_kit_that_would_leak_is_not_built(tmp_path: Path) -> None:
    """A comment in a public scenario that names a hidden one is a sentence, and no archive."""
    course = tmp_path / "course"
    course.mkdir()
    (course / "assignment.yaml").write_text(ASSIGNMENT)
    say = "cast: {ann: ann}\nplay:\n  - ann starts\n  - ann: hello\n"
    (course / "a.yaml").write_text(f"# harder than: The other\nscenario: One\n{say}---\nscenario: The other\n"
                                   f"visible: hidden\n{say}")  # fmt: skip
    with pytest.raises(Wrong, match=r"scenarios/a.yaml names the scenario 'The other'"):
        build(course, tmp_path / "dist")
    assert not list(tmp_path.rglob("*.zip"))


def test_no_answer_is_in_it(members: Mapping[str, bytes]) -> None:
    """Neither the reference, nor programs of the tests, nor the model, nor our protocol, whole or in longer pieces."""
    kept_back = [*(ROOT / "forum").rglob("*.py"), SCENARIOS / "model.py", SCENARIOS / "protocol.yaml",
                 *(file for name in ("zoo", "saboteurs", "hostile") for end in ("py", "java", "c", "yaml")
                   for file in (ROOT / "tests" / name).rglob(f"*.{end}"))]  # fmt: skip
    own = {line for content in members.values() for line in content.splitlines()}
    whole = b"\n".join(members.values())
    for file in kept_back:
        content = file.read_bytes()
        assert not content.strip() or content not in whole, file
    # A line may stand in two programs by chance; of the reference's long ones not one in ten is anybody else's.
    for file in (*(ROOT / "forum").rglob("*.py"), SCENARIOS / "model.py"):
        lines = {line for line in file.read_bytes().splitlines() if len(line) > 60}
        assert len(lines & own) <= len(lines) / 10, lines & own
    names = {Path(path).name for path in members}
    assert not names & {"model.py", "protocol.yaml"} - {file.name for file in (ROOT / "harness").rglob("*.py")}
    assert {path.partition("/")[0] for path in members} == {
        "README.md", "credentials.txt", "harness", "pyproject.toml", "scenarios"}  # fmt: skip
    assert {Path(path).suffix for path in members if path.startswith("scenarios/")} == {".yaml"}


def test_hidden_scenarios_are_not_in_it(members: Mapping[str, bytes], assignment: Assignment) -> None:
    """Not by title, nor those that hold our own programs to their wording; every public one is, as it is."""
    whole, public, secret = b"\n".join(members.values()), [], []
    for file in scenario_files(SCENARIOS):
        for one in load_file(file, assignment):
            (public if one.visible == "public" and "reference" not in one.tags else secret).append(one)
    assert len(secret) > 10
    assert not [one.name for one in secret if one.name.encode() in whole]
    assert not [one.name for one in public if one.name.encode() not in whole]
    assert b"visible: hidden" not in b"\n".join(text for path, text in members.items() if path.startswith("scen"))


def test_the_same_files_make_the_same_archive(archive: Path, tmp_path: Path) -> None:
    """So that a course can see whether two kits are one, and nobody reads from it when it was built, or by whom."""
    assert build(SCENARIOS, tmp_path / "again").read_bytes() == archive.read_bytes()


def test_sample_accounts_that_a_kit_cannot_hold_are_told(tmp_path: Path, assignment: Assignment) -> None:
    """assignment.yaml would look for them where the kit does not reach."""
    assert assignment.accounts is not None
    far = assignment.accounts.model_copy(update={"sample": "../../credentials.txt"})
    (tmp_path / "assignment.yaml").write_text(ASSIGNMENT)
    with pytest.raises(Wrong, match="lies outside of what a kit holds"):
        kit(tmp_path, load_assignment(tmp_path / "assignment.yaml").model_copy(update={"accounts": far}))


# --- that it judges as grading does


@pytest.fixture(scope="module")
def home(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kit as a student has it who unpacked it and put their programs into its folder."""
    folder = tmp_path_factory.mktemp("student")
    shutil.unpack_archive(archive, folder)
    (kit,) = folder.iterdir()
    for name in ("server", "client"):
        shutil.copytree(ANIMAL / name, kit / name)
    return kit


def played(folder: Path, tree: Path, paths: list[str], *options: str) -> tuple[int, dict[str, tuple[object, ...]]]:
    """`harness run`, with the harness of `tree`: the exit code; verdict and codes of findings by scenario."""
    results = folder / "results.json"
    done = subprocess.run(
        [sys.executable, "-m", "harness", "run", *paths, *options, "--json", str(results)], cwd=folder,
        env={**os.environ, "PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False)  # fmt: skip
    assert results.is_file(), done.stderr
    found = json.loads(results.read_text(encoding="utf-8"))["scenarios"]
    return done.returncode, {one["name"]: (one["verdict"], *[f["code"] for f in one["findings"]]) for one in found}


def test_public_scenarios_end_alike_in_the_kit_and_in_grading(home: Path, tmp_path: Path) -> None:
    """In the kit the current folder is played, with nothing but the kit; each verdict and finding is the same."""
    code, mine = played(home, home, [f"scenarios/{name}" for name in PLAYED])
    theirs = played(tmp_path, ROOT, [str(SCENARIOS / name) for name in PLAYED], "--subject", str(ANIMAL))[1]
    hidden = {"A title may begin like another one", "LST shows titles only, not what was posted or uploaded"}
    assert theirs.keys() - mine.keys() == hidden
    assert mine == {name: theirs[name] for name in mine}
    assert code == 0


def test_what_only_the_model_can_judge_is_undecided_in_the_kit(home: Path) -> None:
    """It is never a pass, and the student reads that grading has what is missing."""
    name = "Eight people post and read in one thread, and one order explains every answer"
    code, found = played(home, home, [f"scenarios/concurrent-order.yaml::{name}"])
    assert (code, found[name][0]) == (4, "undecided")
    (result,) = json.loads((home / "results.json").read_text(encoding="utf-8"))["scenarios"]
    (told,) = [finding for finding in result["findings"] if finding["verdict"] == "undecided"]
    assert (told["code"], told["sentence"].partition(":")[0]) == (
        "in-grading-only", "whether one order explains every answer is judged in grading only")  # fmt: skip


def test_a_kit_without_programs_says_what_it_looked_for(archive: Path, tmp_path: Path) -> None:
    """The current folder is played, and a student who did not go to theirs is told what was expected there."""
    shutil.unpack_archive(archive, tmp_path)
    (kit,) = tmp_path.iterdir()
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run([sys.executable, "-m", "harness", "run", str(kit / "scenarios")], cwd=empty,
                          env={**os.environ, "PYTHONPATH": str(kit)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{empty}: expected an entry file such as server.py")
