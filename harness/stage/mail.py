"""The datagrams of one play: through which sockets they come and go, and which link each belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.stage.box import Side
from harness.stage.datagram_links import Address, DatagramLink, Upstream, bare, read
from harness.stage.doors import Door, Opened
from harness.stage.linking import Linking
from harness.stage.sock import AF_INET, AF_INET6, UDP


class Mail:
    """Doors for the server's ports on the clients' side; on the server's, an upstream for each port of a client's.

    `look` sees what ports a side has opened; `came` and `went` are told of a socket that is to be listened to, and of a
    link that is or no longer is.
    """

    def __init__(self, linking: Linking, make: Callable[[Opened], Door | None], look: Callable[[Side], None],
                 watch: Callable[[Door], None], came: Callable[[DatagramLink], None],
                 went: Callable[[DatagramLink], None]) -> None:  # fmt: skip
        self._linking, self._make, self._look = linking, make, look
        self._watch, self._came, self._went = watch, came, went
        self._doors: dict[int, Door] = {}  # by the server's port
        self._upstreams: dict[Opened, Upstream] = {}
        self._passing: list[Door] = []  # for ports that were closed before anybody saw them open
        self._links: dict[tuple[Address, int], DatagramLink] = {}  # by client and the server's port

    def opened(self, door: Door) -> None:
        """A door, or an upstream, has come."""
        if isinstance(door, Upstream):
            self._upstreams[door.behind] = door
        else:
            self._doors[door.behind.port] = door

    def shut(self, door: Door) -> None:
        """It goes, and all links through it."""
        if isinstance(door, Upstream):
            self._upstreams.pop(door.behind, None)
        else:
            self._doors.pop(door.behind.port, None)
        for key in self._through(door):
            self._went(self._links.pop(key))

    def idle(self, door: Door) -> bool:
        """Whether a door may be shut, as its port has been: what was sent through it before has been passed on."""
        links = [self._links[key] for key in self._through(door)]
        return not any((link.up if isinstance(door, Upstream) else link.down).holds for link in links)

    def _through(self, door: Door) -> list[tuple[Address, int]]:
        if door.behind.protocol != UDP:
            return []
        if isinstance(door, Upstream):
            return [key for key in self._links if door.stands_for(key[0])]
        return [key for key in self._links if key[1] == door.behind.port]

    def from_clients(self, door: Door) -> Iterator[DatagramLink]:
        """What has come in at a door: the links that it is for."""
        for data, client in read(door.sock):
            link = self._link(door, self._upstream(door, client), client)
            link.arrived(link.up, data)
            yield link

    def from_server(self, upstream: Upstream) -> Iterator[DatagramLink]:
        """What the server has sent to a client's port, from whichever of its own."""
        for data, server in read(upstream.sock):
            door = self._door(server) or upstream.door
            if door is not None:  # else it could only come from a port that it was not sent from
                link = self._link(door, upstream, upstream.client(bare(server[0])))
                link.arrived(link.down, data)
                yield link

    def _upstream(self, door: Door, client: Address) -> Upstream:
        found = self._standing_for(client)
        if found is None and self._linking.divided:
            self._look("clients")
            found = self._standing_for(client)
        if found is None:
            found = self._linking.upstream(Opened(door.behind.family, UDP, bare(client[0]), client[1]), door)
            self._pass_by(found)
            self._upstreams[found.behind] = found
        found.door = door
        return found

    def _standing_for(self, client: Address) -> Upstream | None:
        return next((one for one in self._upstreams.values() if one.stands_for(client)), None)

    def _door(self, server: Address) -> Door | None:
        if server[1] not in self._doors:
            self._look("server")
        found = self._doors.get(server[1])
        if found is None and self._linking.divided:
            host = bare(server[0])
            found = self._make(Opened(AF_INET6 if ":" in host else AF_INET, UDP, host, server[1]))
            if found is not None:
                self._pass_by(found)
                self._doors[server[1]] = found
        return found

    def _pass_by(self, door: Door) -> None:
        self._passing.append(door)
        self._watch(door)

    def _link(self, door: Door, upstream: Upstream, client: Address) -> DatagramLink:
        key = ((bare(client[0]), client[1]), door.behind.port)
        link = self._links.get(key)
        if link is None:
            link = self._links[key] = self._linking.datagrams(door, client, upstream)
            self._came(link)
        return link

    def close(self) -> None:
        """Close what no socket of a program's stands behind."""
        for door in self._passing:
            door.sock.close()
