"""`--compare`: how far the marks that a person gave are ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from marked import F, result, rubric, three

from harness.exits import Wrong
from harness.grade.agreement import agreement, disagreements, load_marks, strangers
from harness.grade.result import Result
from harness.grade.roster import Student
from harness.scenario.mistakes import Mistakes

ITEMS = ["single.LOGIN", "single.LIST", "many.LOGIN", "report"]


def two() -> list[Result]:
    """z1 fails to list, z2 does everything."""
    one, other = result(rubric(), three(list_=F)), result(rubric(), three())
    return [one, replace(other, graded=replace(other.graded, student=Student("z2")))]


def table(tmp_path: Path, text: str) -> Path:
    """A person's table."""
    path = tmp_path / "hand.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_items_and_the_total_are_compared_one_by_one(tmp_path: Path) -> None:
    """How many are the same, and by how much ours are more."""
    found = load_marks(table(tmp_path, "id;single.LOGIN;single.LIST;total\nz1;1;0,5;4\nz2;1;2;5,5\n"), ITEMS)
    assert [str(one) for one in agreement(found, two())] == [
        "single.LOGIN: 2 of 2 the same (100 %), mean difference +0.00",
        "single.LIST: 1 of 2 the same (50 %), mean difference -0.25",
        "total: 1 of 2 the same (50 %), mean difference +0.25",
    ]  # fmt: skip


def test_what_nobody_gave_is_not_compared(tmp_path: Path) -> None:
    """An empty cell is no zero; an item that nobody marked has no line; a report that we cannot mark neither."""
    found = load_marks(table(tmp_path, "id,single.LOGIN,single.LIST,report\nz1,,0,1\n"), ITEMS)
    assert found.items == ["single.LIST", "report"]
    said = [str(one) for one in agreement(found, two())]
    assert said == ["single.LIST: 1 of 1 the same (100 %), mean difference +0.00",
                    "report: 0 of 0 the same (nothing to compare), mean difference +0.00"]  # fmt: skip
    assert disagreements(found, two()) == []


def test_a_disagreement_shows_what_ours_rests_on(tmp_path: Path) -> None:
    """What did not pass, why, and its recording."""
    found = load_marks(table(tmp_path, "id,single.LOGIN,single.LIST\nz1,1,2\n"), ITEMS)
    assert disagreements(found, two()[:1]) == [
        "z1 single.LIST: 2 by hand, 0 here",
        "    lists: what lists showed, see out/z1/lists.jsonl",
    ]  # fmt: skip


def test_strangers_are_told_and_who_was_meant(tmp_path: Path) -> None:
    """A name that is nobody's."""
    found = load_marks(table(tmp_path, "id,total\nz11,4\nnobody at all,3\n"), ITEMS)
    assert strangers(found, two()[:1]) == ["z11 is not in this cohort (did you mean 'z1'?)",
                                           "nobody at all is not in this cohort"]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ("id,name\nz1,Ann\n", "no marks stand here: expected columns such as single.LOGIN, single.LIST, many.LOGIN"),
    ("id,single.LIST\nz1,well done\n", "hand.csv:2:1: expected marks under 'single.LIST', got 'well done'"),
    ("id,single.LIST\nz1,inf\n", "hand.csv:2:1: expected marks under 'single.LIST', got 'inf'"),
    ("id,single.LIST\nz1,nan\n", "expected marks under 'single.LIST', got 'nan'"),
    ("id,single.LSIT\nz1,2\n", "single.LIST"), ("single.LIST\n2\n", "id"),
])  # fmt: skip
def test_a_table_that_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    """With its file, its line, and what was expected."""
    with pytest.raises((Wrong, Mistakes)) as exc:
        load_marks(table(tmp_path, text), ITEMS)
    assert said in str(exc.value)
    assert "hand.csv" in str(exc.value)
