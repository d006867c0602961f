"""How a link comes to be: whose it is, the socket towards the server, what the scenario wants done on it."""

from __future__ import annotations

import contextlib
import os
import random
import socket
from collections.abc import Callable

from harness.events import Noted
from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage.box import BATCH, Box, Side
from harness.stage.conditions import KINDS as STREAMS
from harness.stage.conditions import chosen, shapes
from harness.stage.datagram_links import WILDCARDS, Address, Current, DatagramLink, Upstream, dressed
from harness.stage.diag import about
from harness.stage.doors import Door, Opened, opened
from harness.stage.flows import Flow
from harness.stage.gates import Gates
from harness.stage.links import Link
from harness.stage.nets import Networks, TwoNetworks
from harness.stage.sock import TCP
from harness.stage.sockets import Sockets
from harness.stage.weather import KINDS as DATAGRAMS
from harness.stage.weather import Weather
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
        self._idle: set[tuple[str, str]] = set()  # conditions, and the transports that they do nothing to
        self._pool: dict[tuple[Side, int], list[socket.socket]] = {}
        self.ours: set[int] = set()
        if isinstance(sockets, TwoNetworks):
            self.divided, self.server, self.clients = True, sockets.server, sockets.clients
        else:
            self.divided, self.server, self.clients = False, sockets, sockets

    # --- streams

    def stream(self, door: Door, caller: socket.socket, peer: Address) -> Link:
        """The link of who has come through this door. (A client may be gone already, and then has no name left.)"""
        called = self._towards(door.side, door.behind.family)
        for sock in (caller, called):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        here = caller.getsockname()
        if door.side == "server":
            near, far, by = caller, called, "client"
            found = self.clients.connection(about(caller.family, peer, here))
            inode = found.inode if found is not None else 0
        else:
            near, far, by = called, caller, "server"
            inode = self._behind(door)
        number, actor = self._linked(inode, door.behind.port, "tcp", by)
        link = Link(number, actor, door.behind.port, near, far, self._recorder, by=by)
        self.ours |= {leg.inode for leg in link.legs}
        for flow in link.flows:
            self._shape(link, flow)
        self._connect(called, door, here, peer)
        return link

    def _behind(self, door: Door) -> int:
        """The socket of a client's that a door stands for, as it is now: a port may have changed hands."""
        there = (sock for sock in self.clients.listeners() if sock.inode not in self.ours)
        return next((sock.inode for sock in there if opened([sock]) == {door.behind}), 0)

    def _linked(self, inode: int, port: int, transport: str, by: str = "client") -> tuple[int, str]:
        self._count += 1
        actor = self._holder(inode) if inode else ""
        self._recorder.note(Linked, link=self._count, actor=actor, port=port, transport=transport, by=by)
        self._note_idle(actor, transport)
        return self._count, actor

    def _note_idle(self, actor: str, transport: str) -> None:
        """Say once of each condition that it does nothing to this kind of link: a green run proves nothing of it."""
        kinds, what = (STREAMS, "streams (tcp)") if transport == "tcp" else (DATAGRAMS, "datagrams (udp)")
        for condition in self._network.conditions:
            key = (condition.text, transport)
            if condition.kind not in (*kinds, "pass") and condition.who in ("", actor) and key not in self._idle:
                self._idle.add(key)
                self._recorder.note(Noted, text=f"the network condition {condition.text!r} does nothing to {what}")

    def _towards(self, side: Side, family: int) -> socket.socket:
        pool = self._pool.setdefault((side, family), [])
        if not pool:
            pool += self._box.sockets(side, family, socket.SOCK_STREAM, BATCH if self.divided else 1)
            self.ours |= {os.fstat(sock.fileno()).st_ino for sock in pool}
        return pool.pop()

    def _connect(self, called: socket.socket, door: Door, here: Address, peer: Address) -> None:
        target = here
        if self.divided:
            # Who is called sees the very address of who calls: some programs tell each other theirs, in messages.
            with contextlib.suppress(OSError):  # taken by a connection that is not quite gone: then any other
                called.bind(peer)
        else:
            target = (_loopback(door), door.behind.port)
        called.connect_ex(target)

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

    def upstream(self, behind: Opened, door: Door | None = None) -> Upstream:
        """A socket towards the server for one of a client's ports; `door`: the one that it has written to already."""
        sock = self._box.sockets("server", behind.family, behind.kind, 1)[0]
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, DATAGRAMS_HELD)
        made = Upstream(sock, behind)
        self.ours.add(made.inode)
        if self.divided:
            with contextlib.suppress(OSError):  # taken: then any other, and answers at least arrive
                sock.bind(behind.address)
        else:
            sock.bind(("::1" if door is not None and _loopback(door) == "::1" else "", 0))
        return made

    def callback(self, make: Callable[[Opened], Door | None]) -> Callable[[Opened], Door | None]:
        """Doors on the server's side; of UDP they are what its clients' datagrams come from, too."""
        return lambda behind: make(behind) if behind.protocol == TCP else self.upstream(behind)

    def datagrams(self, door: Door, client: Address, upstream: Upstream) -> DatagramLink:
        """The link between a client's port and the server's behind this door."""
        inode = next((s.inode for s in self.clients.udp() if s.sport == client[1] and s.inode not in self.ours), 0)
        number, actor = self._linked(inode, door.behind.port, "udp")
        host = door.behind.address[0]
        if not self.divided:
            host = _loopback(door)
        elif host in WILDCARDS:
            host = client[0]  # on a loopback whoever asks has the address of whom is asked
        target = (host, door.behind.port)
        there = (dressed(client[0], door.sock.family), client[1])
        up = self._current("server", number, actor, lambda data: upstream.send(data, target))
        down = self._current("client", number, actor, lambda data: door.sock.sendto(data, there))
        return DatagramLink(number, actor, door.behind.port, up, down, self._recorder)

    def _current(self, to: str, number: int, actor: str, send: Callable[[bytes], object]) -> Current:
        wanted = chosen(self._network.conditions, actor, to, DATAGRAMS)
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
