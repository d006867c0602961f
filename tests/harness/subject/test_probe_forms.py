"""A submission's own form of a line is found out before the plays, told once, and costs the marks of one command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli import app

HOME = Path(__file__).parents[3]
BASE = HOME / "tests" / "saboteurs" / "base" / "plain"
SCENARIOS = [
    "scenarios/post.yaml::A message is appended to the thread's file, with its number and its author",
    "scenarios/delete.yaml::A deletion changes the thread's file",
    "scenarios/read.yaml::RDT shows the messages in their order",
]  # fmt: skip
MSG = 'discussion.append("%d %s: %s" % (number, user, text))'


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A program that is right but for a colon it leaves out: `1 Yoda - hello`."""
    folder = tmp_path / "colon"
    shutil.copytree(BASE, folder)
    server = folder / "server.py"
    text = server.read_text()
    for old, new in ((MSG, MSG.replace(": ", " - ")), ('"%s %s: %s" % (number', '"%s %s - %s" % (number'),
                     ('words[1] != user + ":"', "words[1] != user")):  # fmt: skip
        assert text.count(old) == 1
        text = text.replace(old, new)
    server.write_text(text)
    return folder


def run(folder: Path, out: Path, *words: str) -> dict[str, str]:
    """How each of the scenarios ended."""
    file = out / "result.json"
    out.mkdir(exist_ok=True)
    names = [str(HOME / name) for name in SCENARIOS]
    CliRunner().invoke(app, ["run", *names, "--subject", str(folder), "--jobs", "1", "--json", str(file), *words])
    return {one["name"]: one["verdict"] for one in json.loads(file.read_text())["scenarios"]}


def test_it_is_told_and_costs_one_command(submission: Path, tmp_path: Path) -> None:
    """The card has the form and where it costs marks; MSG's scenario fails, and those of DLT and RDT pass."""
    card = CliRunner().invoke(app, ["probe", str(submission), "--assignment", str(HOME / "scenarios"),
                                    "--save", str(tmp_path / "card.yaml")]).output  # fmt: skip
    assert "{number} {name} - {text}" in card
    assert "[own-form]" in card
    assert list(run(submission, tmp_path / "out").values()) == ["failed", "passed", "passed"]


def test_a_subject_file_says_it(submission: Path, tmp_path: Path) -> None:
    """What a tutor gives takes the place of what is found out: here a form that is not the program's."""
    file = tmp_path / "subject.yaml"
    file.write_text('lines stored: "{number}) {name}: {text}"\n')
    ended = run(submission, tmp_path / "out", "--subject-file", str(file))
    assert list(ended.values()) == ["failed", "failed", "failed"]


def test_who_writes_lines_as_asked_has_no_form(tmp_path: Path) -> None:
    """Nothing is told, and nothing is read otherwise than it is."""
    card = CliRunner().invoke(app, ["probe", str(BASE), "--assignment", str(HOME / "scenarios")]).output
    assert "lines stored" not in card
    assert "own-form" not in card
