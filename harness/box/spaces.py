"""The namespaces of a box: who one is in it, and its networks.

With `relay` a box has a second network, the *clients'*: whoever lives there and whoever lives in the server's meet
only where sockets were made for it, on request, in the one and in the other.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import struct

from harness.box.libc import call, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
NETLINK_SOCK_DIAG = 4
SUMS = ("sockstat", "sockstat6", "snmp", "snmp6")

# Who the programs are in their box. Never uid 0: exec gives root of a namespace all its capabilities, and a program
# could then take the box apart (umount its /proc, bring lo down). Any other uid drops them at exec.
STUDENT = 1000


def enter_namespaces(uid: int) -> None:
    """Move into namespaces of our own; the next fork is pid 1 there. Raises OSError where they are refused.

    `uid`: who the programs are outside. If that is not us (we are root, and root heeds no RLIMIT_NPROC and reads what
    nobody else may), two users are in the namespace: root, who makes the box, and they.
    """
    ours, group = os.geteuid(), os.getegid()  # in the new namespace nobody has a number until it is given one
    with contextlib.ExitStack() as stack:
        if ours != uid:
            stack.enter_context(_mapped_by_another([f"0 0 1\n{STUDENT} {uid} 1\n"]))
        call("unshare", CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC)
    if ours == uid:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{STUDENT} {uid} 1")
        write("/proc/self/gid_map", f"{STUDENT} {group} 1")


@contextlib.contextmanager
def _mapped_by_another(maps: list[str]) -> Iterator[None]:
    """Two users can be mapped only from outside: by a child that stays there."""
    ready, go = os.pipe()
    me = os.getpid()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(go)
            if os.read(ready, 1):
                write(f"/proc/{me}/uid_map", maps[0])
                write(f"/proc/{me}/gid_map", maps[0])
                status = 0
        finally:
            os._exit(status)
    os.close(ready)
    try:
        yield
        os.write(go, b"x")
    finally:
        os.close(go)
        _, status = os.waitpid(child, 0)
    if status:
        raise OSError(1, "nobody else can be mapped into a namespace of users")


def become_student() -> None:
    """Whoever we start will be the student; we stay who we are. (posix_spawn's RESETIDS makes the real ids count.)"""
    if os.geteuid() != STUDENT:
        os.setgroups([])
        os.setresgid(STUDENT, 0, 0)
        os.setresuid(STUDENT, 0, 0)


def no_namespaces_inside() -> None:
    """A program must not make a namespace where it is root: its tmpfs would be memory that nobody sees."""
    with contextlib.suppress(OSError):
        write("/proc/sys/user/max_user_namespaces", "0")


def furnish_network() -> None:
    """A loopback that works, in a network that is new."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    _forget_closed_connections()


def _forget_closed_connections() -> None:
    """Keep no connection in TIME_WAIT: a server without SO_REUSEADDR can be started again at once.

    Otherwise that would fail or not by which side had happened to close first, a matter of microseconds.
    """
    with contextlib.suppress(OSError):  # some containers refuse it: then such a restart may fail, as anywhere else
        write("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0")


def sock_diag() -> int:
    """A socket that tells of all sockets of the network we are in."""
    return socket.socket(16, socket.SOCK_RAW, NETLINK_SOCK_DIAG).detach()  # 16: AF_NETLINK, absent from macOS


class Networks:
    """The networks of a box: one, or after `divide` the server's and the clients'. We live in the server's."""

    def __init__(self) -> None:
        self._ways: dict[str, int] = {}

    def divide(self) -> dict[str, int]:
        """Make the clients' network. Gives away its SOCK_DIAG socket and its files of sums in /proc/net."""
        self._ways["server"] = os.open("/proc/self/ns/net", os.O_RDONLY)
        call("unshare", CLONE_NEWNET)
        self._ways["clients"] = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            furnish_network()
            sums = {f"clients/{name}": os.open(f"/proc/self/net/{name}", os.O_RDONLY)
                    for name in SUMS if os.path.exists(f"/proc/self/net/{name}")}  # fmt: skip
            return {"clients/diag": sock_diag(), **sums}
        finally:
            self._enter("server")

    def _enter(self, side: str) -> None:
        # Never exec'd since it made its namespaces, pid 1 still has the capability that this takes.
        call("setns", self._ways[side], CLONE_NEWNET)

    @contextlib.contextmanager
    def at(self, side: str) -> Iterator[None]:
        """Meanwhile live there: what is started or made belongs to that network."""
        if side == "clients" and self._ways:
            self._enter(side)
            try:
                yield
            finally:
                self._enter("server")
        else:
            yield
