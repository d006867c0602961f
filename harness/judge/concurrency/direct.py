"""The direct check for histories of unique texts: near linear, with the verdict that the search would give.

First what no order can explain (contradictions.py). Where only posts and reads are there, that decides it. Edits and
deletes go by number, so which text they meant shows only in the order itself: there the search is guided by what the
next reads show, and goes straight where an order is to be found.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from dataclasses import replace
from math import inf
from typing import Protocol

from harness.judge.concurrency.contradictions import Contradiction, find_contradiction, order, strange
from harness.judge.concurrency.operations import Listing, Model, Operation, Steady, Verdict
from harness.judge.concurrency.search import search
from harness.judge.concurrency.texts import Texts


class ListModel(Listing, Model, Protocol):
    """A model whose states are lists of texts."""


def direct(operations: Sequence[Operation], model: ListModel, budget_s: float) -> Verdict | None:
    """The verdict on the operations of one key, sorted by invocation; None: texts are not unique, so it cannot tell."""
    until = time.monotonic() + budget_s
    texts = Texts(operations, model)
    if not texts.unique:
        return None
    found = contradiction(texts, model)
    if isinstance(found, Contradiction):
        return _unexplained(operations, model, found, until)
    if found and (_is_proof(texts, model) or _explains(operations, model, found)):
        return Verdict("explained", [operations[at] for at in found], searched=len(found))
    return search(operations, model, until - time.monotonic(), Guide(texts))


def contradiction(texts: Texts, model: ListModel) -> Contradiction | list[int]:
    """What contradicts what; or an order that may explain it all; or [], if nothing is known."""
    if texts.removers:
        return find_contradiction(texts, model) or []
    return next(strange(texts, model), None) or order(texts, model)


def _is_proof(texts: Texts, model: ListModel) -> bool:
    """Whether an order that the reads tell needs no second look: there is nothing but what they show."""
    every = len(texts.adds) + len(texts.reads)
    return model.exact and every == len(texts.operations) and not texts.refused


def _explains(operations: Sequence[Operation], model: Model, found: Sequence[int]) -> bool:
    """Whether this order is a proof: everything that was answered is in it, and it fits."""
    if not {at for at, op in enumerate(operations) if not op.pending} <= set(found):
        return False
    state = model.initial
    for at in found:
        op = operations[at]
        state = model.step(state, op.request, op.reply)
        if state is None:
            return False
    return True


def _unexplained(operations: Sequence[Operation], model: ListModel, found: Contradiction, until: float) -> Verdict:
    """How far an order comes: up to the answer before the first one that contradicts others."""
    ends = sorted({op.returned for op in operations if op.returned is not None})
    low, high = 0, len(ends)  # with the answers up to the low-th there is no contradiction, with the high-th there is
    while high - low > 1 and time.monotonic() < until:
        middle = (low + high) // 2
        early = contradiction(Texts(before(operations, ends[middle - 1]), model), model)
        if isinstance(early, Contradiction):
            high, found = middle, early
        else:
            low = middle
    seen = before(operations, ends[low - 1]) if low else []
    told = search(seen, model, max(0.0, until - time.monotonic()), Guide(Texts(seen, model)))
    back = _originals(operations)
    prefix = [back[op.process, op.invoked] for op in told.prefix] if told.answer == "explained" else []
    misfits = [back[op.process, op.invoked] for op in found.operations]
    if found.kind == "unknown":  # whoever sends that text later is a part of it
        whole = Texts(operations, model)
        misfits += [operations[at] for text in found.texts if (at := whole.sender(text)) is not None]
    return Verdict("unexplained", prefix, list(dict.fromkeys(misfits)), told.searched, why=found.kind)


def before(operations: Sequence[Operation], moment: float) -> list[Operation]:
    """The history as it stood then: what was answered later may have happened; if so, so that it was answered so."""
    return [op if op.returned is not None and op.returned <= moment else replace(op, returned=None)
            for op in operations if op.invoked <= moment]  # fmt: skip


def _originals(operations: Sequence[Operation]) -> dict[tuple[str, float], Operation]:
    return {(op.process, op.invoked): op for op in operations}


class Guide:
    """What the reads to come tell about whom to place next. Leaves out only what cannot lead to an order."""

    def __init__(self, texts: Texts) -> None:
        ops = texts.operations
        self._reads = texts.reads
        self._target = 0  # the first read that is not placed, in the order of their answers
        self._places: dict[Hashable, int] = {}  # of each text in it
        self._told = -1
        self._text = {at: text for index in (texts.adds, texts.alters) for text, at in index.items()}
        self._before = {at: sum(1 << first for first in firsts) for at, firsts in texts.before().items()}
        takers = texts.first_takers()
        # What can never be taken away must not be posted while a read that does not show it is open.
        self._stays = {at for text, at in texts.adds.items() if takers[text] == inf}
        self._shown = {seen.at: frozenset(seen.texts) for seen in texts.reads}
        self._pending = {at for at, op in enumerate(ops) if op.pending}
        self._others = frozenset(texts.others)

    def ordered(self, moves: Sequence[int], free: Sequence[int], placed: int) -> list[int]:
        """First what brings no text, then the texts of the next read in their order, then the rest."""
        return [at for _, at in sorted(self.ranked(moves, free, placed))]

    def ranked(self, moves: Sequence[int], free: Sequence[int], placed: int) -> list[tuple[tuple[int, int], int]]:
        """The same, with what they are sorted by."""
        self._aim(placed)
        open_reads = [self._shown[at] for at in free if at in self._shown]
        return [(self._rank(at), at) for at in moves if self._may(at, placed, open_reads)]

    def _aim(self, placed: int) -> None:
        reads, at = self._reads, self._target
        while at and not placed >> reads[at - 1].at & 1:
            at -= 1
        while at < len(reads) and placed >> reads[at].at & 1:
            at += 1
        self._target = at
        if at != self._told:
            self._told = at
            texts = reads[at].texts if at < len(reads) else ()
            self._places = {text: place for place, text in enumerate(texts)}

    def _may(self, at: int, placed: int, open_reads: Sequence[frozenset[Hashable]]) -> bool:
        needed = self._before.get(at, 0)
        if needed & placed != needed:
            return False
        return at not in self._stays or all(self._text[at] in shown for shown in open_reads)

    def _rank(self, at: int) -> tuple[int, int]:
        text = self._text.get(at)
        place = self._places.get(text) if text is not None else None
        if place is not None:
            return 1, place
        if at in self._pending:
            return 4, at
        return (0, at) if at in self._others else (2, at) if text is None else (3, at)


class Guides:
    """A guide for each key of a whole history, side by side."""

    def __init__(self, operations: Sequence[Operation], model: ListModel) -> None:
        self._guide_of: dict[int, Guide] = {}
        parts: dict[Hashable, list[int]] = {}
        for at, op in enumerate(operations):
            key = op.key if op.key is not None else model.key(op.request)
            if key is not None:
                parts.setdefault(key, []).append(at)
        for mine in parts.values():
            texts = Texts(operations, model, mine)
            if texts.unique:
                self._guide_of |= dict.fromkeys(mine, Guide(texts))

    def ordered(self, moves: Sequence[int], free: Sequence[int], placed: int) -> list[int]:
        """What each key's own guide says, the most promising of all first."""
        ranked = [((2, at), at) for at in moves if at not in self._guide_of]
        for guide in dict.fromkeys(self._guide_of[at] for at in moves if at in self._guide_of):
            mine, reads = ([at for at in some if self._guide_of.get(at) is guide] for some in (moves, free))
            ranked += guide.ranked(mine, reads, placed)
        return [at for _, at in sorted(ranked)]


def guided(operations: Sequence[Operation], model: ListModel, budget_s: float) -> Verdict:
    """The verdict on a whole history, in which some operations touch every key, sorted by invocation."""
    changes = model.changes if isinstance(model, Steady) else lambda request, reply: True
    touching = [op for op in operations if op.key is None and model.key(op.request) is None]
    # What changes everything makes nothing certain of a single list.
    blind = any(changes(op.request, op.reply) for op in touching)
    return search(operations, model, budget_s, None if blind else Guides(operations, model))
