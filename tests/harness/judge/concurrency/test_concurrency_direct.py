from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from harness.judge.concurrency import Operation, check
from harness.judge.concurrency.direct import direct
from harness.judge.concurrency.lists import Delete, Edit, Lists, Post, Read
from harness.judge.concurrency.search import search
from tests.harness.judge.concurrency.histories import brute, played

MODEL = Lists()


def _requests(weights: Sequence[int]) -> Any:
    def draw(chance: random.Random, number: int) -> Any:
        author, text = f"u{chance.randrange(2)}", f"t{number}"
        kinds = [Post("l", author, text), Read("l"), Edit("l", author, chance.randint(1, 3), text),
                 Delete("l", author, chance.randint(1, 3))]  # fmt: skip
        return chance.choices(kinds, weights)[0]

    return draw


def _answer(state: Any, request: Any) -> Any:
    if isinstance(request, Read):
        return state
    return True if isinstance(request, Post) else MODEL.step(state, request, True) is not None


def _spoilt(chance: random.Random, request: Any, reply: Any) -> Any:
    """What servers get wrong: rows lost, doubled, swapped, invented; or what was done called refused."""
    if chance.random() < 0.1:
        return None if not isinstance(request, Read) else reply
    if not isinstance(request, Read):
        return not reply
    rows = list(reply)
    if not rows or chance.random() < 0.2:
        return (*rows, ("u0", f"t{chance.randrange(6)}"))
    at = chance.randrange(len(rows))
    match chance.randrange(4):
        case 0:
            del rows[at]
        case 1:
            rows.append(rows[at])
        case 2:
            rows.insert(0, rows.pop())
        case _:
            rows[at] = (rows[at][0], f"t{chance.randrange(6)}")
    return tuple(rows)


MIXES = [(3, 2, 0, 0), (3, 2, 1, 1), (2, 2, 2, 1), (2, 1, 1, 2), (3, 1, 0, 1), (2, 3, 2, 2), (3, 3, 3, 0),
         (2, 1, 3, 3)]  # fmt: skip


def agree(rounds: int, seed: int) -> dict[bool, int]:
    """The direct check, the search and brute force on random small histories; how many were right."""
    chance, seen = random.Random(seed), {True: 0, False: 0}
    for number in range(rounds):
        history = played(MODEL, _requests(chance.choice(MIXES)), chance, size=chance.randint(2, 7),
                         clients=chance.randint(1, 5), answer=_answer, spoil=_spoilt)  # fmt: skip
        history.sort(key=lambda op: op.invoked)
        right, found = brute(history, MODEL), direct(history, MODEL, 60)
        assert found is not None
        plain = search(history, MODEL, 60)
        assert found.answer == plain.answer == ("explained" if right else "unexplained"), (seed, number, found, history)
        _check_prefix(history, found.prefix)
        seen[right] += 1
    return seen


def _check_prefix(history: Sequence[Operation], prefix: Sequence[Operation]) -> None:
    """Each prefix is an order of operations of this history, in which all of them fit."""
    state: Any = MODEL.initial
    for op in prefix:
        assert op in history
        state = MODEL.step(state, op.request, op.reply)
        assert state is not None


def test_the_direct_check_agrees_with_the_search_and_with_brute_force() -> None:
    """Posts, edits, deletes and reads by several people, right and wrong, some never answered."""
    assert min(agree(1_500, 1).values()) > 100


@pytest.mark.soak
def test_the_direct_check_agrees_on_twelve_thousand() -> None:
    """The same, more often."""
    assert min(agree(12_000, 2).values()) > 1_000


def by_number(size: int, seed: int) -> list[Operation]:
    """What a right server answers where a third are posts, a third edits and deletes, and a third reads."""
    chance = random.Random(seed)

    def draw(chance: random.Random, number: int) -> Any:
        author, at = f"u{chance.randrange(4)}", chance.randint(1, 1 + number // 6)
        text = f"t{number}"
        kinds = [Post("l", author, text), Read("l"), Edit("l", author, at, text), Delete("l", author, at)]
        return chance.choices(kinds, (2, 2, 1, 1))[0]

    history = played(MODEL, draw, chance, size=size, clients=8, answer=_answer, lost=0, wrong=0)
    return sorted(history, key=lambda op: op.invoked)


@pytest.mark.parametrize("seed", range(3))
def test_edits_and_deletes_are_followed_without_trying_every_order(seed: int) -> None:
    """The reads to come tell which text a number meant: the steps grow with the history, not with its orders."""
    history = by_number(600, seed)
    found = direct(history, MODEL, 60)
    assert found is not None
    assert found.answer == "explained"
    assert found.searched < 20 * len(history)
    _check_prefix(history, found.prefix)


@pytest.mark.parametrize("seed", range(3))
def test_an_edit_that_took_anothers_place_is_found_among_hundreds(seed: int) -> None:
    """Two rows have changed places, in one read: no order explains it, and that is told, with what contradicts it."""
    history = by_number(300, seed)
    at = max((at for at, op in enumerate(history) if isinstance(op.request, Read) and len(op.reply) > 2),
             key=lambda at: len(history[at].reply))  # fmt: skip
    first, *others, last = history[at].reply
    history[at] = replace(history[at], reply=(last, *others, first))
    found = direct(history, MODEL, 60)
    assert found is not None
    assert found.answer == "unexplained"
    _check_prefix(history, found.prefix)


def _row(*texts: str) -> tuple[tuple[str, str], ...]:
    return tuple(("u0", text) for text in texts)


def _post(text: str, invoked: float, returned: float | None) -> Operation:
    return Operation(f"by {text}", Post("l", "u0", text), None, invoked, returned)


def _read(texts: Sequence[str], invoked: float, returned: float) -> Operation:
    return Operation(f"reader at {invoked}", Read("l"), _row(*texts), invoked, returned)


A, B = _post("a", 0, 1), _post("b", 2, 3)


@pytest.mark.parametrize(
    ("kind", "history", "misfits"),
    [
        ("lost", [A, B, _read(["a"], 4, 5)], [B]),
        ("unknown", [A, _read(["a", "c"], 4, 5)], []),
        ("unknown", [A, _read(["a", "b"], 1.2, 1.4), B], [B]),
        ("doubled", [A, _read(["a", "a"], 4, 5)], [A]),
        ("order", [A, B, _read(["b", "a"], 4, 5)], [A, B]),
        ("gone", [replace(A, returned=None), _read(["a"], 4, 5), _read([], 6, 7)], []),
    ],
)  # fmt: skip
def test_what_contradicts_what(kind: str, history: list[Operation], misfits: list[Operation]) -> None:
    """The reason is named, with the read that shows it and the posts that it is about."""
    verdict = check(history, MODEL)
    assert (verdict.answer, verdict.why) == ("unexplained", kind)
    assert {*misfits} <= {*verdict.misfits}
    assert any(isinstance(op.request, Read) for op in verdict.misfits)


def test_the_prefix_ends_before_the_first_answer_that_is_wrong() -> None:
    """What comes after is not needed to see it."""
    history = [A, B, _read(["a"], 4, 5), _post("c", 6, 7), _read(["a", "c"], 8, 9)]
    verdict = check(history, MODEL)
    assert set(verdict.prefix) == {A, B}


def test_texts_that_are_not_unique_are_left_to_the_search() -> None:
    """Two posts of one text: the direct check cannot tell them apart, and the answer is right all the same."""
    history = [_post("a", 0, 1), replace(_post("a", 2, 3), process="q"), _read(["a", "a"], 4, 5)]
    assert direct(history, MODEL, 10) is None
    assert check(history, MODEL).answer == "explained"
