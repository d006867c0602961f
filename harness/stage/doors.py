"""The ports that programs open, opened by the relay on the other side.

In a box the clients' network is one of their own, so a door has the very
address of the socket behind it: whatever port a server opens, told or
hard-coded, is found on the clients' side, and a port that a client opens, for
the server to call back, on the server's. Without namespaces there is one door, on a port of
its own that the clients are given instead of the server's; and the server calls back without the relay.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from harness.stage.box import Box, Side
from harness.stage.sock import AF_INET6, ESTABLISHED, LISTEN, TCP, UDP, Sock

# As many as the kernel allows (net.core.somaxconn): the relay takes whoever comes, the server decides whom it serves.
BACKLOG = 4096


@dataclass(frozen=True, slots=True, order=True)
class Opened:
    """A port that a program has opened. (IPv4 sorts first: an IPv6 door must leave it its own.)"""

    family: int
    protocol: int
    host: str
    port: int

    @property
    def kind(self) -> int:
        """SOCK_STREAM or SOCK_DGRAM."""
        return socket.SOCK_STREAM if self.protocol == TCP else socket.SOCK_DGRAM

    @property
    def address(self) -> tuple[str, int]:
        """As bind() takes it: an IPv4 address in IPv6 clothes wears them again."""
        return ("::ffff:" + self.host if self.family == AF_INET6 and ":" not in self.host else self.host, self.port)


class Door:
    """A socket that stands for a program's on the other side. `side`: the one that the program is on."""

    def __init__(self, sock: socket.socket, behind: Opened, side: Side = "server") -> None:
        self.sock = sock
        self.behind = behind
        self.side = side
        self.inode = os.fstat(sock.fileno()).st_ino


def opened(listeners: Iterable[Sock], known: Collection[Opened] = ()) -> set[Opened]:
    """What of these can be reached: TCP that listens, UDP that has a port."""
    found = set()
    for sock in listeners:
        if sock.state == LISTEN if sock.protocol == TCP else sock.sport:
            found.add(_unjoined(sock, known) or Opened(sock.family, sock.protocol, sock.source, sock.sport))
    return found


def _unjoined(sock: Sock, known: Collection[Opened]) -> Opened | None:
    """A UDP socket as it was before it was joined to one peer, which may have given it an address: it is the same."""
    if sock.protocol == TCP or sock.state != ESTABLISHED:
        return None
    return next((one for one in known if (one.family, one.protocol, one.port) == (sock.family, UDP, sock.sport)), None)


class Doors:
    """All of one side. `came` and `went` are told of each that opens and closes; it does so once `idle`."""

    def __init__(self, make: Callable[[Opened], Door | None], came: Callable[[Door], None],
                 went: Callable[[Door], None], idle: Callable[[Door], bool]) -> None:  # fmt: skip
        self._make, self._idle = make, idle
        self._came, self._went = came, went
        self._doors: dict[Opened, Door] = {}
        self._refused: set[Opened] = set()
        self.busy = False  # something behind them has gone, and what it sent before is not all passed on

    def match(self, listeners: Iterable[Sock]) -> Iterator[Opened]:
        """Open and close doors until they match the programs' sockets; yields what cannot be opened, once."""
        there = opened(listeners, self._doors.keys())
        gone = self._doors.keys() - there
        for behind in [behind for behind in gone if self._idle(self._doors[behind])]:
            self._shut(behind)
        self.busy = bool(gone & self._doors.keys())
        self._refused &= there
        for behind in sorted(there - self._doors.keys() - self._refused):
            door = self._make(behind)
            if door is None:
                self._refused.add(behind)
                yield behind
            else:
                self._doors[behind] = door
                self._came(door)

    def _shut(self, behind: Opened) -> None:
        door = self._doors.pop(behind)
        self._went(door)
        door.sock.close()

    def close(self) -> None:
        """Shut all."""
        for behind in list(self._doors):
            self._shut(behind)


def in_box(box: Box, side: Side) -> Callable[[Opened], Door | None]:
    """Doors of a network of their own: the same address and port. `side`: that of the programs behind them."""
    other: Side = "clients" if side == "server" else "server"

    def make(behind: Opened) -> Door | None:
        for only_v6 in (False, True) if behind.family == AF_INET6 else (False,):
            sock = box.sockets(other, behind.family, behind.kind, 1)[0]
            try:
                return Door(_bound(sock, behind.protocol, behind.address, only_v6=only_v6), behind, side)
            except OSError as exc:
                sock.close()
                if exc.errno != errno.EADDRINUSE:
                    break
        return None

    return make


def on_port(told: int, outer: int) -> Callable[[Opened], Door | None]:
    """Doors where there is one network: the server's `told` port alone has one, on the port `outer`."""

    def make(behind: Opened) -> Door | None:
        if behind.port != told:
            return None
        # The clients are told 127.0.0.1, whatever the server's socket is bound to.
        with contextlib.suppress(OSError):
            sock = _bound(socket.socket(socket.AF_INET, behind.kind), behind.protocol, ("127.0.0.1", outer))
            return Door(sock, behind)
        return None

    return make


def _bound(sock: socket.socket, protocol: int, address: tuple[str, int], *, only_v6: bool = False) -> socket.socket:
    sock.setblocking(False)
    if only_v6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if protocol == TCP:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address)
    if protocol == TCP:
        sock.listen(BACKLOG)
    return sock
