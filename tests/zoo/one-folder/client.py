"""Client of the forum: python3 client.py ip port

Type your name, then your password, then commands (in capital or small letters).
"""

import os
import select
import socket
import sys

import common


class Client:
    def __init__(self, ip, port):
        self.sock = socket.create_connection((ip, port))
        self.inbox, self.messages, self.typed = common.Inbox(), [], b""

    def hear(self):
        """Read from the server once. Ends the program if the forum ends."""
        data = self.sock.recv(1 << 16)
        if not data:
            self.end("\nthe server is gone")
        for message in self.inbox.feed(data):
            if message[0] == b"bye":
                self.end("\n" + message[1].decode())
            self.messages.append(message)

    def ask(self, *words):
        """Send a request; return whether it was granted, and the answer's bytes."""
        self.sock.sendall(common.pack(*words))
        while not self.messages:
            self.hear()
        verdict, text = self.messages.pop(0)
        return verdict == b"yes", text

    def read(self, prompt=""):
        """A line from the keyboard; meanwhile the server may say goodbye."""
        print(prompt, end="", flush=True)
        while b"\n" not in self.typed:
            ready, _, _ = select.select([self.sock, sys.stdin.fileno()], [], [])
            if self.sock in ready:
                self.hear()
            else:
                data = os.read(sys.stdin.fileno(), 4096)
                if not data:
                    self.end("")
                self.typed += data
        line, _, self.typed = self.typed.partition(b"\n")
        return line.decode(errors="replace")

    def end(self, text):
        print(text, flush=True)
        sys.exit()

    def log_in(self):
        print("THE FORUM\nname and password, each on a line, please")
        while True:
            good, text = self.ask("name", self.read())
            if good and text == b"new":
                print("you are new here, invent a password")
            if good:
                good, text = self.ask("pass", text, self.read())
            print(text.decode())
            if good:
                return
            print("once more, from the name")

    def serve(self):
        print("commands:", ", ".join(common.SYNTAX).upper())
        while True:
            line = self.read(">")
            if not line.strip():
                continue
            try:
                command, *words = common.parse(line)
                if command == "upd":
                    good, text = self.upload(*words)
                else:
                    good, text = self.ask(command, *words)
                if command == "dwn" and good:
                    with open(words[1], "wb") as file:
                        text = f"{file.write(text)} bytes in {words[1]}".encode()
            except (ValueError, FileNotFoundError, IsADirectoryError, PermissionError) as error:
                print(error)
                continue
            if text:
                print(text.decode())
            if command == "xit":
                return

    def upload(self, title, name):
        with open(name, "rb") as file:
            data = file.read()
        good, text = self.ask("ask", title, name)
        return self.ask("upd", title, name, data) if good else (good, text)


if __name__ == "__main__":
    try:
        client = Client(sys.argv[1], int(sys.argv[2]))
        client.log_in()
        client.serve()
    except (OSError, KeyboardInterrupt) as error:
        sys.exit(f"\nended: {error}")
