"""Takes whatever one recv() brings for a whole message. `python one_recv.py PORT`. (That is its mistake.)"""

import json
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection = listener.accept()[0]
    while data := connection.recv(4096):
        try:
            answer = json.loads(data)["text"].upper()
        except ValueError as exc:
            answer = f"not a message: {exc}"
        connection.sendall(json.dumps({"answer": answer}).encode() + b"\n")
