"""TCP hands over bytes; this cuts them into lines and counted bytes. No socket in here."""

# Longest line we hold while waiting for its newline. A peer that never sends one
# must not be able to fill our memory; the longest honest request, a message typed
# by hand, is far below it.
MAX_LINE = 64 * 1024


class LineTooLong(Exception):
    """The peer sent more bytes without a newline than we are willing to hold."""


class LineBuffer:
    """Bytes in, whole lines or counted bytes out."""

    def __init__(self, limit: int | None = MAX_LINE) -> None:
        self._limit = limit
        self._pending = bytearray()
        self._searched = 0  # no newline before this place: a long line is searched once, not once a piece
        self._skipping = False

    def feed(self, data: bytes) -> None:
        """Add bytes as they came off the network."""
        self._pending += data

    def next_line(self) -> bytes | None:
        """Return the next whole line without its newline, or None if more bytes are needed.

        A line past the limit raises LineTooLong once, as soon as it is too long; what
        is left of it is then dropped up to its newline, in constant memory, so that
        the peer can be told and may go on.
        """
        end = self._pending.find(b"\n", self._searched)
        if self._skipping:
            return self._skip(end)
        if self._limit is not None and (end if end >= 0 else len(self._pending)) > self._limit:
            self._skipping = end < 0
            self.take(len(self._pending) if end < 0 else end + 1)
            raise LineTooLong(f"expected a line of at most {self._limit} bytes, got a longer one")
        if end < 0:
            self._searched = len(self._pending)
            return None
        line = bytes(self._pending[:end])
        del self._pending[: end + 1]
        self._searched = 0
        return line

    def take(self, most: int) -> bytes:
        """Return up to `most` bytes that are already here, perhaps none."""
        taken = bytes(self._pending[:most])
        del self._pending[:most]
        self._searched = 0
        return taken

    def _skip(self, end: int) -> bytes | None:
        if end < 0:
            self.take(len(self._pending))
            return None
        self.take(end + 1)
        self._skipping = False
        return self.next_line()
