"""An echo server built like the forum's: one busy and one idle worker a connection. `python echo_server.py PORT`.

The least that such a design can do for a request: receive, send back. What the
forum does beyond it (framing, JSON, a rule under a lock, a line on its terminal)
is what the ratio shows. The idle worker waits for an event without a time limit.
"""

from __future__ import annotations

import socket
import sys
from threading import Event, Thread


def busy(connection: socket.socket, ending: Event) -> None:
    """Send back whatever comes."""
    with connection:
        while data := connection.recv(64 * 1024):
            connection.sendall(data)
    ending.set()


def main() -> None:
    """Serve until killed."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(1024)
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ending = Event()
        Thread(target=ending.wait, daemon=True).start()
        Thread(target=busy, args=(connection, ending), daemon=True).start()


if __name__ == "__main__":
    main()
