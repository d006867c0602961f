"""A stream, cut into messages by one way of framing; and how well that way explains it.

A file that travels between two messages is no message: a message before it says how long it is, and it ends where
the next message begins, or the turn does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from harness.judge.protocol.cutters import LONGEST, MORE, Cutter, Taken
from harness.judge.protocol.streams import Run, Stream

# So many places that are no messages are skipped to the next turn; then a way of framing explains nothing any more.
# (Each may cost a look at all that follows: without a limit the work would grow with the square of the bytes.)
MOST_FAILURES = 8
# A number with a name that says so, or the last one of a message: how many raw bytes follow.
_NAMED = re.compile(rb"(?i)(?:size|bytes|length|len|content)[^0-9a-z]{1,6}(\d{1,12})")
_NUMBER = re.compile(rb"(?<![0-9])\d{1,12}(?![0-9])")
# A number within a word, such as in a token, is no length where a message fits behind it.
_ALONE = re.compile(rb"(?<![0-9A-Za-z])\d{1,12}(?![0-9A-Za-z])")
_LOOKED_AT = 2_048
_ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")
# What may be looked at in vain, in sizes of the stream: the work stays linear, whatever the bytes are.
_IN_VAIN = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `at` to `end` of a stream. `kind`: message | raw (a file's bytes) | rest (no end of it has come) | unread.

    `begin` and `stop`: the content, without what frames it.
    """

    at: int
    end: int
    kind: str
    begin: int
    stop: int


@dataclass(slots=True)
class Walked:
    """What became of one stream."""

    pieces: list[Piece] = field(default_factory=list)
    failures: int = 0
    given_up: bool = False

    @property
    def messages(self) -> int:
        """How many whole messages there are."""
        return sum(piece.kind == "message" for piece in self.pieces)


def walk(cutter: Cutter, stream: Stream) -> Walked:
    """Cut a stream into messages, from its first byte on."""
    return _Walk(cutter, stream).go()


class _Walk:
    def __init__(self, cutter: Cutter, stream: Stream) -> None:
        self._cutter, self._stream = cutter, stream
        self._found = Walked()
        self._left = _IN_VAIN * stream.size + 16 * LONGEST

    def go(self) -> Walked:
        at = 0
        for run in self._stream.runs:
            if at < run.start:
                # Behind a hole only the beginning of a turn is sure to begin a message.
                begin = run.start if run.start in self._stream.turn_edges else self._stream.next_turn(run.start)
                self._add(at, begin, "unread")
                at = begin
            if at < run.end:
                at = self._through(run, at)
        if at < self._stream.size:
            self._add(at, self._stream.size, "unread")
        return self._found

    def _through(self, run: Run, at: int) -> int:
        """One run, from `at` on; the place where the next one goes on."""
        taken = self._take(run, at)
        while at < run.end:
            if isinstance(taken, Taken):
                at = self._message(taken, at, run)
                taken = self._take(run, at) if at < run.end else None
                raw = self._raw_end(run, taken)
                if raw > at:
                    self._add(at, raw, "raw")
                    at = raw
                    taken = self._take(run, at) if at < run.end else None
                continue
            begun = self._stream.next_turn(at)
            if taken == MORE and begun >= run.end:
                # Where the bytes go on and were not kept, the message does: as far as the turn.
                self._add(at, *((begun, "message") if run.end < self._stream.size else (run.end, "rest")))
                return self._found.pieces[-1].end
            at = self._skip(at, min(begun, run.end))
            taken = self._take(run, at) if at < run.end else None
        return at

    def _message(self, taken: Taken, at: int, run: Run) -> int:
        """A message. (Its last bytes may lie in a hole: their number is known.)"""
        end = min(taken.end, self._stream.size)
        kind = "message" if taken.end <= self._stream.size else "rest"
        self._found.pieces.append(Piece(at, end, kind, min(taken.begin, end), min(taken.stop, end)))
        return end

    def _take(self, run: Run, at: int) -> Taken | int | None:
        """What begins here, in places of the stream. What claims to end behind all that ever came is no message."""
        if self._found.given_up or at >= run.end:
            return None
        taken = self._cutter.take(run.data, at - run.start)
        if not isinstance(taken, Taken):
            self._left -= min(run.end - at, LONGEST)
            self._found.given_up = self._found.given_up or self._left < 0
            return taken
        moved = Taken(taken.end + run.start, taken.begin + run.start, taken.stop + run.start)
        if moved.end > self._stream.size:
            last = self._stream.next_turn(at) >= self._stream.size
            return MORE if last and not self._stream.answered else None
        # Who speaks in turns answers a whole message: one that goes on behind the answer was none.
        return moved if at < moved.end <= max(self._stream.next_turn(at), run.start) else None

    def _raw_end(self, run: Run, following: Taken | int | None) -> int:
        """Where the raw bytes end that the last message announced; 0: it announced none."""
        last = self._found.pieces[-1]
        if last.end >= self._stream.size or last.kind != "message" or last.begin - run.start < 0:
            return 0
        text = run.data[max(last.begin, last.stop - _LOOKED_AT) - run.start : last.stop - run.start]
        named = [int(number) for number in _NAMED.findall(text)]
        fits = isinstance(following, Taken)
        others = [int(number) for number in (_ALONE if fits else _NUMBER).findall(text)[::-1]][:4]
        # The bytes of a file come in one turn: a title that is a number is no length because of where it points.
        turn = self._stream.next_turn(last.end - 1 if last.end in self._stream.turn_edges and fits else last.end)
        for number in (*named, *others):
            end = last.end + number
            if number and end <= turn and self._lands(run, end, turn, named=number in named, fits=fits):
                return end
        return self._counted(run, last.end) if not fits else 0

    def _lands(self, run: Run, end: int, turn: int, *, named: bool, fits: bool) -> bool:
        """Whether raw bytes may end here."""
        if end == turn or (named and end in self._stream.edges):
            return True
        if fits:
            return False
        # Nothing that fits begins behind the message: then the number is worth a look, even into a hole.
        return (named and end >= run.end) or isinstance(self._take(run, end), Taken)

    def _counted(self, run: Run, at: int) -> int:
        """Raw bytes with their number in front, in 4 or 8 bytes; 0: none."""
        for width in (4, 8):
            for order in _ORDERS:
                head = run.data[at - run.start : at - run.start + width]
                size = int.from_bytes(head, order) if len(head) == width else 0
                if size and at + width + size in self._stream.edges:
                    return at + width + size
        return 0

    def _skip(self, at: int, end: int) -> int:
        """What begins here is no message of this kind: go on where the next turn begins."""
        self._found.failures += 1
        self._found.given_up = self._found.failures >= MOST_FAILURES
        if self._found.given_up:
            end = self._stream.size
        self._add(at, end, "unread")
        return end

    def _add(self, at: int, end: int, kind: str) -> None:
        if end > at:
            self._found.pieces.append(Piece(at, end, kind, at, end))


def turn_starts(stream: Stream, walked: Walked) -> Iterator[bool]:
    """For each turn but the first: whether a message (or a file) begins with it."""
    begins = {piece.at for piece in walked.pieces}
    yield from (turn in begins for turn in stream.turns[1:])
