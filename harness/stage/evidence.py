"""What a quiet stage proves: who waits for what, what is still on its way, what lies where nobody looks.

The observer takes pictures (picture.py) of a stage on which no thread runs, and
puts them into words for people.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping

from harness.stage.actor import Actor
from harness.stage.explain import Lying, On, Scene, Standing
from harness.stage.nets import Networks
from harness.stage.picture import Picture, Waiter
from harness.stage.process import Process, Target
from harness.stage.procfs import Table
from harness.stage.sock import CLOSING, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, LAST_ACK, LISTEN, TCP, UDP, Sock
from harness.stage.syscalls import Wait
from harness.stage.transit import Transit


class Observer:
    """Takes pictures of one stage."""

    def __init__(self, table: Table, sockets: Networks | None, *, own_namespace: bool) -> None:
        self._table = table
        self.sockets = sockets
        self._own_namespace = own_namespace
        self.transit: Transit | None = None  # what goes through the relay, if there is one
        self._resolved: dict[int, tuple[tuple[bytes, ...], list[Waiter]]] = {}

    def picture(self, actors: Mapping[str, Actor]) -> Picture:
        """What is so now. `actors` are those whose typed bytes may lie unread."""
        unread = {name: count for name, actor in actors.items() if (count := _unread(actor))}
        waiters = [waiter for process in self._table.processes.values() for waiter in self._waiters(process)]
        inodes = {target.inode for waiter in waiters for target in waiter.targets if target.kind == "socket"}
        if self.sockets is not None:
            self.sockets.refresh(inodes)
        picture = Picture(waiters, unread=unread)
        picture.moving = next(self._motions(waiters, unread), "")
        if not picture.moving:
            now = time.monotonic()
            ends = [end for waiter in waiters if (end := waiter.ends_in(now)) is not None]
            if self.transit is not None and (end := self.transit.ends_in(now)) is not None:
                ends.append(end)
            picture.until = min(ends, default=None)
            picture.lying = list(self._lying())
        return picture

    def _waiters(self, process: Process) -> list[Waiter]:
        """What its threads wait on, read again only if one of them has run: nobody else changes its descriptors."""
        # (The call too: whoever was looked at for the first time has not run since, and was in no known wait before.)
        signature = tuple(part for thread in process.threads.values() for part in (thread.sched, thread.line))
        known = self._resolved.get(process.pid)
        if known is not None and known[0] == signature and all(w.thread.process is process for w in known[1]):
            return known[1]
        if process.stopped():
            # A stopped thread still shows the call that it was stopped in; but it will not wake for what comes.
            return [Waiter(thread, Wait("stopped"), []) for thread in process.threads.values()]
        found = [
            Waiter(thread, thread.wait, process.targets(thread.wait), _room(process, thread.wait))
            for thread in process.threads.values() if thread.wait is not None
        ]  # fmt: skip
        if not any(target.kind == "timer" for waiter in found for target in waiter.targets):
            self._resolved[process.pid] = (signature, found)
        return found

    def _motions(self, waiters: list[Waiter], unread: Mapping[str, int]) -> Iterator[str]:
        if self.sockets is not None and any(not self.sockets.stands(s) for s in self.sockets.handshakes):
            yield "a connection being made"
        for waiter in waiters:
            if waiter.wait.call in ("stopped", "zombie"):
                continue
            if moves := self._sending(waiter):
                yield moves
            for target in waiter.targets:
                if target.kind in ("file", "unknown"):
                    yield "a file being read"
                elif target.kind == "terminal" and waiter.actor in unread:
                    yield "typed bytes"
                elif target.kind == "socket" and self.sockets is not None:
                    sock = self.sockets.by_inode.get(target.inode)
                    if sock is not None and self._comes(sock, waiter, target):
                        yield f"something for {sock}"
        # In a namespace that is shared the sums are everybody's.
        if self._own_namespace and self.sockets is not None and self.sockets.datagrams_under_way(time.monotonic()):
            yield "a datagram on its way"
        if self.transit is not None:
            yield from self.transit.motions(time.monotonic())

    def _sending(self, waiter: Waiter) -> str:
        """What moves although the waiter can do nothing: its output, or room being made for it."""
        for target in waiter.room:
            if target.kind == "terminal":
                return "output to a terminal"
            sock = self.sockets.by_inode.get(target.inode) if self.sockets is not None else None
            if sock is not None and self._makes_room(sock):
                return f"room in {sock}"
        return ""

    def _makes_room(self, sock: Sock) -> bool:
        """Whether a blocked send will go on: its other end has read everything, and the word of it is under way."""
        assert self.sockets is not None
        peer = self.sockets.by_ends.get(sock.other_ends)
        return peer is not None and sock.state == ESTABLISHED and bool(sock.unsent) and not peer.unread

    def _comes(self, sock: Sock, waiter: Waiter, target: Target) -> bool:
        """Whether something is there, or under way, that will wake this waiter."""
        if sock.unread and not (target.edge or waiter.wait.all_of_it):
            return True
        if sock.protocol != TCP or sock.state not in (ESTABLISHED, FIN_WAIT1, FIN_WAIT2):
            return False
        # Loopback delivers at once, unless the machine is busy: then a packet may wait for a core in the kernel's
        # own worker. The two ends' counters know. (Send queues do not: a delayed ACK leaves them full for 40 ms.)
        # And Nagle's algorithm holds a small write back until the one before is acknowledged, up to 40 ms later, while
        # every thread sleeps: bytes held behind unacknowledged ones will leave by themselves. Held bytes with
        # everything acknowledged will not: the receiver's window is closed until somebody reads.
        assert self.sockets is not None
        peer = self.sockets.by_ends.get(sock.other_ends)
        if peer is None:
            return False
        if peer.sent > sock.received or (peer.held and peer.unacknowledged):
            return True
        return peer.state in (FIN_WAIT1, LAST_ACK, CLOSING) and not peer.held and sock.state == ESTABLISHED

    def _lying(self) -> Iterator[Sock]:
        """Sockets of the stage's programs with something in them: had a waiting thread wanted it, it had moved."""
        if self.sockets is None:
            return
        full = [s for s in [*self.sockets.by_inode.values(), *self.sockets.by_ends.values()] if s.unread]
        if self.transit is not None:
            full = [s for s in full if not self.transit.ours(s)]
            yield from self.transit.not_taken()
        seen = set()
        for sock in full:
            if sock not in seen and (self._own_namespace or self._ours(sock)):
                seen.add(sock)
                yield sock

    # --- for people

    def scene(self, picture: Picture, only: Collection[str] | None = None, *, whose: bool = True) -> Scene:
        """The picture (of the actors `only`) in words; `whose` adds who holds which connection, at more cost."""
        owners = {i: p.actor for p in self._table.processes.values() for i in p.sockets()} if whose else {}
        now = time.monotonic()
        standing = [
            Standing(w.actor, w.thread.process.pid, w.thread.tid, w.thread.name, w.wait.call,
                     [self._on(target, owners if whose else None) for target in [*w.targets, *w.room]], w.ends_in(now),
                     w.thread.housekeeping())
            for w in picture.waiters if only is None or w.actor in only
        ]  # fmt: skip
        lying = [self._lies(sock, owners) for sock in picture.lying]
        return Scene(standing, picture.unread, lying, moving=picture.moving)

    def _on(self, target: Target, owners: Mapping[int, str] | None) -> On:
        sock = self.sockets.by_inode.get(target.inode) if self.sockets is not None and target.inode else None
        if sock is None:
            return On(target.kind, target.kind if target.kind in ("terminal", "pipe") else target.text)
        if sock.protocol == UDP:
            return On("udp", str(sock))
        if sock.state == LISTEN:
            return On("listener", str(sock))
        peer = self._across(sock)
        accepted = peer is None or bool(peer.inode) or sock.state != ESTABLISHED
        if owners is None:
            return On("connection", str(sock), None, accepted)
        return On("connection", str(sock), owners.get(peer.inode, "") if peer is not None else "", accepted)

    def _lies(self, sock: Sock, owners: Mapping[int, str]) -> Lying:
        if sock.state == LISTEN:
            return Lying("connections", sock.unread, owners.get(sock.inode, ""), "")
        if sock.protocol == UDP:
            return Lying("datagrams", sock.unread, owners.get(sock.inode, ""), "")
        assert self.sockets is not None
        peer = self._across(sock)
        sender = owners.get(peer.inode, "") if peer is not None else ""
        port = sock.sport if self.transit is None else self.transit.port(sock)
        listeners = (owner for s in self.sockets.listening if s.sport == port and (owner := owners.get(s.inode)))
        return Lying("bytes", sock.unread, owners.get(sock.inode, ""), sender, next(listeners, ""))

    def _across(self, sock: Sock) -> Sock | None:
        """The other end of a connection: a program's, though the relay may stand between."""
        assert self.sockets is not None
        return self.transit.across(sock) if self.transit is not None else self.sockets.by_ends.get(sock.other_ends)

    def _ours(self, sock: Sock) -> bool:
        """Where everybody shares one namespace: whether one of our programs holds this socket, or listens for it."""
        assert self.sockets is not None
        wanted = {sock.inode} if sock.inode else {s.inode for s in self.sockets.listening if s.sport == sock.sport}
        return any(wanted & process.sockets() for process in self._table.processes.values())


# Calls that go on only once there is room. (poll's writers are not followed: it has other ways to wake.)
_WRITERS = frozenset({"write", "writev", "sendto", "sendmsg"})


def _room(process: Process, wait: Wait) -> list[Target]:
    return [process.target(fd) for fd in wait.writes] if wait.call in _WRITERS else []


def _unread(actor: Actor) -> int:
    return actor.terminal.unread() if actor.terminal is not None else 0
