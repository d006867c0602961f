"""The server's terminal, which many workers share."""

from collections import deque
from threading import Lock

from .arguments import write


class Console:
    """Prints whole groups of lines in the order they were handed in, and makes nobody wait for the terminal.

    Whoever finds it free prints everything there is, the others leave their lines to that
    worker. So a terminal that somebody has stopped (Ctrl-S) stops one worker, not all, and a
    busy server prints many lines in one system call.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._printing = Lock()

    def say(self, *lines: str) -> None:
        """Print lines together. They are out when this returns, unless another worker is printing them."""
        self._lines.append("".join(f"{line}\n" for line in lines))
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
