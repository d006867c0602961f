"""Is there an order that explains every answer? Wing & Gong's search, with Lowe's memory of what led nowhere.

An order may place an operation next only if no other one that is still to be placed had returned before this one was
invoked. Operations are tried in the order of their invocation, or as a guide says; a configuration (what is placed,
and the state that this gave) that led nowhere is never entered twice. There is no recursion: a history may have any
length.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from harness.judge.concurrency.operations import Model, Operation, Steady, Verdict

# So many configurations are remembered at most, some 200 bytes each: past that the answer is *undecided*.
MOST = 1_000_000
# The clock is read once in so many steps: reading it costs as much as a small step.
_LOOK = 64


class Guide(Protocol):
    """What is known beside the model. It may make a search faster, and must never change its answer."""

    def ordered(self, moves: Sequence[int], free: Sequence[int], placed: int, state: Any) -> list[int]:
        """Of the operations that may come next the `moves`, the most promising first, the hopeless left out.

        `free`: those that change nothing and may come next too, and did not yet fit. `placed`: a bit for each that is.
        `state`: what these have made.
        """


@dataclass(slots=True)
class _Turn:
    """One operation placed: what was before it, and what else may be tried in its stead."""

    operation: int
    state: Any
    placed: int
    others: list[int]


class Search:
    """One search over the operations of one key, sorted by their invocation."""

    def __init__(self, operations: Sequence[Operation], model: Model, guide: Guide | None = None) -> None:
        self._operations = operations
        self._model = model
        self._guide = guide
        changes = model.changes if isinstance(model, Steady) else lambda request, reply: True
        # An operation that fits and can never change a state may be placed at once: wherever else an order has it,
        # it may be moved here. Of one that merely does not change *this* state that is not so.
        self._free = [not op.pending and not changes(op.request, op.reply) for op in operations]
        self._done = sum(1 << at for at, op in enumerate(operations) if not op.pending)
        self._list = _Open(operations)
        self._dead: dict[tuple[int, int], set[Any]] = {}
        self._remembered = 0
        self.searched = 0
        self._furthest = (-1, -1)
        self._best: tuple[int, ...] = ()
        self._stuck: int | None = None

    def run(self, within: Callable[[], bool]) -> Verdict:
        """Search until an order is found, there is none, or `within` says that the time is over."""
        turns: list[_Turn] = []
        state, placed = self._model.initial, 0
        others = self._candidates(placed, state)
        while placed & self._done != self._done:
            if self.searched % _LOOK == 0 and not (within() and self._remembered < MOST):
                return self._verdict("undecided")
            found = self._next(state, placed, others)
            if found is not None:
                at, after = found
                # What is free has no alternative: if this leads nowhere, so does everything.
                turns.append(_Turn(at, state, placed, [] if self._free[at] else others))
                self._list.lift(at)
                state, placed = after, placed | 1 << at
                others = self._candidates(placed, state)
                continue
            self._note_end(turns)
            self._remember(placed, state)
            if not turns:
                return self._verdict("unexplained")
            turn = turns.pop()
            self._list.put_back(turn.operation)
            state, placed, others = turn.state, turn.placed, turn.others
        self._best, self._stuck = tuple(turn.operation for turn in turns), None
        return self._verdict("explained")

    def _candidates(self, placed: int, state: Any) -> list[int]:
        """Who may come next, the most promising last (they are taken from the end)."""
        free: list[int] = []
        moves: list[int] = []
        for at in self._list.candidates():
            (free if self._free[at] else moves).append(at)
        if self._guide is not None:
            moves = self._guide.ordered(moves, free, placed, state)
        else:
            # Who never was answered need not have happened: tried last.
            moves.sort(key=lambda at: self._operations[at].pending)
        moves.reverse()
        return moves + free

    def _next(self, state: Any, placed: int, others: list[int]) -> tuple[int, Any] | None:
        """The next operation that fits and does not lead where we have been."""
        while others:
            at = others.pop()
            op = self._operations[at]
            self.searched += 1
            after = self._model.step(state, op.request, op.reply)
            if after is None or (op.pending and after == state):
                continue
            if not self._is_dead(placed | 1 << at, after):
                return at, after
        return None

    def _where(self, placed: int) -> tuple[int, int]:
        """What is placed as a small key: where the first gap is, and what lies behind it."""
        first = (~placed & (placed + 1)).bit_length() - 1
        return first, placed >> first

    def _is_dead(self, placed: int, state: Any) -> bool:
        # States may be large, and to hash them costs: most places are met once only, and need no hash.
        states = self._dead.get(self._where(placed)) if self._dead else None
        return states is not None and state in states

    def _remember(self, placed: int, state: Any) -> None:
        self._dead.setdefault(self._where(placed), set()).add(state)
        self._remembered += 1

    def _note_end(self, turns: Sequence[_Turn]) -> None:
        """A dead end: keep the order that came furthest in time, of these the longest."""
        due = self._list.next_return()
        reached = (due[0], len(turns))
        if reached > self._furthest:
            self._furthest, self._stuck = reached, due[1]
            self._best = tuple(turn.operation for turn in turns)

    def _verdict(self, answer: Any) -> Verdict:
        misfits = [self._operations[self._stuck]] if self._stuck is not None and answer == "unexplained" else []
        return Verdict(answer, [self._operations[at] for at in self._best], misfits, self.searched)


class _Open:
    """Invocations and returns in the order of time, as a list from which operations are lifted and put back."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        # At one and the same time an invocation comes first: whether two that touch overlapped cannot be told, and
        # to let them overlap can only excuse.
        moments = [(op.invoked, 0, at) for at, op in enumerate(operations)]
        moments += [(op.returned, 1, at) for at, op in enumerate(operations) if op.returned is not None]
        moments.sort()
        self._size = size = len(moments)
        self._what = [(at, bool(end)) for _, end, at in moments]
        self._places: list[list[int]] = [[] for _ in operations]
        for place, (at, _) in enumerate(self._what):
            self._places[at].append(place)
        self._after = [*range(1, size + 1), 0]  # the last one is the ring's own end
        self._before = [size, *range(size)]

    def candidates(self) -> list[int]:
        """Operations before the first return, in the order of their invocation."""
        found = []
        place = self._after[self._size]
        while place != self._size and not self._what[place][1]:
            found.append(self._what[place][0])
            place = self._after[place]
        return found

    def next_return(self) -> tuple[int, int]:
        """Where the first return stands that is still there, and whose it is."""
        place = self._after[self._size]
        while not self._what[place][1]:
            place = self._after[place]
        return place, self._what[place][0]

    def lift(self, at: int) -> None:
        """Take an operation out."""
        for place in self._places[at]:
            before, after = self._before[place], self._after[place]
            self._after[before], self._before[after] = after, before

    def put_back(self, at: int) -> None:
        """Put back what was lifted last."""
        for place in reversed(self._places[at]):
            self._after[self._before[place]] = self._before[self._after[place]] = place


def search(operations: Sequence[Operation], model: Model, budget_s: float, guide: Guide | None = None) -> Verdict:
    """Search for an order of these operations, all of one key and sorted by their invocation."""
    until = time.monotonic() + budget_s
    return Search(operations, model, guide).run(lambda: time.monotonic() < until)


def by_key(history: Iterable[Operation], model: Model) -> dict[Hashable | None, list[Operation]]:
    """The operations of each key, sorted by their invocation."""
    parts: dict[Hashable | None, list[Operation]] = {}
    for op in sorted(history, key=lambda op: op.invoked):
        parts.setdefault(op.key if op.key is not None else model.key(op.request), []).append(op)
    return parts
