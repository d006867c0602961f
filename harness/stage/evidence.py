"""What a quiet stage proves: who waits for what, what is still on its way, what lies where nobody looks.

A `Picture` is taken while no thread runs (two looks at the table, before and
after, say so). Whatever it shows in flight is motion; whatever it shows lying
unread although nobody waits for it is not, and makes the evidence *stuck*.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.stage.actor import Actor
from harness.stage.procfs import Process, Table, Target, Thread
from harness.stage.sockets import (
    CLOSING,
    ESTABLISHED,
    FIN_WAIT1,
    FIN_WAIT2,
    LAST_ACK,
    SYN_SENT,
    TCP,
    Sock,
    Sockets,
)  # fmt: skip
from harness.stage.syscalls import Wait

# A wait that ends sooner than this is sat out; a later end is told ("until").
SOON = 1.0


@dataclass(frozen=True, slots=True)
class Waiter:
    """A thread that waits, and on what."""

    thread: Thread
    wait: Wait
    targets: list[Target]

    @property
    def actor(self) -> str:
        """Whose program it belongs to."""
        return self.thread.process.actor

    def ends_in(self, now: float) -> float | None:
        """Seconds until it wakes by itself at the earliest; None: it does not (or only keeps its runtime's house)."""
        if not self.wait.timed and not any(t.kind == "timer" for t in self.targets):
            return None
        if self.thread.housekeeping():
            return None
        ends = [_timer_left(target.text) for target in self.targets if target.kind == "timer"]
        if self.wait.at is not None:
            ends.append(self.wait.at - _clock(self.wait.clock))
        elif self.wait.limit is not None:
            ends.append(self.thread.since + self.wait.limit - now)
        elif self.wait.timed:
            ends.append(0.0)
        known = [end for end in ends if end is not None]
        return min(known) if known else None


def _clock(number: int) -> float:
    try:
        return time.clock_gettime(number)
    except OSError:
        return 0.0


def _timer_left(fdinfo: str) -> float | None:
    """A timerfd's time to go, from its fdinfo; None if it is not armed."""
    for line in fdinfo.splitlines():
        if line.startswith("it_value:"):
            seconds, fraction = line.partition("(")[2].rstrip(")").split(",")
            left = int(seconds) + int(fraction) / 1e9
            return left or None
    return None


@dataclass(slots=True)
class Picture:
    """Everything that stands still, at one moment."""

    waiters: list[Waiter]
    moving: str = ""  # what is on its way to somebody who waits for it
    until: float | None = None  # seconds until the first wait ends by itself
    unread: dict[str, int] = field(default_factory=dict)  # actor -> typed bytes that nobody has read
    lying: list[Sock] = field(default_factory=list)  # sockets with something for a reader that does not come

    @property
    def stuck(self) -> bool:
        """Whether something lies where nobody looks."""
        return bool(self.unread or self.lying)

    def asks(self, actor: str) -> bool:
        """Whether the actor's program waits for its keyboard, and nothing typed lies unread."""
        return actor not in self.unread and any(at_keyboard(waiter) for waiter in self.waiters if waiter.actor == actor)


def at_keyboard(waiter: Waiter) -> bool:
    """Whether this thread waits for a terminal."""
    return any(target.kind == "terminal" for target in waiter.targets)


class Observer:
    """Takes pictures of one stage."""

    def __init__(self, table: Table, sockets: Sockets | None, *, own_namespace: bool) -> None:
        self._table = table
        self._sockets = sockets
        self._own_namespace = own_namespace
        self._resolved: dict[int, tuple[tuple[bytes, ...], list[Waiter]]] = {}

    def picture(self, actors: Mapping[str, Actor]) -> Picture:
        """What is so now. `actors` are those whose typed bytes may lie unread."""
        unread = {name: count for name, actor in actors.items() if (count := _unread(actor))}
        waiters = [waiter for process in self._table.processes.values() for waiter in self._waiters(process)]
        inodes = {target.inode for waiter in waiters for target in waiter.targets if target.kind == "socket"}
        if self._sockets is not None:
            self._sockets.refresh(inodes)
        picture = Picture(waiters, unread=unread)
        picture.moving = next(self._motions(waiters, unread), "")
        if not picture.moving:
            now = time.monotonic()
            ends = [end for waiter in waiters if (end := waiter.ends_in(now)) is not None]
            picture.until = min(ends, default=None)
            picture.lying = list(self._lying(waiters))
        return picture

    def _waiters(self, process: Process) -> list[Waiter]:
        """What its threads wait on, read again only if one of them has run: nobody else changes its descriptors."""
        signature = tuple(thread.sched for thread in process.threads.values())
        known = self._resolved.get(process.pid)
        if known is not None and known[0] == signature and all(w.thread.process is process for w in known[1]):
            return known[1]
        found = [
            Waiter(thread, thread.wait, process.targets(thread.wait))
            for thread in process.threads.values() if thread.wait is not None
        ]  # fmt: skip
        if not any(target.kind == "timer" for waiter in found for target in waiter.targets):
            self._resolved[process.pid] = (signature, found)
        return found

    def _motions(self, waiters: list[Waiter], unread: Mapping[str, int]) -> Iterator[str]:
        for waiter in waiters:
            if waiter.wait.call in ("stopped", "zombie"):
                continue
            if waiter.wait.writes and waiter.wait.call.startswith("write"):
                for fd in waiter.wait.writes:
                    if waiter.thread.process.link(f"fd/{fd}").startswith(("/dev/pts/", "/dev/tty")):
                        yield "output to a terminal"
            if waiter.wait.call == "connect" and self._connecting(waiter):
                yield "a connection being made"
            for target in waiter.targets:
                if target.kind in ("file", "unknown"):
                    yield "a file being read"
                elif target.kind == "terminal" and waiter.actor in unread:
                    yield "typed bytes"
                elif target.kind == "socket" and self._sockets is not None:
                    sock = self._sockets.by_inode.get(target.inode)
                    if sock is not None and self._comes(sock, waiter, target):
                        yield f"something for {sock}"

    def _connecting(self, waiter: Waiter) -> bool:
        """A connection is on its way, unless the listener's queue is full: then it is tried again in seconds."""
        link = waiter.thread.process.link(f"fd/{waiter.wait.writes[0]}")
        if not link.startswith("socket:[") or self._sockets is None:
            return False
        sock = self._sockets.by_inode.get(int(link[8:-1]))
        if sock is None or sock.state != SYN_SENT:
            return False
        full = [s for s in self._sockets.listening if s.sport == sock.dport and s.unread > s.unsent]
        return not full

    def _comes(self, sock: Sock, waiter: Waiter, target: Target) -> bool:
        """Whether something is there, or under way, that will wake this waiter."""
        if sock.unread and not (target.edge or waiter.wait.all_of_it):
            return True
        if sock.protocol != TCP or sock.state not in (ESTABLISHED, FIN_WAIT1, FIN_WAIT2):
            return False
        # Loopback delivers at once, unless the machine is busy: then a packet may wait for a core in the kernel's
        # own worker. The two ends' counters know. (Send queues do not: a delayed ACK leaves them full for 40 ms.)
        assert self._sockets is not None
        peer = self._sockets.by_ends.get(sock.other_ends)
        if peer is None:
            return False
        if peer.sent > sock.received:
            return True
        return peer.state in (FIN_WAIT1, LAST_ACK, CLOSING) and not peer.unsent and sock.state == ESTABLISHED

    def _lying(self, waiters: list[Waiter]) -> Iterator[Sock]:
        """Sockets of the stage's programs with something in them that no waiting thread will fetch."""
        if self._sockets is None:
            return
        full = [s for s in [*self._sockets.by_inode.values(), *self._sockets.by_ends.values()] if s.unread]
        seen = set()
        for sock in full:
            if sock not in seen and (self._own_namespace or self._ours(sock)):
                seen.add(sock)
                yield sock

    def _ours(self, sock: Sock) -> bool:
        """Where everybody shares one namespace: whether one of our programs holds this socket, or listens for it."""
        assert self._sockets is not None
        wanted = {sock.inode} if sock.inode else {s.inode for s in self._sockets.listening if s.sport == sock.sport}
        return any(wanted & process.sockets() for process in self._table.processes.values())


def _unread(actor: Actor) -> int:
    return actor.terminal.unread() if actor.terminal is not None else 0
