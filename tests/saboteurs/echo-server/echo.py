"""An echo server: sends every client back what it sent. Several clients at once; it never ends."""

import socket
import sys
import threading


def echo(sock):
    while data := sock.recv(4096):
        sock.sendall(data)


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=echo, args=(listener.accept()[0],)).start()
