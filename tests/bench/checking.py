"""The concurrency check: histories of many people at once, which one order explains.

The direct check is held against sorting the same list of operations: what it
does to a history of posts and reads is little more than that. The general
search is held against itself: ten times the operations must not take much more
than ten times as long.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

from harness.judge.concurrency import Model, Operation, check
from harness.judge.concurrency.lists import Delete, Edit, Lists, Post, Read
from tests.bench.figures import Broken, Effort, Row, in_pairs, milliseconds, row_of_pairs
from tests.harness.judge.concurrency.histories import SteadyStore

CLIENTS, KEYS, SIZE = 20, 10, 10_000
PAIRS = 9


def measure(effort: Effort) -> Iterator[Row]:
    """The three rows."""
    pairs = effort.pairs(PAIRS)
    yield _direct(pairs)
    yield _by_number(pairs)
    yield _growth(pairs)


def _direct(pairs: int) -> Row:
    history = crowd(Lists(), _of_list, SIZE, keys=1)
    taken = in_pairs(pairs, lambda: _explained(history, Lists()), lambda: sorted(history, key=lambda op: op.invoked))
    return row_of_pairs("direct check, 10,000 on one key / sorting them", *taken, 30)


def _by_number(pairs: int) -> Row:
    """A third of them edit and delete, a third read: ten times as many show a hundred times as many rows to read."""
    few, many = (crowd(Lists(), _of_numbers, size, keys=1) for size in (SIZE // 10, SIZE))
    taken = in_pairs(pairs, lambda: _explained(many, Lists()), lambda: _explained(few, Lists()))
    ours, against = map(median, taken)
    ratio = median(much / little for much, little in zip(*taken, strict=True))
    rows = [sum(len(op.reply) for op in history if isinstance(op.request, Read)) for history in (many, few)]
    return Row("edits and deletes, 10,000 on one key / 1,000", milliseconds(ours), milliseconds(against), ratio,
               round(rows[0] / rows[1]), "<=", taken=f"{pairs} pairs")  # fmt: skip


def _growth(pairs: int) -> Row:
    few, many = (crowd(SteadyStore(), _of_store, size, keys=KEYS) for size in (SIZE // 10, SIZE))
    taken = in_pairs(pairs, lambda: _explained(many, SteadyStore()), lambda: _explained(few, SteadyStore()))
    ours, against = map(median, taken)
    ratio = median(much / little for much, little in zip(*taken, strict=True))
    return Row("search, 10,000 operations / 1,000 (10 keys)", milliseconds(ours), milliseconds(against), ratio, 30,
               "<=", taken=f"{pairs} pairs")  # fmt: skip


def _explained(history: Sequence[Operation], model: Model) -> None:
    verdict = check(history, model, 120)
    if verdict.answer != "explained":
        raise Broken(f"a right history is {verdict.answer}: {verdict.why}")


Draw = Callable[[random.Random, int, Any], Any]


def crowd(model: Model, draw: Draw, size: int, keys: int) -> list[Operation]:
    """What a right server answers to twenty people who always wait for their answer; in no order."""
    chance = random.Random(size)
    free, moments = [0.0] * CLIENTS, []
    for number in range(size):
        who = min(range(CLIENTS), key=free.__getitem__)
        invoked = free[who] + chance.random() / 2
        at = invoked + chance.random()
        free[who] = at + chance.random()
        moments.append((at, who, number, invoked, free[who]))
    states: dict[str, Any] = {}
    history = []
    for _, who, number, invoked, returned in sorted(moments):
        key = f"k{chance.randrange(keys)}"
        state = states.get(key, model.initial)
        request, reply = draw(chance, number, (state, who, key))
        states[key] = model.step(state, request, reply)
        history.append(Operation(f"p{who}", request, reply, invoked, returned))
    chance.shuffle(history)
    return history


def _of_list(chance: random.Random, number: int, at: tuple[Any, int, str]) -> tuple[Any, Any]:
    rows, who, key = at
    return (Read(key), rows) if chance.random() < 0.05 else (Post(key, f"u{who}", f"t{number}"), True)


def _of_numbers(chance: random.Random, number: int, at: tuple[Any, int, str]) -> tuple[Any, Any]:
    rows, who, key = at
    me, text = f"u{who}", f"t{number}"
    kind = chance.randrange(3)
    if kind < 2:
        return (Read(key), rows) if kind else (Post(key, me, text), True)
    # Mostly one's own, as people do; some are refused.
    mine = [place for place, row in enumerate(rows, 1) if row[0] == me] if chance.random() < 0.8 else []
    place = chance.choice(mine or range(1, len(rows) + 2))
    done = place <= len(rows) and rows[place - 1][0] == me
    return Edit(key, me, place, text) if chance.random() < 0.5 else Delete(key, me, place), done


def _of_store(chance: random.Random, number: int, at: tuple[Any, int, str]) -> tuple[Any, Any]:
    value, _, key = at
    kind = chance.choices(["read", "write", "swap"], [5, 4, 1])[0]
    if kind == "read":
        return ("read", key), value
    if kind == "write":
        return ("write", number, key), None
    return ("swap", number - 7, number, key), value == number - 7
