"""P2P: a message straight from client to client, and the ticket that proves who sent it.

At login the server gives each client a key that nobody else has. When Yoda asks to be
introduced to luke, the server seals Yoda's name and a number with luke's key. Only luke
can check the seal, only the server could have made it, and luke accepts each number once:
so nobody can speak as somebody else, nor say twice what was said once.
"""

import socket

from .messages import BadMessage, Inbox, Message, Status, encode


def seal(key: str, sender: str, number: int) -> str:
    """Return a ticket with which `sender` may speak once to the owner of `key`."""
    # Imported on first use: it loads OpenSSL, and most clients never send a P2P message.
    import hmac

    digest = hmac.digest(key.encode(), f"{number} {sender}".encode(errors="surrogateescape"), "sha256").hex()
    return f"{number}.{digest}"


class TicketCheck:
    """Tells the tickets that our server sealed for us from forged and used ones."""

    def __init__(self) -> None:
        self.key: str | None = None  # none before login: every ticket is refused
        self._used: set[int] = set()

    def accepts(self, sender: str, ticket: str) -> bool:
        """Say whether the ticket lets `sender` speak now; it never will again."""
        number, _, _ = ticket.partition(".")
        if self.key is None or not (number.isascii() and number.isdecimal() and len(number) <= 18):
            return False
        import hmac

        try:
            expected = seal(self.key, sender, int(number)).encode()
            given = ticket.encode()
        except UnicodeEncodeError:  # half a surrogate pair is no name of ours
            return False
        if int(number) in self._used or not hmac.compare_digest(expected, given):
            return False
        self._used.add(int(number))
        return True


def send_to_peer(introduction: Message, sender: str, text: str) -> None:
    """Carry a message to the client that the server introduced us to. Raises OSError if it is gone."""
    message = Message(Status.PEER_MESSAGE, user=sender, ticket=introduction.text("ticket"), text=text)
    with socket.socket() as sock:
        if hasattr(socket, "TCP_SYNCNT"):
            # A receiver that is stopped for long takes no more connections. After two more
            # attempts, 7 seconds, the kernel gives up, and not after two minutes.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 2)
        sock.connect((introduction.text("host"), introduction.number("port")))
        sock.sendall(encode(message))  # we wait for no receipt: a stopped receiver must not stop us


class PeerLine:
    """A connection from another client, which may say one thing."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        sock.setblocking(False)  # whoever dawdles must not hold up what the server says
        self._inbox = Inbox()

    def next_message(self) -> tuple[Message | None, bool]:
        """Return the message, if it has come by now, and whether there is nothing more to wait for."""
        try:
            data = self.sock.recv(64 * 1024)
            self._inbox.feed(data)
            event = self._inbox.next_event()
        except BlockingIOError:
            return None, False
        except (OSError, BadMessage):
            return None, True
        if isinstance(event, Message) and event.status is Status.PEER_MESSAGE:
            return event, True
        return None, event is not None or not data
