"""One client's connection, as the server's two workers for it share it."""

import select
import socket
from contextlib import suppress
from threading import Event, Lock

from .messages import Inbox, Message, Status, encode
from .visitor import Visitor

# Below malloc's threshold of 128 KiB: above it every recv() would map and unmap memory.
_RECEIVE = 64 * 1024

# The client will send no more. Where the system cannot tell, the end comes with the next bytes.
_HUNG_UP = getattr(select, "POLLRDHUP", 0)


class Connection:
    """A socket that one worker reads and two write to, without ever tearing each other's messages."""

    def __init__(self, sock: socket.socket, visitor: Visitor) -> None:
        self.visitor = visitor
        self.inbox = Inbox()
        self.ending = Event()  # set when the client has left, or when the server shuts down
        self._sock = sock
        self._lock = Lock()  # for the bytes on their way out; held only while the kernel takes what it can
        self._unsent = b""
        self._over = False
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self) -> bool:
        """Wait for bytes and feed them to the inbox; False at the end of the connection."""
        data = self._sock.recv(_RECEIVE)
        self.inbox.feed(data)
        return bool(data)

    def send(self, message: Message, piece: bytes = b"") -> None:
        """Send a message, and raw bytes behind it. Raises OSError if the connection has ended.

        A client that does not read makes us wait, but outside the lock: so the worker that
        tells it of the shutdown need not wait for it as well.
        """
        data = encode(message) + piece
        with self._lock:
            self._unsent += data
            sent = self._push()
        while not sent:
            self._wait_for_room()
            with self._lock:
                sent = self._push()

    def send_piece(self, message: Message, piece: bytes) -> None:
        """Send a piece of a file, so that another message may come between two pieces."""
        # Once there is room a piece fits whole, as a rule. Thus a client in the middle of a
        # slow download hears the goodbye at the next border between two messages.
        self._wait_for_room()
        self.send(message, piece)

    def _wait_for_room(self) -> None:
        """Wait, without a time limit, until the kernel takes bytes again. Raises OSError if the client has hung up."""
        poll = select.poll()
        poll.register(self._sock, select.POLLOUT | _HUNG_UP)
        # Who hangs up with every buffer full never makes room again, and the kernel would take
        # a minute to find that out: so long the client's name would stay taken.
        if all(events == _HUNG_UP for _, events in poll.poll()):
            raise ConnectionAbortedError("the client hung up before it had read everything")

    def say_goodbye(self) -> None:
        """Tell the client that the server shuts down, and end the connection, without waiting."""
        with self._lock:
            if self._over:
                return
            # Behind a message that is half out comes first its other half. If the kernel
            # takes no more, this client has not read for long; the end must tell it then.
            self._unsent += encode(Message(Status.SERVER_CLOSING))
            with suppress(OSError):
                self._push()
            self._over = True
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection both ways; whoever waits for it, here or there, wakes up."""
        with suppress(OSError):  # the client was faster
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back. For the worker that reads, once nobody else needs it."""
        self._sock.close()

    def _push(self) -> bool:
        """Hand the kernel what it takes now; say whether that was all. The lock is held."""
        if self._over:
            raise ConnectionAbortedError("the server has said goodbye")
        try:
            sent = self._sock.send(self._unsent, socket.MSG_DONTWAIT)
            self._unsent = self._unsent[sent:]
        except BlockingIOError:
            return False
        return not self._unsent
