"""The load generator, a process of its own: `python -m tests.bench.load FORUM_PORT ECHO_PORT CLIENTS REQUESTS PAIRS`.

Each client asks, waits for its answer, and asks again: REQUESTS times a round,
all clients at once, one thread and one epoll for all of them. The same loop
drives both servers, in turn, over connections made (and logged in) before.
Prints a JSON list of pairs: seconds for a round with the forum, with the echo server.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time

LST = b'{"action":"Command","status":"LST"}\n'
THREADS = ("3331", "9331", "lightsabers")
# No answer for so long: the server is broken, and so is the bench.
PATIENCE = 60.0


def connect(port: int, clients: int) -> list[socket.socket]:
    """So many connections."""
    made = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) for _ in range(clients)]
    for connection in made:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def request(connection: socket.socket, expected: str, **message: object) -> None:
    """One request before the measuring, and its answer."""
    connection.sendall(json.dumps(message).encode() + b"\n")
    answer = b""
    while not answer.endswith(b"\n"):
        piece = connection.recv(65536)
        if not piece:
            raise SystemExit(f"the forum hung up after {message}")
        answer += piece
    if json.loads(answer)["status"] != expected:
        raise SystemExit(f"expected {expected} after {message}, got {answer!r}")


def log_in(connections: list[socket.socket]) -> None:
    """Everybody under a name of their own, and a few threads to list."""
    for number, connection in enumerate(connections):
        request(connection, "USER_EXIST", action="Login", status="USERNAME", user=f"user{number}")
        request(connection, "WELCOME", action="Login", status="PASSWORD", password="bench", port=0)
    for title in THREADS:
        request(connections[0], "THREAD_CREATED", action="Command", status="CRT", title=title)


class Round:
    """A closed loop over some connections."""

    def __init__(self, connections: list[socket.socket]) -> None:
        self._connections = {connection.fileno(): connection for connection in connections}
        self._epoll = select.epoll()
        for connection in connections:
            self._epoll.register(connection, select.EPOLLIN)

    def seconds(self, requests: int) -> float:
        """How long it takes until everybody has had so many answers."""
        left = dict.fromkeys(self._connections, requests)
        open_rounds = len(left)
        began = time.perf_counter()
        for connection in self._connections.values():
            connection.sendall(LST)
        while open_rounds:
            ready = self._epoll.poll(PATIENCE)
            if not ready:
                raise SystemExit(f"no answer within {PATIENCE:.0f} s")
            for fd, _ in ready:
                connection = self._connections[fd]
                data = connection.recv(65536)
                if not data:
                    raise SystemExit("the server hung up")
                if data[-1:] != b"\n":
                    continue  # the rest of the line is still to come; nobody sends a second line unasked
                left[fd] -= 1
                if left[fd]:
                    connection.sendall(LST)
                else:
                    open_rounds -= 1
        return time.perf_counter() - began


def main() -> None:
    """Both rounds in turn, after one of each that is not counted."""
    forum_port, echo_port, clients, requests, pairs = map(int, sys.argv[1:])
    at_forum, at_echo = connect(forum_port, clients), connect(echo_port, clients)
    log_in(at_forum)
    forum, echo = Round(at_forum), Round(at_echo)
    forum.seconds(requests), echo.seconds(requests)
    taken = []
    for number in range(pairs):
        if number % 2:
            echoed = echo.seconds(requests)
            taken.append((forum.seconds(requests), echoed))
        else:
            listed = forum.seconds(requests)
            taken.append((listed, echo.seconds(requests)))
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
