"""Whom to place next: what the reads to come tell of an order that is still being made.

A search knows only that an operation fits now. A read that is still to come shows more: what it shows must not be taken
away before it, and must stand in its order. So most of what would lead nowhere is seen at once, and not at the read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from typing import Any, Protocol

from harness.judge.concurrency.operations import Listing, Model, Operation, Placing
from harness.judge.concurrency.texts import Seen, Texts

# As many reads are kept with the places of their texts: more than overlap as a rule, and little memory.
_NEAR = 64


class ListModel(Listing, Model, Protocol):
    """A model whose states are lists of texts."""


class Guide:
    """What the reads to come tell about whom to place next. Leaves out only what cannot lead to an order."""

    def __init__(self, texts: Texts, model: ListModel, *, alone: bool = True) -> None:
        """`alone`: these are all operations there are, and none of another key lies between them."""
        self._ops = ops = texts.operations
        self._model = model
        self._alone = alone
        self._invoked = [op.invoked for op in ops]
        self._refused = texts.refused
        self._placing = model if isinstance(model, Placing) else None
        self._removers = set(texts.removers)
        self._last_read: dict[Hashable, int] = {}  # that shows a text, in the order of their answers
        for seen in texts.reads:
            self._last_read |= dict.fromkeys(seen.texts, seen.at)
        befores = texts.before()
        self._turn = _in_turn(befores, self._invoked)
        self._reads = sorted(texts.reads, key=lambda seen: self._progress(seen, texts))
        self._target = 0  # the first read that is not placed, of those in `_reads`
        self._places: Mapping[Hashable, int] = {}  # of each text in it
        self._told = -1
        self._text = {at: text for index in (texts.adds, texts.alters) for text, at in index.items()}
        self._before = {at: sum(1 << first for first in firsts) for at, firsts in befores.items()}
        takers = texts.first_takers()
        # What can never be taken away must not be posted while a read that does not show it is open.
        self._stays = {at for text, at in texts.adds.items() if takers[text] == inf}
        self._texts_of = {seen.at: seen.texts for seen in texts.reads}
        self._known: dict[int, Mapping[Hashable, int]] = {}  # of reads that are near: all of them would be too much
        self._pending = {at for at, op in enumerate(ops) if op.pending}
        self._others = frozenset(texts.others)

    def _progress(self, seen: Seen, texts: Texts) -> tuple[int, float]:
        """How far the posts had come when a list was read so: near to the order in which the reads took place."""
        last = next((at for text in reversed(seen.texts) if (at := texts.adds.get(text)) is not None), None)
        return -1 if last is None else self._turn.get(last, 0), self._ops[seen.at].invoked

    def ordered(self, moves: Sequence[int], free: Sequence[int], placed: int, state: Any) -> list[int]:
        """First what brings no text, then the texts of the next read in their order, then the rest."""
        return [at for _, at in sorted(self.ranked(moves, free, placed, state))]

    def ranked(self, moves: Sequence[int], free: Sequence[int], placed: int,
               state: Any) -> list[tuple[tuple[int, int], int]]:  # fmt: skip
        """The same, with what they are sorted by."""
        self._aim(placed)
        open_reads = [self._shown(at) for at in free if at in self._texts_of]
        if self._placing is not None and self._alone:
            for at in moves:
                if self._may(at, placed, open_reads) and self._settled(at, placed, state, self._placing):
                    return [((0, 0), at)]
        found = []
        for at in moves:
            if self._may(at, placed, open_reads):
                rank = self._rank(at) if self._placing is None else self._placed(at, placed, state, self._placing)
                if rank is not None:
                    found.append((rank, at))
        return found

    def _aim(self, placed: int) -> None:
        reads, at = self._reads, self._target
        while at and not placed >> reads[at - 1].at & 1:
            at -= 1
        while at < len(reads) and placed >> reads[at].at & 1:
            at += 1
        self._target = at
        if at != self._told:
            self._told = at
            self._places = self._shown(reads[at].at) if at < len(reads) else {}

    def _shown(self, at: int) -> Mapping[Hashable, int]:
        """The texts that a read shows, each with its place."""
        found = self._known.get(at)
        if found is None:
            if len(self._known) >= _NEAR:
                self._known.clear()
            found = self._known[at] = dict(zip(self._texts_of[at], count()))
        return found

    def _may(self, at: int, placed: int, open_reads: Sequence[Mapping[Hashable, int]]) -> bool:
        needed = self._before.get(at, 0)
        if needed & placed != needed:
            return False
        return at not in self._stays or all(self._text[at] in shown for shown in open_reads)

    def _placed(self, at: int, placed: int, state: Any, model: Placing) -> tuple[int, int] | None:
        """The rank of one, or None where a read that is still to come cannot be right after it."""
        request = self._ops[at].request
        if self._too_early(at, placed):
            return None
        if at in self._removers:
            place = model.takes(state, request)
            if place is None:
                return self._rank(at)
            return self._taking(at, place, placed, model.rows(state, request))
        text = self._text.get(at)
        there = self._places.get(text) if text is not None else None
        if there is not None:
            rows = model.rows(state, request)
            last = self._stays_left(rows, len(rows))[1]
            if last > there:
                return None
        return self._rank(at)

    def _settled(self, at: int, placed: int, state: Any, model: Placing) -> bool:
        """Whether this post may come now if it may come at all: whatever may come before it could as well come after.

        Without that, to find out that two deletes should be swapped would try every order of the posts beside them.
        """
        text = self._text.get(at)
        there = self._places.get(text) if text is not None else None
        op = self._ops[at]
        if there is None or at in self._removers or text in self._refused or op.returned is None:
            return False
        rows = model.rows(state, op.request)
        if self._stays_left(rows, len(rows))[1] > there:
            return False
        first = (~placed & (placed + 1)).bit_length() - 1  # the first that is not placed
        until = bisect_right(self._invoked, op.returned)
        beside = (other for other in range(first, until) if other != at and not placed >> other & 1)
        if not all(self._swaps(at, other, text, there) for other in beside):
            return False
        return self._model.step(state, op.request, op.reply) is not None

    def _swaps(self, at: int, other: int, text: Hashable, there: int) -> bool:
        """Whether a post, shown at `there` in the next read, may as well come before this other operation."""
        op, model = self._ops[other], self._model
        if other in self._texts_of:
            return text in self._shown(other)
        brings = self._text.get(other)
        owner = model.owner(op.request)
        if model.removes(op.request):
            # It takes the same text as before; and what was refused would not be, were it the post that it then takes.
            done = op.pending or model.accepted(op.request, op.reply) is True
            return owner is not None and (done or owner != model.owner(self._ops[at].request))
        if brings is None or brings not in self._last_read:
            return False
        # Some read shows both: then it is known which of them came first.
        both = (self._shown(self._last_read[one]).keys() >= {text, brings} for one in (text, brings))
        return self._turn.get(at, 0) < self._turn.get(other, -1) and any(both)

    def _too_early(self, at: int, placed: int) -> bool:
        """Whether a read that is to come does not show this text, and another one that must come later does."""
        text = self._text.get(at)
        last = self._last_read.get(text) if text is not None else None
        if last is None or text in self._places or placed >> last & 1 or self._target >= len(self._reads):
            return False
        ends = self._ops[self._reads[self._target].at].returned
        return ends is not None and ends < self._ops[last].invoked

    def _taking(self, at: int, place: int, placed: int, rows: Sequence[Hashable]) -> tuple[int, int] | None:
        """A text is taken away here: one that a read to come shows must not be, and none that is to be replaced."""
        last = self._last_read.get(rows[place])
        if last is not None and not placed >> last & 1:
            return None
        before, low = self._stays_left(rows, place)
        after, high = self._stays_right(rows, place)
        text = self._text.get(at)
        there = self._places.get(text) if text is not None else None
        if there is None:
            # Between two that stay, what the read shows there comes in the places of these rows, one each.
            left = after - before - 1 - (text is None)
            if after < len(rows) and left < high - low - 1:
                return None
            # Of two the later row first: so neither changes the other's number. An edit that nobody saw comes before
            # the delete of what it wrote.
            return 4 if at in self._pending else 0, -2 * place - (text is not None)
        if not low < there < high or place - before < there - low:
            return None
        return None if after < len(rows) and after - place < high - there else (0, -2 * place)

    def _stays_left(self, rows: Sequence[Hashable], place: int) -> tuple[int, float]:
        """The nearest row before this one that the next read shows: its place here, and there."""
        for at in range(place - 1, -1, -1):
            there = self._places.get(rows[at])
            if there is not None:
                return at, there
        return -1, -1

    def _stays_right(self, rows: Sequence[Hashable], place: int) -> tuple[int, float]:
        for at in range(place + 1, len(rows)):
            there = self._places.get(rows[at])
            if there is not None:
                return at, there
        return len(rows), inf

    def _rank(self, at: int) -> tuple[int, int]:
        text = self._text.get(at)
        place = self._places.get(text) if text is not None else None
        if place is not None:
            return 1, place
        if at in self._pending:
            return 4, at
        return (0, at) if at in self._others else (2, at) if text is None else (3, at)


def _in_turn(befores: dict[int, set[int]], invoked: Sequence[float]) -> dict[int, int]:
    """Posts in an order in which each comes after those that must come before it."""
    waiting = {at: len(firsts) for at, firsts in befores.items()}
    after: dict[int, list[int]] = {}
    for then, firsts in befores.items():
        for first in firsts:
            after.setdefault(first, []).append(then)
    ready = [(invoked[at], at) for at in after if at not in waiting]
    heapify(ready)
    found: dict[int, int] = {}
    while ready:
        _, at = heappop(ready)
        found[at] = len(found)
        for then in after.get(at, ()):
            waiting[then] -= 1
            if not waiting[then]:
                heappush(ready, (invoked[then], then))
    return found


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
                self._guide_of |= dict.fromkeys(mine, Guide(texts, model, alone=False))

    def ordered(self, moves: Sequence[int], free: Sequence[int], placed: int, state: Any) -> list[int]:
        """What each key's own guide says, the most promising of all first."""
        ranked = [((2, at), at) for at in moves if at not in self._guide_of]
        for guide in dict.fromkeys(self._guide_of[at] for at in moves if at in self._guide_of):
            mine, reads = ([at for at in some if self._guide_of.get(at) is guide] for some in (moves, free))
            ranked += guide.ranked(mine, reads, placed, state)
        return [at for _, at in sorted(ranked)]
