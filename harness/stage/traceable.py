"""Which threads of a program may be stopped and let go on without their noticing; and which there are.

Everything here is seen from outside of the box, by the pids that we see: ptrace knows no others.
"""

from __future__ import annotations

import contextlib
import os
import socket

from harness.stage import ptrace, syscalls
from harness.stage.thread import JVM_THREADS

# Calls that go on, when somebody was stopped in them, as if nothing had been. (epoll_wait ends with EINTR, and so does
# any call on a socket with a time limit of its own: a program in C may take that for an error. The runtimes of Python
# and Java make such a call once more, whichever it is, and tell the program nothing: PEP 475.)
GO_ON = frozenset({
    "read", "readv", "recvfrom", "recvmsg", "accept", "accept4", "futex", "poll", "ppoll", "select", "pselect6",
    "wait4", "waitid", "clock_nanosleep", "nanosleep", "restart_syscall", "pause",
})  # fmt: skip
_ASK_AGAIN = ("python", "pypy", "java")
_MAYBE_ON_SOCKETS = frozenset({"read", "readv", "recvfrom", "recvmsg", "accept", "accept4"})


def outer_pid(pidfd: int) -> int:
    """The pid, as we see it, of a process in a box; 0 if it has ended. Raises OSError."""
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
        return max(0, *(int(line.split()[1]) for line in file if line.startswith("Pid:")))


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for one in found:
        for tid in threads(one):
            with contextlib.suppress(OSError), open(f"/proc/{one}/task/{tid}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
    return found


def threads(pid: int) -> list[int]:
    """The threads of a process, in the order in which they were born."""
    try:
        return sorted(int(name) for name in os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return []


def may_be_stopped(pid: int, tid: int) -> bool:
    """Whether this thread would not notice it: it runs, or waits in a call that goes on by itself.

    The JVM's own threads are left alone: while one of them collects garbage, nobody else may stand.
    """
    try:
        with open(f"/proc/{pid}/task/{tid}/comm", encoding="utf-8", errors="replace") as file:
            if file.read().startswith(JVM_THREADS):
                return False
        with open(f"/proc/{pid}/task/{tid}/stat", "rb") as file:
            if file.read().rpartition(b")")[2].split()[0] in (b"T", b"t"):  # a scenario stopped it, or somebody else
                return False
        with open(f"/proc/{pid}/task/{tid}/syscall", "rb") as file:
            line = file.read()
    except OSError:
        return False
    if line.startswith(b"running"):
        return True
    if _asks_again(pid):
        return True
    call = syscalls.parse(line)
    if call is None or call.name not in GO_ON:
        return False
    return call.name not in _MAYBE_ON_SOCKETS or not _has_a_limit(pid, call.args[0])


def _asks_again(pid: int) -> bool:
    """Whether its runtime makes a call that was interrupted once more by itself."""
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")).startswith(_ASK_AGAIN)
    except OSError:
        return False


def _has_a_limit(pid: int, descriptor: int) -> bool:
    """Whether it is a socket with SO_RCVTIMEO; True if that cannot be seen."""
    try:
        mine = ptrace.borrow(pid, descriptor)
    except OSError:
        return True
    try:
        with socket.socket(fileno=mine) as borrowed:
            return any(borrowed.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16))
    except OSError:  # no socket
        os.close(mine)
        return False
