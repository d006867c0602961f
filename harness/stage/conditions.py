"""What a network condition does to one direction of one connection: bytes in, pieces out, each when its time has come.

No sockets in here: a `Shape` is given what arrived at the relay and says what may
leave now. Several stand in a row; what leaves one is put into the next.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Protocol

from harness.scenario.network import Condition

# The largest segment of the loopback: what is glued past this could not arrive as one.
WITHIN_REACH = 60 * 1024
# Glued bytes leave once everybody else is still. A program that never is does not hold them for longer than this.
GLUED_AT_MOST = 0.25

# Of a burst so many bytes are cut exactly as asked. The rest in sizes drawn from the seed, 1,600 bytes on average:
# each piece waits for its reader, and 300,000 bytes in pieces of one would take minutes.
CUT_EXACTLY = 4096
LARGEST_CUT = 16 * 1024
# A receiver that has not read is asked again after so long, and at most so long.
ASK_AGAIN, ASK_AT_MOST = 0.00005, 0.002


class Shape(Protocol):
    """A condition at work. `size`: the bytes that it keeps; `due`: when to ask it next although nothing came.

    `promised`: whether something surely leaves when it is due, and nothing before.
    """

    due: float | None
    promised: ClassVar[bool]

    @property
    def size(self) -> int:
        """The bytes that it keeps."""

    def put(self, data: bytes, now: float) -> None:
        """These arrived."""

    def take(self, now: float) -> list[bytes]:
        """What may leave now, each piece as a segment of its own."""

    def stirs(self) -> bool:
        """Whether something would leave now although no time has come."""

    def let_go(self) -> bool:
        """Everybody else is still. Says whether that lets something leave."""

    def answered(self) -> None:
        """Something came the other way: a new burst begins."""


class Delay:
    """Everything so much later."""

    promised: ClassVar[bool] = True

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: deque[tuple[float, bytes]] = deque()
        self.size = 0
        self.due: float | None = None

    def put(self, data: bytes, now: float) -> None:
        """These arrived."""
        self._waiting.append((now + self._seconds, data))
        self.size += len(data)
        self.due = self._waiting[0][0]

    def take(self, now: float) -> list[bytes]:
        """Those whose time has come."""
        pieces = []
        while self._waiting and self._waiting[0][0] <= now:
            pieces.append(self._waiting.popleft()[1])
        self.size -= sum(map(len, pieces))
        self.due = self._waiting[0][0] if self._waiting else None
        return pieces

    def stirs(self) -> bool:
        """Its time comes by the clock alone."""
        return False

    def let_go(self) -> bool:
        """Stillness does not shorten it."""
        return False

    def answered(self) -> None:
        """Each piece has a time of its own."""


class Glue:
    """All that is sent without an answer between, as one segment."""

    promised: ClassVar[bool] = False

    def __init__(self) -> None:
        self._kept = bytearray()
        self._free = False
        self.due: float | None = None

    @property
    def size(self) -> int:
        """Bytes kept."""
        return len(self._kept)

    def put(self, data: bytes, now: float) -> None:
        """These arrived."""
        if not self._kept:
            self.due = now + GLUED_AT_MOST
        self._kept += data

    def take(self, now: float) -> list[bytes]:
        """All of it, or nothing yet."""
        late = self.due is not None and now >= self.due
        if not self._kept or not (self._free or late or len(self._kept) >= WITHIN_REACH):
            return []
        glued, self._kept = bytes(self._kept), bytearray()
        self._free, self.due = False, None
        return [glued]

    def stirs(self) -> bool:
        """Whether as much is here as fits."""
        return len(self._kept) >= WITHIN_REACH

    def let_go(self) -> bool:
        """No more will come: what is here is all that can be glued."""
        self._free = bool(self._kept)
        return self._free

    def answered(self) -> None:
        """What was answered has left already."""


class Cut:
    """Segments of `length` bytes, each sent once the one before has been read: `empty` proves that."""

    promised: ClassVar[bool] = False

    def __init__(self, length: int, chance: random.Random, empty: Callable[[], bool]) -> None:
        self._length = length
        self._chance = chance
        self._empty = empty
        self._kept: deque[bytes] = deque()
        self._offset = 0
        self._burst = 0
        self._pause = ASK_AGAIN
        self.size = 0
        self.due: float | None = None
        self.went_on = 0.0  # when it last let a piece go, and had more

    def put(self, data: bytes, now: float) -> None:
        """These arrived."""
        self._kept.append(data)
        self.size += len(data)
        if self.due is None:
            self.due = now

    def take(self, now: float) -> list[bytes]:
        """The next segment, if its receiver has read all before."""
        if not self.size:
            self.due = None
            return []
        if not self._empty():
            # Nobody is told when a program reads: it must be asked.
            self.due = now + self._pause
            self._pause = min(self._pause * 1.5, ASK_AT_MOST)
            return []
        self._pause = ASK_AGAIN
        piece = self._next()
        self.due = None
        if self.size:
            self.due, self.went_on = now + ASK_AGAIN, now
        return [piece]

    def _next(self) -> bytes:
        length = self._length
        if self._burst >= CUT_EXACTLY:
            # Even over the orders of magnitude: one byte is as likely as a thousand.
            length = max(length, int(LARGEST_CUT ** self._chance.random()))
        head = self._kept[0]
        piece = head[self._offset : self._offset + length]
        self._offset += len(piece)
        if self._offset == len(head):
            self._kept.popleft()
            self._offset = 0
            # A piece may reach over into what was read later: where reads ended must not show.
            while self._kept and len(piece) < length:
                head = self._kept[0]
                more = head[: length - len(piece)]
                piece += more
                if len(more) == len(head):
                    self._kept.popleft()
                else:
                    self._offset = len(more)
        self._burst += len(piece)
        self.size -= len(piece)
        return piece

    def stirs(self) -> bool:
        """Whether the next could leave. (One that waits for a receiver who does not read is no motion.)"""
        return bool(self.size) and self._empty()

    def let_go(self) -> bool:
        """It goes on when its receiver does."""
        return False

    def answered(self) -> None:
        """A new burst begins: exactly again."""
        if not self.size:
            self._burst = 0


class Fuse:
    """What both directions of a connection may carry, together, before it is reset."""

    def __init__(self, length: int) -> None:
        self.left = length
        self.blown = False


class Reset:
    """So many bytes, and not one more: then the connection is reset."""

    promised: ClassVar[bool] = False

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse
        self._ready: list[bytes] = []
        self.size = 0
        self.due: float | None = None

    def put(self, data: bytes, now: float) -> None:
        """These arrived; those too many are dropped."""
        if self._fuse.blown:
            return
        self._ready.append(data[: self._fuse.left])
        self._fuse.left -= len(data)
        self._fuse.blown = self._fuse.left <= 0

    def take(self, now: float) -> list[bytes]:
        """All that is still allowed."""
        pieces, self._ready = [piece for piece in self._ready if piece], []
        return pieces

    def stirs(self) -> bool:
        """It keeps nothing back."""
        return False

    def let_go(self) -> bool:
        """It keeps nothing back."""
        return False

    def answered(self) -> None:
        """It counts whatever passes."""


# In which order conditions act, whatever order they were said in: what is late is glued, what is glued is cut.
KINDS = ("delay", "glue", "cut", "reset")


def chosen(conditions: Iterable[Condition], actor: str, to: str, kinds: Sequence[str] = KINDS) -> list[Condition]:
    """The conditions for what travels `to` this side on a link of `actor`, in the order in which they act."""
    fitting = [c for c in conditions if c.kind in kinds and c.who in ("", actor) and c.to in ("both", to)]
    return sorted(fitting, key=lambda condition: kinds.index(condition.kind))


def shapes(conditions: Iterable[Condition], chance: random.Random, empty: Callable[[], bool],
           fuses: dict[Condition, Fuse]) -> list[Shape]:  # fmt: skip
    """What these do to one direction of a stream. `fuses`: those of its link, which its directions share."""
    made: list[Shape] = []
    for condition in conditions:
        if condition.kind == "delay":
            made.append(Delay(condition.amount))
        elif condition.kind == "glue":
            made.append(Glue())
        elif condition.kind == "cut":
            made.append(Cut(int(condition.amount), chance, empty))
        elif condition.kind == "reset":
            made.append(Reset(fuses.setdefault(condition, Fuse(int(condition.amount)))))
    return made
