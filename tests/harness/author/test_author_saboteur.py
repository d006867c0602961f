"""Saboteurs: a right program and one small change, written out; mistakes in their files are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.author.saboteur import Change, base_of, bases, load_saboteurs, make
from harness.scenario.mistakes import Mistakes

ABOUT = """\
saboteur: A server that shouts.
wrong: It answers in capitals.
base: plain
change:
  - {file: server.py, replace: "answer = text", with: "answer = text.upper()"}
killed by: "read.yaml::Texts stay as they are"
code: not-seen
sentence: expected 'hello'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a base and a saboteur made from it."""
    (tmp_path / "base" / "plain").mkdir(parents=True)
    (tmp_path / "base" / "plain" / "server.py").write_text("text = input()\nanswer = text\nprint(answer)\n")
    (tmp_path / "shouts").mkdir()
    (tmp_path / "shouts" / "saboteur.yaml").write_text(ABOUT)
    (tmp_path / "shouts" / "client.py").write_text("its own")
    return tmp_path


def test_a_saboteur_is_its_base_with_its_change_and_its_own_files(folder: Path) -> None:
    """The base stays as it is; saboteur.yaml is no part of the program."""
    [wrong] = load_saboteurs([folder])
    made = make(wrong, base_of(wrong, bases([folder])), folder / "made")
    assert sorted(path.name for path in made.iterdir()) == ["client.py", "server.py"]
    assert "answer = text.upper()" in (made / "server.py").read_text()
    assert "upper" not in (folder / "base" / "plain" / "server.py").read_text()


def test_bases_are_found_from_a_single_saboteur(folder: Path) -> None:
    """The right programs lie beside the saboteurs, however one of them is named."""
    assert bases([folder / "shouts"]) == bases([folder]) == {"plain": folder / "base" / "plain"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("answer = text\"", "nothing like it\"", ":1:1: the change of server.py fits its base 0 times, expected once"),
        ("replace: \"answer = text\"", "replace: \"t\"",
         ":1:1: the change of server.py fits its base 6 times, expected once"),
        ("file: server.py", "file: sever.py", ":1:1: the change of sever.py fits its base 0 times, expected once"),
        ("base: plain", "base: plane", ":1:1: there is no base 'plane' (did you mean 'plain'?)"),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_is_told(folder: Path, old: str, new: str, told: str) -> None:
    """A base that moved on under its saboteur is a mistake with its file."""
    file = folder / "shouts" / "saboteur.yaml"
    file.write_text(ABOUT.replace(old, new))
    [wrong] = load_saboteurs([folder])
    with pytest.raises(Mistakes) as mistakes:
        make(wrong, base_of(wrong, bases([folder])), folder / "made")
    assert str(mistakes.value) == f"{file}{told}"


def test_the_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    """Every saboteur.yaml is read before anybody is told."""
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "saboteur.yaml").write_text(ABOUT.replace("wrong:", "wron:"))
    with pytest.raises(Mistakes) as mistakes:
        load_saboteurs([folder])
    text = str(mistakes.value)
    assert f"{folder}/a/saboteur.yaml:" in text
    assert f"{folder}/b/saboteur.yaml:" in text


@pytest.mark.parametrize(
    ("old", "new", "lines"), [("a\nb", "a\nc", 1), ("a", "a\nb\nc", 2), ("a\nb\nc", "", 3), ("a", "a", 0)]
)
def test_a_change_is_as_long_as_the_lines_that_differ(old: str, new: str, lines: int) -> None:
    """Lines that are the same do not count."""
    assert Change.model_validate({"file": "f", "replace": old, "with": new}).lines == lines
