"""One direction of a connection through the relay: read, noted, held or shaped if the scenario says so, sent.

A flow reads no more while too much of it is not sent, so that whoever sends to
somebody who does not read is stopped by it as the network would stop it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import struct
from collections import deque
from collections.abc import Sequence

from harness.recording import Recorder
from harness.stage.conditions import Cut, Shape
from harness.wire import Segment

# What of a burst is kept: all that one side sends without an answer between. Past it, only sizes and digests are.
KEPT = 64 * 1024
# And of all that ever travels one way on one link: two who talk at once would answer each other without end.
KEPT_IN_ALL = 4 << 20
# One read past it, which costs a round with its looks: in pieces of 256 KiB a transfer takes a quarter more CPU time.
READ = 1 << 20
# A flow that has so much unsent is not read. What a scenario holds, or a condition keeps, may be more.
UNSENT, HELD = 256 * 1024, 4 << 20

_RESET = struct.pack("ii", 1, 0)


class Leg:
    """One of the two sockets of a link.

    `mask`: what the relay's epoll watches it for, -1 for nothing; `deaf`: it has said all that it ever will.
    """

    __slots__ = ("deaf", "fd", "incoming", "inode", "mask", "outgoing", "sock")

    incoming: Flow  # what comes in here
    outgoing: Flow  # what goes out

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.fd = sock.fileno()
        self.inode = os.fstat(self.fd).st_ino
        self.mask = -1
        self.deaf = False

    def error(self) -> int:
        """What has come that no read or write was told of, a reset or a refusal; 0 for nothing. It is told once."""
        return self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def close(self, *, reset: bool = False) -> None:
        """Close it; with a reset its other end learns that nobody is there any more."""
        if reset:
            with contextlib.suppress(OSError):
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.sock.close()


class Flow:
    """What travels one way. `to`: the side it travels to."""

    __slots__ = (
        "_room", "at", "burst", "condition", "ending", "held", "noted", "out", "over", "shapes", "sink", "source", "to",
        "unsent", "waiting", "waits",
    )  # fmt: skip

    def __init__(self, to: str, source: Leg, sink: Leg) -> None:
        self.to, self.source, self.sink = to, source, sink
        source.incoming = sink.outgoing = self
        self.shapes: Sequence[Shape] = ()
        self.condition = ""  # the same in the scenario's words
        self.burst = 0  # bytes since the other side last said something
        self.noted = 0  # bytes that the recording has
        self.held = False  # the scenario holds what comes
        self.waiting: deque[bytes | memoryview] = deque()  # what came and was not passed on
        self.waits = 0  # bytes of these
        self.out: deque[bytes] = deque()  # what is to leave at once
        self.unsent = 0  # bytes of these
        self.at = 0  # bytes that have left
        self.ending = ""  # fin | rst: nothing more comes from the source
        self.over = False  # and that was passed on
        self._room: memoryview | None = None

    @property
    def kept(self) -> int:
        """Bytes that conditions keep."""
        return sum(shape.size for shape in self.shapes)

    @property
    def empty(self) -> bool:
        """Whether all that came has left."""
        return not (self.unsent or self.waits or (self.shapes and self.kept))

    @property
    def reads(self) -> bool:
        """Whether more is wanted."""
        if self.ending or self.over or self.unsent >= UNSENT:
            return False
        return not (self.waits or self.shapes) or self.waits + self.kept < HELD

    @property
    def due(self) -> float | None:
        """When to pass on again although nothing came."""
        return min((shape.due for shape in self.shapes if shape.due is not None), default=None)

    @property
    def promised(self) -> float | None:
        """When something will surely leave by itself, and nothing before."""
        return min((shape.due for shape in self.shapes if shape.promised and shape.due is not None), default=None)

    def let_go(self, _: float) -> bool:
        """Everybody else is still: whether a condition lets go of what it kept until then."""
        return sum(shape.let_go() for shape in self.shapes) > 0

    def stirs(self) -> bool:
        """Whether a condition would let something go now."""
        return any(shape.stirs() for shape in self.shapes)

    @property
    def went_on(self) -> float:
        """When a cut last let a piece go, with more behind it."""
        return max((shape.went_on for shape in self.shapes if isinstance(shape, Cut)), default=0.0)

    def receive(self, number: int, recorder: Recorder) -> bool:
        """Read once, and note it. Says whether bytes came; an end is left in `ending`."""
        small = self.burst < KEPT and self.noted < KEPT_IN_ALL
        try:
            data = self.source.sock.recv(KEPT - self.burst) if small else self._read_much()
        except BlockingIOError:
            return False
        except OSError:
            self.ending = "rst"
            return False
        if not data:
            self.ending = "fin"
            return False
        self.burst += len(data)
        if small:
            self._room = None
            self.noted += len(data)
        recorder.carried(number, self.to, len(data), bytes(data) if small else None,
                         "" if small else hashlib.sha256(data).hexdigest())  # fmt: skip
        self.waiting.append(data)
        self.waits += len(data)
        return True

    def _read_much(self) -> bytes | memoryview:
        """As much as there is, into the same memory each time: it is sent on before more is read, or copied.

        Memory asked for and given back for each read takes as long as the copying.
        """
        if self.waiting or self.held or self.shapes:
            return self.source.sock.recv(UNSENT)
        if self._room is None:
            self._room = memoryview(bytearray(READ))
        return self._room[: self.source.sock.recv_into(self._room)]

    def advance(self, now: float) -> None:
        """What came goes on, unless it is held: through the conditions, if there are any."""
        pieces: Sequence[bytes] = ()
        if not self.held and self.waits:
            pieces, self.waits = [bytes(piece) for piece in self.waiting], 0  # what is kept needs a place of its own
            self.waiting.clear()
        for shape in self.shapes:
            for piece in pieces:
                shape.put(piece, now)
            pieces = shape.take(now)
        if pieces:
            self.out.extend(pieces)
            self.unsent += sum(map(len, pieces))

    def forward(self) -> bool:
        """The short way, which nearly everything goes: one piece, nothing before it, no condition, and it is taken.

        Says whether all has left and more may come. If not, the long way (`advance` and `send`) is to be gone.
        """
        if self.out or self.shapes or self.ending or self.over:
            return False
        if len(self.waiting) != 1 or self.held:
            return not self.waiting
        piece = self.waiting[0]
        try:
            sent = self.sink.sock.send(piece)
        except OSError:  # no room now; or nobody there, and the long way finds that out too
            return False
        self.at += sent
        if sent < len(piece):
            self.waiting[0] = bytes(piece[sent:])
            self.waits -= sent
            return False
        self.waiting.clear()
        self.waits = 0
        return True

    def send(self, number: int, recorder: Recorder) -> bool:
        """Send what is to leave, as far as it is taken. Says whether the sink is still there."""
        while self.out:
            piece = self.out[0]
            try:
                sent = self.sink.sock.send(piece)
            except BlockingIOError:
                break
            except OSError:
                return False
            if self.condition:
                recorder.note(Segment, link=number, to=self.to, at=self.at, size=sent, condition=self.condition)
            self.at += sent
            self.unsent -= sent
            if sent == len(piece):
                self.out.popleft()
            else:
                self.out[0] = piece[sent:]
        return True

    def drop(self) -> None:
        """Nobody is there to take anything any more."""
        self.waiting.clear()
        self.out.clear()
        self.shapes = ()
        self.waits = self.unsent = 0
        self.over = True
