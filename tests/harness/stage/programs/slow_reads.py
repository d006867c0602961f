"""As reads.py, by somebody who rests behind every recv(). `python slow_reads.py PORT`."""

import socket
import sys
import time

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
connection = listener.accept()[0]
sizes = []
while data := connection.recv(4096):
    time.sleep(0.3)
    sizes.append(str(len(data)))
    if data.endswith(b"\n"):
        connection.sendall(" ".join(sizes).encode() + b"\n")
        sizes = []
