"""Lines of /proc/PID/task/TID/syscall, read by hand-made memory."""

from __future__ import annotations

import struct

import pytest

from harness.stage.syscalls import Call, Wait, number, parse, wait_of

TIMESPEC = struct.pack("=qq", 3, 500_000_000)
MEMORY = {
    0x1000: TIMESPEC,
    0x2000: struct.pack("=ihhihhihh", 0, 1, 0, 5, 4, 0, -1, 1, 0),
    0x3000: (1 << 0 | 1 << 7).to_bytes(8, "little"),
    0x4000: struct.pack("=qq", 2, 250_000),
}


def peek(address: int, size: int) -> bytes | None:
    """The memory above."""
    data = MEMORY.get(address)
    return data[:size] if data is not None else None


def line(name: str, *args: int) -> bytes:
    """A line as the kernel writes it."""
    padded = [*args, *[0] * (6 - len(args))]
    return b" ".join([str(number(name)).encode(), *[hex(a).encode() for a in padded], b"0x7ff0", b"0x7ff1"]) + b"\n"


@pytest.mark.parametrize("text", [b"running\n", b"-1 0x7ffc 0x7f00\n", b"-1 0x0 0x0\n", b"", b"99999 " + b"0x0 " * 8])
def test_what_is_not_a_known_call_is_none(text: bytes) -> None:
    """A running thread, one outside of any call, one in a call that the table does not know."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        (line("read", 0), Wait("read", reads=(0,))),
        (line("recvfrom", 4, 0, 10, 0x100), Wait("recvfrom", reads=(4,), all_of_it=True)),
        (line("accept4", 3), Wait("accept4", reads=(3,))),
        (line("write", 1), Wait("write", writes=(1,))),
        (line("futex", 0x10, 0x189), Wait("futex")),
        (line("futex", 0x10, 0x189, 0, 0x1000), Wait("futex", at=3.5, clock=0)),
        (line("futex", 0x10, 0x89, 0, 0x1000), Wait("futex", at=3.5, clock=1)),
        (line("futex", 0x10, 0x80, 0, 0x1000), Wait("futex", limit=3.5)),
        (line("futex", 0x10, 0x80, 0, 0x666), Wait("futex", known=False)),
        (line("ppoll", 0x2000, 3), Wait("ppoll", reads=(0,), writes=(5,))),
        (line("ppoll", 0x2000, 3, 0x1000), Wait("ppoll", reads=(0,), writes=(5,), limit=3.5)),
        (line("pselect6", 8, 0x3000, 0, 0, 0x1000), Wait("pselect6", reads=(0, 7), limit=3.5)),
        (line("pselect6", 8, 0x3000), Wait("pselect6", reads=(0, 7))),
        (line("epoll_pwait", 6, 0x10, 5, 0xFFFFFFFF), Wait("epoll_pwait", epoll=6)),
        (line("epoll_pwait", 6, 0x10, 5, 1500), Wait("epoll_pwait", epoll=6, limit=1.5)),
        (line("clock_nanosleep", 1, 0, 0x1000), Wait("clock_nanosleep", limit=3.5)),
        (line("clock_nanosleep", 1, 1, 0x1000), Wait("clock_nanosleep", at=3.5, clock=1)),
        (line("wait4", 0xFFFFFFFF), Wait("wait4")),
        (line("fcntl", 3, 7), Wait("fcntl")),
        (line("restart_syscall"), Wait("restart_syscall", known=False)),
    ],
)
def test_a_call_is_read_as_a_wait(text: bytes, wait: Wait) -> None:
    """Which descriptors, and whether it ends by itself: at a moment, after a while, or who knows."""
    call = parse(text)
    assert call is not None
    assert wait_of(call, peek) == wait


@pytest.mark.skipif(number("poll") < 0, reason="no poll(2) on this machine")
@pytest.mark.parametrize(("milliseconds", "limit"), [(0xFFFFFFFF, None), (60_000, 60.0), (0, 0.0)])
def test_the_time_limit_of_poll_is_its_third_argument(milliseconds: int, limit: float | None) -> None:
    """Minus one, as 32 bits, is for ever."""
    call = parse(line("poll", 0x2000, 3, milliseconds))
    assert call is not None
    assert wait_of(call, peek) == Wait("poll", reads=(0,), writes=(5,), limit=limit)


def test_a_timed_wait_is_never_taken_for_an_endless_one() -> None:
    """Memory that cannot be read makes a wait one that may end at any time."""
    for name, args in [("futex", (1, 0x80, 0, 0x99)), ("ppoll", (0x2000, 3, 0x99)), ("pselect6", (1, 0, 0, 0, 0x99))]:
        call = parse(line(name, *args))
        assert call is not None
        wait = wait_of(call, peek)
        assert wait is not None
        assert wait.timed


def test_commands_of_fcntl_that_do_not_wait() -> None:
    """Only F_SETLKW and its like do."""
    assert wait_of(Call("fcntl", (3, 2, 0, 0, 0, 0)), peek) is None
