import threading


class HungUp(Exception):
    """Nobody sits at the terminal any more."""


class Terminal:
    """The server's side of a client's terminal.

    Text goes as it is. An order to the client is a byte 1, words and a newline:
        1 give NAME          send this file: "1 size N" and the N bytes, or "1 no REASON"
        1 take NAME N        save the N bytes that follow under this name
    """

    def __init__(self, rfile, wfile):
        self.rfile = rfile
        self.wfile = wfile
        # The farewell at a shutdown comes from another thread than the answers.
        self.writing = threading.Lock()
        self.closed = False
        self.typed_ahead = []  # lines that came while we waited for a file

    def write(self, data):
        with self.writing:
            if self.closed:
                raise HungUp
            self.wfile.write(data)
            self.wfile.flush()

    def say(self, text):
        self.write(text.replace("\x01", "?").encode())

    def read_line(self):
        data = self.rfile.readline()
        if not data.endswith(b"\n"):
            raise HungUp
        return data.decode(errors="replace").strip(" \r\n")

    def line(self):
        return self.typed_ahead.pop(0) if self.typed_ahead else self.read_line()

    def ask(self, prompt):
        self.say(prompt)
        return self.line()

    def ask_word(self, prompt):
        word = self.ask(prompt)
        while len(word.split()) != 1:
            word = self.ask("(one word)\n" + prompt)
        return word

    def fetch(self, name):
        """(contents, None), or (None, reason) if the client cannot read its file."""
        self.write(b"\x01give " + name.encode() + b"\n")
        line = self.read_line()
        while not line.startswith("\x01"):
            self.typed_ahead.append(line)
            line = self.read_line()
        word, _, rest = line.partition(" ")
        if word == "\x01no":
            return None, rest
        contents = self.rfile.read(int(rest))
        if len(contents) < int(rest):
            raise HungUp
        return contents, None

    def deliver(self, name, contents, text):
        self.write(b"\x01take %s %d\n" % (name.encode(), len(contents)) + contents + text.encode())

    def farewell(self, text):
        """Say this, and nothing after it."""
        if self.writing.acquire(timeout=3):  # one that does not take what is sent to it must not keep the others
            try:
                if not self.closed:
                    self.closed = True
                    self.wfile.write(text.encode())
                    self.wfile.flush()
            except (OSError, ValueError):  # it hung up, or its worker has ended and closed the file already
                pass
            finally:
                self.writing.release()
