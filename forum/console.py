"""Output to the terminal: at once, whole, and by many workers."""

import os
from collections import deque
from threading import Lock


def say(*lines: str) -> None:
    """Print lines at once and together.

    One system call: nothing stays in a buffer, no other worker's line comes between, and
    a worker that is stopped inside it holds no lock that the others need.
    """
    write("\n".join([*lines, ""]))


def write(text: str) -> None:
    """Print text as it is."""
    data = text.encode(errors="backslashreplace")
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:  # nobody looks at our output any more; the forum goes on
        pass


class Console:
    """The server's terminal: prints groups of lines in the order they were handed in.

    Nobody waits for somebody else's line: whoever finds the terminal free prints everything
    there is, the others leave their lines to that worker. So a terminal that somebody has
    stopped (Ctrl-S) stops one worker, not all, and a busy server prints many lines in one
    system call.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._printing = Lock()

    def say(self, *lines: str) -> None:
        """Print lines together. They are out when this returns, unless another worker is printing them."""
        self._lines.append("\n".join([*lines, ""]))
        # Asked again after the lock is given back: lines that came in just before that
        # were left to us by a worker that found the lock taken.
        while self._lines and self._printing.acquire(blocking=False):
            try:
                write(self._all())
            finally:
                self._printing.release()

    def _all(self) -> str:
        taken = ""
        while self._lines:
            taken += self._lines.popleft()
        return taken
