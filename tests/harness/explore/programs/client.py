"""A line from the keyboard to the server, a line of its answer to the screen."""

import socket
import sys

link = socket.create_connection(("127.0.0.1", int(sys.argv[1]))).makefile("rw")
while (line := input("list: ")) != "BYE":
    link.write(line + "\n")
    link.flush()
    print(link.readline().strip())
