"""Figures of the wire: round trips of each typed line, connections and how they ended, who speaks TCP and who UDP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.events import Typed
from harness.judge.protocol.messages import Message, Wire


@dataclass(frozen=True, slots=True)
class Trip:
    """What one typed line cost: how often one side had to wait for the other, and what travelled."""

    typed: int
    actor: str
    step: int | None
    line: str  # "" for a name or a password
    round_trips: int
    sent: int
    received: int
    links: int
    seconds: float  # from the first byte of the first request to the last one of the last answer


@dataclass(frozen=True, slots=True)
class Connections:
    """How many there were, and how they ended; `most` were open at one time."""

    opened: int
    most: int
    by_client: int
    by_server: int
    by_network: int
    reset: int
    refused: int
    left: int


@dataclass(frozen=True, slots=True)
class Readable:
    """A password that anybody on the way can read."""

    actor: str
    shape: str
    times: int


def trips(wire: Wire) -> list[Trip]:
    """The cost of each typed line that anything was sent for, in order."""
    by_line: dict[int, list[Message]] = {}
    for message in wire.messages:
        if message.typed is not None and not message.beat:
            by_line.setdefault(message.typed, []).append(message)
    found = []
    for index, mine in sorted(by_line.items()):
        event = wire.events[index]
        if isinstance(event, Typed) and any(message.to == "server" for message in mine):
            line = event.data.decode(errors="replace").strip("\r\n") if event.what == "line" else ""
            found.append(_trip(index, event, line, mine))
    return found


def _trip(index: int, event: Typed, line: str, mine: Sequence[Message]) -> Trip:
    asked, turns = False, 0
    for message in mine:
        turns += asked and message.to == "client"
        asked = message.to == "server" if message.to == "server" else False
    sent = sum(message.size for message in mine if message.to == "server")
    received = sum(message.size for message in mine if message.to == "client")
    return Trip(index, event.actor, event.step, line, turns, sent, received, len({m.link for m in mine}),
                max(m.ended for m in mine) - min(m.t for m in mine))  # fmt: skip


def connections(wire: Wire, transport: str = "tcp") -> Connections:
    """Of one transport. (A UDP port is never closed on the wire.)"""
    mine = [link for link in wire.links if link.transport == transport]
    ends = [link.closed for link in mine if link.closed is not None]
    changes = sorted([(link.index, 1) for link in mine] + [(link.ends[0][0], -1) for link in mine if link.ends])
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    refused = sum(end.how == "refused" for end in ends)
    who = [end.by for end in ends if end.how != "refused"]
    return Connections(len(mine), most, who.count("client"), who.count("server"), who.count("network"),
                       sum(end.how == "rst" for end in ends), refused, len(mine) - len(ends))  # fmt: skip


def readable_passwords(wire: Wire) -> list[Readable]:
    """Who sent passwords that can be read on the way, in which kind of message."""
    found: dict[tuple[str, str], int] = {}
    for message in wire.messages:
        if message.secret and message.to == "server":
            key = message.actor, message.shape
            found[key] = found.get(key, 0) + 1
    return [Readable(actor, shape, times) for (actor, shape), times in found.items()]
