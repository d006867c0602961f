"""What kind of mistake an unexplained history shows, in the words of the assignment: for the sentence, not the verdict.

The verdict is that no order explains these answers, and is proved before anybody looks here. A model may have more
to say of its requests (`Telling`); without that the kinds are those of contradictions.py, and else *unexplained*.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol, runtime_checkable

from harness.judge.concurrency.operations import Listing, Operation


@runtime_checkable
class Telling(Protocol):
    """A model that can say more of its requests than a check needs."""

    def item(self, request: Any) -> str:
        """What one of the things is called that this request is about: "message"."""

    def where(self, request: Any) -> str:
        """Where it is: "in thread 3331"."""

    def wins(self, request: Any) -> Hashable | None:
        """What only one can have, and this request gets: a title, a name."""

    def frees(self, request: Any) -> Hashable | None:
        """What may be had again after this request."""

    def numbers(self, request: Any, reply: Any) -> Sequence[tuple[int, Hashable]]:
        """The numbers that this reply shows, each with the text that has it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mistake: its code, the operations that it is seen in, and the number or text that it is about."""

    code: str
    operations: Sequence[Operation]
    about: Hashable = None


def kind_of(operations: Sequence[Operation], model: Any, why: str, misfits: Sequence[Operation]) -> Kind:
    """The kind of mistake that these operations of one key show."""
    if isinstance(model, Telling):
        for found in (*_winners(operations, model), *_numbers(operations, model, misfits)):
            return found
    match why:  # of contradictions.py
        case "lost" | "gone":
            return Kind("lost", misfits)
        case "doubled":
            return Kind("doubled", misfits)
        case "order":
            return Kind("reordered", misfits)
    return Kind("unexplained", misfits)


def _winners(operations: Sequence[Operation], model: Any) -> Iterator[Kind]:
    """Those who were all told that they have what only one can have, though it was given back too seldom between."""
    won: dict[Hashable, list[Operation]] = {}
    freed: dict[Hashable, list[Operation]] = {}
    for op in operations if isinstance(model, Listing) else ():
        accepted = model.accepted(op.request, op.reply)
        what, free = model.wins(op.request), model.frees(op.request)
        if free is not None and (op.pending or accepted is not False):
            freed.setdefault(free, []).append(op)
        if what is not None and not op.pending and accepted:
            won.setdefault(what, []).append(op)
    for what, ops in won.items():
        yield from (Kind("two-winners", many, what) for many in _too_many(ops, freed.get(what, ())))


# Who are told together win in a crowd of so many at most: more are not looked at in one.
_CROWD = 8


def _too_many(won: Sequence[Operation], freed: Sequence[Operation]) -> Iterator[Sequence[Operation]]:
    """Winners in a row, the fewest first, between whom it was not given back as often as it was won again.

    Between two who have it one after the other somebody gave it back, in the time from the first question of theirs to
    the last answer. So many who won within a time need one less who gave it back then: fewer cannot be.
    """
    ordered = sorted(won, key=lambda op: op.invoked)
    begun, over = sorted(op.invoked for op in freed), sorted(_end(op) for op in freed)
    for many in range(2, min(len(ordered), _CROWD) + 1):
        rows = [ordered[at : at + many] for at in range(len(ordered) - many + 1)]
        # Of those who all won too early the ones who were nearest to each other show it best.
        for row in sorted(rows, key=lambda row: row[-1].invoked - row[0].invoked):
            began, ended = row[0].invoked, max(_end(op) for op in row)
            if bisect_right(begun, ended) - bisect_left(over, began) < many - 1:
                yield row


def _end(op: Operation) -> float:
    return inf if op.returned is None else op.returned


def _numbers(operations: Sequence[Operation], model: Any, misfits: Sequence[Operation]) -> Iterator[Kind]:
    """A number that two have, or one that nobody has."""
    for read in [*misfits, *(op for op in operations if not op.pending)]:
        shown = model.numbers(read.request, read.reply)
        numbers = [number for number, _ in shown]
        if len({text for _, text in shown}) < len(shown):
            continue  # one text twice is another mistake
        twice = next((number for place, number in enumerate(numbers) if number in numbers[:place]), None)
        if twice is not None:
            senders = [_sender(operations, model, text) for number, text in shown if number == twice]
            yield Kind("number-twice", [read, *(op for op in senders if op is not None)], twice)
        elif numbers and sorted(numbers) != list(range(1, len(numbers) + 1)):
            missing = next(number for number in range(1, max(numbers) + 1) if number not in numbers)
            yield Kind("number-missing", [read], missing)


def _sender(operations: Sequence[Operation], model: Any, text: Hashable) -> Operation | None:
    return next((op for op in operations if text in (model.adds(op.request), model.alters(op.request))), None)


# What usually causes each: told beside what was seen, and only where the requests overlapped.
LIKELY = {
    "two-winners": "This is what happens when it is looked up whether there is one, and made later: both looked before "
                   "either had made it. Look and make under one lock.",
    "number-twice": "This is what happens when the counter is read before it is locked.",
    "number-missing": "This is what happens when a number is taken, and what should have it is lost or overwritten; or "
                      "when the numbers behind a deletion do not move up.",
    "lost": "This is what happens when two read the same state, and each writes back its own: the second overwrites "
            "the first.",
    "doubled": "This is what happens when one request is carried out twice, or two write the same state back.",
    "reordered": "This is what happens when requests are answered before they are stored, or stored outside of the "
                 "lock that orders them.",
    "unexplained": "This is what happens when one request sees another one half done.",
}  # fmt: skip
# And where those that the sentence names did not, though others did.
NO_RACE = {
    "two-winners": "These came one after the other. Either it is not looked up whether there is one, or somebody took "
                   "it away between them who must not: look at the rules first, and at locks after that.",
    "number-twice": "These came one after the other: the number was not counted up, or counted back.",
}
