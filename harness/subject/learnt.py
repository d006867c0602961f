"""What is known of a submission, line by line, each with how it was seen; and as a file, subject.yaml.

A tutor's subject file overrides single lines. The one that lies inside a
submission is the student's word: shown, never obeyed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.scenario.assignment import Assignment
from harness.scenario.loader import read_text
from harness.scenario.mistakes import Collector, Mistakes, nearest
from harness.scenario.model import Place
from harness.yaml_file import Items, Node, Table, Text, read, write

Value = str | Sequence[str]

# What a subject file may say of each role, and of the submission as a whole.
ROLE_KEYS = ("file", "language", "command", "idle")
VARIANT, ENDS = "variant", "accounts end"
CHOICES, PROMPT, REFUSAL = "choice before the name", "command prompt", "refusal"
ONE_LINE = "one line"
STORED, SHOWN = "lines stored", "lines shown"
KEYS = ("layout", VARIANT, "transport", "ports", ENDS, CHOICES, ONE_LINE, "name prompt",
        "password prompt", "new password prompt", PROMPT, "wrong password", REFUSAL, STORED, SHOWN, "answers",
        "oddities")  # fmt: skip
# Lines that the plays go by; the others are for people to read.
OBEYED = ("file", "command", VARIANT, ENDS, STORED, SHOWN)
# A student's file larger than this is no list of such lines.
_LARGEST_WORD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what is so, and how that was seen."""

    value: Value
    seen: str = ""

    @property
    def text(self) -> str:
        """The value in one line."""
        return self.value if isinstance(self.value, str) else ", ".join(self.value)


@dataclass(frozen=True, slots=True)
class Given:
    """The lines of a subject file that somebody may override with, and where each stands."""

    values: Mapping[str, Value] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A line's value, "" where the file has none."""
        return Fact(self.values.get(key, "")).text

    def files(self, assignment: Assignment) -> dict[str, str]:
        """The entry files it names, by role."""
        return {role: self.text(f"{role} file") for role in assignment.roles if f"{role} file" in self.values}

    def commands(self, assignment: Assignment) -> dict[str, str]:
        """The commands it names, by role."""
        return {role: self.text(f"{role} command") for role in assignment.roles if f"{role} command" in self.values}

    def over(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """The facts, with what this file says in place of what was learnt."""
        told = {key: Fact(value, f"given in {self.places[key]}") for key, value in self.values.items()}
        return {**facts, **told}


# No file was given.
NOTHING = Given()


def known_keys(assignment: Assignment) -> list[str]:
    """Every key that a subject file of this assignment may have."""
    return [f"{role} {key}" for role in assignment.roles for key in ROLE_KEYS] + list(KEYS)


def subject_yaml(facts: Mapping[str, Fact]) -> str:
    """The facts as a file that can be given back with --subject-file, whole or in part."""
    # Half of a surrogate pair (a file name that is not UTF-8) can stand in no UTF-8 file.
    return write({key: _plain(fact.value) for key, fact in facts.items()})


def _plain(value: Value) -> str | list[str]:
    return _letters(value) if isinstance(value, str) else [_letters(item) for item in value]


def _letters(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def load_given(path: Path, assignment: Assignment) -> Given:
    """A subject file. Raises Mistakes, with file:line:column, for what it cannot say."""
    found = Collector()
    documents = read(read_text(path), str(path), found)
    found.raise_if_failed()
    node = documents[0] if len(documents) == 1 else None
    if not isinstance(node, Table):
        found.error(Place(str(path), 1, 1), "expected one document of keys and values, such as `variant: NAME`")
        found.raise_if_failed()
    assert isinstance(node, Table)
    given = _given(node, assignment, found)
    found.raise_if_failed()
    return given


def _given(node: Table, assignment: Assignment, found: Collector) -> Given:
    known = known_keys(assignment)
    values: dict[str, Value] = {}
    places: dict[str, Place] = {}
    for key, value in node.entries:
        if key.text not in known:
            found.error(key.place, f"unknown key {key.text!r}", nearest(key.text, known))
            continue
        values[key.text], places[key.text] = _value(key, value, assignment, found), key.place
    return Given(values, places)


def _value(key: Text, node: Node, assignment: Assignment, found: Collector) -> Value:
    if isinstance(node, Items):
        return [item.text for item in node.items if isinstance(item, Text)]
    text = node.text if isinstance(node, Text) else ""
    allowed = {VARIANT: assignment.variant_names, ENDS: ["newline", "none"]}.get(key.text)
    if not isinstance(node, Text):
        found.error(node.place, f"{key.text}: expected a text, or a list of texts")
    elif allowed is not None and text not in allowed:
        expected = f"expected {' or '.join(allowed)}" if allowed else "this assignment has none"
        found.error(node.place, f"{key.text}: {expected}, got {text!r}", nearest(text, allowed))
    return text


def find_word(folder: Path) -> tuple[Mapping[str, str], str]:
    """The lines of the student's own subject.yaml, and why it cannot be read ("" if it can, or if there is none)."""
    path = folder / "subject.yaml"
    if not path.is_file():
        return {}, ""
    if not path.resolve().is_relative_to(folder.resolve()):
        return {}, "it is a link that leads out of the folder"
    if path.stat().st_size > _LARGEST_WORD:
        return {}, f"it is larger than {_LARGEST_WORD:,} bytes"
    try:
        return _word(path)
    except Mistakes as exc:
        return {}, str(exc.mistakes[0].what)


def _word(path: Path) -> tuple[Mapping[str, str], str]:
    found = Collector()
    documents = read(read_text(path), path.name, found)
    found.raise_if_failed()
    node = documents[0] if documents else None
    if not isinstance(node, Table):
        return {}, "it has no keys and values"
    return {key.text: _said(value) for key, value in node.entries}, ""


def _said(node: Node) -> str:
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Items):
        return ", ".join(_said(item) for item in node.items)
    return ", ".join(f"{key.text}: {_said(value)}" for key, value in node.entries)
