"""Who goes on of those that stand. What the calls are that they stand at is given here; lockstep finds it out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.stage import handover
from harness.stage.file_calls import Call
from harness.stage.handover import Choice, choice, ways

NAMES = {"l": Call.LOOK, "c": Call.CHANGE, "-": Call.NEITHER}


def order(monkeypatch: pytest.MonkeyPatch, choose: Choice, **calls: str) -> str:
    """In which order threads go on, a and b being the first and the second: each makes its calls, and then ends."""
    left = {number: list(calls[name]) for number, name in enumerate(sorted(calls), 1)}
    names = dict(enumerate(sorted(calls), 1))
    monkeypatch.setattr(handover, "what_begins", lambda tid: NAMES[left[tid][0]])
    return "".join(_played(choose, left, names))


def _played(choose: Choice, left: dict[int, list[str]], names: dict[int, str]) -> Iterator[str]:
    standing = list(left)
    while standing:
        tid = choose(standing)
        standing.remove(tid)
        yield names[tid] + left[tid].pop(0)
        if left[tid]:
            standing.append(tid)


@pytest.mark.parametrize(
    ("number", "alike", "a", "b", "said"),
    [
        (0, True, "lc", "lc", "alblacbc"),  # both have looked before either changes something
        (0, True, "-lcl", "lc", "a-blalbcacal"),  # whoever has looked the longest ago changes first
        (1, True, "lcc", "lc", "alacblbcac"),  # the first is half done when the other one begins
        (1, False, "ll", "lc", "alblbcal"),  # between two looks of the first one all is changed
        (2, False, "cc", "l", "acblac"),
        (3, False, "lc", "ll", "blalacbl"),  # and the last one likewise
        (4, False, "l", "cc", "bcalbc"),
    ],
)
def test_the_ways_to_hand_over(number: int, alike: bool, a: str, b: str, said: str,
                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Each goes on until it is about to do what it is held for."""
    assert order(monkeypatch, choice(number, alike=alike), a=a, b=b) == said
    assert order(monkeypatch, choice(number + ways(alike=alike), alike=alike), a=a, b=b) == said


def test_there_are_fewer_ways_where_all_do_the_same() -> None:
    """It is all one then who is interrupted."""
    assert (ways(alike=True), ways(alike=False)) == (2, 5)
