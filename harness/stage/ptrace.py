"""The few requests of ptrace(2) that it takes to stop a thread at each of its system calls, and to let it go on.

Only for the thread that seized: the kernel knows a tracer by its thread, and lets go of all it traces when that ends.
"""

from __future__ import annotations

import ctypes
import os

# Requests, and options: calls are told from signals, and whoever is born of a traced thread is traced from the start.
_SYSCALL, _DETACH, _SEIZE, _INTERRUPT, _LISTEN, _CALL_INFO = 24, 17, 0x4206, 0x4207, 0x4208, 0x420E
_EVENT_MESSAGE = 0x4201
_SYSGOOD, _FORK, _VFORK, _CLONE = 1, 1 << 1, 1 << 2, 1 << 3
_ENTRY = 1  # of _CALL_INFO: a call begins
_WALL, _MINE_ONLY = 0x40000000, 0x20000000  # threads too; and no child of another thread of ours
_PIDFD_GETFD = 438  # on every machine
_BIRTHS = (1, 2, 3)  # PTRACE_EVENT_FORK, _VFORK, _CLONE
CALL, STOP = 5 | 0x80, 128  # SIGTRAP as _SYSGOOD marks it; PTRACE_EVENT_STOP

_libc = ctypes.CDLL(None, use_errno=True)
# Linux alone has both; where they are missing nothing is ever traced.
_ptrace = getattr(_libc, "ptrace", None)
_syscall = getattr(_libc, "syscall", None)
if _ptrace is not None and _syscall is not None:
    _ptrace.argtypes, _ptrace.restype = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p), ctypes.c_long
    _syscall.argtypes, _syscall.restype = (ctypes.c_long,) * 4, ctypes.c_long


def _ask(request: int, tid: int, data: int = 0) -> None:
    if _ptrace is None or _ptrace(request, tid, None, data) < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"ptrace was refused: {os.strerror(code)}")


def seize(tid: int) -> None:
    """Trace a thread, and all that are born of it; that does not stop it. Raises OSError: it is gone, or not ours."""
    _ask(_SEIZE, tid, _SYSGOOD | _FORK | _VFORK | _CLONE)


def interrupt(tid: int) -> None:
    """Stop it where it is: `stopped` will tell. Raises OSError."""
    _ask(_INTERRUPT, tid)


def go_on(tid: int, signal: int = 0) -> None:
    """Let one that stands go on until a call begins or ends, with the signal that stopped it. Raises OSError."""
    _ask(_SYSCALL, tid, signal)


def listen(tid: int) -> None:
    """Somebody's SIGSTOP stopped it: leave it so, until somebody's SIGCONT. Raises OSError."""
    _ask(_LISTEN, tid)


def detach(tid: int) -> None:
    """Let one that stands go on, and trace it no longer. Raises OSError."""
    _ask(_DETACH, tid)


def stopped() -> tuple[int, int] | None:
    """A thread that has stopped or ended, of which that was not told yet, with its wait status; None: there is none."""
    try:
        tid, status = os.waitpid(-1, os.WNOHANG | _WALL | _MINE_ONLY)
    except ChildProcessError:  # all of them have ended
        return None
    return (tid, status) if tid else None


def event(status: int) -> int:
    """What stopped it besides a signal, as ptrace(2) numbers them; 0: nothing."""
    return status >> 16


def born_of(tid: int, status: int) -> int:
    """Who was just born of a thread that stands for that, 0 if it stands for something else. Raises OSError."""
    if event(status) not in _BIRTHS:
        return 0
    born = ctypes.c_ulong()
    _ask(_EVENT_MESSAGE, tid, ctypes.addressof(born))
    return born.value


def begins(tid: int) -> tuple[int, tuple[int, ...]] | None:
    """The number and the arguments of the call that a thread which stands is about to begin; None: it has ended one."""
    info = (ctypes.c_uint64 * 11)()
    size = 0 if _ptrace is None else _ptrace(_CALL_INFO, tid, ctypes.sizeof(info), ctypes.addressof(info))
    return (info[3], tuple(info[4:10])) if size > 0 and info[0] & 0xFF == _ENTRY else None


def borrow(pid: int, descriptor: int) -> int:
    """A descriptor of our own for what is open in that process. Raises OSError."""
    pidfd = os.pidfd_open(pid)
    try:
        mine = -1 if _syscall is None else _syscall(_PIDFD_GETFD, pidfd, descriptor, 0)
        if mine < 0:
            code = ctypes.get_errno()
            raise OSError(code, f"a descriptor was not lent: {os.strerror(code)}")
        return int(mine)
    finally:
        os.close(pidfd)
