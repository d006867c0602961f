# Forum client.  Usage: python3 client.py IP PORT
#
# The terminal gives single keys (no line mode, no echo), and class Line makes a line of
# them. So one select() serves the keys and the server, and a goodbye of the server comes
# through at once, even in the middle of a half-typed line.
import os
import select
import socket
import sys
import termios
import threading

import wire

ARGUMENTS = {"CRT": 1, "MSG": 2, "DLT": 2, "EDT": 3, "LST": 0, "RDT": 1, "UPD": 2, "DWN": 2, "RMV": 1, "XIT": 0, "SHT": 1}


class Leave(Exception):
    pass


class Keys:
    """The terminal, while it gives single keys."""

    def __enter__(self):
        self.old = None
        if os.isatty(0):
            self.old = termios.tcgetattr(0)
            new = termios.tcgetattr(0)
            new[3] &= ~(termios.ICANON | termios.ECHO)
            # NOW, and not FLUSH: what was typed already must not be lost.
            termios.tcsetattr(0, termios.TCSANOW, new)
        return self

    def __exit__(self, *_):
        if self.old:
            termios.tcsetattr(0, termios.TCSANOW, self.old)


class Line:
    """What is being typed."""

    def __init__(self):
        self.pending = b""  # keys not looked at yet

    def read(self, sock, question):
        print(question)
        line = b""
        while True:
            while not self.pending:
                ready, _, _ = select.select([0, sock], [], [])
                if sock in ready:
                    self.goodbye(sock)
                self.pending = os.read(0, 1024)
                if not self.pending:
                    raise Leave("")
            key, self.pending = self.pending[:1], self.pending[1:]
            if key in b"\r\n":
                self.echo(b"\n")
                return line.decode(errors="replace")
            if key in b"\x7f\b":
                if line:
                    line = line[:-1]
                    self.echo(b"\b \b")
            elif key == b"\x04":
                if not line:
                    raise Leave("")
            elif key == b"\x15":
                self.echo(b"\b \b" * len(line))
                line = b""
            elif key >= b" ":
                line += key
                self.echo(key)

    def echo(self, data):
        sys.stdout.flush()
        os.write(1, data)

    def goodbye(self, sock):
        """Nothing was asked, so this can only be the end."""
        kind, fields = wire.get(sock)
        raise Leave("\n" + fields[0].decode())


def log(text):
    print("%s (%s)" % (text, threading.currentThread().getName()))


def call(sock, kind, *fields):
    wire.put(sock, kind, *fields)
    kind, fields = wire.get(sock)
    if kind == "Q":
        raise Leave(fields[0].decode())
    return kind, fields


def sign_in(sock, line):
    while True:
        name = line.read(sock, "Name (as it stands in the list, or a new one)")
        kind, fields = call(sock, "U", name)
        if kind == "N":
            print(fields[0].decode())
            continue
        if kind == "K":
            word = line.read(sock, "Password (of this name)")
        else:
            print("This name is new.")
            word = line.read(sock, "Password (that shall be yours)")
        kind, fields = call(sock, "P", name, word, "new" if kind == "W" else "known")
        print(fields[0].decode())
        if kind == "Y":
            return


def check(text):
    """The words of a command, or None after a complaint."""
    verb = text.split(" ")[0]
    if verb not in ARGUMENTS:
        print("Unknown:", verb)
        return None
    if verb in ("MSG", "EDT"):
        words = text.split(" ", ARGUMENTS[verb])
    else:
        words = text.split()
    if len(words) != 1 + ARGUMENTS[verb] or not all(word.strip() for word in words):
        print("Usage: %s with %d arguments" % (verb, ARGUMENTS[verb]))
        return None
    return words


def one(sock, words):
    if words[0] == "UPD":
        try:
            content = open(words[2], "rb").read()
        except OSError as problem:
            print("Cannot read it:", problem.strerror)
            return
        kind, fields = call(sock, "C", *words)
        if kind == "Y":
            kind, fields = call(sock, "F", words[1], words[2], content)
    else:
        kind, fields = call(sock, "C", *words)
    if kind == "D":
        with open(words[2], "wb") as f:
            f.write(fields[0])
        log("Downloaded %s" % words[2])
    elif kind == "Y":
        log("%s done" % words[0])
        print(fields[0].decode().rstrip("\n"))
    else:
        print("Refused:", fields[0].decode())


def main():
    sock = socket.socket()
    sock.connect((sys.argv[1], int(sys.argv[2])))
    line = Line()
    sign_in(sock, line)
    while True:
        text = line.read(sock, "Command (%s)" % " ".join(ARGUMENTS))
        words = check(text) if text.strip() else None
        if words and words[0] == "XIT":
            raise Leave(call(sock, "X")[1][0].decode())
        if words:
            one(sock, words)


if __name__ == "__main__":
    with Keys():
        try:
            main()
        except Leave as leave:
            print(leave)
        except (OSError, EOFError):
            print("\nThe server has gone.")
        except KeyboardInterrupt:
            print()
