"""Of several threads that stand at their system calls, which goes on: the orders that bring races to light.

*Look first*: who is about to change a file stands until everybody else can only change one, too, or waits. So all have
looked before anybody writes: two find that a title is free, two count the same lines.

*Interrupted*: one runs alone, until it is about to look at a second file, or to change files for the second time; then
all others, as far as they come, before it goes on. So a list grows while it is read, a file goes that was there a
moment ago; and others find one that was just emptied, or one of two that belong together. The one that begins is the
first of those who came, or the last: of two who do not do the same each is interrupted once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.stage.file_calls import Call, what_begins

# Of those that stand, the one that stands longest first: which one goes on.
Choice = Callable[[Sequence[int]], int]


def ways(*, alike: bool) -> int:
    """In how many ways it is handed over. Where all do the same it is all one who is interrupted; and between two
    looks nobody can do to one of them what looking first does not do to all.
    """
    return 2 if alike else 5


def choice(number: int, *, alike: bool) -> Choice:
    """One of these ways: so many numbers in a row are all of them."""
    way = number % ways(alike=alike)
    if way == 0:
        return look_first
    if alike:
        return Interrupted(Call.CHANGE, last=False).choose
    return Interrupted(Call.LOOK if way % 2 else Call.CHANGE, last=way > 2).choose


def look_first(standing: Sequence[int]) -> int:
    """The one that stands longest of those that change nothing; if all do, of all."""
    return next((tid for tid in standing if what_begins(tid) is not Call.CHANGE), standing[0])


class Interrupted:
    """Interrupts the first of all threads, or the `last`, before its second call of this kind. (They are numbered.)"""

    def __init__(self, kind: Call, *, last: bool) -> None:
        self._kind = kind
        self._sign = -1 if last else 1
        self._one: int | None = None
        self._calls = 0

    def choose(self, standing: Sequence[int]) -> int:
        """The one until then; then whoever else stands longest; it goes on when nobody else does."""
        if self._one is None:
            self._one = min(standing, key=lambda tid: self._sign * tid)
        others = [tid for tid in standing if tid != self._one]
        if self._one not in standing:
            return others[0]
        is_one = what_begins(self._one) is self._kind
        if others and self._calls and is_one:
            return others[0]
        self._calls += is_one
        return self._one
