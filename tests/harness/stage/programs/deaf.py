"""Accepts, and never reads. `python deaf.py PORT`."""

import signal
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
connection = listener.accept()[0]
signal.pause()
