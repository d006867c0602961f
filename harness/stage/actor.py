"""One actor's program in a terminal of its own. The only module that knows pexpect.

pexpect.spawn would sleep 50 ms before each send and 100 ms at each close, and
fork a harness that may hold hundreds of megabytes; here the launcher spawns,
and pexpect drives the terminal through `fdpexpect.fdspawn` with its sleeps
turned off.
"""

from __future__ import annotations

import array
import fcntl
import os
import select
import struct
import termios
from collections.abc import Iterator
from pathlib import Path

import pexpect
from pexpect import fdpexpect

ROWS, COLUMNS = 50, 500

# The line discipline's buffer is 4,096 bytes: a longer line loses its tail without a word (n_tty.c).
LONGEST_LINE = 4095

# One read of a terminal gives at most 4 KB; this many are joined before they are noted.
BURST = 1 << 20


class Terminal:
    """A pseudo terminal: `master` is ours. We keep `slave` too, to ask what of the typed lies unread."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        self.name = os.ttyname(self.slave)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        modes = termios.tcgetattr(self.slave)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        os.set_blocking(self.master, False)  # a program that never reads must not stop us typing to others
        self._pexpect = fdpexpect.fdspawn(self.master, timeout=None, maxread=1 << 16, use_poll=True)
        self._pexpect.delaybeforesend = None
        self._pexpect.delayafterread = None

    def read(self) -> Iterator[bytes]:
        """What has come out, in bursts, until it is drained.

        pexpect polls before each read, and that poll is what makes "drained" true: the kernel hands output over in
        a worker of its own, and poll waits for it. A bare non-blocking read may find nothing too early.
        """
        burst: list[bytes] = []
        size = 0
        while True:
            try:
                chunk: bytes = self._pexpect.read_nonblocking(size=1 << 16, timeout=0)  # type: ignore[assignment]
            except (pexpect.TIMEOUT, pexpect.EOF, BlockingIOError, OSError):
                break
            burst.append(chunk)
            size += len(chunk)
            if size >= BURST:
                yield b"".join(burst)
                burst, size = [], 0
        if burst:
            yield b"".join(burst)

    def write(self, data: bytes) -> int:
        """Type; returns how many bytes the terminal took."""
        taken = 0
        while taken < len(data):
            try:
                taken += self._pexpect.send(data[taken:])
            except OSError:
                break
        return taken

    def canonical(self) -> bool:
        """Whether it gives its program whole lines (and cuts long ones)."""
        return bool(termios.tcgetattr(self.slave)[3] & termios.ICANON)

    def unread(self) -> int:
        """How many typed bytes lie there for the program: whole lines, in canonical mode.

        The poll makes it the truth: typed bytes, too, are delivered by a worker of the kernel, and poll on the
        slave waits for it. Without, a line just typed shows neither here nor in its reader.
        """
        poller = select.poll()
        poller.register(self.slave, select.POLLIN)
        poller.poll(0)
        count = array.array("i", [0])
        fcntl.ioctl(self.slave, termios.FIONREAD, count)
        return count[0]

    def close(self) -> None:
        """Hang up."""
        os.close(self.slave)
        os.close(self.master)


class Actor:
    """Somebody of the cast: a folder, and one program after another in it."""

    def __init__(self, handle: str, folder: Path) -> None:
        self.handle = handle
        self.folder = folder
        self.life = 0
        self.alive = False
        self.pid = 0
        self.pids: set[int] = set()  # of every life: its sessions go by them
        self.pidfd = -1
        self.terminal: Terminal | None = None
        self.output = bytearray()  # of this life, up to the stage's limit
        self.kept = 0  # bytes of output kept over all lives
        self.capped = False
        self.answered_from = 0  # what stands in `output` from here on came after it was last typed to
        self.partial = 0  # bytes typed since the last newline
        self.typed_to = False  # since the last settling
        self.idle_switches = 0  # how often its threads woke although nothing happened
        self.cpu = 0.0  # of programs that have ended

    def born(self, terminal: Terminal, pid: int, pidfd: int) -> None:
        """A new life begins."""
        self.end_terminal()
        self.terminal, self.pid, self.pidfd = terminal, pid, pidfd
        self.alive = pid > 0
        self.pids.add(pid)
        self.output.clear()
        self.answered_from = 0
        self.partial = 0

    def gone(self) -> bool:
        """Whether its program has ended, by what the kernel says now (its report may still be under way)."""
        return not self.alive or (self.pidfd >= 0 and _ready(self.pidfd))

    def end_life(self) -> None:
        """Its program has ended; its terminal may still hold output."""
        self.alive = False
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1

    def end_terminal(self) -> None:
        """Close what is left of the last life."""
        self.end_life()
        if self.terminal is not None:
            self.terminal.close()
            self.terminal = None

    def refuses(self, data: bytes) -> str | None:
        """Why this cannot be typed, or None."""
        if self.terminal is None or self.gone():
            return "its program had ended" if self.life else "it was never started"
        if not self.terminal.canonical():
            return None
        first, *rest = data.split(b"\n")
        longest = max([self.partial + len(first), *map(len, rest)])
        if longest > LONGEST_LINE:
            return f"its terminal takes lines of up to {LONGEST_LINE} bytes, this one has {longest}"
        return None

    def typed(self, data: bytes) -> None:
        """Remember what lies on the line that is not yet ended."""
        _, newline, after = data.rpartition(b"\n")
        self.partial = len(after) if newline else self.partial + len(data)
        self.typed_to = True
        self.answered_from = len(self.output)


def _ready(fd: int) -> bool:
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return bool(poller.poll(0))
