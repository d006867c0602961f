"""Every saboteur is well formed, is a small change to a right program, and names what must catch it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from harness.author.saboteur import MOST_LINES, Wrong, bases, load_saboteurs, make, zoo_bases

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parent.parent / "scenarios"

SABOTEURS = load_saboteurs([HERE])
BASES = {"reference": HERE.parent.parent / "forum", **bases([HERE]), **zoo_bases([HERE])}
every_saboteur = pytest.mark.parametrize("wrong", SABOTEURS, ids=lambda wrong: wrong.name)


def test_every_folder_holds_a_saboteur() -> None:
    """A folder with a misspelt file name would be left out in silence, and with none at all every test would pass."""
    folders = {path.name for path in HERE.iterdir() if path.is_dir()} - {"base", "__pycache__"}
    assert folders == {wrong.name for wrong in SABOTEURS}
    assert len(folders) >= 30


@every_saboteur
def test_both_roles_are_played(wrong: Wrong) -> None:
    """There is a base with something changed, or a command in its place."""
    about = wrong.about
    assert about.base in BASES or (about.server and about.client)
    assert about.change or about.server or about.client


@every_saboteur
def test_the_change_is_small_fits_and_compiles(wrong: Wrong, tmp_path: Path) -> None:
    """It is wrong in one thing that it does; it must not fall over before that."""
    assert sum(change.lines for change in wrong.about.change) <= MOST_LINES
    made = make(wrong, BASES.get(wrong.about.base), tmp_path / "made")
    for file in made.rglob("*.py"):
        compile(file.read_text(encoding="utf-8"), str(file), "exec")


@every_saboteur
def test_its_scenario_exists(wrong: Wrong) -> None:
    """What catches it is a scenario that is there, under this very name."""
    file, _, name = wrong.about.killed_by.partition("::")
    assert re.sub(r" \[[^]]*\]$", "", name) in scenario_names(file)  # it may name one case of an `each`


@every_saboteur
def test_its_finding_is_named(wrong: Wrong) -> None:
    """Killed for another reason is not killed: the code and the essential words are part of the promise."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", wrong.about.code)
    assert wrong.about.sentence


@every_saboteur
def test_the_marks_it_loses_exist(wrong: Wrong) -> None:
    """They are lines of its variant's rubric, in the order in which they stand there."""
    lines = rubric_lines(f"rubric-{wrong.about.variant}.yaml" if wrong.about.variant else "rubric.yaml")
    assert wrong.about.marks_lost == [line for line in lines if line in wrong.about.marks_lost]


@every_saboteur
def test_what_a_student_reads_is_kept(wrong: Wrong) -> None:
    """So a change in any such text shows in review; every play is held against it."""
    kept = (wrong.folder / "told.txt").read_text(encoding="utf-8")
    # The finding that comes first need not be the one that the saboteur is named for.
    assert kept.startswith("code: ")
    assert "\nsentence: " in kept


@cache
def scenario_names(file: str) -> set[str]:
    """The names of the scenarios in a file, without the values of their `each`."""
    names = re.findall(r"^scenario: (.*)$", (SCENARIOS / file).read_text(encoding="utf-8"), re.MULTILINE)
    return {str(yaml.safe_load(name)) for name in names}


@cache
def rubric_lines(file: str) -> list[str]:
    """All lines of a rubric, such as single.CRT."""
    parts = yaml.safe_load((SCENARIOS / file).read_text(encoding="utf-8"))["parts"]
    return [f"{part}.{item}" for part, content in parts.items() for item in content["items"]]


@pytest.mark.parametrize("base", ["plain", "select"])
def test_a_right_base_gets_through_a_short_visit(base: str, tmp_path: Path) -> None:
    """A new user registers, posts, reads and shuts down: all files of the forum are gone, and both programs end."""
    (tmp_path / "credentials.txt").write_text("Yoda jedi*knight\nR2D2 c3p0sucks", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    programs = HERE / "base" / base
    command = [sys.executable, "-u", str(programs / "server.py"), port, "secret"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            server.stdout.readline()  # it says so when it listens
            typed = "Obi-wan\nr2d2\nCRT 3331\nMSG 3331 hello there\nRDT 3331\nSHT wrong\nSHT secret\n"
            client = subprocess.run(
                [sys.executable, str(programs / "client.py"), "127.0.0.1", port],
                input=typed, capture_output=True, text=True, timeout=30, check=True, cwd=tmp_path,
            )
            assert "1 Obi-wan: hello there" in client.stdout
            assert server.wait(timeout=30) == 0
        finally:
            server.kill()
    assert list(tmp_path.iterdir()) == []


def test_one_scenario_can_be_played_by_its_name() -> None:
    """Then who lives or loses no marks is no complaint: only the whole folder shows that."""
    name = "scenarios/list.yaml::LST with an argument is refused"
    words = ["saboteurs", str(HERE / "list-takes-arguments"), "--scenarios", name]
    done = subprocess.run([sys.executable, "-m", "harness", *words], cwd=HERE.parent.parent, capture_output=True,
                          text=True, timeout=300, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 saboteurs killed as expected" in done.stdout
