"""The events of the wire, put together: links, and on each of them two streams of chunks and turns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from harness.events import Event
from harness.wire import Carried, Linked, Unlinked

SIDES = ("server", "client")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One read of the relay: bytes `at` to `at + size` of a stream. `turn`: the other side spoke just before."""

    index: int  # of its event in the recording
    t: float
    step: int | None
    at: int
    size: int
    data: bytes | None
    turn: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Bytes that are known, from `start` on, without a hole."""

    start: int
    data: bytes

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.start + len(self.data)


@dataclass
class Stream:
    """What travels one way on one link. Not all of it is known: past 64 KiB without an answer only its length is."""

    to: str
    chunks: list[Chunk] = field(default_factory=list)
    answered: bool = False  # the other side spoke after the last byte

    @cached_property
    def size(self) -> int:
        """How many bytes travelled."""
        return self.chunks[-1].at + self.chunks[-1].size if self.chunks else 0

    @cached_property
    def runs(self) -> list[Run]:
        """The known bytes, joined where one chunk follows the other."""
        found: list[Run] = []
        held: list[bytes] = []
        start = end = 0
        for chunk in self.chunks:
            if chunk.data is None:
                continue
            if held and chunk.at != end:
                found.append(Run(start, b"".join(held)))
                held = []
            if not held:
                start = chunk.at
            held.append(chunk.data)
            end = chunk.at + chunk.size
        return [*found, Run(start, b"".join(held))] if held else found

    @cached_property
    def starts(self) -> list[int]:
        """Where each chunk begins."""
        return [chunk.at for chunk in self.chunks]

    @cached_property
    def edges(self) -> frozenset[int]:
        """Where chunks begin, and the end of all."""
        return frozenset((*self.starts, self.size))

    @cached_property
    def turns(self) -> list[int]:
        """Where turns begin: in a dialogue a message begins there, and the one before has come to its end."""
        return [chunk.at for chunk in self.chunks if chunk.turn]

    @cached_property
    def turn_edges(self) -> frozenset[int]:
        """The same, with the end of all, to look things up in."""
        return frozenset((*self.turns, self.size))

    def next_turn(self, after: int) -> int:
        """The first beginning of a turn behind this place, or the end of all."""
        place = bisect_right(self.turns, after)
        return self.turns[place] if place < len(self.turns) else self.size

    def chunk_of(self, at: int) -> Chunk:
        """The chunk that holds this byte."""
        return self.chunks[max(0, bisect_right(self.starts, at) - 1)]

    def whole_turns(self, most: int) -> list[bytes]:
        """The bytes of the first turns of which every byte is known."""
        found: list[bytes] = []
        runs = iter(self.runs)
        run = next(runs, None)
        for begin, end in zip(self.turns, [*self.turns[1:], self.size], strict=True):
            while run is not None and run.end < end:
                run = next(runs, None)
            if run is None or len(found) >= most:
                break
            if run.start <= begin < end:
                found.append(run.data[begin - run.start : end - run.start])
        return found


@dataclass
class Link:
    """One connection, or one client's UDP port towards one port of the server."""

    number: int
    actor: str
    port: int
    transport: str
    opened: float
    index: int
    step: int | None
    to_server: Stream = field(default_factory=lambda: Stream("server"))
    to_client: Stream = field(default_factory=lambda: Stream("client"))
    ends: list[tuple[int, Unlinked]] = field(default_factory=list)

    def stream(self, to: str) -> Stream:
        """What travels to this side."""
        return self.to_server if to == "server" else self.to_client

    @property
    def streams(self) -> tuple[Stream, Stream]:
        """Both ways."""
        return self.to_server, self.to_client

    @property
    def closed(self) -> Unlinked | None:
        """How it was ended by whoever ended it first; None: it was left open."""
        return self.ends[0][1] if self.ends else None


def links(events: Sequence[Event]) -> list[Link]:
    """Every link of a recording, in the order in which they came."""
    found: dict[int, Link] = {}
    spoke: dict[int, str] = {}
    sizes: dict[tuple[int, str], int] = {}
    for index, event in enumerate(events):
        if isinstance(event, Linked):
            made = Link(event.link, event.actor, event.port, event.transport, event.t, index, event.step)
            found.setdefault(event.link, made)
        elif isinstance(event, Unlinked) and event.link in found:
            found[event.link].ends.append((index, event))
        elif isinstance(event, Carried) and event.link in found and event.to in SIDES:
            key = (event.link, event.to)
            data = event.data
            # What is written down in a damaged recording may contradict itself: the bytes decide.
            size = len(data) if data is not None else max(0, event.size)
            if not size and found[event.link].transport != "udp":
                continue
            at = sizes.get(key, 0)
            chunk = Chunk(index, event.t, event.step, at, size, data, spoke.get(event.link) != event.to)
            sizes[key] = at + size
            spoke[event.link] = event.to
            stream, other = found[event.link].stream(event.to), found[event.link].stream(_other(event.to))
            stream.chunks.append(chunk)
            stream.answered, other.answered = False, bool(other.chunks)
    return list(found.values())


def _other(side: str) -> str:
    return SIDES[side == SIDES[0]]


def groups(found: Iterable[Link]) -> dict[tuple[str, int], list[Link]]:
    """Links that surely speak the same protocol: to one port of the server, by one transport."""
    together: dict[tuple[str, int], list[Link]] = {}
    for link in found:
        together.setdefault((link.transport, link.port), []).append(link)
    return together
