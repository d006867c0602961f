"""The network of a stage: its ports, its sockets as they are seen from outside, and the relay if the play has one."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Sequence

from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage.box import Box, Side
from harness.stage.nets import Networks, TwoNetworks
from harness.stage.procfs import Table
from harness.stage.relay import Relay
from harness.stage.sock import CLOSE, LISTEN, UDP
from harness.stage.sockets import Sockets, sums_in

# In a box of its own every port is free. It is one that nobody writes into a program: who ignores the argument should
# not work by luck (5000, 6000), and who has a second, fixed port for files must find that one free (5745, 12000).
BOX_PORT = 27317


class Wires:
    """Everything of one stage that has to do with sockets. `server`: the actor that listens."""

    def __init__(self, box: Box, server: str) -> None:
        self._box = box
        self._server = server
        self._port: int | None = None
        self._reserved: list[socket.socket] = []
        self._table: Table | None = None
        self.sockets: Networks | None = None
        self.relay: Relay | None = None
        self._door: int | None = None
        self._found: set[int] = set()  # the processes that were found to hold a socket of a link's

    def open_eyes(self, table: Table) -> Networks:
        """Look at the sockets of this stage's networks."""
        self._table = table
        sums = sums_in(table.path(f"{self._box.launcher}/net"))
        self.sockets = Sockets(self._box.diag, sums, "server" if self._box.clients else "")
        for fd in sums.values():
            os.close(fd)
        if self._box.clients:
            clients = Sockets(self._box.clients["diag"], self._box.clients, "clients")
            self.sockets = TwoNetworks(self.sockets, clients)
        return self.sockets

    def put_relay(self, recorder: Recorder, network: Network, seed: int) -> Relay:
        """Stand between the clients and the server."""
        assert self.sockets is not None
        ports = (self.port(), self.port_of(""))
        self.relay = Relay(recorder, self._box, self.sockets, network, seed=seed, ports=ports,
                           holder=self._holder, held=lambda: self._held(self._server))  # fmt: skip
        return self.relay

    # --- ports

    def port(self) -> int:
        """The server's port: the same one all along."""
        if self._port is None:
            self._port = BOX_PORT if self._box.level == "box" else self._free_port()
        return self._port

    def port_of(self, actor: str) -> int:
        """The port that an actor's program is told: where the relay has one of its own, that is the clients'."""
        if actor == self._server or self._box.level == "box" or not self._box.relay:
            return self.port()
        if self._door is None:
            self._door = self._free_port()
        return self._door

    def _free_port(self) -> int:
        # Bound and never listened on: the kernel gives this number to nobody else, and with SO_REUSEADDR on both
        # sides a server may still listen on it. One without it finds the port taken, so it is let go at start().
        reserved = socket.socket()
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        self._reserved.append(reserved)
        return int(reserved.getsockname()[1])

    def let_go_of_port(self) -> None:
        """A program is about to be started, and may want the port that was kept free."""
        while self._reserved:
            self._reserved.pop().close()

    def side(self, actor: str) -> Side:
        """The network that an actor's programs live in."""
        return "server" if actor == self._server else "clients"

    # --- who holds what

    def _held(self, actor: str) -> set[int]:
        assert self._table is not None
        held: set[int] = set()
        for process in self._table.processes.values():
            if process.actor == actor:
                held |= process.sockets()
        return held

    def _holder(self, inode: int) -> str:
        """The actor that holds a socket, "" if nobody does.

        Of many who start at one time each connects once, nearly in the order in which they were started: who has
        been found to hold none is asked first, or each of two hundred would be looked for among all the others.
        """
        assert self._table is not None
        for known in (True, False):
            if not known:
                self._table.relist()
            people = [one for one in self._table.processes.values() if one.actor != self._server]
            for process in sorted(people, key=lambda one: one.pid in self._found):
                if inode in process.sockets():
                    self._found.add(process.pid)
                    return process.actor
        return ""

    def heard(self, actor: str) -> list[tuple[int, str]]:
        """The ports that the actor's programs listen on, or are bound to (UDP), each with its transport."""
        if self._table is None or self.sockets is None:
            return []
        held = self._held(actor)
        found = (s for s in self.sockets.listeners() if s.inode in held and s.state in (LISTEN, CLOSE))
        return sorted({(s.sport, "udp" if s.protocol == UDP else "tcp") for s in found})

    def look(self) -> None:
        """Let the relay see which ports the server has opened and closed."""
        if self.relay is not None:
            self.relay.look()

    def close(self) -> None:
        """Let go."""
        if self.relay is not None:
            self.relay.close()
        if self.sockets is not None:
            self.sockets.close()
        self.let_go_of_port()


class Taps:
    """What a scenario does on the wire: the relay's verbs, refused where a play has none. Mixed into the stage."""

    _wires: Wires
    _before_wire: Callable[[], object]

    def _relay_now(self) -> Relay:
        if self._wires.relay is None:
            raise ValueError("this stage has no relay: it was opened without a network")
        self._before_wire()
        return self._wires.relay

    def hold(self, actor: str, to: str = "both") -> None:
        """From now on what travels to or from somebody (`to`: the side, server | client | both) waits at the relay."""
        self._relay_now().hold(actor, to)

    def release(self, actor: str, to: str = "both") -> None:
        """Let go of it."""
        self._relay_now().release(actor, to)

    def gate(self, to: str = "server") -> None:
        """From now on whatever travels to this side waits at the relay, until `open_gate`."""
        self._relay_now().gate(to)

    def pending(self) -> list[tuple[int, str, int]]:
        """What waits there: (link, the side that it travels to, bytes; 0 bytes: only the sender's end waits)."""
        return self._relay_now().pending()

    def deliver(self, link: int, to: str) -> None:
        """Let go of what waits on one link, and of nothing that comes after it: the gate stays shut."""
        self.deliver_together([(link, to)])

    def deliver_together(self, waiting: Iterable[tuple[int, str]]) -> None:
        """The same of several links (link, to), one right behind the other: nothing else is done between."""
        relay = self._relay_now()
        for link, to in waiting:
            relay.deliver(link, to)

    def open_gate(self, order: Sequence[tuple[int, str]] | None = None) -> None:
        """Let go of everything at one instant, of (link, to) in `order` first; from then on all is passed on."""
        self._relay_now().open_gate(order or ())
