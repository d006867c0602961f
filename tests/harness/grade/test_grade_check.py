"""`harness check` and the rubric: told is what is missing of the whole task, and only where all of it is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.workflow import check

ASSIGNMENT = """\
assignment: A
roles:
  server: {entry: server, listens: true}
  client: {entry: client}
reference: .
"""
SCENARIO = "scenario: it starts\nmarks: a.X\ncast: {yoda: Yoda}\nplay:\n  - yoda starts\n  - yoda stays\n"
RUBRIC = "rubric: R\nparts: {a: {title: A, items: {X: {title: X, marks: 1}, Y: {title: Y, marks: 1}}}}\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A task whose line a.Y has no scenario."""
    for name, text in (("assignment.yaml", ASSIGNMENT), ("s.yaml", SCENARIO), ("rubric.yaml", RUBRIC)):
        (tmp_path / name).write_text(text)
    return tmp_path


def told(path: Path) -> list[str]:
    """The mistakes, without the folder."""
    return [str(one).rpartition("/")[2] for one in check([path], None).mistakes]


def test_a_line_without_a_scenario_is_told_where_the_whole_task_is_checked(course: Path) -> None:
    """One file alone cannot show what is missing."""
    assert told(course) == ["rubric.yaml:2:56: no scenario speaks for the line 'a.Y'"]
    assert told(course / "s.yaml") == []


def test_what_only_the_reference_plays_speaks_for_no_line(course: Path) -> None:
    """Scenarios of exact wording are never played for a submission."""
    (course / "s.yaml").write_text(SCENARIO + "---\n" + SCENARIO.replace("a.X", "a.Y\ntags: reference")
                                   .replace("it starts", "it starts so"))
    assert told(course) == ["rubric.yaml:2:56: no scenario speaks for the line 'a.Y'"]


def test_what_cannot_be_read_is_told_first(course: Path) -> None:
    """A scenario with a mistake might be the one that is missing."""
    (course / "t.yaml").write_text(SCENARIO.replace("a.X", "a.Y").replace("stays", "stayz"))
    assert [line.split(":")[0] for line in told(course)] == ["t.yaml"]
