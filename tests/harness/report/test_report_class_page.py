"""The page of a class, as data: who went wrong alike, how marks spread, and that it can be embedded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.report.class_data import bars, class_data
from harness.report.pages import folders, write_pages
from harness.report.templates import embedded, policy
from harness.verdict import Finding, Outcome
from tests.harness.report.class_builders import (
    HOSTILE,
    F,
    big_class,
    lists_wrong,
    passes,
    scenarios_of,
    student,
)


def failed(name: str, sentence: str, step: int = 3, code: str = "not-seen") -> Outcome:
    """The outcome of a scenario that failed so."""
    return Outcome(name, f"a.yaml::{name}", F, [Finding(F, code, sentence, step)], marks=["single.LIST"])


def clusters(*outcomes: Outcome) -> list[list[int]]:
    """Who is with whom, where each of these is a student."""
    class_of = [student(f"z{at}", [one]) for at, one in enumerate(outcomes)]
    data = class_data(class_of, [], {f"z{at}": "" for at in range(len(outcomes))}, {})
    return [one["students"] for one in data.json["clusters"]]


def test_students_who_went_wrong_alike_are_together() -> None:
    """What a program printed, numbers and white space make no difference: one comment serves them all."""
    assert clusters(
        failed("lists", "expected '3331' on yoda's terminal, got 'nothing here'"),
        failed("lists", "expected '3331' on yoda's  terminal, got 'No threads.'"),
        failed("lists", "expected '3331' on yoda's terminal, got ''"),
    ) == [[0, 1, 2]]


@pytest.mark.parametrize(
    "other",
    [failed("reads", "it said 'a'"), failed("lists", "it said 'a'", code="seen"),
     failed("lists", "it said 'a'", step=4), failed("lists", "it left")],
)  # fmt: skip
def test_another_scenario_step_code_or_sentence_is_another_mistake(other: Outcome) -> None:
    """A comment about one would be wrong about the other."""
    assert clusters(failed("lists", "it said 'a'"), other) == []


def test_people_of_the_cast_make_no_difference() -> None:
    """Names vary with the seed: the same mistake is the same for whoever it happened to."""
    play = lists_wrong("Lists")
    found = play.outcome.findings[0]
    sentences = ("yoda was told nothing", "r2d2 was told nothing")
    told = [Outcome("Lists", play.outcome.key, F, [Finding(F, found.code, one, 4)]) for one in sentences]
    class_of = [student(f"z{at}", [one]) for at, one in enumerate(told)]
    by_key = {key: one for (key, _), one in scenarios_of(play).items()}
    data = class_data(class_of, [], {"z0": "", "z1": ""}, by_key)
    assert [one["students"] for one in data.json["clusters"]] == [[0, 1]]


def test_every_verdict_is_a_letter_and_a_text_that_many_share_stands_once() -> None:
    """A scenario that somebody did not play is a space."""
    class_of = [student("z1", [failed("a", "no"), passes("b")]), student("z2", [failed("a", "no")])]
    data = class_data(class_of, [], {"z1": "one", "z2": "two"}, {}).json
    assert [one["verdicts"] for one in data["students"]] == ["F.", "F "]
    assert [one["link"] for one in data["students"]] == ["one", "two"]
    assert data["texts"] == ["no"]


@pytest.mark.parametrize(
    ("totals", "counts"),
    [([], []), ([(0, 4), (3.9, 4), (4, 4)], [1, 0, 0, 0, 0, 0, 0, 2]), ([(18, 18)], [0] * 17 + [1]),
     ([(0, 0)], [1, 0])],
)
def test_marks_spread_over_bars_of_even_width(totals: list[tuple[float, float]], counts: list[int]) -> None:
    """Full marks stand in the last bar, and nobody is left out."""
    found = bars(totals)
    assert [one.count for one in found] == counts
    assert sum(one.count for one in found) == len(totals)
    assert len(bars([(1, 1_000_000)])) <= 20


def test_data_cannot_end_the_script_it_stands_in() -> None:
    """Nothing that HTML knows is in it, and JSON reads it as it was, but for what is made visible."""
    text = str(embedded({"a": HOSTILE, "b": ["</script>", "<!--", "\u2028"]}))
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["b"][0] == "</script>"
    assert "\\x1b" in json.loads(text)["a"]


def test_the_policy_allows_the_pages_own_script_alone() -> None:
    """By its hash; nothing is loaded from anywhere, and no form is sent."""
    said = policy("hit()")
    assert "default-src 'none'" in said
    assert "script-src 'sha256-" in said
    assert "unsafe-inline" not in said.split("script-src", 1)[1].split(";", 1)[0]


def test_nobodys_pages_lie_in_a_folder_of_the_results() -> None:
    """Nor does one student's folder take that of another."""
    class_of = [student("gradescope", [], absent=True), student("z1", []), student("Z1", [], absent=True)]
    homes = folders(Path("out"), class_of)
    assert homes["z1"] == Path("out/z1")
    assert len({str(home).casefold() for home in homes.values()} - {"out/gradescope"}) == 3


def test_the_same_results_make_the_same_pages(tmp_path: Path) -> None:
    """Byte for byte: a regrade that changed nothing changes no page."""
    class_of = big_class(5, 12)
    for name in ("a", "b"):
        write_pages(tmp_path / name, class_of, {})
    pages = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.html"))
    assert len(pages) == 11
    assert all((tmp_path / "a" / page).read_bytes() == (tmp_path / "b" / page).read_bytes() for page in pages)


def test_an_empty_class_has_a_page(tmp_path: Path) -> None:
    """Nobody handed in anything: the page says so."""
    write_pages(tmp_path, [], {})
    assert "0 graded" in (tmp_path / "class.html").read_text(encoding="utf-8")
