from __future__ import annotations

import random
from typing import Any

import pytest

from harness.judge.concurrency import Operation, check
from tests.harness.judge.concurrency.histories import Queue, Register, SteadyStore, Store, brute, played


def _op(process: str, request: Any, reply: Any, invoked: float, returned: float | None) -> Operation:
    return Operation(process, request, reply, invoked, returned)


def test_an_order_that_explains_is_given() -> None:
    """A read that overlaps a write may see what was there before; the order says so."""
    write, read = _op("a", ("write", 1), None, 0, 3), _op("b", ("read",), 0, 1, 2)
    verdict = check([write, read], Register())
    assert (verdict.answer, list(verdict.prefix)) == ("explained", [read, write])


def test_what_cannot_be_placed_is_named_with_how_far_one_comes() -> None:
    """A read after a write's answer that shows the old value is the misfit; the write is explained."""
    write, read = _op("a", ("write", 1), None, 0, 1), _op("b", ("read",), 0, 2, 3)
    late = _op("a", ("write", 2), None, 4, 5)
    verdict = check([write, read, late], Register())
    assert (verdict.answer, list(verdict.prefix), list(verdict.misfits)) == ("unexplained", [write], [read])


@pytest.mark.parametrize(("seen", "answer"), [(0, "explained"), (1, "explained"), (2, "unexplained")])
def test_without_an_answer_it_may_or_may_not_have_happened(seen: int, answer: str) -> None:
    """A write that was never answered explains both what was there before and what it writes."""
    history = [_op("a", ("write", 1), None, 0, None), _op("b", ("read",), seen, 5, 6)]
    assert check(history, Register()).answer == answer


def test_an_unread_answer_has_happened() -> None:
    """An answer that came, and cannot be read, is not the same as none: the write is done."""
    history = [_op("a", ("swap", 0, 1), None, 0, 1), _op("b", ("read",), 0, 5, 6)]
    assert check(history, Register()).answer == "unexplained"


def test_touching_times_overlap() -> None:
    """What returned at the instant at which another began may have come after it: that can only excuse."""
    history = [_op("a", ("write", 1), None, 0, 1), _op("b", ("read",), 0, 1, 2)]
    assert check(history, Register()).answer == "explained"


def test_a_write_of_what_is_there_already_is_not_placed_too_early() -> None:
    """What does not change this state may change another: it waits for its place."""
    history = [_op("a", ("write", 0), None, 0, 9), _op("b", ("write", 2), None, 1, 2), _op("b", ("read",), 0, 3, 9)]
    assert check(history, Register()).answer == "explained"


def test_keys_do_not_touch_each_other() -> None:
    """A key that is not explained is named, among others that are."""
    history = [_op(f"p{n}", ("write", n, f"k{n}"), None, n, n + 2) for n in range(50)]
    history.append(_op("q", ("read", "k7"), 8, 100, 101))
    verdict = check(history, Store())
    assert (verdict.answer, verdict.key, len(verdict.misfits)) == ("unexplained", "k7", 1)


def test_no_time_is_undecided() -> None:
    """A budget that is over decides nothing."""
    history = [_op(f"p{n}", ("swap", n, n + 1), True, 0, 99) for n in range(12)] + [_op("q", ("read",), 5, 100, 101)]
    assert check(history, Register(), 0).answer == "undecided"


def test_ten_thousand_in_a_row_need_no_recursion() -> None:
    """A history may be of any length."""
    history = [_op("a", ("write", n), None, 2 * n, 2 * n + 1) for n in range(10_000)]
    assert check([*history, _op("a", ("read",), 9_999, 30_000, 30_001)], Register()).answer == "explained"


def _value(state: Any, request: Any) -> Any:
    match request:
        case ("read", *_):
            return state
        case ("swap", old, *_):
            return state == old
        case ("take",):
            return state[0] if state else "empty"
    return None


def _of_register(chance: random.Random, number: int) -> Any:
    old, new = chance.randrange(3), chance.randrange(3)
    return chance.choice([("read",), ("write", new), ("swap", old, new)])


def _of_store(chance: random.Random, number: int) -> Any:
    return (*_of_register(chance, number), "ab"[chance.randrange(2)])


def _of_queue(chance: random.Random, number: int) -> Any:
    return chance.choice([("put", number), ("take",)])


def _spoilt(chance: random.Random, request: Any, reply: Any) -> Any:
    if request[0] == "swap":
        return not reply
    return chance.randrange(4) if request[0] != "take" else chance.choice(["empty", 0, 1, 2])


MODELS = {"register": (Register(), _of_register), "queue": (Queue(), _of_queue)}


def agree(rounds: int, seed: int) -> set[bool]:
    """Hold the search against brute force; which verdicts there were."""
    chance, seen = random.Random(seed), set()
    for number in range(rounds):
        name = chance.choice(sorted(MODELS))
        model, requests = MODELS[name]
        history = played(model, requests, chance, size=chance.randint(2, 7), clients=chance.randint(1, 5),
                         answer=_value, spoil=_spoilt)  # fmt: skip
        chance.shuffle(history)
        verdict, right = check(history, model), brute(history, model)
        assert (verdict.answer == "explained") is right, (seed, number, name, history)
        seen.add(right)
    return seen


def test_the_search_agrees_with_brute_force() -> None:
    """Right and wrong histories of a register and a queue."""
    assert agree(1_000, 1) == {True, False}


@pytest.mark.soak
def test_the_search_agrees_with_brute_force_on_ten_thousand() -> None:
    """The same, more often."""
    assert agree(10_000, 2) == {True, False}


def test_a_store_is_as_right_as_its_keys() -> None:
    """Partitioned by key, with and without knowing what changes nothing, the verdict is that of each key by itself."""
    chance, seen = random.Random(3), set()
    for _ in range(400):
        history = played(Keyed(), _of_store, chance, size=8, clients=4, answer=_keyed_value, spoil=_spoilt)
        right = all(brute([op for op in history if op.request[-1] == key], Store()) for key in "ab")
        assert (check(history, Store()).answer == "explained") is right
        assert (check(history, SteadyStore()).answer == "explained") is right
        seen.add(right)
    assert seen == {True, False}


class Keyed(Store):
    """All keys in one state, to draw histories from."""

    initial: Any = (0, 0)

    def step(self, state: Any, request: Any, reply: Any) -> Any | None:
        """One of the two changes."""
        at = "ab".index(request[-1])
        after = super().step(state[at], request, reply)
        return None if after is None else (*state[:at], after, *state[at + 1 :])


def _keyed_value(state: Any, request: Any) -> Any:
    return _value(state["ab".index(request[-1])], request[:-1])
