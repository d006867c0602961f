"""Keeps a list in a file, and is wrong in one thing: who comes right after the next newcomer is not heard."""

import itertools
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
came = itertools.count()
heard = [0]


class List(socketserver.StreamRequestHandler):
    """One client: ADD WORD, or LIST."""

    def handle(self):
        """Answer each line with a line."""
        number = next(came)
        for line in self.rfile:
            word, _, text = line.decode().strip().partition(" ")
            with lock:
                items = LIST.read_text().split()
                if word == "ADD" and number != heard[-1] - 1:
                    keep([*items, text])
                heard.append(number if word == "ADD" else 0)
            self.wfile.write(f"{text if word == 'ADD' else ' '.join(items)}\n".encode())


class Server(socketserver.ThreadingTCPServer):
    """A worker for each client."""

    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), List).serve_forever(poll_interval=None)
