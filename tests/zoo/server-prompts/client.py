import os
import select
import socket
import sys

# A terminal for the forum: what is typed goes to the server, what the server
# says is shown. It understands no command. Only where a byte 1 comes (see
# terminal.py) there is something to do with a file.

MARK = b"\x01"


class Terminal:
    def __init__(self, host, port):
        self.sock = socket.create_connection((host, port))
        self.pending = b""  # from the server, not looked at yet
        self.saving = None  # an open file, while one comes in
        self.left = 0  # bytes of it still to come
        self.typed = b""  # a line that is not complete

    def show(self, text):
        os.write(1, text)

    def incoming(self):
        """Returns False when there is no more to come."""
        data = self.sock.recv(65536)
        if not data:
            return False
        self.pending += data
        while self.pending:
            if self.left:
                self.save()
            elif not self.pending.startswith(MARK):
                text, mark, rest = self.pending.partition(MARK)
                self.show(text)
                self.pending = mark + rest
            elif b"\n" in self.pending:
                order, self.pending = self.pending[1:].split(b"\n", 1)
                self.obey(order.decode().split(" "))
            else:
                break
        return True

    def obey(self, order):
        if order[0] == "give":
            self.give(order[1])
        elif order[0] == "take":
            self.left = int(order[2])
            try:
                self.saving = open(order[1], "wb")
            except OSError as error:
                self.saving = None
                self.show(b"(could not save it: %s) " % str(error).encode())
            if not self.left:
                self.done()

    def save(self):
        part, self.pending = self.pending[:self.left], self.pending[self.left:]
        self.left -= len(part)
        if self.saving:
            self.saving.write(part)
        if not self.left:
            self.done()

    def done(self):
        if self.saving:
            self.saving.close()
            self.saving = None

    def give(self, name):
        try:
            with open(name, "rb") as file:
                content = file.read()
            self.sock.sendall(MARK + b"size %d\n" % len(content) + content)
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            self.sock.sendall(MARK + b"no %s\n" % error.strerror.encode())

    def loop(self):
        while True:
            readable, _, _ = select.select([self.sock, 0], [], [])
            if self.sock in readable and not self.incoming():
                break
            if 0 in readable:
                typed = os.read(0, 4096)
                if not typed:
                    break
                # Whole lines only: an answer about a file may go between two lines, not into one.
                line, newline, self.typed = (self.typed + typed.replace(MARK, b"?")).rpartition(b"\n")
                self.sock.sendall(line + newline)
        self.show(b"\n")


if len(sys.argv) != 3:
    sys.exit("client.py ip port")
try:
    Terminal(sys.argv[1], int(sys.argv[2])).loop()
except ConnectionError:
    print("\nconnection lost")
except KeyboardInterrupt:
    print()
