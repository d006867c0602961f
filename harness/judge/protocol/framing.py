"""What frames the messages of a program, inferred from its bytes and from where its turns begin.

Every way that could fit is tried on all that was seen: it must explain the bytes to the end, and a message must begin
wherever a turn does. What fits is told with its reason; what the evidence does not suffice for is told so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.judge.protocol import candidates
from harness.judge.protocol.candidates import SAMPLES, custom_end, digits, is_lines, json_between, record_size
from harness.judge.protocol.cutters import Cutter, Digits, Json, Length, Pickle, Record, Terminated
from harness.judge.protocol.streams import Link, Stream, groups
from harness.judge.protocol.walk import Piece, Walked, turn_starts, walk


class Kind(StrEnum):
    """What frames messages."""

    DATAGRAM = "datagram"
    LINE = "line"
    PARAGRAPH = "paragraph"  # ends in an empty line
    LENGTH = "length"
    DIGITS = "digits"  # a length too, written out
    JSON_LINES = "json-lines"
    JSON = "json"
    PICKLE = "pickle"
    RECORD = "record"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Framing:
    """What frames the messages that travel one way, in words, and how sure that is: sure | likely | unsure.

    `pieces`: what was seen, cut that way, by link.
    """

    kind: Kind
    confidence: str
    name: str
    why: str
    pieces: dict[int, list[Piece]]
    messages: int = 0
    raw: int = 0  # bytes of files between the messages
    offset: int = 0  # bytes of a header before the length: the kind of message stands there


def framings(links: Sequence[Link]) -> dict[tuple[str, int, str], Framing]:
    """What frames the messages, by transport, port of the server, and the side that they travel to."""
    found = {}
    for (transport, port), mine in groups(links).items():
        for to in ("server", "client"):
            streams = {link.number: link.stream(to) for link in mine}
            found[transport, port, to] = infer(streams, datagrams=transport == "udp")
    return found


def infer(streams: dict[int, Stream], *, datagrams: bool = False) -> Framing:
    """What frames the messages of these streams, all of one program and one direction; they are named by a number."""
    streams = {number: stream for number, stream in streams.items() if stream.chunks}
    chunks = sum(len(stream.chunks) for stream in streams.values())
    if datagrams:
        why = f"{_count(chunks, 'datagram')}; each arrives whole or not at all"
        return Framing(Kind.DATAGRAM, "sure", "datagrams", why, _by_chunk(streams), chunks)
    if not streams:
        return Framing(Kind.UNKNOWN, "unsure", "cannot be told", "nothing was sent this way", {})
    for kind, name, cutter in _ways(list(streams.values())):
        trial = _Trial(streams, cutter)
        if trial.fits:
            return trial.told(kind, name)
    return _nothing(streams, chunks)


def _ways(streams: list[Stream]) -> Iterator[tuple[Kind, str, Cutter]]:
    """What could fit, the most telling first: a length that is right every time is no accident."""
    samples = [turn for stream in streams for turn in stream.whole_turns(SAMPLES // len(streams) + 1)][:SAMPLES]
    # A turn that was not kept whole still shows how it begins.
    begun = samples or [run.data for stream in streams[:SAMPLES] for run in stream.runs[:1]]
    between = json_between(begun)
    if between is not None:
        yield _json(between)
    # Before any length: a pickle has one of its own inside.
    yield Kind.PICKLE, "pickles one behind the other: each ends in an operation that says so", Pickle()
    if not is_lines(samples):
        for length in candidates.lengths(samples):
            yield Kind.LENGTH, _length(length), length
    for digit in digits(begun):
        yield Kind.DIGITS, _digits(digit), digit
    for head in candidates.headed(samples):
        closed = "an empty line" if head.end in (b"\n\n", b"\r\n\r\n") else "a newline"
        yield Kind.DIGITS, f"a length in digits in a head of text that ends in {closed}", head
    ends = {b"\n\n": "an empty line", b"\r\n\r\n": "an empty line", b"\r\n": "CR and LF", b"\n": "a newline"}
    for end, name in ends.items():
        if any(turn.endswith(end) for turn in samples) or not samples:
            kind = Kind.PARAGRAPH if name == "an empty line" else Kind.LINE
            yield kind, f"{'texts' if kind is Kind.PARAGRAPH else 'lines'}: each ends in {name}", Terminated(end)
    size = record_size(samples)
    if size:  # before zero bytes: what fills a record up ends nothing
        yield Kind.RECORD, f"{size} bytes each, always", Record(size)
    if any(turn.endswith(b"\0") for turn in samples) or not samples:
        yield Kind.LINE, "texts: each ends in a zero byte", Terminated(b"\0")
    own = custom_end(samples)
    if own:
        yield Kind.LINE, f"texts: each ends in {own.decode('ascii', 'backslashreplace')!r}", Terminated(own)


def _json(between: bytes) -> tuple[Kind, str, Cutter]:
    if between in (b"\n", b"\r\n"):
        return Kind.JSON_LINES, "JSON, one text a line", Json(between)
    if between:
        return Kind.JSON, f"JSON texts with {between.decode('latin-1')!r} behind each", Json(between)
    return Kind.JSON, "JSON texts with nothing between them", Json()


def _length(cutter: Length) -> str:
    order = "" if cutter.width == 1 else f", the {'most' if cutter.big else 'least'} significant first"
    where = f" at byte {cutter.offset} of a header" if cutter.offset else ""
    counts = " (it counts itself)" if cutter.extra < 0 else ""
    return f"a length in front, in {_count(cutter.width, 'byte')}{order}{where}{counts}"


def _digits(cutter: Digits) -> str:
    what = _count(cutter.width, "digit") if cutter.width else f"digits up to {cutter.separator.decode('latin-1')!r}"
    behind = f", behind {_count(cutter.offset, 'byte')} of its own" if cutter.offset else ""
    return f"a length in front, in {what}{behind}"


class _Trial:
    """One way, tried on all streams."""

    def __init__(self, streams: dict[int, Stream], cutter: Cutter) -> None:
        self._streams, self._cutter = streams, cutter
        self._walked: dict[int, Walked] = {}
        for number, stream in streams.items():
            self._walked[number] = walk(cutter, stream)
            if self._walked[number].given_up:
                break  # it explains nothing: no look at the rest
        walks = self._walked.values()
        self._given_up = any(walked.given_up for walked in walks)
        self._messages = sum(walked.messages for walked in walks)
        self._failures = sum(walked.failures for walked in walks)
        self._starts = [at for number, walked in self._walked.items() for at in turn_starts(streams[number], walked)]
        pieces = [piece for walked in walks for piece in walked.pieces]
        self._raw = sum(piece.end - piece.at for piece in pieces if piece.kind == "raw")
        self._rests = sum(piece.kind == "rest" for piece in pieces)
        self._sizes = {piece.end - piece.at for piece in pieces if piece.kind == "message"}

    @property
    def fits(self) -> bool:
        """Whether it explains what was seen: nearly all of it, and where turns begin."""
        # One length of one byte is right by chance too often: of what is said again and again it may be right always.
        narrow = isinstance(self._cutter, Length) and self._cutter.width == 1
        forgiven = max(self._messages >= 8, 0 if narrow else self._messages // 20)
        if self._given_up or not self._messages or self._failures > forgiven:
            return False
        if self._rests > max(1, self._messages // 4):
            return False
        if sum(self._starts) < 0.8 * len(self._starts):
            return False
        return self._messages >= (3 if narrow else 1)

    def told(self, kind: Kind, name: str) -> Framing:
        """As a conclusion."""
        sure = self._messages >= 3 and not self._failures and all(self._starts)
        varied = len(self._sizes) > 1 or kind in (Kind.JSON, Kind.JSON_LINES)
        why = f"{_count(self._messages, 'message')} cut that way"
        if self._starts:
            why += f"; {sum(self._starts)} of {len(self._starts)} later turns begin with one"
        if self._failures:
            why += f"; {_count(self._failures, 'place')} where none begins"
        if self._raw:
            name += ", with files between as raw bytes whose length was told"
        pieces = {number: walked.pieces for number, walked in self._walked.items()}
        offset = self._cutter.offset if isinstance(self._cutter, Length | Digits) else 0
        confidence = "sure" if sure and varied else "likely"
        return Framing(kind, confidence, name, why, pieces, self._messages, self._raw, offset)


def _nothing(streams: dict[int, Stream], chunks: int) -> Framing:
    """No mark was found: that is a finding if there was enough to find one in."""
    samples = [turn for stream in streams.values() for turn in stream.whole_turns(SAMPLES)]
    alike = len(set(samples)) < 3
    if len(samples) < 3 or alike:
        few = "; they are nearly all alike, so that anything would fit" if len(samples) >= 3 and alike else ""
        why = f"{_count(chunks, 'piece')} of data came{few or ', too little to tell'}"
        return Framing(Kind.UNKNOWN, "unsure", "cannot be told", why, _by_chunk(streams), chunks)
    why = (f"in {len(samples)} turns no length, no end and no other mark was found that is always there: without one "
           "what one recv() brings must be taken for a message, or shown just as it comes")
    return Framing(Kind.NONE, "likely", "nothing", why, _by_chunk(streams), chunks)


def _by_chunk(streams: dict[int, Stream]) -> dict[int, list[Piece]]:
    return {number: [Piece(c.at, c.at + c.size, "message", c.at, c.at + c.size) for c in stream.chunks]
            for number, stream in streams.items()}  # fmt: skip


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"
