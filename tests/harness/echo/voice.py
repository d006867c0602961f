"""A client that says one line after the other and waits for each answer."""

import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as hall:
    lines = hall.makefile("rw")
    print(lines.readline().strip())
    while (said := input("say: ")) != "bye":
        lines.write(said + "\n")
        lines.flush()
        print(lines.readline().strip())
