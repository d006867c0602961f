"""Moves bytes with their number in front. `python counted.py serve PORT` and `python counted.py send HOST PORT`.

The client asks for a number, sends so many bytes, and shows the digest of what comes back: the same, sent back.
"""

import hashlib
import random
import socket
import sys
import threading


def take(stream):
    """One counted piece, None at the end."""
    head = stream.read(8)
    return stream.read(int.from_bytes(head, "big")) if len(head) == 8 else None


def put(stream, data):
    """Send one."""
    stream.write(len(data).to_bytes(8, "big") + data)
    stream.flush()


def serve(connection):
    """Send back whatever comes."""
    stream = connection.makefile("rwb")
    while (data := take(stream)) is not None:
        put(stream, data)


if sys.argv[1] == "serve":
    listener = socket.create_server(("127.0.0.1", int(sys.argv[2])), backlog=256)
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
else:
    stream = socket.create_connection((sys.argv[2], int(sys.argv[3]))).makefile("rwb")
    while True:
        data = random.Random(1).randbytes(int(input("> ")))
        put(stream, data)
        back = take(stream)
        same = back is not None and hashlib.sha256(back).digest() == hashlib.sha256(data).digest()
        print("the same" if same else "not the same")
