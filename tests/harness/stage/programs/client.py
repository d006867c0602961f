"""Asks for a line, sends it as JSON, shows the answer, again. `python client.py HOST PORT`."""

import json
import socket
import sys

sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
stream = sock.makefile("rw")
while True:
    try:
        text = input("> ")
    except EOFError:
        break
    stream.write(json.dumps({"text": text}) + "\n")
    stream.flush()
    answer = stream.readline()
    if not answer:
        print("the server is gone")
        break
    print(json.loads(answer)["answer"])
