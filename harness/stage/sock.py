"""One socket as the kernel describes it (struct inet_diag_msg, struct tcp_info): its ends, its state, its bytes."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass

AF_INET, AF_INET6 = 2, 10
TCP, UDP = 6, 17
ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE = 1, 2, 3, 4, 5, 6, 7
CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING = 8, 9, 10, 11

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
    if info := info_at(message):
        unacknowledged = struct.unpack_from("=I", message, info + 24)[0]
        received = struct.unpack_from("=Q", message, info + 128)[0]
        held = struct.unpack_from("=I", message, info + 144)[0]
        total, again = struct.unpack_from("=QQ", message, info + 200)
        sent = total - again
    return Sock(family, protocol, state, _address(family, source), sport, _address(family, target), dport,
                inode, unread, unsent, sent, received, held, unacknowledged, side)  # fmt: skip


def info_at(message: bytes) -> int:
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


GONE = Sock(0, TCP, CLOSE, "", 0, "", 0, 0, 0, 0)
