"""A connection through the relay: two sockets, two flows, and how each of them ends.

A FIN is passed on behind the last byte, a reset as a reset. The two directions
end on their own: who has shut down writing can still be answered.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket

from harness.recording import Recorder
from harness.scenario.network import Condition
from harness.stage.conditions import Fuse
from harness.stage.flows import Flow, Leg
from harness.wire import Unlinked

_READABLE = select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR


class Link:
    """One client's connection: at the leg `near` to it the relay stands for the server, at `far` for the client.

    `by`: the side that has connected, nearly always the client. A server may call one back.
    """

    def __init__(self, number: int, actor: str, port: int, near: socket.socket, far: socket.socket,
                 recorder: Recorder, *, by: str = "client") -> None:  # fmt: skip
        self.number, self.actor, self.port = number, actor, port
        self.near, self.far = Leg(near), Leg(far)
        self.legs = (self.near, self.far)
        self.called = self.far if by == "client" else self.near  # where the relay connects itself
        self.up, self.down = Flow("server", self.near, self.far), Flow("client", self.far, self.near)
        self.flows = (self.up, self.down)
        self.fuses: dict[Condition, Fuse] = {}
        self.connected = False
        self.gone = False
        self._doomed = False  # to be reset, by whoever may close sockets
        self._recorder = recorder

    def mask(self, leg: Leg) -> int:
        """What is to be watched at this leg now; -1: nothing ever."""
        if leg.deaf:
            return -1
        if not self.connected:
            # Nothing is read before the other side has taken the connection: it may never.
            return select.EPOLLOUT if leg is self.called else 0
        incoming = select.EPOLLIN if leg.incoming.reads else 0
        return incoming | (select.EPOLLOUT if leg.outgoing.out else 0)

    def ready(self, leg: Leg, events: int) -> bool:
        """Something is the matter at this leg. Says whether bytes came."""
        if events == leg.mask == select.EPOLLIN:  # nearly always
            return not leg.incoming.over and self._read(leg)
        if not self.connected:
            self._connect(leg, events)
            return False
        came = self._read(leg) if events & _READABLE and leg.incoming.reads else False
        if events & (select.EPOLLHUP | select.EPOLLERR) and not leg.incoming.reads:
            # It is told again and again, watched or not.
            leg.deaf = True
            if leg.incoming.ending != "rst" and leg.error():
                self._reset_came(leg)
        return came

    def _connect(self, leg: Leg, events: int) -> None:
        if leg is not self.called:
            leg.deaf = True  # it has gone already: what it left is read once somebody is there to have it
        elif error := leg.error():
            if error == errno.ECONNREFUSED:
                self._note(self._side(leg), "refused")
                self._doomed = True
            else:  # it was taken, and reset before anybody looked
                self.connected = True
                self._reset_came(leg)
        elif events & select.EPOLLOUT:
            self.connected = True

    def _read(self, leg: Leg) -> bool:
        flow = leg.incoming
        came = flow.receive(self.number, self._recorder)
        if came:
            leg.outgoing.burst = 0  # what comes next there is a new one
            for shape in leg.outgoing.shapes:
                shape.answered()
        elif flow.ending == "rst":
            self._reset_came(leg)
        elif flow.ending:
            self._note(self._side(leg), "fin")
        return came

    def _reset_came(self, leg: Leg) -> None:
        """Who resets takes nothing more; what it had sent before is passed on, and then the reset."""
        flow = leg.incoming
        while not flow.ending and flow.receive(self.number, self._recorder):
            pass
        self._note(self._side(leg), "rst")
        leg.deaf = True
        leg.outgoing.drop()
        flow.ending, flow.over = "rst", False

    def at_rest(self) -> bool:
        """The short way for both flows: whether all has left, and nothing else is the matter or to be watched.

        Both legs are watched for more to come, and for nothing else: so they are connected.
        """
        return self.near.mask == self.far.mask == select.EPOLLIN and self.up.forward() and self.down.forward()

    def pass_on(self, now: float) -> None:
        """Send on whatever may go, and the ends behind it."""
        if self._doomed:
            self.reset()
        if not self.connected or self.gone:
            return
        for flow in self.flows:
            self._push(flow, now)
            while flow.source.deaf and flow.reads:  # there is an end to what it still has
                self._read(flow.source)
                self._push(flow, now)
        if any(fuse.blown for fuse in self.fuses.values()) and not (self.up.out or self.down.out):
            self._note("network", "rst")
            self.reset()
            return
        for flow in self.flows:
            if flow.ending and not flow.over and not flow.held and flow.empty:
                self._end(flow)
        if self.up.over and self.down.over:
            self._close(reset=False)

    def _push(self, flow: Flow, now: float) -> None:
        if flow.waits or flow.shapes:
            flow.advance(now)
        if flow.out and not flow.send(self.number, self._recorder):
            self._reset_came(flow.sink)

    def _end(self, flow: Flow) -> None:
        flow.over = True
        if flow.ending == "rst":
            self.reset()
        else:
            with contextlib.suppress(OSError):  # it was reset meanwhile, and reading will say so
                flow.sink.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Both ends learn that the other is no more. (One who has reset already hears nothing.)"""
        for flow in self.flows:
            flow.drop()
        self._close(reset=True)

    def _close(self, *, reset: bool) -> None:
        self.gone = True
        self.near.close(reset=reset)
        self.far.close(reset=reset)

    def _side(self, leg: Leg) -> str:
        return "client" if leg is self.near else "server"

    def _note(self, by: str, how: str) -> None:
        self._recorder.note(Unlinked, link=self.number, by=by, how=how)
