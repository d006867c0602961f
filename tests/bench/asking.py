"""A client with many connections to a server: `python asking.py PORT CLIENTS`.

`in 0`: everybody logs in at the forum, as user0, user1 and so on. `ask N`:
everybody asks, waits for the answer, and asks again, N times, all at once over
one epoll. `send N`: one connection sends N megabytes to the sink, and hears when
they have been read. Prints how long that took.
"""

from __future__ import annotations

import select
import socket
import sys
import time

QUESTION = b'{"action":"Command","status":"LST"}\n'
PIECE = bytes(1 << 20)


def ask(connections: dict[int, socket.socket], times: int) -> None:
    """A closed loop over all of them."""
    poller = select.epoll()
    for connection in connections.values():
        poller.register(connection, select.EPOLLIN)
        connection.sendall(QUESTION)
    left = dict.fromkeys(connections, times)
    busy = len(left)
    while busy:
        for fd, _ in poller.poll():
            if not connections[fd].recv(65536).endswith(b"\n"):
                continue
            left[fd] -= 1
            if left[fd]:
                connections[fd].sendall(QUESTION)
            else:
                busy -= 1
    poller.close()


def log_in(connections: list[socket.socket]) -> None:
    """All of them, and two threads to list."""
    for number, connection in enumerate(connections):
        say(connection, "USER_EXIST", f'"action":"Login","status":"USERNAME","user":"user{number}"')
        say(connection, "WELCOME", '"action":"Login","status":"PASSWORD","password":"bench","port":0')
    for title in ("3331", "lightsabers"):
        say(connections[0], "THREAD_CREATED", f'"action":"Command","status":"CRT","title":"{title}"')


def say(connection: socket.socket, expected: str, fields: str) -> None:
    """One request, and its answer."""
    connection.sendall(f"{{{fields}}}\n".encode())
    answer = b""
    while not answer.endswith(b"\n"):
        piece = connection.recv(65536)
        if not piece:
            break
        answer += piece
    if expected.encode() not in answer:
        sys.exit(f"expected {expected} after {fields}, got {answer!r}")


def send(connection: socket.socket, megabytes: int) -> None:
    """So many, and a word that they have been read."""
    connection.sendall((megabytes << 20).to_bytes(8, "big"))
    for _ in range(megabytes):
        connection.sendall(PIECE)
    connection.recv(1)


def main() -> None:
    """Connect, and do what is typed."""
    made = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]
    for connection in made:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        what, number = input("> ").split()
        began = time.perf_counter()
        if what == "in":
            log_in(made)
        elif what == "ask":
            ask({connection.fileno(): connection for connection in made}, int(number))
        else:
            send(made[0], int(number))
        print(f"took {time.perf_counter() - began:.6f}")


if __name__ == "__main__":
    main()
