"""Sends each line, shows the line that comes back. `python says.py [apart] HOST PORT` (apart: byte by byte)."""

import socket
import sys

sock = socket.create_connection((sys.argv[-2], int(sys.argv[-1])))
sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
answers = sock.makefile("r")
while True:
    line = input("> ").encode() + b"\n"
    for piece in (line[i : i + 1] for i in range(len(line))) if "apart" in sys.argv else [line]:
        sock.sendall(piece)
    print(answers.readline(), end="")
