"""Answers the clients' question whether the server is alive, on a port of its own."""

import socket
import threading


def heartbeatPort(port):
    return port + 1000 if port + 1000 < 65536 else port - 1000


class Heartbeat(threading.Thread):
    """One connection per client: it sends "?" now and then, and gets "+" (alive) or "-" (shutting down)."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self._closing = threading.Event()
        self._told = []  # the threads that still have to pass on the "-"
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("", heartbeatPort(port)))
        self._listener.listen(64)

    def run(self):
        while True:
            sock, _ = self._listener.accept()
            worker = threading.Thread(target=self._answer, args=(sock,), daemon=True)
            self._told = [t for t in self._told if t.is_alive()] + [worker]
            worker.start()

    def _answer(self, sock):
        try:
            while sock.recv(1) == b"?":
                if self._closing.is_set():
                    sock.sendall(b"-")
                    break
                sock.sendall(b"+")
        except OSError:
            pass
        sock.close()

    def announceEnd(self, patience):
        """From now on the answer is "-". Wait until all have got it, but not for ever: a client may hang."""
        self._closing.set()
        for worker in list(self._told):
            worker.join(patience)
            if worker.is_alive():
                patience = 0
