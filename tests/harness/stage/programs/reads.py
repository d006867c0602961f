"""Answers a line with how many bytes each recv() of it brought. `python reads.py PORT`."""

import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
connection = listener.accept()[0]
sizes = []
while data := connection.recv(4096):
    sizes.append(str(len(data)))
    if data.endswith(b"\n"):
        connection.sendall(" ".join(sizes).encode() + b"\n")
        sizes = []
