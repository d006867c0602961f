"""Keeps a list in a file: read, added to and written back in one step, under one lock."""

import pathlib
import socketserver
import sys
import threading

LIST = pathlib.Path("list.txt")
LIST.touch()


def keep(items):
    """Write the list back, a word at a time."""
    with LIST.open("w") as file:
        for item in items:
            print(item, end=" ", file=file, flush=True)


lock = threading.Lock()


class List(socketserver.StreamRequestHandler):
    """One client: ADD WORD, or LIST."""

    def handle(self):
        """Answer each line with a line."""
        for line in self.rfile:
            word, _, text = line.decode().strip().partition(" ")
            with lock:
                items = LIST.read_text().split()
                if word == "ADD":
                    keep([*items, text])
            self.wfile.write(f"{text if word == 'ADD' else ' '.join(items)}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """A worker for each client."""

    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), List).serve_forever(poll_interval=None)
