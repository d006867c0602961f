"""The fastest way to talk to a program in a terminal: one poll, one read, and knowing what to wait for.

What the harness is measured against. It knows nothing of stillness, of other
programs or of recordings; it is told how each answer ends.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.bench.figures import Broken

PATIENCE_MS = 60_000
ROWS, COLUMNS = 50, 500  # as on the harness's terminals


class PollLoop:
    """One program in a terminal of its own. A context manager: the program is gone at its end."""

    def __init__(self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        modes = termios.tcgetattr(slave)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        self.seen = bytearray()
        self.process = subprocess.Popen(
            argv, cwd=folder, env=dict(environment), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._poll = select.poll()
        self._poll.register(self.master, select.POLLIN)

    def __enter__(self) -> PollLoop:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def say(self, line: str, ending: bytes) -> None:
        """Type a line and wait until the answer to it ends so."""
        self.seen.clear()
        os.write(self.master, line.encode() + b"\n")
        self.until(ending)

    def until(self, ending: bytes) -> None:
        """Read until the output ends so."""
        while not self.seen.endswith(ending):
            if not self._poll.poll(PATIENCE_MS):
                raise Broken(f"expected {ending!r}, and this came: {bytes(self.seen)!r}")
            self.seen += os.read(self.master, 1 << 16)

    def drain(self) -> None:
        """Throw away what stands there now: a program whose terminal is full would be stopped by it."""
        while self._poll.poll(0):
            os.read(self.master, 1 << 16)

    def all_after(self, line: str) -> int:
        """Type a line, read until the program has closed its terminal, throw it all away; returns how much it was."""
        os.write(self.master, line.encode() + b"\n")
        size = 0
        while True:
            try:
                size += len(os.read(self.master, 1 << 16))
            except OSError:  # EIO: nobody has the other side any more
                return size
