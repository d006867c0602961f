"""The sockets of a network namespace, through NETLINK_SOCK_DIAG: what lies unread, what is on its way, who is joined.

A dump of all sockets walks the kernel's whole hash table, 0.4 ms whatever is in
it. One that is known is looked up in a few microseconds; so a dump is made only
when /proc/net/sockstat, or a socket that nobody can name, says that the set has
changed.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Collection, Iterator, Mapping

from harness.stage.datagrams import Datagrams
from harness.stage.diag import (
    ANY_STATE,
    BY_FAMILY,
    DONE,
    DUMP,
    ERROR,
    GETSOCK_OLD,
    HEADER,
    LISTENERS,
    REQUEST,
    message,
    old_request,
    one,
    request,
)  # fmt: skip
from harness.stage.sock import AF_INET, AF_INET6, GONE, LISTEN, SYN_RECV, SYN_SENT, TCP, UDP, Ends, Sock, info_at, parse

# So many descriptions of sockets are remembered.
MOST_PARSED = 4096

# Up to so many sockets are looked up one by one; past it a dump is cheaper.
FEW = 48

_NO_UDP = re.compile(rb"^UDP6?: inuse 0\b", re.MULTILINE)
_IN_USE, _DATAGRAMS = ("sockstat", "sockstat6"), ("snmp", "snmp6")


class Sockets:
    """The sockets of one namespace, kept up to date as cheaply as can be."""

    def __init__(self, diag: int, sums: Mapping[str, int], side: str = "") -> None:
        """`diag`: a SOCK_DIAG socket made inside of the namespace; `sums`: what `sums_in` its /proc/PID/net finds.

        Both are left to whoever opened them. `side` is a name for the namespace where there are several.
        """
        self._diag = socket.socket(fileno=os.dup(diag))
        self._stat = [os.dup(sums[name]) for name in _IN_USE if name in sums]
        self._datagrams = Datagrams([os.dup(sums[name]) for name in _DATAGRAMS if name in sums])
        self._side = side
        self._in_use = b""
        self._listened: set[bytes] | None = None
        self._any_udp = True
        self._raw: dict[int, bytes] = {}  # inode -> the part of its message that names it
        self._nameless: list[bytes] = []  # ends that no process holds: closed, or not accepted yet
        self.by_inode: dict[int, Sock] = {}
        self.by_ends: dict[Ends, Sock] = {}
        self.listening: list[Sock] = []
        self.handshakes: list[Sock] = []
        self._parsed: dict[bytes, Sock] = {}
        self._others: set[int] = set()  # inodes that were asked for and are of another family (unix, netlink)

    def refresh(self, wanted: Collection[int] = ()) -> None:
        """Bring everything up to date; `wanted` are inodes that must be known if they are of TCP at all."""
        in_use = b"".join(os.pread(fd, 512, 0) for fd in self._stat)
        if in_use != self._in_use:
            self._any_udp = re.search(rb"UDP6?: inuse [1-9]", in_use) is not None
        named = [*self._raw.values(), *self._nameless]
        fresh = in_use == self._in_use and len(named) <= FEW and all(
            inode in self.by_inode or inode in self._others for inode in wanted
        )
        if not (fresh and self._look_up(named)):
            self._dump()
            self._others.update(inode for inode in wanted if inode not in self.by_inode)
        self._in_use = in_use

    @property
    def traffic(self) -> int:
        """All bytes that have left any socket, as of the last refresh."""
        return sum(sock.sent for sock in self.by_inode.values())

    def datagrams_under_way(self, now: float) -> bool:
        """Whether a datagram was sent that lies nowhere yet. False where one does lie unread: then nobody can tell."""
        lies = any(sock.protocol == UDP and sock.unread for sock in self.by_inode.values())
        return self._any_udp and not lies and self._datagrams.under_way(now)

    def stands(self, handshake: Sock) -> bool:
        """Whether a handshake does not go on: the queue is full. Then the kernel drops, and tries again in seconds."""
        port = handshake.dport if handshake.state == SYN_SENT else handshake.sport
        return any(s.sport == port and s.unread > s.unsent and s.side == handshake.side for s in self.listening)

    def connection(self, question: bytes) -> Sock | None:
        """One TCP socket as it is now, None if it is gone: 0.02 ms. `question` is from `about`."""
        self._diag.send(question)
        answer = self._diag.recv(1 << 16)
        length, kind = HEADER.unpack_from(answer)[:2]
        if kind != BY_FAMILY:
            return None
        found = parse(answer[HEADER.size : length], TCP, self._side)
        return found if found.dport else None  # where there is no such connection the kernel names who listens there

    def listeners(self) -> list[Sock]:
        """Everything that listens or, of UDP, is bound: 0.1 ms."""
        tcp = [parse(m, TCP, self._side) for m in self._ask(old_request(1 << LISTEN), GETSOCK_OLD)]
        return tcp + self.udp()

    def new_listeners(self) -> list[Sock] | None:
        """The same, None if none has come or gone since this was asked last: 0.02 ms where nobody uses UDP."""
        found = [(m, TCP) for m in self._ask(LISTENERS, GETSOCK_OLD)]
        for fd, family in zip(self._stat, (AF_INET, AF_INET6), strict=False):
            if _NO_UDP.search(os.pread(fd, 512, 0)) is None:
                found += [(m, UDP) for m in self._ask(request(family, UDP, ANY_STATE), BY_FAMILY)]
        # State, addresses and the cookie, which the kernel gives out once: two sockets are never taken for one.
        named = {m[:2] + m[4:52] for m, _ in found}
        if named == self._listened:
            return None
        self._listened = named
        return [parse(m, protocol, self._side) for m, protocol in found]

    def udp(self) -> list[Sock]:
        """Every UDP socket."""
        return [parse(m, UDP, self._side) for family in (AF_INET, AF_INET6)
                for m in self._ask(request(family, UDP, ANY_STATE), BY_FAMILY)]  # fmt: skip

    def _udp_too(self) -> list[tuple[bytes, Sock]]:
        return [(b"", sock) for sock in self.udp()] if self._any_udp else []

    def _dump(self) -> None:
        # The old request asks for both families in one walk of the table; the newer one takes a walk for each.
        messages = list(self._ask(old_request(ANY_STATE), GETSOCK_OLD))
        self._take([(m, self._parse(m)) for m in messages] + self._udp_too())

    def _parse(self, message: bytes) -> Sock:
        """parse(), remembered: of two hundred sockets one has changed since the last look."""
        # What parse() reads, and no more: struct tcp_info has clocks in it that are never twice the same.
        info = info_at(message)
        key = message[:52] + message[56:72] + message[info + 128 : info + 148] + message[info + 200 : info + 216]
        found = self._parsed.get(key) if info else None
        if found is None:
            if len(self._parsed) > MOST_PARSED:
                self._parsed.clear()
            found = parse(message, TCP, self._side)
            if info:
                self._parsed[key] = found
        return found

    def _take(self, found: list[tuple[bytes, Sock]]) -> None:
        tcp = [(m, s) for m, s in found if s.protocol == TCP]
        self._raw = {s.inode: m[:52] for m, s in tcp if s.inode}
        self._nameless = [m[:52] for m, s in tcp if not s.inode]
        self.by_inode = {s.inode: s for _, s in found if s.inode}
        self.by_ends = {s.ends: s for _, s in tcp if s.state != LISTEN}
        self.listening = [s for _, s in tcp if s.state == LISTEN]
        self.handshakes = [s for _, s in tcp if s.state in (SYN_SENT, SYN_RECV)]

    def _look_up(self, named: list[bytes]) -> bool:
        """Ask for each of the known ones. False if one is gone: then only a dump tells what there is now."""
        found: list[tuple[bytes, Sock]] = []
        if named:
            self._diag.send(b"".join(message(one(raw), BY_FAMILY, REQUEST) for raw in named))
        for _ in named:
            answer = self._diag.recv(1 << 16)
            kind = HEADER.unpack_from(answer)[1]
            if kind != BY_FAMILY:
                found.append((b"", GONE))
            else:
                body = answer[HEADER.size : HEADER.unpack_from(answer)[0]]
                found.append((body, self._parse(body)))
        if any(sock is GONE for _, sock in found):
            return False
        self._take(found + self._udp_too())
        return True

    def _ask(self, request: bytes, kind: int) -> Iterator[bytes]:
        self._diag.send(message(request, kind, DUMP))
        while True:
            data = self._diag.recv(1 << 18)
            offset = 0
            while offset < len(data):
                length, answer = HEADER.unpack_from(data, offset)[:2]
                if answer in (DONE, ERROR):
                    return
                yield data[offset + HEADER.size : offset + length]
                offset += (length + 3) & ~3

    def close(self) -> None:
        """Let go."""
        self._diag.close()
        self._datagrams.close()
        for fd in self._stat:
            os.close(fd)


def sums_in(net: str) -> dict[str, int]:
    """A namespace's files of sums, opened: `net` is the folder of its /proc/PID/net."""
    found = {}
    for name in (*_IN_USE, *_DATAGRAMS):
        with contextlib.suppress(OSError):
            found[name] = os.open(f"{net}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    return found
