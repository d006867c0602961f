"""How a link comes to be: whose it is, the socket towards the server, what the scenario wants done on it."""

from __future__ import annotations

import contextlib
import os
import random
import socket
from collections.abc import Callable

from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage.box import BATCH, Box
from harness.stage.conditions import chosen, shapes
from harness.stage.datagram_links import WILDCARDS, Address, Current, DatagramLink, Upstream
from harness.stage.doors import Door
from harness.stage.flows import Flow
from harness.stage.gates import Gates
from harness.stage.links import Link
from harness.stage.nets import Networks, TwoNetworks
from harness.stage.sockets import Sockets, about
from harness.stage.weather import KINDS, Weather
from harness.wire import Linked

# What the relay's own sockets hold of datagrams; the kernel gives less where its limit is lower.
DATAGRAMS_HELD = 4 << 20


class Linking:
    """Makes the links of one play. `holder` names the actor that holds a socket, by its inode; `ours`: the relay's."""

    def __init__(self, recorder: Recorder, box: Box, sockets: Networks, network: Network, gates: Gates, *, seed: int,
                 holder: Callable[[int], str]) -> None:  # fmt: skip
        self._recorder = recorder
        self._box = box
        self._network = network
        self._gates = gates
        self._seed = seed
        self._holder = holder
        self._count = 0
        self._pool: dict[int, list[socket.socket]] = {}
        self.ours: set[int] = set()
        if isinstance(sockets, TwoNetworks):
            self.divided, self.server, self.clients = True, sockets.server, sockets.clients
        else:
            self.divided, self.server, self.clients = False, sockets, sockets

    # --- streams

    def stream(self, door: Door, near: socket.socket, peer: Address) -> Link:
        """The link of a client that has come through this door. (It may be gone already, and then has no name left.)"""
        far = self._towards_server(door.behind.family)
        for sock in (near, far):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        here = near.getsockname()
        found = self.clients.connection(about(near.family, peer, here))
        number, actor = self._linked(found.inode if found is not None else 0, door, "tcp")
        link = Link(number, actor, door.behind.port, near, far, self._recorder)
        self.ours |= {leg.inode for leg in link.legs}
        for flow in link.flows:
            self._shape(link, flow)
        self._connect(far, door, here, peer)
        return link

    def _linked(self, inode: int, door: Door, transport: str) -> tuple[int, str]:
        self._count += 1
        actor = self._holder(inode) if inode else ""
        self._recorder.note(Linked, link=self._count, actor=actor, port=door.behind.port, transport=transport)
        return self._count, actor

    def _towards_server(self, family: int) -> socket.socket:
        pool = self._pool.setdefault(family, [])
        if not pool:
            pool += self._box.sockets("server", family, socket.SOCK_STREAM, BATCH if self.divided else 1)
            self.ours |= {os.fstat(sock.fileno()).st_ino for sock in pool}
        return pool.pop()

    def _connect(self, far: socket.socket, door: Door, here: Address, peer: Address) -> None:
        target = here
        if self.divided:
            # The server sees the very address that the client has: some programs tell each other theirs, in messages.
            with contextlib.suppress(OSError):  # taken by a connection that is not quite gone: then any other
                far.bind(peer)
        else:
            target = (_loopback(door), door.behind.port)
        far.connect_ex(target)

    def _shape(self, link: Link, flow: Flow) -> None:
        wanted = chosen(self._network.conditions, link.actor, flow.to)
        flow.shapes = shapes(wanted, self._chance(link.number, link.actor, flow.to), self._emptied(flow), link.fuses)
        flow.condition = " and ".join(condition.text for condition in wanted)
        flow.held = self._gates.holds(link.actor, flow.to)

    def _chance(self, number: int, actor: str, to: str) -> random.Random:
        return random.Random(f"{self._seed} {actor} {number} {to}")

    def _emptied(self, flow: Flow) -> Callable[[], bool]:
        """Whether the program that a flow leads to has read everything."""
        sockets: Sockets = self.server if flow.to == "server" else self.clients
        question = b""

        def empty() -> bool:
            nonlocal question
            if flow.out:
                return False
            sock = flow.sink.sock
            with contextlib.suppress(OSError):
                question = question or about(sock.family, sock.getpeername(), sock.getsockname())
                peer = sockets.connection(question)
                # What was sent may still be on its way: arrived it must have, and been read.
                return peer is None or (not peer.unread and peer.received >= flow.at)
            return True

        return empty

    # --- datagrams

    def upstream(self, door: Door, client: Address) -> Upstream:
        """A socket towards the server for one of a client's ports."""
        sock = self._box.sockets("server", door.behind.family, socket.SOCK_DGRAM, 1)[0]
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, DATAGRAMS_HELD)
        made = Upstream(sock, client, door)
        self.ours.add(made.inode)
        if self.divided:
            with contextlib.suppress(OSError):
                sock.bind(client)
        else:
            sock.bind(("::1" if _loopback(door) == "::1" else "", 0))
        return made

    def datagrams(self, door: Door, client: Address, upstream: Upstream, back: Callable[[bytes], object]
                  ) -> DatagramLink:  # fmt: skip
        """The link between a client's port and the server's behind this door; `back` sends to the client."""
        inode = next((s.inode for s in self.clients.udp() if s.sport == client[1] and s.inode not in self.ours), 0)
        number, actor = self._linked(inode, door, "udp")
        host = door.behind.address[0]
        if not self.divided:
            host = _loopback(door)
        elif host in WILDCARDS:
            host = client[0]  # on a loopback whoever asks has the address of whom is asked
        target = (host, door.behind.port)
        up = self._current("server", number, actor, lambda data: upstream.sock.sendto(data, target))
        down = self._current("client", number, actor, back)
        return DatagramLink(number, actor, door.behind.port, up, down, self._recorder)

    def _current(self, to: str, number: int, actor: str, send: Callable[[bytes], object]) -> Current:
        wanted = chosen(self._network.conditions, actor, to, KINDS)
        weather = Weather(wanted, self._chance(number, actor, to))
        return Current(to, send, weather, " and ".join(c.text for c in wanted), self._gates.holds(actor, to))

    def close(self) -> None:
        """Close what was made ahead of time."""
        for pool in self._pool.values():
            for sock in pool:
                sock.close()


def _loopback(door: Door) -> str:
    """Where one network holds everybody: the address under which the server's socket is reached from here."""
    host, family = door.behind.host, door.behind.family
    if family == socket.AF_INET6:
        return "::1" if host == "::1" else "::ffff:127.0.0.1"
    return "127.0.0.1" if host in WILDCARDS else host
