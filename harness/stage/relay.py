"""The relay between the people's programs and the server, in the stage's own wait loop: no thread, no process.

A round: whatever is ready is read and noted; if the server said something, the
ports that it listens on are looked at again, so that one it opened just before
an answer is there when the client connects; then all is sent on. A request is
noted before it is passed on and an answer once it has arrived, so the server's
own moment of truth always lies between the two.
"""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.events import Noted
from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage.box import Box, Side
from harness.stage.datagram_links import Current, DatagramLink, Upstream
from harness.stage.doors import Door, Doors, Opened, in_box, on_port
from harness.stage.flows import Flow, Leg
from harness.stage.gates import Gates, in_order, waiting
from harness.stage.linking import Linking
from harness.stage.links import Link
from harness.stage.mail import Mail
from harness.stage.nets import Networks
from harness.stage.sock import TCP, UDP
from harness.wire import Held

# So many rounds at once at most: the terminals want to be looked at too.
ROUNDS = 16

# A piece that was read so lately may be followed by the next.
CUTTING = 0.25

AnyLink = Link | DatagramLink


class Relay:
    """All links of one play.

    `holder` names the actor that holds a socket, by its inode; `held` are those that the server holds. `ports`:
    where there are no namespaces, the one that the server is told, and the one that the clients are told instead.
    """

    def __init__(self, recorder: Recorder, box: Box, sockets: Networks, network: Network, *, seed: int,
                 holder: Callable[[int], str], held: Callable[[], set[int]],
                 ports: tuple[int, int]) -> None:  # fmt: skip
        self._recorder = recorder
        self._held = held
        self._conditions = bool(network.conditions)
        self._gates = Gates()
        self._linking = Linking(recorder, box, sockets, network, self._gates, seed=seed, holder=holder)
        make = in_box(box, "server") if self._linking.divided else on_port(*ports)
        self._mail = Mail(self._linking, make, self._look, self._watch_door, self._began, self._ended)
        came, went, idle = self._opened, self._shut, self._mail.idle
        self._doors: dict[Side, Doors] = {"server": Doors(make, came, went, idle)}
        if self._linking.divided:
            self._doors["clients"] = Doors(self._linking.callback(in_box(box, "clients")), came, went, idle)
        self._epoll = select.epoll()
        self._by_fd: dict[int, Door | tuple[Link, Leg]] = {}
        self._links: dict[int, AnyLink] = {}
        self.legs: dict[int, tuple[Link, Leg]] = {}  # by inode

    @property
    def inodes(self) -> set[int]:
        """Of every socket of ours."""
        return self._linking.ours

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
        now = time.monotonic() if events or self._conditions else 0.0
        touched: dict[int, AnyLink] = {link.number: link for link in self._due(now)}
        spoke: set[Side] = set()
        for fd, mask in events:
            found = self._by_fd.get(fd)
            if isinstance(found, Door):
                spoke.add("clients" if found.side == "server" else "server")
                touched |= {link.number: link for link in self._come_in(found)}
            elif found is not None:
                link, leg = found
                if link.ready(leg, mask):
                    spoke.add("server" if leg is link.far else "clients")
                touched[link.number] = link
        if self._linking.divided:
            for side in spoke:  # whoever said something may have opened a port before, and told of it
                self._look(side)
        for one in touched.values():
            self._pass_on(one, now)
        return bool(touched)

    def _due(self, now: float) -> list[AnyLink]:
        if not self._conditions:
            return []
        return [link for link in self._links.values()
                if any(flow.due is not None and flow.due <= now for flow in link.flows)]  # fmt: skip

    def _pass_on(self, link: AnyLink, now: float) -> None:
        if isinstance(link, Link) and link.at_rest():
            return  # nearly always: all has been sent on, and both legs are watched for more
        link.pass_on(now)
        if link.gone:
            self._forget(link)
        elif isinstance(link, Link):
            for leg in link.legs:
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

    def _come_in(self, door: Door) -> Iterable[AnyLink]:
        if isinstance(door, Upstream):
            return self._mail.from_server(door)
        return self._mail.from_clients(door) if door.behind.protocol == UDP else self._accept(door)

    def _accept(self, door: Door) -> list[AnyLink]:
        made: list[AnyLink] = []
        with contextlib.suppress(OSError):  # nobody more; or whoever came has gone
            while True:
                link = self._linking.stream(door, *door.sock.accept())
                made.append(link)
                self._links[link.number] = link
                for leg in link.legs:
                    self._by_fd[leg.fd] = self.legs[leg.inode] = (link, leg)
                    self._watch(leg, link.mask(leg))
        return made

    def _began(self, link: DatagramLink) -> None:
        self._links[link.number] = link

    def _ended(self, link: DatagramLink) -> None:
        del self._links[link.number]

    def _forget(self, link: AnyLink) -> None:
        del self._links[link.number]
        for leg in link.legs:  # closed, and so no longer watched
            del self._by_fd[leg.fd], self.legs[leg.inode]
            self.inodes.discard(leg.inode)

    # --- doors

    def look(self) -> None:
        """See which ports the programs have opened and closed."""
        for side in self._doors:
            self._look(side)

    def _look(self, side: Side) -> None:
        network = self._linking.server if side == "server" else self._linking.clients
        if self._linking.divided:
            there = network.new_listeners()
            if there is None and not self._doors[side].busy:
                return
            there = [sock for sock in there or network.listeners() if sock.inode not in self.inodes]
        else:
            held = self._held()
            there = [sock for sock in network.listeners() if sock.inode in held]
        for refused in self._doors[side].match(there):
            self._recorder.note(Noted, text=self._why_not(refused, side))

    def _why_not(self, refused: Opened, side: Side) -> str:
        whose, other = ("the server's", "one of the clients' programs") if side == "server" else (
            "a client's", "the server's program")  # fmt: skip
        why = f"{other} has it" if self._linking.divided else (
            "without namespaces it stands only at the one that programs are told")  # fmt: skip
        transport = "tcp" if refused.protocol == TCP else "udp"
        return f"the relay does not stand at {whose} {transport} port {refused.port}: {why}"

    def _watch_door(self, door: Door) -> None:
        self.inodes.add(door.inode)
        self._by_fd[door.sock.fileno()] = door
        self._epoll.register(door.sock, select.EPOLLIN)

    def _opened(self, door: Door) -> None:
        self._watch_door(door)
        if door.behind.protocol == UDP:
            self._mail.opened(door)

    def _shut(self, door: Door) -> None:
        self.inodes.discard(door.inode)
        del self._by_fd[door.sock.fileno()]
        self._epoll.unregister(door.sock)
        if door.behind.protocol == UDP:
            self._mail.shut(door)

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
        link = self._links.get(number)
        if link is None:  # it has ended since whoever names it last looked
            return
        flow = link.up if to == "server" else link.down
        flow.held = False
        self._pass_on(link, time.monotonic())
        flow.held = self._gates.holds(link.actor, to)

    def open_gate(self, order: Sequence[tuple[int, str]]) -> None:
        """Let go of everything at one instant; of the links in `order` first, in that order."""
        waited = self.pending()
        self._gates.open()
        self._recorder.note(Held, actor="", to="both", released=True)
        for number, to in in_order(waited, order):
            if number in self._links and not self._gates.holds(self._links[number].actor, to):
                self.deliver(number, to)
        self._apply()

    def _apply(self) -> None:
        now = time.monotonic()
        for link in list(self._links.values()):
            for flow in link.flows:
                flow.held = self._gates.holds(link.actor, flow.to)
            self._pass_on(link, now)

    # --- what a settling asks

    def _flows(self) -> Iterator[Flow | Current]:
        for link in self._links.values():
            yield from link.flows

    def let_go(self) -> bool:
        """Everybody is still: what was kept until then leaves. Says whether there was any."""
        if not self._conditions:
            return False
        now = time.monotonic()
        free = [link for link in self._links.values() if sum(flow.let_go(now) for flow in link.flows)]
        for link in free:
            self._pass_on(link, now)
        return bool(free)

    def stirs(self) -> bool:
        """Whether anything would happen in a turn that came now."""
        return bool(self._epoll.poll(0, 1)) or (self._conditions and any(flow.stirs() for flow in self._flows()))

    def due(self) -> float | None:
        """When the next turn must come although nothing is ready (a moment of the monotonic clock)."""
        if not self._conditions:
            return None
        return min((due for flow in self._flows() if (due := flow.due) is not None), default=None)

    def promised(self) -> float | None:
        """When something will surely leave by itself."""
        if not self._conditions:
            return None
        return min((due for flow in self._flows() if (due := flow.promised) is not None), default=None)

    def cutting(self, since: float) -> bool:
        """Whether something is being sent in small pieces, and one was read lately or since then (a moment of the
        monotonic clock): that may take long, and has an end."""
        if not self._conditions:
            return False
        lately = min(since, time.monotonic() - CUTTING)
        return any(flow.went_on > lately for flow in self._flows() if isinstance(flow, Flow))

    def close(self) -> None:
        """Hang up on everybody."""
        for doors in self._doors.values():
            doors.close()
        for link in list(self._links.values()):
            link.reset()
            self._forget(link)
        self._mail.close()
        self._linking.close()
        self._epoll.close()
