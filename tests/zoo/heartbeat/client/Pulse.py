"""Finds out whether the server is alive, on a connection of its own."""

import os
import socket
import threading
import time

PERIOD = 0.5


def heartbeatPort(port):
    return port + 1000 if port + 1000 < 65536 else port - 1000


class Pulse(threading.Thread):
    def __init__(self, host, port):
        super().__init__(daemon=True)
        self.sock = socket.create_connection((host, heartbeatPort(port)))
        self.goodbye = threading.Lock()

    def run(self):
        """Ask for ever. Once there is no "+" any more, the whole program ends, wherever its other thread waits."""
        try:
            answer = b"+"
            while answer == b"+":
                time.sleep(PERIOD)
                self.sock.sendall(b"?")
                answer = self.sock.recv(1)
        except OSError:
            pass
        self.end("\nThe server has been shut down, goodbye.")

    def end(self, text):
        """End the program with these words. Only the first who calls this gets to say them."""
        self.goodbye.acquire()
        print(text, flush=True)
        os._exit(0)
