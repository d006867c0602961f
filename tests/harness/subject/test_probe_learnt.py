"""What was learnt as a file: written, given back line by line, and never taken from the submission itself."""

from __future__ import annotations

import json
from pathlib import Path

import probe_door as door
import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.recording import Recording
from harness.scenario.loader import assignment_text
from harness.scenario.mistakes import Mistakes
from harness.subject.learnt import Fact, find_word, load_given, subject_yaml

ASSIGNMENT = assignment_text(door.ASSIGNMENT)
FACTS = {
    "server command": Fact("python3 server.py {port}", "seen"), "variant": Fact("2", "seen"),
    "accounts end": Fact("none", "seen"), "name prompt": Fact("Who? #1: 'x'\n> ", "seen"),
    "oddities": Fact(["one, two", "three: four"], "seen"),
}  # fmt: skip


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """Every value comes back as it was, quotes and lines included; it is said where it stands."""
    file = tmp_path / "subject.yaml"
    file.write_text(subject_yaml(FACTS), encoding="utf-8")
    again = load_given(file, ASSIGNMENT).over({})
    assert {key: fact.value for key, fact in again.items()} == {key: fact.value for key, fact in FACTS.items()}
    assert again["variant"].seen == f"given in {file}:2:1"


def test_one_line_overrides_one_line(tmp_path: Path) -> None:
    """What the file does not speak of stays as it was learnt."""
    file = tmp_path / "subject.yaml"
    file.write_text("accounts end: newline\n")
    over = load_given(file, ASSIGNMENT).over(FACTS)
    assert over["accounts end"].value == "newline"
    assert over["variant"] == FACTS["variant"]


@pytest.mark.parametrize(("text", "mistake"), [
    ("varient: 2", "1:1: unknown key 'varient' (did you mean 'variant'?)"),
    ("layout: one\nserver comand: x", "2:1: unknown key 'server comand' (did you mean 'server command'?)"),
    ('variant: "3"', "1:10: variant: expected 1 or 2, got '3'"),
    ("accounts end: both", "1:15: accounts end: expected newline or none, got 'both'"),
    ("server file: {a: b}", "1:14: server file: expected a text, or a list of texts"),
    ("- variant", "1:1: expected one document of keys and values, such as `variant: NAME`"),
    ("variant: 1\nvariant: 2", "2:1: the key 'variant' stands here twice, first in line 1"),
    ("", "1:1: expected one document of keys and values, such as `variant: NAME`"),
])  # fmt: skip
def test_mistakes_have_their_place(tmp_path: Path, text: str, mistake: str) -> None:
    """file:line:column, what is wrong, and what was perhaps meant."""
    file = tmp_path / "subject.yaml"
    file.write_text(text)
    with pytest.raises(Mistakes) as caught:
        load_given(file, ASSIGNMENT)
    assert str(caught.value) == f"{file}:{mistake}"


def probe(tmp_path: Path, folder: Path, given: str) -> dict[str, dict[str, object]]:
    """The facts of a probe with this subject file."""
    course = door.course(tmp_path / "course")
    (tmp_path / "subject.yaml").write_text(given)
    result = CliRunner().invoke(app, ["probe", str(folder), "--assignment", str(course), "--subject-file",
                                      str(tmp_path / "subject.yaml"), "--json", str(tmp_path / "c.json")])  # fmt: skip
    assert result.exit_code == 0, result.output
    facts: dict[str, dict[str, object]] = json.loads((tmp_path / "c.json").read_text())["facts"]
    return facts


def test_a_file_names_entries_and_commands(tmp_path: Path) -> None:
    """An entry of another name is found, an option is added; both are said to be given."""
    folder = door.submission(tmp_path / "z5555555")
    (folder / "server.py").rename(folder / "Gate.py")
    (folder / "server2.py").touch()
    (folder / "server3.py").touch()
    given = 'server file: Gate.py\nserver command: python3 -X utf8 Gate.py {port} {motto}\nvariant: "1"\n'
    facts = probe(tmp_path, folder, given)
    assert facts["server command"]["value"] == "python3 -X utf8 Gate.py {port} {motto}"
    assert str(facts["server command"]["seen"]).endswith("subject.yaml:2:1")
    assert facts["command prompt"]["value"] == "Say:"


def test_a_run_obeys_the_file(tmp_path: Path) -> None:
    """The shape that a tutor names is laid out, and nothing needs to be found out."""
    course = door.course(tmp_path / "course")
    (course / "in.yaml").write_text("scenario: In\ncast: {yoda: Yoda}\nplay:\n  - yoda logs in\n")
    (tmp_path / "subject.yaml").write_text('variant: "1"\naccounts end: newline\n')
    words = ["run", str(course), "--subject", str(door.submission(tmp_path / "z")), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*words, "--subject-file", str(tmp_path / "subject.yaml")])
    assert result.exit_code == 0, result.output
    play = Recording.load(next((tmp_path / "out" / "recordings").glob("*.jsonl")))
    assert any(getattr(event, "content", b"") == f"{door.ACCOUNTS}\n".encode() for event in play.events)


def test_a_subject_file_needs_a_subject(tmp_path: Path) -> None:
    """The reference is known: a file about nobody is a mistake."""
    result = CliRunner().invoke(app, ["run", str(door.course(tmp_path / "c")), "--subject-file", "s.yaml"])
    assert (result.exit_code, "--subject DIR" in result.output) == (2, True), result.output


def test_the_students_word_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    """It stands on the card beside what was seen, and changes nothing."""
    course = door.course(tmp_path / "course")
    folder = door.submission(tmp_path / "z5555555")
    (folder / "subject.yaml").write_text(
        'variant: "2"\nserver command: touch /tmp/owned\nmarks: 20\nlayout: one folder')
    result = CliRunner().invoke(app, ["probe", str(folder), "--assignment", str(course), "--json",
                                      str(tmp_path / "c.json")])  # fmt: skip
    assert result.exit_code == 0, result.output
    card = json.loads((tmp_path / "c.json").read_text())
    assert card["facts"]["variant"]["value"] == "1"
    assert card["word"] == {"variant": "2", "server command": "touch /tmp/owned", "marks": "20", "layout": "one folder"}
    shown = " ".join(result.output.split())
    assert "the student's word, shown and not obeyed" in shown
    assert "marks 20 not looked at" in shown
    assert "layout one folder the same" in shown


def test_a_word_that_cannot_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    """A link out of the folder is not followed, a heap of bytes not parsed."""
    assert find_word(tmp_path) == ({}, "")
    file = tmp_path / "subject.yaml"
    for content, why in ((b"\xff", "this is not UTF-8: the byte 0xff"), (b"- a", "it has no keys and values"),
                         (b"a: " + b"x" * 70_000, "it is larger than 65,536 bytes")):  # fmt: skip
        file.write_bytes(content)
        assert find_word(tmp_path) == ({}, why)
    file.unlink()
    file.symlink_to("/etc/passwd")
    assert find_word(tmp_path) == ({}, "it is a link that leads out of the folder")
