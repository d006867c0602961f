"""What a blocked thread waits for, read off its line in /proc/PID/task/TID/syscall. Pure.

The line names a system call by number and gives its six arguments as they stand
in registers. What matters: which descriptors it waits on, and whether it can
wake by itself. What lies behind a pointer (a pollfd array, a timespec) is asked
for through `peek`.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Callable
from dataclasses import dataclass

# name -> (x86_64, aarch64); None: the call does not exist there.
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "readv": (19, 65), "pread64": (17, 67), "write": (1, 64), "writev": (20, 66),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441),
    "recvfrom": (45, 207), "recvmsg": (47, 212), "recvmmsg": (299, 243), "sendto": (44, 206), "sendmsg": (46, 211),
    "accept": (43, 202), "accept4": (288, 242), "connect": (42, 203),
    "futex": (202, 98), "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "pause": (34, None),
    "rt_sigsuspend": (130, 133), "rt_sigtimedwait": (128, 137), "wait4": (61, 260), "waitid": (247, 95),
    "flock": (73, 32), "fcntl": (72, 25), "restart_syscall": (219, 128), "msgrcv": (70, 188),
    "semop": (65, 193), "semtimedop": (220, 192), "sendfile": (40, 71), "splice": (275, 76),
}  # fmt: skip
_COLUMN = 1 if platform.machine() in ("aarch64", "arm64") else 0
NAMES = {pair[_COLUMN]: name for name, pair in _NUMBERS.items() if pair[_COLUMN] is not None}


def number(name: str) -> int:
    """The number of a call on this machine, -1 if there is none."""
    found = _NUMBERS[name][_COLUMN]
    return -1 if found is None else found


RESTARTED = "restart_syscall"
POLLIN, POLLOUT = 1, 4
MSG_WAITALL = 0x100
CLOCK_REALTIME = 0
FUTEX_COMMAND, FUTEX_CLOCK_REALTIME, TIMER_ABSTIME = 0x7F, 0x100, 1
# The futex commands whose time-out is a moment and not a length: LOCK_PI, WAIT_BITSET, WAIT_REQUEUE_PI, LOCK_PI2.
FUTEX_ABSOLUTE = {6, 9, 11, 13}

Peek = Callable[[int, int], bytes | None]


@dataclass(frozen=True, slots=True)
class Call:
    """A thread inside of a system call."""

    name: str
    args: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """What a call waits for. `limit`: seconds from its beginning; `at`: a moment on `clock`; neither: for ever."""

    call: str
    reads: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()
    epoll: int = -1
    limit: float | None = None
    at: float | None = None
    clock: int = 1
    all_of_it: bool = False  # recv(MSG_WAITALL): unread bytes do not wake it
    known: bool = True  # False: it may have a time limit that we cannot read

    @property
    def timed(self) -> bool:
        """Whether it may wake by itself."""
        return self.limit is not None or self.at is not None or not self.known


def parse(line: bytes) -> Call | None:
    """The call of a `syscall` line; None while the thread runs, is outside of any call, or in one not known to wait."""
    fields = line.split()
    if len(fields) < 9 or fields[0].startswith(b"-"):
        return None
    name = NAMES.get(int(fields[0]))
    return Call(name, tuple(int(field, 16) for field in fields[1:7])) if name else None


def wait_of(call: Call, peek: Peek) -> Wait | None:
    """What this call waits for, or None if it is not one that waits for others."""
    reader = _READERS.get(call.name)
    return reader(call, peek) if reader else None


def _signed(value: int, bits: int = 32) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _fd(value: int) -> int:
    return _signed(value)


def _timespec(address: int, peek: Peek) -> float | None:
    """Seconds at `address`; None if it cannot be read (then the caller must not call the wait endless)."""
    raw = peek(address, 16)
    if raw is None or len(raw) < 16:
        return None
    seconds, nanoseconds = struct.unpack("=qq", raw)
    return float(seconds + nanoseconds / 1e9)


def _timeval(address: int, peek: Peek) -> float | None:
    raw = peek(address, 16)
    if raw is None or len(raw) < 16:
        return None
    seconds, microseconds = struct.unpack("=qq", raw)
    return float(seconds + microseconds / 1e6)


def _reads(call: Call, _: Peek) -> Wait:
    return Wait(call.name, reads=(_fd(call.args[0]),))


def _receives(call: Call, _: Peek) -> Wait:
    flags = call.args[2] if call.name == "recvmsg" else call.args[3]
    return Wait(call.name, reads=(_fd(call.args[0]),), all_of_it=bool(flags & MSG_WAITALL))


def _receives_many(call: Call, peek: Peek) -> Wait:
    length = _timespec(call.args[4], peek) if call.args[4] else None
    return Wait(call.name, reads=(_fd(call.args[0]),), limit=length, known=not call.args[4] or length is not None)


def _writes(call: Call, _: Peek) -> Wait:
    return Wait(call.name, writes=(_fd(call.args[0]),))


def _forever(call: Call, _: Peek) -> Wait:
    return Wait(call.name)


def _polls(call: Call, peek: Peek) -> Wait:
    count = min(call.args[1], 4096)
    raw = peek(call.args[0], 8 * count) if count else b""
    known = raw is not None
    entries = list(struct.iter_unpack("=ihh", raw[: len(raw) // 8 * 8])) if raw else []
    reads = tuple(fd for fd, events, _ in entries if fd >= 0 and events & POLLIN)
    writes = tuple(fd for fd, events, _ in entries if fd >= 0 and events & POLLOUT)
    limit: float | None = None
    if call.name == "poll":
        length = _signed(call.args[2])
        limit = length / 1000 if length >= 0 else None
    elif call.args[2]:
        limit = _timespec(call.args[2], peek)
        known = known and limit is not None
    return Wait(call.name, reads=reads, writes=writes, limit=limit, known=known)


def _selects(call: Call, peek: Peek) -> Wait:
    count = min(max(_signed(call.args[0]), 0), 1 << 16)
    reads, writes = (_fd_set(call.args[index], count, peek) for index in (1, 2))
    known = reads is not None and writes is not None
    limit: float | None = None
    if call.args[4]:
        limit = _timeval(call.args[4], peek) if call.name == "select" else _timespec(call.args[4], peek)
        known = known and limit is not None
    return Wait(call.name, reads=reads or (), writes=writes or (), limit=limit, known=known)


def _fd_set(address: int, count: int, peek: Peek) -> tuple[int, ...] | None:
    if not address or not count:
        return ()
    raw = peek(address, (count + 63) // 64 * 8)
    if raw is None:
        return None
    bits = int.from_bytes(raw, "little")
    return tuple(fd for fd in range(count) if bits >> fd & 1)


def _epolls(call: Call, peek: Peek) -> Wait:
    limit: float | None = None
    known = True
    if call.name == "epoll_pwait2":
        if call.args[3]:
            limit = _timespec(call.args[3], peek)
            known = limit is not None
    else:
        length = _signed(call.args[3])
        limit = length / 1000 if length >= 0 else None
    return Wait(call.name, epoll=_fd(call.args[0]), limit=limit, known=known)


def _futex(call: Call, peek: Peek) -> Wait:
    command = call.args[1] & FUTEX_COMMAND
    if not call.args[3]:
        return Wait(call.name)
    length = _timespec(call.args[3], peek)
    if command not in FUTEX_ABSOLUTE:
        return Wait(call.name, limit=length, known=length is not None)
    # LOCK_PI (6) is on the wall clock whatever its flag says.
    wall = call.args[1] & FUTEX_CLOCK_REALTIME or command == 6
    return Wait(call.name, at=length, clock=0 if wall else 1, known=length is not None)


def _sleeps(call: Call, peek: Peek) -> Wait:
    if call.name == "nanosleep":
        length = _timespec(call.args[0], peek)
        return Wait(call.name, limit=length, known=length is not None)
    length = _timespec(call.args[2], peek)
    if call.args[1] & TIMER_ABSTIME:
        return Wait(call.name, at=length, clock=call.args[0], known=length is not None)
    return Wait(call.name, limit=length, known=length is not None)


def _third_pointer(call: Call, peek: Peek) -> Wait:
    """rt_sigtimedwait: the third argument is its time-out."""
    length = _timespec(call.args[2], peek) if call.args[2] else None
    return Wait(call.name, limit=length, known=not call.args[2] or length is not None)


def _semaphore(call: Call, peek: Peek) -> Wait:
    length = _timespec(call.args[3], peek) if call.args[3] else None
    return Wait(call.name, limit=length, known=not call.args[3] or length is not None)


def _lock(call: Call, _: Peek) -> Wait | None:
    # F_SETLKW (7), F_OFD_SETLKW (38): other commands of fcntl do not wait.
    return Wait(call.name) if call.name == "flock" or call.args[1] in (7, 38) else None


def _restarted(call: Call, _: Peek) -> Wait:
    """After SIGCONT a timed wait goes on under this name, and its arguments are no longer to be trusted."""
    return Wait(call.name, known=False)


_READERS: dict[str, Callable[[Call, Peek], Wait | None]] = {
    "read": _reads, "readv": _reads, "pread64": _reads, "accept": _reads, "accept4": _reads,
    "recvfrom": _receives, "recvmsg": _receives, "recvmmsg": _receives_many,
    "write": _writes, "writev": _writes, "sendto": _writes, "sendmsg": _writes, "connect": _writes,
    "poll": _polls, "ppoll": _polls, "select": _selects, "pselect6": _selects,
    "epoll_wait": _epolls, "epoll_pwait": _epolls, "epoll_pwait2": _epolls,
    "futex": _futex, "nanosleep": _sleeps, "clock_nanosleep": _sleeps,
    "pause": _forever, "rt_sigsuspend": _forever, "wait4": _forever, "waitid": _forever, "msgrcv": _forever,
    "semop": _forever, "semtimedop": _semaphore, "rt_sigtimedwait": _third_pointer,
    "flock": _lock, "fcntl": _lock, RESTARTED: _restarted,
}  # fmt: skip
