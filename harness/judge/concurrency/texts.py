"""What the texts of a history tell, where no two requests bring the same one: who brought each, who may take it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop
from itertools import pairwise
from math import inf
from typing import Any

from harness.judge.concurrency.operations import Listing, Operation


@dataclass(frozen=True, slots=True)
class Seen:
    """A read that was answered, and all texts it showed in their order."""

    at: int  # which operation
    texts: tuple[Hashable, ...]


class Texts:
    """An index over the operations of one key (sorted by their invocation), made once.

    `mine`: which of the operations these are; None: all of them.
    """

    def __init__(self, operations: Sequence[Operation], model: Listing, mine: Collection[int] | None = None) -> None:
        self.operations = operations
        self.adds: dict[Hashable, int] = {}
        self.alters: dict[Hashable, int] = {}
        self.refused: set[Hashable] = set()  # texts that were not taken
        self.reads: list[Seen] = []
        self.removers: list[int] = []  # what may have taken a text away
        self.others: list[int] = []  # neither brings, takes nor shows a text
        self.unique = True
        self._before: dict[int, set[int]] | None = None
        self._owner = [model.owner(op.request) for op in operations]
        for at in range(len(operations)) if mine is None else sorted(mine):
            self._file(at, operations[at], model)
        self.reads.sort(key=lambda seen: _end(operations[seen.at]))

    def _file(self, at: int, op: Operation, model: Listing) -> None:
        refused = not op.pending and model.accepted(op.request, op.reply) is False
        shown = model.shows(op.request, op.reply) if not op.pending else None
        added, altered = model.adds(op.request), model.alters(op.request)
        if shown is not None:
            self.reads.append(Seen(at, tuple(shown)))
        for text, where in ((added, self.adds), (altered, self.alters)):
            if text is not None:
                self.unique = self.unique and text not in self.adds and text not in self.alters
                where[text] = at
                if refused:
                    self.refused.add(text)
        if model.removes(op.request) and not refused:
            self.removers.append(at)
        elif shown is None and added is None:
            self.others.append(at)

    def sender(self, text: Hashable) -> int | None:
        """Who brought a text, to the end of the list or in another's place."""
        return self.adds.get(text, self.alters.get(text))

    def must_be_done(self, at: int, model: Listing) -> bool:
        """Whether this one was answered, and not refused for all one knows."""
        op = self.operations[at]
        return not op.pending and model.accepted(op.request, op.reply) is True

    def first_takers(self) -> dict[Hashable, float]:
        """For each text that is posted: the earliest time at which somebody may have taken it away; inf: nobody."""
        heaps: dict[Hashable | None, list[tuple[float, float]]] = {}
        for at in self.removers:
            op = self.operations[at]
            heaps.setdefault(self._owner[at], []).append((op.invoked, _end(op)))
        for heap in heaps.values():
            heapify(heap)
        found: dict[Hashable, float] = {}
        # In the order of their invocation: who was answered before this text was posted cannot have taken a later one.
        for text, at in self.adds.items():
            taken = inf
            for owner in {self._owner[at], None}:
                heap = heaps.get(owner, [])
                while heap and heap[0][1] < self.operations[at].invoked:
                    heappop(heap)
                taken = min(taken, heap[0][0] if heap else inf)
            found[text] = taken
        return found

    def before(self) -> dict[int, set[int]]:
        """For each post those that some read shows right before it: they were posted before it."""
        if self._before is None:
            pairs: set[tuple[int, int]] = set()
            last: tuple[Hashable, ...] = ()
            for seen in self.reads:
                texts = seen.texts[max(0, same(last, seen.texts) - 1) :]
                # Most pairs are known from the reads before: a set finds that out without a step of ours for each.
                pairs.update(pairwise([at for at in map(self.adds.get, texts) if at is not None]))
                last = seen.texts
            self._before = {}
            for first, then in pairs:
                self._before.setdefault(then, set()).add(first)
        return self._before


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    """How many texts two begin with alike; by halves, as to compare two long slices costs little."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _end(op: Operation) -> float:
    return inf if op.returned is None else op.returned
