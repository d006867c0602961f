"""Datagrams through the relay: a link is one client's port towards one port of the server.

The server answers the relay's socket, which in a box has the very address of
the client's; so one server port may answer what another was asked, and a server
may write to a port that a client told it in a message, or a friend did, before
that client has written anything itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.recording import Recorder
from harness.stage.doors import Door, Opened
from harness.stage.flows import KEPT
from harness.stage.sock import AF_INET6
from harness.stage.weather import Drop, Weather
from harness.wire import Segment

# The largest datagram there is.
LARGEST = 65535
# So many are read at once from one socket: others want to be looked at too.
AT_ONCE = 64
WILDCARDS = ("0.0.0.0", "::")

Address = tuple[str, int]


@dataclass(slots=True)
class Current:
    """What travels one way. `send` is given a datagram that is to leave."""

    to: str
    send: Callable[[bytes], object]
    weather: Weather
    condition: str = ""
    held: bool = False
    at: int = 0
    burst: int = 0
    waiting: deque[Drop] = field(default_factory=deque)
    ending: str = ""  # nothing ends a datagram's way
    over: bool = False

    @property
    def waits(self) -> int:
        """Bytes that are held; an empty datagram counts as one, or it would not be there."""
        return sum(len(drop.data) or 1 for drop in self.waiting)

    @property
    def due(self) -> float | None:
        """When something leaves by itself: then, and not before."""
        return self.weather.due

    promised = due

    @property
    def holds(self) -> bool:
        """Whether anything is to leave yet."""
        return bool(self.waiting) or self.weather.holds

    def let_go(self, now: float) -> bool:
        """Everybody else is still."""
        return self.weather.let_go(now)

    def stirs(self) -> bool:
        """Nothing leaves but by its time."""
        return False


class DatagramLink:
    """One client's port and one of the server's."""

    legs = ()
    gone = False

    def __init__(self, number: int, actor: str, port: int, up: Current, down: Current, recorder: Recorder) -> None:
        self.number, self.actor, self.port = number, actor, port
        self.up, self.down = up, down
        self.flows = (up, down)
        self._recorder = recorder

    def arrived(self, current: Current, data: bytes) -> None:
        """Take a datagram down. Past the first 64 KiB without an answer only its size and digest are kept."""
        (self.down if current is self.up else self.up).burst = 0
        small = current.burst + len(data) <= KEPT
        current.burst += len(data)
        self._recorder.carried(self.number, current.to, len(data), data if small else None,
                               "" if small else hashlib.sha256(data).hexdigest())  # fmt: skip
        current.waiting.append(Drop(data, current.at))
        current.at += len(data)

    def pass_on(self, now: float) -> None:
        """Send on whatever may go."""
        for current in self.flows:
            while current.waiting and not current.held:
                current.weather.put(current.waiting.popleft(), now)
            for drop in current.weather.take(now):
                self._leaves(current, drop)

    def _leaves(self, current: Current, drop: Drop) -> None:
        if current.condition:
            self._recorder.note(Segment, link=self.number, to=current.to, at=drop.at, size=len(drop.data),
                                condition=current.condition, fate=drop.fate)  # fmt: skip
        if drop.fate != "lost":
            with contextlib.suppress(OSError):  # whoever it was for is no more: a datagram may be lost
                current.send(drop.data)

    def reset(self) -> None:
        """A datagram's way needs no end."""


class Upstream(Door):
    """The relay's socket towards the server for one of a client's ports: a door for what the client has opened."""

    def __init__(self, sock: socket.socket, behind: Opened) -> None:
        super().__init__(sock, behind, "clients")
        self.door: Door | None = None  # the one that the client has written to last

    def stands_for(self, client: Address) -> bool:
        """Whether a client's datagrams with this address are from the socket behind it."""
        return self.behind.port == client[1] and self.behind.host in (*WILDCARDS, bare(client[0]))

    def client(self, server: str) -> Address:
        """Where the client is reached; `server`: the host that writes to it."""
        host = self.behind.host
        return (("::1" if server == "::1" else "127.0.0.1") if host in WILDCARDS else host, self.behind.port)

    def send(self, data: bytes, target: Address) -> None:
        """To the server."""
        self.sock.sendto(data, (dressed(target[0], self.sock.family), target[1]))


def bare(host: str) -> str:
    """An IPv4 address without the clothes of an IPv6 one."""
    return host.removeprefix("::ffff:")


def dressed(host: str, family: int) -> str:
    """An address as a socket of this family takes it."""
    plain = bare(host)
    return "::ffff:" + plain if family == AF_INET6 and ":" not in plain else plain


def read(sock: socket.socket) -> list[tuple[bytes, Address]]:
    """What lies in a socket."""
    found: list[tuple[bytes, Address]] = []
    with contextlib.suppress(OSError):
        while len(found) < AT_ONCE:
            data, address = sock.recvfrom(LARGEST)
            found.append((data, address[:2]))
    return found
