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
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.stage.datagrams import Datagrams

AF_INET, AF_INET6 = 2, 10
TCP, UDP = 6, 17
ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE = 1, 2, 3, 4, 5, 6, 7
CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING = 8, 9, 10, 11

_GETSOCK_OLD, _BY_FAMILY, _DONE, _ERROR = 18, 20, 3, 2
_REQUEST, _DUMP = 1, 0x301
_WITH_INFO = 1 << 1  # INET_DIAG_INFO, struct tcp_info
_HEADER = struct.Struct("=IHHII")
_ANY_STATE = 0xFFFFFFFF & ~(1 << TIME_WAIT)

# So many descriptions of sockets are remembered.
MOST_PARSED = 4096

# Up to so many sockets are looked up one by one; past it a dump is cheaper.
FEW = 48


Ends = tuple[str, str, int, str, int]


@dataclass(frozen=True, slots=True)
class Sock:
    """One socket. `unread`: bytes for its owner (LISTEN: connections that wait to be accepted); `inode` 0: nobody's."""

    family: int
    protocol: int
    state: int
    source: str
    sport: int
    target: str
    dport: int
    inode: int
    unread: int  # of UDP: the memory that the datagrams take up, some hundred bytes each
    unsent: int  # LISTEN: how many connections may wait
    sent: int = 0  # bytes that left, those sent again not counted twice
    received: int = 0  # bytes that arrived in order
    held: int = 0  # bytes (a FIN counts as one) that have not left: no room at the other end, or Nagle's algorithm
    unacknowledged: int = 0  # segments that left and are not known to have arrived
    side: str = ""  # whose network it belongs to, where there are several: the same addresses may stand in both

    @property
    def ends(self) -> Ends:
        """What names a connection: both addresses, in their network."""
        return (self.side, self.source, self.sport, self.target, self.dport)

    @property
    def other_ends(self) -> Ends:
        """The same connection as its other end names it."""
        return (self.side, self.target, self.dport, self.source, self.sport)

    def __str__(self) -> str:
        if self.protocol == UDP:
            return f"udp socket {self.source}:{self.sport}"
        if self.state == LISTEN:
            return f"listening socket {self.source}:{self.sport}"
        return f"tcp connection {self.source}:{self.sport} -> {self.target}:{self.dport}"


def parse(message: bytes, protocol: int, side: str = "") -> Sock:
    """An inet_diag_msg, with struct tcp_info in its attributes."""
    family, state, _, _, sport, dport = struct.unpack_from("!BBBBHH", message)
    source, target = message[8:24], message[24:40]
    _, unread, unsent, _, inode = struct.unpack_from("=IIIII", message, 52)
    sent = received = held = unacknowledged = 0
    if info := _info_at(message):
        unacknowledged = struct.unpack_from("=I", message, info + 24)[0]
        received = struct.unpack_from("=Q", message, info + 128)[0]
        held = struct.unpack_from("=I", message, info + 144)[0]
        total, again = struct.unpack_from("=QQ", message, info + 200)
        sent = total - again
    return Sock(family, protocol, state, _address(family, source), sport, _address(family, target), dport,
                inode, unread, unsent, sent, received, held, unacknowledged, side)  # fmt: skip


def _info_at(message: bytes) -> int:
    """Where struct tcp_info begins in a message, 0 if there is none or it is an old kernel's short one."""
    offset = 72
    while offset + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, offset)
        if kind == 2 and length >= 4 + 216:
            return offset + 4
        if length < 4:
            break
        offset += (length + 3) & ~3
    return 0


_V4_IN_V6 = b"\0" * 10 + b"\xff\xff"
_known_addresses: dict[tuple[int, bytes], str] = {}


def _address(family: int, raw: bytes) -> str:
    """In words; an IPv4 address in IPv6 clothes (a JVM's, say) is written as the IPv4 address that it is."""
    found = _known_addresses.get((family, raw))
    if found is None:
        if family == AF_INET:
            found = socket.inet_ntop(socket.AF_INET, raw[:4])
        elif raw.startswith(_V4_IN_V6):
            found = socket.inet_ntop(socket.AF_INET, raw[12:])
        else:
            found = socket.inet_ntop(socket.AF_INET6, raw)
        _known_addresses[family, raw] = found
    return found


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
        length, kind = _HEADER.unpack_from(answer)[:2]
        if kind != _BY_FAMILY:
            return None
        found = parse(answer[_HEADER.size : length], TCP, self._side)
        return found if found.dport else None  # where there is no such connection the kernel names who listens there

    def listeners(self) -> list[Sock]:
        """Everything that listens or, of UDP, is bound: 0.1 ms."""
        tcp = [parse(m, TCP, self._side) for m in self._ask(_old_request(1 << LISTEN), _GETSOCK_OLD)]
        return tcp + self.udp()

    def new_listeners(self) -> list[Sock] | None:
        """The same, None if none has come or gone since this was asked last: 0.02 ms where nobody uses UDP."""
        found = [(m, TCP) for m in self._ask(_LISTENERS, _GETSOCK_OLD)]
        for fd, family in zip(self._stat, (AF_INET, AF_INET6), strict=False):
            if _NO_UDP.search(os.pread(fd, 512, 0)) is None:
                found += [(m, UDP) for m in self._ask(_request(family, UDP, _ANY_STATE), _BY_FAMILY)]
        # State, addresses and the cookie, which the kernel gives out once: two sockets are never taken for one.
        named = {m[:2] + m[4:52] for m, _ in found}
        if named == self._listened:
            return None
        self._listened = named
        return [parse(m, protocol, self._side) for m, protocol in found]

    def udp(self) -> list[Sock]:
        """Every UDP socket."""
        return [parse(m, UDP, self._side) for family in (AF_INET, AF_INET6)
                for m in self._ask(_request(family, UDP, _ANY_STATE), _BY_FAMILY)]  # fmt: skip

    def _udp_too(self) -> list[tuple[bytes, Sock]]:
        return [(b"", sock) for sock in self.udp()] if self._any_udp else []

    def _dump(self) -> None:
        # The old request asks for both families in one walk of the table; the newer one takes a walk for each.
        messages = list(self._ask(_old_request(_ANY_STATE), _GETSOCK_OLD))
        self._take([(m, self._parse(m)) for m in messages] + self._udp_too())

    def _parse(self, message: bytes) -> Sock:
        """parse(), remembered: of two hundred sockets one has changed since the last look."""
        # What parse() reads, and no more: struct tcp_info has clocks in it that are never twice the same.
        info = _info_at(message)
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
            self._diag.send(b"".join(_message(_one(raw), _BY_FAMILY, _REQUEST) for raw in named))
        for _ in named:
            answer = self._diag.recv(1 << 16)
            kind = _HEADER.unpack_from(answer)[1]
            if kind != _BY_FAMILY:
                found.append((b"", _GONE))
            else:
                body = answer[_HEADER.size : _HEADER.unpack_from(answer)[0]]
                found.append((body, self._parse(body)))
        if any(sock is _GONE for _, sock in found):
            return False
        self._take(found + self._udp_too())
        return True

    def _ask(self, request: bytes, kind: int) -> Iterator[bytes]:
        self._diag.send(_message(request, kind, _DUMP))
        while True:
            data = self._diag.recv(1 << 18)
            offset = 0
            while offset < len(data):
                length, answer = _HEADER.unpack_from(data, offset)[:2]
                if answer in (_DONE, _ERROR):
                    return
                yield data[offset + _HEADER.size : offset + length]
                offset += (length + 3) & ~3

    def close(self) -> None:
        """Let go."""
        self._diag.close()
        self._datagrams.close()
        for fd in self._stat:
            os.close(fd)


_GONE = Sock(0, TCP, CLOSE, "", 0, "", 0, 0, 0, 0)


_IN_USE, _DATAGRAMS = ("sockstat", "sockstat6"), ("snmp", "snmp6")


def sums_in(net: str) -> dict[str, int]:
    """A namespace's files of sums, opened: `net` is the folder of its /proc/PID/net."""
    found = {}
    for name in (*_IN_USE, *_DATAGRAMS):
        with contextlib.suppress(OSError):
            found[name] = os.open(f"{net}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    return found


def _message(body: bytes, kind: int, flags: int) -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, 1, 0) + body


def _request(family: int, protocol: int, states: int) -> bytes:
    return struct.pack("=BBBBI", family, protocol, 0, 0, states) + b"\0" * 48


def _old_request(states: int, extensions: int = _WITH_INFO) -> bytes:
    # struct inet_diag_req: family (the kernel takes 0 to mean any), address lengths, extensions, id, states, dbs
    return struct.pack("=BBBB", 0, 0, 0, extensions) + b"\0" * 48 + struct.pack("=II", states, 0)


_LISTENERS = _old_request(1 << LISTEN, 0)
_NO_UDP = re.compile(rb"^UDP6?: inuse 0\b", re.MULTILINE)


def about(family: int, near: Sequence[Any], far: Sequence[Any]) -> bytes:
    """The question for a connection's socket by its addresses, its own first."""
    raw = [socket.inet_pton(family, host).ljust(16, b"\0") for host in (near[0], far[0])]
    ends = struct.pack("!HH", near[1], far[1]) + raw[0] + raw[1] + b"\0" * 4 + b"\xff" * 8  # any cookie
    return _message(struct.pack("=BBBBI", family, TCP, _WITH_INFO, 0, _ANY_STATE) + ends, _BY_FAMILY, _REQUEST)


def _one(raw: bytes) -> bytes:
    """A request for the socket that the beginning of an inet_diag_msg names (its id, cookie included)."""
    return struct.pack("=BBBBI", raw[0], TCP, _WITH_INFO, 0, _ANY_STATE) + raw[4:52]
