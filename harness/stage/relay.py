"""The relay between the people's programs and the server, in the stage's own wait loop: no thread, no process.

A round: whatever is ready is read and noted; if the server said something, the
ports that it listens on are looked at again, so that one it opened just before
an answer is there when the client connects; then all is sent on. A request is
noted before it is passed on and an answer once it has arrived, so the server's
own moment of truth always lies between the two.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import socket
import time
from collections.abc import Callable, Sequence

from harness.events import Noted
from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage.box import BATCH, Box
from harness.stage.conditions import chosen, shapes
from harness.stage.doors import Door, Doors, Opened, in_box, on_port
from harness.stage.flows import Flow, Leg
from harness.stage.gates import Gates, in_order, waiting
from harness.stage.links import Link
from harness.stage.nets import Networks, TwoNetworks
from harness.stage.sockets import TCP, about
from harness.wire import Held, Linked

# So many rounds at once at most: the terminals want to be looked at too.
ROUNDS = 16


class Relay:
    """All links of one play.

    `holder` names the actor that holds a socket, by its inode; `held` are those that the server holds. `ports`:
    where there are no namespaces, the one that the server is told, and the one that the clients are told instead.
    """

    def __init__(self, recorder: Recorder, box: Box, sockets: Networks, network: Network, *, seed: int,
                 holder: Callable[[int], str], held: Callable[[], set[int]],
                 ports: tuple[int, int]) -> None:  # fmt: skip
        self._recorder = recorder
        self._box = box
        self._network = network
        self._seed = seed
        self._holder = holder
        self._held = held
        self._divided = isinstance(sockets, TwoNetworks)
        self._server = sockets.server if isinstance(sockets, TwoNetworks) else sockets
        self._clients = sockets.clients if isinstance(sockets, TwoNetworks) else sockets
        self._gates = Gates()
        self._doors = Doors(in_box(box) if self._divided else on_port(*ports), self._opened, self._shut)
        self._epoll = select.epoll()
        self._by_fd: dict[int, Door | tuple[Link, Leg]] = {}
        self._links: dict[int, Link] = {}
        self._count = 0
        self._pool: dict[int, list[socket.socket]] = {}
        self.legs: dict[int, tuple[Link, Leg]] = {}  # by inode
        self.inodes: set[int] = set()  # of every socket of ours

    def fileno(self) -> int:
        """Readable when there is something to do."""
        return self._epoll.fileno()

    # --- rounds

    def turn(self) -> bool:
        """Pass on whatever can be. Says whether there was anything."""
        for number in range(ROUNDS):
            if not self._round():
                return number > 0
        return True

    def _round(self) -> bool:
        events = self._epoll.poll(0)
        now = time.monotonic() if events or self._network.conditions else 0.0
        touched = {link.number: link for link in self._due(now)}
        answered = False
        for fd, mask in events:
            found = self._by_fd.get(fd)
            if isinstance(found, Door):
                touched |= {link.number: link for link in self._accept(found)}
            elif found is not None:
                link, leg = found
                came = link.ready(leg, mask)
                answered = answered or (came and leg is link.far)
                touched[link.number] = link
        if answered and self._divided:
            self.look()
        for link in touched.values():
            self._pass_on(link, now)
        return bool(touched)

    def _due(self, now: float) -> list[Link]:
        if not self._network.conditions:
            return []
        return [link for link in self._links.values()
                if any(flow.due is not None and flow.due <= now for flow in link.flows)]  # fmt: skip

    def _pass_on(self, link: Link, now: float) -> None:
        link.pass_on(now)
        if link.gone:
            self._forget(link)
            return
        for leg in (link.near, link.far):
            self._watch(leg, link.mask(leg))

    def _watch(self, leg: Leg, mask: int) -> None:
        if mask == leg.mask:
            return
        if leg.mask < 0:
            self._epoll.register(leg.fd, mask)
        elif mask < 0:
            self._epoll.unregister(leg.fd)
        else:
            self._epoll.modify(leg.fd, mask)
        leg.mask = mask

    # --- links

    def _accept(self, door: Door) -> list[Link]:
        made = []
        with contextlib.suppress(OSError):  # nobody more; or whoever came has gone
            while True:
                made.append(self._link(door, door.sock.accept()[0]))
        return made

    def _link(self, door: Door, near: socket.socket) -> Link:
        self._count += 1
        far = self._upstream(door.behind.family)
        for sock in (near, far):
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        here, peer = near.getsockname(), near.getpeername()
        found = self._clients.connection(about(near.family, peer, here))
        actor = self._holder(found.inode) if found is not None and found.inode else ""
        link = Link(self._count, actor, door.behind.port, near, far, self._recorder)
        self._recorder.note(Linked, link=link.number, actor=actor, port=door.behind.port, transport="tcp")
        self._adopt(link)
        self._set_up(link)
        self._connect(far, door.behind, here, peer)
        return link

    def _upstream(self, family: int) -> socket.socket:
        pool = self._pool.setdefault(family, [])
        if not pool:
            pool += self._box.sockets("server", family, socket.SOCK_STREAM, BATCH if self._divided else 1)
            self.inodes |= {os.fstat(sock.fileno()).st_ino for sock in pool}
        return pool.pop()

    def _connect(self, far: socket.socket, behind: Opened, here: tuple[str, int], peer: tuple[str, int]) -> None:
        if not self._divided:
            host = "::1" if behind.host == "::1" else "127.0.0.1"
            far.connect_ex((f"::ffff:{host}" if far.family == socket.AF_INET6 and host != "::1" else host, behind.port))
            return
        # The server sees the very address that the client has: some programs tell each other theirs, in messages.
        with contextlib.suppress(OSError):  # taken by one that is not quite gone: then any other
            far.bind(peer)
        far.connect_ex(here)

    def _adopt(self, link: Link) -> None:
        self._links[link.number] = link
        for leg in (link.near, link.far):
            self._by_fd[leg.fd] = self.legs[leg.inode] = (link, leg)
            self.inodes.add(leg.inode)
            self._watch(leg, link.mask(leg))

    def _set_up(self, link: Link) -> None:
        for flow in link.flows:
            wanted = chosen(self._network.conditions, link.actor, flow.to)
            chance = random.Random(f"{self._seed} {link.actor} {link.number} {flow.to}")
            flow.shapes = shapes(wanted, chance, self._emptied(flow), link.fuses)
            flow.condition = " and ".join(condition.text for condition in wanted)
            flow.held = self._gates.holds(link.actor, flow.to)

    def _emptied(self, flow: Flow) -> Callable[[], bool]:
        """Whether the program that a flow leads to has read everything."""
        sockets = self._server if flow.to == "server" else self._clients
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

    def _forget(self, link: Link) -> None:
        del self._links[link.number]
        for leg in (link.near, link.far):  # closed, and so no longer watched
            del self._by_fd[leg.fd], self.legs[leg.inode]
            self.inodes.discard(leg.inode)

    # --- doors

    def look(self) -> None:
        """See which ports the server has opened and closed."""
        there = self._server.listeners()
        if self._divided:
            listeners = [sock for sock in there if sock.inode not in self.inodes]
        else:
            held = self._held()
            listeners = [sock for sock in there if sock.inode in held]
        for refused in self._doors.match(listeners):
            why = "somebody else has that port" if self._divided else "without namespaces only the port that it is told"
            transport = "tcp" if refused.protocol == TCP else "udp"
            self._recorder.note(Noted, text=f"the relay does not stand at the server's {transport} port "
                                            f"{refused.port}: {why}")  # fmt: skip

    def _opened(self, door: Door) -> None:
        self.inodes.add(door.inode)
        self._by_fd[door.sock.fileno()] = door
        self._epoll.register(door.sock, select.EPOLLIN)

    def _shut(self, door: Door) -> None:
        self.inodes.discard(door.inode)
        del self._by_fd[door.sock.fileno()]
        self._epoll.unregister(door.sock)

    # --- what the scenario does with it

    def hold(self, actor: str, to: str) -> None:
        """From now on what travels to or from somebody waits here."""
        self._gates.hold(actor, to)
        self._recorder.note(Held, actor=actor, to=to)
        self._apply()

    def release(self, actor: str, to: str) -> None:
        """Let go of it."""
        self._gates.release(actor, to)
        self._recorder.note(Held, actor=actor, to=to, released=True)
        self._apply()

    def gate(self, to: str) -> None:
        """From now on what travels there waits here, whoever it is from or for."""
        self._gates.shut(to)
        self._recorder.note(Held, actor="", to=to)
        self._apply()

    def pending(self) -> list[tuple[int, str, int]]:
        """What waits: (link, to, bytes)."""
        return waiting((link.number, flow) for link in self._links.values() for flow in link.flows)

    def deliver(self, number: int, to: str) -> None:
        """Let go of what waits there now, and of nothing that comes after it."""
        link = self._links[number]
        flow = link.up if to == "server" else link.down
        flow.held = False
        self._pass_on(link, time.monotonic())
        flow.held = self._gates.holds(link.actor, to)

    def open_gate(self, order: Sequence[tuple[int, str]]) -> None:
        """Let go of everything at one instant; of the links in `order` first, in that order."""
        self._gates.open()
        self._recorder.note(Held, actor="", to="both", released=True)
        for number, to in in_order(self.pending(), order):
            if number in self._links and not self._gates.holds(self._links[number].actor, to):
                self.deliver(number, to)
        self._apply()

    def _apply(self) -> None:
        now = time.monotonic()
        for link in list(self._links.values()):
            for flow in link.flows:
                flow.held = self._gates.holds(link.actor, flow.to)
            self._pass_on(link, now)

    def let_go(self) -> bool:
        """Everybody is still: what was kept until then leaves. Says whether there was any."""
        if not self._network.conditions:
            return False
        free = [link for link in self._links.values()
                if sum(shape.let_go() for flow in link.flows for shape in flow.shapes)]  # fmt: skip
        now = time.monotonic()
        for link in free:
            self._pass_on(link, now)
        return bool(free)

    # --- what a settling asks

    def stirs(self) -> bool:
        """Whether anything would happen in a turn that came now."""
        if self._epoll.poll(0, 1):
            return True
        return any(shape.stirs() for link in self._links.values() for flow in link.flows for shape in flow.shapes)

    def due(self) -> float | None:
        """When the next turn must come although nothing is ready (a moment of the monotonic clock)."""
        if not self._network.conditions:
            return None
        return min((due for link in self._links.values() for flow in link.flows
                    if (due := flow.due) is not None), default=None)  # fmt: skip

    def promised(self) -> float | None:
        """When something will surely leave by itself."""
        if not self._network.conditions:
            return None
        return min((shape.due for link in self._links.values() for flow in link.flows for shape in flow.shapes
                    if shape.promised and shape.due is not None), default=None)  # fmt: skip

    def close(self) -> None:
        """Hang up on everybody."""
        self._doors.close()
        for link in list(self._links.values()):
            link.reset()
            self._forget(link)
        for pool in self._pool.values():
            for sock in pool:
                sock.close()
        self._epoll.close()
