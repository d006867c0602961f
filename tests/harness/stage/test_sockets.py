"""SOCK_DIAG: what a message says, and what real sockets show."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from harness.stage.sock import ESTABLISHED, LISTEN, TCP, parse
from harness.stage.sockets import Sockets, sums_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="SOCK_DIAG is Linux")


def message(family: int, source: bytes, target: bytes, unread: int, inode: int, extra: bytes = b"") -> bytes:
    """An inet_diag_msg."""
    ids = struct.pack("!HH", 5000, 40312) + source.ljust(16, b"\0") + target.ljust(16, b"\0") + b"\0" * 12
    return struct.pack("=BBBB", family, ESTABLISHED, 0, 0) + ids + struct.pack("=IIIII", 0, unread, 7, 0, inode) + extra


def test_a_message_is_read() -> None:
    """Addresses, queues, and the counters of struct tcp_info, sent again not counted."""
    info = bytearray(240)
    struct.pack_into("=Q", info, 128, 11)
    struct.pack_into("=I", info, 144, 3)
    struct.pack_into("=QQ", info, 200, 30, 10)
    extra = struct.pack("=HH", 4 + len(info), 2) + bytes(info)
    sock = parse(message(2, b"\x7f\0\0\1", b"\x7f\0\0\1", 5, 99, extra), TCP)
    assert str(sock) == "tcp connection 127.0.0.1:5000 -> 127.0.0.1:40312"
    assert (sock.unread, sock.unsent, sock.inode, sock.sent, sock.received, sock.held) == (5, 7, 99, 20, 11, 3)


def test_an_old_kernel_has_a_shorter_tcp_info() -> None:
    """Counters that are not there are zero: nothing is said to be on its way."""
    sock = parse(message(2, b"\x7f\0\0\1", b"\x7f\0\0\1", 5, 99, struct.pack("=HH", 104, 2) + b"\1" * 100), TCP)
    assert (sock.sent, sock.received) == (0, 0)


def test_an_ipv4_address_in_ipv6_clothes_is_one() -> None:
    """A JVM's sockets are IPv6 ones; both ends must have the same names for it."""
    mapped = b"\0" * 10 + b"\xff\xff\x7f\0\0\1"
    assert parse(message(10, mapped, mapped, 0, 1), TCP).source == "127.0.0.1"


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    """Those of this process's namespace."""
    with socket.socket(16, socket.SOCK_RAW, 4) as diag:
        sums = sums_in("/proc/self/net")
        found = Sockets(diag.fileno(), sums)
        yield found
        found.close()
        for fd in sums.values():
            os.close(fd)


def inode(sock: socket.socket) -> int:
    """The number that /proc knows it by."""
    return os.fstat(sock.fileno()).st_ino


def test_what_lies_unread_is_seen_at_both_ends(sockets: Sockets) -> None:
    """Bytes for a reader, a connection for who accepts, and which end belongs to which."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        sockets.refresh([inode(server), inode(client)])
        assert (sockets.by_inode[inode(server)].state, sockets.by_inode[inode(server)].unread) == (LISTEN, 1)
        with server.accept()[0] as worker:
            client.sendall(b"hello")
            sockets.refresh([inode(worker), inode(client)])
            near, far = sockets.by_inode[inode(client)], sockets.by_inode[inode(worker)]
            assert sockets.by_ends[near.other_ends] == far
            assert (near.sent, far.received, far.unread) == (5, 5, 5)
            worker.recv(5)
            sockets.refresh([inode(worker)])
            assert sockets.by_inode[inode(worker)].unread == 0


def test_sockets_come_and_go(sockets: Sockets) -> None:
    """A new one is found although nobody named it, one that is closed is forgotten."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        sockets.refresh()
        assert inode(server) in sockets.by_inode
        number = inode(server)
    sockets.refresh()
    assert number not in sockets.by_inode


def test_bound_udp_sockets_listen_too(sockets: Sockets) -> None:
    """They have no state of their own for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        assert sock.getsockname()[1] in {s.sport for s in sockets.listeners()}


@pytest.mark.parametrize(("family", "here"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_datagrams_that_lie_unread_are_seen(sockets: Sockets, family: int, here: str) -> None:
    """At every look, whether or not the set of sockets has changed since the last one."""
    with socket.socket(family, socket.SOCK_DGRAM) as near, socket.socket(family, socket.SOCK_DGRAM) as far:
        far.bind((here, 0))
        for _ in range(3):
            sockets.refresh([inode(far)])
            assert sockets.by_inode[inode(far)].unread == 0
            near.sendto(b"", far.getsockname())  # even an empty one is something
            sockets.refresh([inode(far)])
            assert sockets.by_inode[inode(far)].unread > 0
            far.recv(100)
