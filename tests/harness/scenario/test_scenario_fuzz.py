"""Whatever a file holds, the loader says what is wrong with it, and nothing else happens."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_samples import ASSIGNMENT, TOUCHSTONE

from harness.scenario.loader import check_text, load_text
from harness.scenario.matching import count, file_differs, fold, mask, near_miss, text_differs, visible
from harness.scenario.mistakes import Collector, Mistakes
from harness.yaml_file import plain, read, write

QUICK = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
PIECES = [
    "yoda", "r2d2", "everyone", "everyone else", "crowd", "server", "1 of ", " and ", ", ", "/x", "/..", " logs in",
    " sees", " sees one of", " leaves", " is gone", " is", " are", ": ", ":", "x", "{n}", "{name}", "{x}", "\n",
    "\n  - ", "\n      - ", "- ", "[", "]", "{", "}", "'", '"', "#", " #2", "  # c", "|", ">", "&a ", "*a", "!t ",
    "---\n", "...\n", "together", "any of", "2 times", "3 s pass", "\t", "%", "@", "\\", "\\x0", "\x00", "\u2028",
    "\ufeff", "é", "scenario", "play", "cast", "files", "with", "each", "hints", "marks", "is answered like",
    "presses", "sends", "? ", "<<", "~",
]  # fmt: skip


def loads_or_tells(text: str) -> None:
    """The one thing that must hold for every text."""
    mistakes = check_text(text, "f.yaml", ASSIGNMENT)
    assert all(m.place.line >= 1 and m.place.column >= 1 and m.what for m in mistakes)
    if any(m.severity == "error" for m in mistakes):
        with pytest.raises(Mistakes):
            load_text(text, "f.yaml", ASSIGNMENT)
        return
    for scenario in load_text(text, "f.yaml", ASSIGNMENT):
        numbers = [step.number for step in scenario.steps()]
        assert numbers == sorted(set(numbers))


@QUICK
@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is loaded, or answered with mistakes that have a place."""
    loads_or_tells(text)


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_pieces_of_the_language_in_any_order(text: str) -> None:
    """Steps made of the language's own words are loaded, or answered with mistakes."""
    loads_or_tells(f"scenario: s\ncast: {{yoda: Yoda, r2d2: R2D2}}\nplay:\n  - everyone logs in\n  - {text}")
    loads_or_tells(text)


@QUICK
@given(st.integers(0, len(TOUCHSTONE)), st.integers(0, 40), st.sampled_from(PIECES))
def test_a_good_file_with_something_torn_out(start: int, length: int, piece: str) -> None:
    """A file that was good before something was cut out and put in is loaded, or answered with mistakes."""
    loads_or_tells(TOUCHSTONE[:start] + piece + TOUCHSTONE[start + length :])


@QUICK
@given(st.binary(max_size=200), st.text(max_size=50))
def test_matchers_take_everything(data: bytes, wanted: str) -> None:
    """A matcher never raises, and finds a text in itself."""
    seen = visible(data)
    assert "\x1b" not in seen
    text_differs(seen, wanted)
    text_differs(seen, wanted, exactly=True)
    near_miss(seen, wanted)
    count(seen, wanted)
    file_differs(data, wanted)
    assert fold(fold(seen)) == fold(seen)
    assert text_differs(seen, seen) is None
    assert (
        file_differs(wanted.encode("utf-8", "replace"), wanted.encode("utf-8", "replace").decode(), exactly=True)
        is None
    )
    mask(seen, wanted.split())


@QUICK
@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_what_is_written_can_be_read(data: object) -> None:
    """Plain data written as YAML is read back as it was, or was not writable as text in the first place."""
    found = Collector()
    documents = read(write(data), "f.yaml", found)
    if not found.failed and documents[0] is not None:
        assert plain(documents[0]) == data


def test_a_huge_file_is_a_mistake() -> None:
    """A file of more than a million characters is refused before it is parsed."""
    mistakes = check_text("- x\n" * 300_000, "f.yaml", ASSIGNMENT)
    assert [str(m) for m in mistakes] == [
        "f.yaml:1:1: the file is too large: 1,200,000 characters, at most 1,000,000",
    ]


def test_deep_nesting_is_a_mistake() -> None:
    """Nesting without end is refused at the 33rd level, whatever it is made of."""
    for text in ("[" * 50_000, "{a: " * 1_000, "- " * 1_000, "? " * 1_000):
        mistakes = check_text(text, "f.yaml", ASSIGNMENT)
        assert [m.what for m in mistakes] == ["nested deeper than 32 levels"], text[:10]


def test_a_step_of_endless_words_is_a_mistake() -> None:
    """What nobody reads aloud is not taken apart."""
    for step in ("yoda and " * 20_000 + "leave", "x " * 100_000):
        mistakes = check_text(f"scenario: s\ncast: {{yoda: Yoda}}\nplay:\n  - {step}\n", "f.yaml", ASSIGNMENT)
        assert [m.what for m in mistakes] == ["the words of a step are at most 2,000 characters"]
