"""What is on its way through the relay, by the counters at both ends of its sockets.

Nobody runs while a picture is taken, and the relay is part of who takes it. So
what matters is what lies between: bytes and ends that have left one socket and
not arrived at the other, room being made, a turn of the relay that would do
something. What a condition or the scenario holds is none of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.stage.nets import Networks
from harness.stage.relay import Relay
from harness.stage.sock import CLOSING, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, LAST_ACK, SYN_RECV, Sock

# A connection whose other end is gone is being reset: that is told at once, unless the machine is busy.
RESET_WITHIN = 0.1


class Transit:
    """The relay's sockets among all the others."""

    def __init__(self, relay: Relay, sockets: Networks) -> None:
        self._relay = relay
        self._sockets = sockets
        self._alone: dict[int, float] = {}  # sockets without another end, and since when

    def motions(self, now: float) -> Iterator[str]:
        """What moves in the relay, by the sockets as they were last refreshed."""
        alone: dict[int, float] = {}
        for inode, (_, leg) in self._relay.legs.items():
            own = self._sockets.by_inode.get(inode)
            if own is None:
                continue
            peer = self._sockets.by_ends.get(own.other_ends)
            if peer is None:
                if own.state == ESTABLISHED:
                    alone[inode] = self._alone.get(inode, now)
                    if now - alone[inode] < RESET_WITHIN:
                        yield f"a reset of {own}"
            elif _crosses(peer, own) or _crosses(own, peer):
                yield f"something on its way to or from the relay, on {own}"
            elif leg.outgoing.out and not peer.unread:
                yield f"room in {own}"
        self._alone = alone
        # Last: what had not arrived when the sockets were looked at would have been seen on its way.
        if self._relay.stirs():
            yield "something in the relay"

    def ends_in(self, now: float) -> float | None:
        """Seconds until a condition lets go of something by itself."""
        due = self._relay.promised()
        return None if due is None else max(0.0, due - now)

    def ours(self, sock: Sock) -> bool:
        """Whether a socket is the relay's."""
        return sock.inode in self._relay.inodes

    def across(self, sock: Sock) -> Sock | None:
        """The other end of a program's connection, past the relay if it goes through it.

        A client whose connection the server's kernel has not taken is joined to the relay, and to nobody else: it is
        given a socket that nobody holds, as any other that was never accepted.
        """
        peer = self._sockets.by_ends.get(sock.other_ends)
        if peer is None or peer.inode not in self._relay.legs:
            return peer
        link, leg = self._relay.legs[peer.inode]
        if not link.connected:
            return replace(peer, inode=0)
        own = self._sockets.by_inode.get((link.far if leg is link.near else link.near).inode)
        return self._sockets.by_ends.get(own.other_ends) if own is not None else None

    def port(self, sock: Sock) -> int:
        """The server's port that a connection is for."""
        peer = self._sockets.by_ends.get(sock.other_ends)
        for end in (sock, peer):
            if end is not None and end.inode in self._relay.legs:
                return self._relay.legs[end.inode][0].port
        return sock.sport

    def not_taken(self) -> Iterator[Sock]:
        """What clients have sent on connections that the server's kernel has not taken."""
        for inode, (link, leg) in self._relay.legs.items():
            own = self._sockets.by_inode.get(inode)
            if own is not None and leg is link.near and not link.connected and own.unread:
                yield replace(own, inode=0)


def _crosses(near: Sock, far: Sock) -> bool:
    """Whether bytes or an end have left `near` that `far` does not have."""
    if far.state == SYN_RECV or near.state == SYN_RECV:
        return False  # its queue is full: the kernel drops what comes
    if near.sent > far.received or (near.held and near.unacknowledged):
        return True
    # An end that has arrived may be acknowledged 40 ms later: the other socket's own state says that it has.
    ends = near.state in (FIN_WAIT1, LAST_ACK, CLOSING) and not near.held
    return ends and far.state in (ESTABLISHED, FIN_WAIT1, FIN_WAIT2)
