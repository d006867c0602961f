# Both programs import this: how text gets from one to the other.
#
# There is no header and no length. The two take turns, and whoever listens knows how
# the other one's turn ends: a request is a line, so it ends in a newline; an answer
# ends in an empty line, which nothing that can be said in the forum contains. TCP may
# deliver any part of a turn at any time, so both read on until the end has come.
# The bytes of a file are announced with their number and then counted.

END_OF_REQUEST = b"\n"
END_OF_ANSWER = b"\n\n"


class HungUp(Exception):
    pass


class Talk:
    def __init__(self, sock):
        self.sock = sock
        self.rest = b""  # came together with something else, and was not looked at yet

    def more(self):
        piece = self.sock.recv(4096)
        if piece == b"":
            raise HungUp
        self.rest += piece

    def until(self, end):
        while end not in self.rest:
            self.more()
        turn, self.rest = self.rest.split(end, 1)
        return turn.decode("utf-8", "replace")

    def exactly(self, size, progress=None):
        content = b""
        while True:
            piece = self.rest[:size - len(content)]
            self.rest = self.rest[len(piece):]
            content += piece
            if progress:
                progress(len(content), size)
            if len(content) == size:
                return content
            self.more()

    def say(self, text, end):
        self.sock.sendall(text.encode("utf-8") + end)
