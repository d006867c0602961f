"""Reads a number and so many bytes, says a word, and again. `python sink.py PORT`."""

from __future__ import annotations

import socket
import sys


def main() -> None:
    """For one client, until it leaves."""
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    connection, _ = listener.accept()
    room = memoryview(bytearray(1 << 20))
    while head := connection.recv(8, socket.MSG_WAITALL):
        left = int.from_bytes(head, "big")
        while left:
            left -= connection.recv_into(room, min(left, len(room)))
        connection.sendall(b"k")


if __name__ == "__main__":
    main()
