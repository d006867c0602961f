"""Answers each datagram in capitals, and from a port of its own if asked to. `python udp_echo.py PORT [elsewhere]`."""

import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", int(sys.argv[1])))
answering = sock
if "elsewhere" in sys.argv:
    answering = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    answering.bind(("127.0.0.1", 0))
while True:
    data, address = sock.recvfrom(2000)
    answering.sendto(data.upper(), address)
