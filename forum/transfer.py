"""A file on its way between disk and network, piece by piece, in constant memory."""

import os
from collections.abc import Callable

from .messages import PIECE, Message, Status
from .newfile import NewFile


class Arrival:
    """A file that is arriving. Problems with the disk are kept, so that the bytes still to come are drained."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.content: NewFile | None = None
        self.problem = ""

    def open(self) -> None:
        """Get ready for the first bytes."""
        try:
            self.content = NewFile()
        except OSError as exc:
            self._fail(exc)

    def write(self, data: bytes) -> None:
        """Add bytes, or drop them if an earlier write failed."""
        if self.content is None:
            return
        try:
            self.content.write(data)
        except OSError as exc:  # the disk is full
            self._fail(exc)

    def close(self) -> None:
        """Let go of the file; what was not published is gone."""
        if self.content is not None:
            self.content.close()
            self.content = None

    def _fail(self, problem: OSError) -> None:
        self.problem = problem.strerror or str(problem)
        self.close()


def send_pieces(descriptor: int, send: Callable[[Message, bytes], None]) -> bool:
    """Read a file to its end and send it in pieces; False if it could not be read to the end."""
    while True:
        try:
            piece = os.read(descriptor, PIECE)
        except OSError:
            return False
        if not piece:
            return True
        send(Message(Status.BYTES, size=len(piece)), piece)
