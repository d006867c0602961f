"""What client and server send each other: netstrings, that is LENGTH ":" BYTES ",".

The first of the bytes is W for words, which a tab parts, or D for a piece of a file. A file ends with an empty piece.
"""

PIECE = 8192
LONGEST = 1000000


class Lost(Exception):
    """There is nobody at the other end any more, or somebody who does not speak like this."""


class Wire:
    """A socket, and what has come from it and is not used yet."""

    def __init__(self, sock):
        self.sock = sock
        self.pending = bytearray()

    def more(self):
        try:
            piece = self.sock.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            raise Lost
        self.pending += piece

    def get(self):
        """The next netstring: a list of words, or the bytes of a piece."""
        while b":" not in self.pending:
            if len(self.pending) > len(str(LONGEST)):
                raise Lost
            self.more()
        colon = self.pending.index(b":")
        digits = bytes(self.pending[:colon])
        if not digits.isdigit() or int(digits) > LONGEST:
            raise Lost
        end = colon + 1 + int(digits)
        while len(self.pending) <= end:
            self.more()
        kind, content = self.pending[colon + 1:colon + 2], bytes(self.pending[colon + 2:end])
        del self.pending[:end + 1]
        return content if kind == b"D" else content.decode("utf-8", "replace").split("\t")

    def words(self):
        """The next netstring, which must be words."""
        message = self.get()
        if isinstance(message, bytes):
            raise Lost
        return message

    def put(self, *words):
        self._send(b"W" + "\t".join(words).encode())

    def put_file(self, file):
        """Everything from here to the end of an open file, in pieces."""
        while True:
            piece = file.read(PIECE)
            self._send(b"D" + piece)
            if not piece:
                return

    def get_file(self, file):
        """Write the pieces that come into an open file, up to the empty one."""
        while True:
            piece = self.get()
            if not isinstance(piece, bytes):
                raise Lost
            if not piece:
                return
            file.write(piece)

    def _send(self, content):
        try:
            self.sock.sendall(b"%d:%b," % (len(content), content))
        except OSError:
            raise Lost
