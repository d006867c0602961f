"""What is asked through NETLINK_SOCK_DIAG, as bytes: all sockets of a family or a state, or one by its addresses."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import Any

from harness.stage.sock import LISTEN, TCP, TIME_WAIT

GETSOCK_OLD, BY_FAMILY, DONE, ERROR = 18, 20, 3, 2
REQUEST, DUMP = 1, 0x301
WITH_INFO = 1 << 1  # INET_DIAG_INFO, struct tcp_info
HEADER = struct.Struct("=IHHII")
ANY_STATE = 0xFFFFFFFF & ~(1 << TIME_WAIT)


def message(body: bytes, kind: int, flags: int) -> bytes:
    """A netlink message around a request."""
    return HEADER.pack(HEADER.size + len(body), kind, flags, 1, 0) + body


def request(family: int, protocol: int, states: int) -> bytes:
    """All sockets of a family and a protocol in these states (a bit each)."""
    return struct.pack("=BBBBI", family, protocol, 0, 0, states) + b"\0" * 48


def old_request(states: int, extensions: int = WITH_INFO) -> bytes:
    """All TCP sockets in these states, of both families in one walk of the kernel's table."""
    # struct inet_diag_req: family (the kernel takes 0 to mean any), address lengths, extensions, id, states, dbs
    return struct.pack("=BBBB", 0, 0, 0, extensions) + b"\0" * 48 + struct.pack("=II", states, 0)


LISTENERS = old_request(1 << LISTEN, 0)


def about(family: int, near: Sequence[Any], far: Sequence[Any]) -> bytes:
    """The question for a connection's socket by its addresses, its own first."""
    raw = [socket.inet_pton(family, host).ljust(16, b"\0") for host in (near[0], far[0])]
    ends = struct.pack("!HH", near[1], far[1]) + raw[0] + raw[1] + b"\0" * 4 + b"\xff" * 8  # any cookie
    return message(struct.pack("=BBBBI", family, TCP, WITH_INFO, 0, ANY_STATE) + ends, BY_FAMILY, REQUEST)


def one(raw: bytes) -> bytes:
    """A request for the socket that the beginning of an inet_diag_msg names (its id, cookie included)."""
    return struct.pack("=BBBBI", raw[0], TCP, WITH_INFO, 0, ANY_STATE) + raw[4:52]
