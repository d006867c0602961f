"""Answers each line with how many it has had, whoever sent them. `python counter.py PORT`."""

import itertools
import socket
import sys
import threading

count = itertools.count(1)


def serve(connection):
    """One client."""
    stream = connection.makefile("rw")
    for _ in stream:
        stream.write(f"{next(count)}\n")
        stream.flush()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
