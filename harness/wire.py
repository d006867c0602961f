"""What the relay saw on the wire between the people's programs and the server: events like all others.

A *link* is one connection, or for UDP one client's port towards one port of the server; links are
numbered from 1 in the order in which they were seen. `to` names the side that the bytes travel to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Event):
    """A program connected to the server's port, or the server to a program's (UDP: the first datagram came)."""

    KIND: ClassVar[str] = "linked"
    link: int
    actor: str  # "": nobody's program could be found behind it
    port: int  # the server's; where the server has called a program back over TCP, that program's
    transport: str  # tcp | udp
    by: str = "client"  # who has connected: client | server


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried(Event):
    """Bytes arrived at the relay: one read of a stream, or one datagram.

    What travels to the server is noted before it is passed on, what travels to a client once it has arrived: a
    request never seems later, an answer never earlier than it was. Past the first 64 KiB of what one side sends
    without an answer between, `data` is None: times, lengths and a digest remain.
    """

    KIND: ClassVar[str] = "carried"
    link: int
    to: str  # server | client
    size: int
    data: bytes | None = None
    sha256: str = ""  # of the piece, where `data` is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Event):
    """Under a network condition: bytes `at` to `at + size` of what travels `to` this side left the relay as one."""

    KIND: ClassVar[str] = "segment"
    link: int
    to: str
    at: int
    size: int
    condition: str  # in the scenario's words: "cut 1", "glue", "lose 1 in 5", ...
    fate: str = "passed"  # passed | lost | repeated | overtaken (a datagram that a later one passed by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked(Event):
    """One side ended what it sends: in order (fin), by a reset (rst), or it never answered (refused).

    `by`: client | server | network (the scenario's condition).
    """

    KIND: ClassVar[str] = "unlinked"
    link: int
    by: str
    how: str  # fin | rst | refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """The scenario told the network to hold what travels to or from somebody, or to release it."""

    KIND: ClassVar[str] = "held"
    actor: str
    to: str  # server | client | both
    released: bool = False
