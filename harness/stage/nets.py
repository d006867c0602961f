"""The two networks of a stage with a relay, seen as one: whatever is asked of one set of sockets is asked of both.

Inodes are the machine's own and name a socket in either. Addresses do not: the
same pair of ports may well stand in both, and `Sock.side` keeps them apart.
"""

from __future__ import annotations

from collections.abc import Collection

from harness.stage.sock import Ends, Sock
from harness.stage.sockets import Sockets


class TwoNetworks:
    """The server's sockets and the clients'."""

    def __init__(self, server: Sockets, clients: Sockets) -> None:
        self.server, self.clients = server, clients
        self.by_inode: dict[int, Sock] = {}
        self.by_ends: dict[Ends, Sock] = {}
        self.listening: list[Sock] = []
        self.handshakes: list[Sock] = []

    def refresh(self, wanted: Collection[int] = ()) -> None:
        """Bring everything up to date. (An inode of one network is asked for once in the other, and then known.)"""
        server, clients = self.server, self.clients
        server.refresh([inode for inode in wanted if inode not in clients.by_inode])
        clients.refresh([inode for inode in wanted if inode not in server.by_inode])
        self.by_inode = {**server.by_inode, **clients.by_inode}
        self.by_ends = {**server.by_ends, **clients.by_ends}
        self.listening = [*server.listening, *clients.listening]
        self.handshakes = [*server.handshakes, *clients.handshakes]

    def datagrams_under_way(self, now: float) -> bool:
        """Whether a datagram is, in either."""
        # Both are asked: each must see the time pass by which it knows the lost ones.
        return any([self.server.datagrams_under_way(now), self.clients.datagrams_under_way(now)])

    def stands(self, handshake: Sock) -> bool:
        """Whether a handshake does not go on, since the queue that it is for is full."""
        return (self.clients if handshake.side == "clients" else self.server).stands(handshake)

    def listeners(self) -> list[Sock]:
        """Everything that listens or, of UDP, is bound."""
        return self.server.listeners() + self.clients.listeners()

    def close(self) -> None:
        """Let go."""
        self.server.close()
        self.clients.close()


Networks = Sockets | TwoNetworks
