"""Sends each word of a line as a datagram, and prints whatever comes. `python udp_client.py HOST PORT`."""

import select
import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server = (sys.argv[1], int(sys.argv[2]))
print("> ", end="", flush=True)
while True:
    for ready in select.select([sys.stdin, sock], [], [])[0]:
        if ready is sock:
            print(sock.recv(2000).decode(), end=" ", flush=True)
            continue
        line = sys.stdin.readline()
        if not line:
            sys.exit()
        for word in line.split():
            sock.sendto(word.encode(), server)
