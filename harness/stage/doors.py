"""The ports that the server opens, opened by the relay on the clients' side.

In a box the clients' network is one of their own, so a door has the very
address of the server's socket behind it: whatever port a server opens, told or
hard-coded, is found there. Without namespaces there is one door, on a port of
its own that the clients are given instead of the server's.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from harness.stage.box import Box
from harness.stage.sockets import AF_INET6, CLOSE, LISTEN, TCP, Sock

# As many as the kernel allows (net.core.somaxconn): the relay takes whoever comes, the server decides whom it serves.
BACKLOG = 4096


@dataclass(frozen=True, slots=True, order=True)
class Opened:
    """A port that the server has opened. (IPv4 sorts first: an IPv6 door must leave it its own.)"""

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
    """A socket that stands for the server's on the clients' side."""

    def __init__(self, sock: socket.socket, behind: Opened) -> None:
        self.sock = sock
        self.behind = behind
        self.inode = os.fstat(sock.fileno()).st_ino


def opened(listeners: Iterable[Sock]) -> set[Opened]:
    """What of these can be reached: TCP that listens, UDP that is bound and not joined to one peer."""
    return {Opened(s.family, s.protocol, s.source, s.sport) for s in listeners
            if s.state == (LISTEN if s.protocol == TCP else CLOSE)}  # fmt: skip


class Doors:
    """All of them. `came` and `went` are told of each that opens and closes."""

    def __init__(self, make: Callable[[Opened], Door | None], came: Callable[[Door], None],
                 went: Callable[[Door], None]) -> None:  # fmt: skip
        self._make = make
        self._came, self._went = came, went
        self._doors: dict[Opened, Door] = {}
        self._refused: set[Opened] = set()

    def match(self, listeners: Iterable[Sock]) -> Iterator[Opened]:
        """Open and close doors until they match the server's sockets; yields what cannot be opened, once."""
        there = opened(listeners)
        for behind in self._doors.keys() - there:
            self._shut(behind)
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


def in_box(box: Box) -> Callable[[Opened], Door | None]:
    """Doors of a network of their own: the same address and port."""

    def make(behind: Opened) -> Door | None:
        for only_v6 in (False, True) if behind.family == AF_INET6 else (False,):
            sock = box.sockets("clients", behind.family, behind.kind, 1)[0]
            try:
                return _bound(sock, behind, behind.address, only_v6=only_v6)
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
            return _bound(socket.socket(socket.AF_INET, behind.kind), behind, ("127.0.0.1", outer), only_v6=False)
        return None

    return make


def _bound(sock: socket.socket, behind: Opened, address: tuple[str, int], *, only_v6: bool) -> Door:
    sock.setblocking(False)
    if only_v6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if behind.protocol == TCP:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address)
    if behind.protocol == TCP:
        sock.listen(BACKLOG)
    return Door(sock, behind)
