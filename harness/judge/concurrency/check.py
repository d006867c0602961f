"""The door: a history is split by keys, and each part is given to the check that suits it."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import cast

from harness.judge.concurrency.direct import direct, guided
from harness.judge.concurrency.guide import ListModel
from harness.judge.concurrency.operations import Listing, Model, Operation, Splitting, Verdict
from harness.judge.concurrency.search import by_key, search

Parts = dict[Hashable | None, list[Operation]]


def check(history: Sequence[Operation], model: Model, budget_s: float = 10.0) -> Verdict:
    """Is there one order of these operations, true to their times, in which `model` gives every answer?

    *explained*: there is, and `prefix` is one for each key, one behind the other. *unexplained*: there is none, which
    is proved: `prefix` is an order that comes as far as any does, `misfits` what it founders on. *undecided*: the time
    was over (it is counted in seconds of the clock, so a busy machine decides less, and nothing else).
    """
    until = time.monotonic() + budget_s
    parts = by_key(history, model)
    whole = parts.get(None)
    if whole is None or len(parts) == 1:
        return _each(parts, model, until)
    # Something touches everything. What it means for each key alone is decided first: that is quick, and a part that
    # no order explains cannot stand in a whole that one does. Half of the time is for the whole.
    if isinstance(model, Splitting):
        alone = _each(_aspects(parts, model), model, time.monotonic() + budget_s / 2)
        if alone.answer == "unexplained":
            return alone
    everything = sorted(history, key=lambda op: op.invoked)
    return _part(None, everything, model, until - time.monotonic())


def _each(parts: Parts, model: Model, until: float) -> Verdict:
    """Every key by itself, small ones first: one that is not explained decides, whatever the others are."""
    prefix: list[Operation] = []
    searched, open_ = 0, None
    for left, (key, operations) in zip(range(len(parts), 0, -1), _by_size(parts), strict=True):
        verdict = _part(key, operations, model, (until - time.monotonic()) / left)
        searched += verdict.searched
        if verdict.answer == "unexplained":
            return replace(verdict, searched=searched)
        open_ = open_ or (verdict if verdict.answer == "undecided" else None)
        prefix += verdict.prefix
    return replace(open_, searched=searched) if open_ else Verdict("explained", prefix, searched=searched)


def _by_size(parts: Parts) -> list[tuple[Hashable | None, list[Operation]]]:
    return sorted(parts.items(), key=lambda part: len(part[1]))


def _aspects(parts: Parts, model: Splitting) -> Parts:
    """Each key's operations, and beside them what those that touch everything are for this key."""
    made: Parts = {}
    for key, operations in parts.items():
        if key is None:
            continue
        seen = [(op, model.aspect(op.request, op.reply, key)) for op in parts[None]]
        shadows = [replace(op, request=pair[0], reply=pair[1], key=key) for op, pair in seen if pair is not None]
        made[key] = sorted([*operations, *shadows], key=lambda op: op.invoked)
    return made


def _part(key: Hashable | None, operations: Sequence[Operation], model: Model, budget_s: float) -> Verdict:
    """One key: all of its operations, in the order of their invocation."""
    verdict = None
    if isinstance(model, Listing) and key is None:
        verdict = guided(operations, cast(ListModel, model), budget_s)
    elif isinstance(model, Listing):
        verdict = direct(operations, cast(ListModel, model), budget_s)
    if verdict is None:
        verdict = search(operations, model, budget_s)
    why = f"no order was found, nor that there is none, in {verdict.searched:,} steps"
    return replace(verdict, key=key, why=why if verdict.answer == "undecided" else verdict.why)
