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

from load import log_in  # a file beside this one: in a box there is no package around it

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
