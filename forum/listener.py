"""The client's second worker: shows what the server says, and what other clients say.

It waits for all of them at once, without a time limit.
"""

import selectors
import signal
import socket
from contextlib import suppress
from queue import SimpleQueue

from .console import say
from .keyboard import Keyboard
from .messages import BadMessage, Inbox, Message, Status
from .names import is_file_name
from .peer import PeerLine, TicketCheck
from .transfer import Arrival
from .wording import FILE_UNWRITABLE, PEER_SAYS, SERVER_GONE, for_client, printable

# As many clients may be in the middle of telling us something; the next one must try again.
# Without a limit somebody who only connects could use up our descriptors.
_MAX_PEERS = 64


class Listener:
    """Hears the server and the peers, shows what they say, and hands answers to the keyboard's worker."""

    def __init__(self, server: socket.socket, peers: socket.socket, keyboard: Keyboard) -> None:
        self.answers: SimpleQueue[Message | None] = SimpleQueue()  # None: there will be no more
        self._server = server
        self._peers = peers
        self._keyboard = keyboard
        self._inbox = Inbox(limit=None)  # we trust our server; a thread may be long
        self._tickets = TicketCheck()
        self._download: Arrival | None = None
        self._lines: dict[int, PeerLine] = {}
        self._waiting = selectors.DefaultSelector()
        self._over = False

    def run(self) -> None:
        """Listen until the server or the user has ended the conversation."""
        # The keyboard's signals are for the main worker alone.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGINT, signal.SIGTSTP})
        self._peers.setblocking(False)
        self._waiting.register(self._server, selectors.EVENT_READ)
        self._waiting.register(self._peers, selectors.EVENT_READ)
        try:
            while not self._over:
                for key, _ in self._waiting.select():
                    self._hear(key.fd)
        finally:
            if self._download is not None:
                self._download.close()
            for sock in [self._peers, *(line.sock for line in self._lines.values())]:
                sock.close()
            self.answers.put(None)

    def _hear(self, descriptor: int) -> None:
        if descriptor == self._server.fileno():
            self._hear_server()
        elif descriptor == self._peers.fileno():
            self._hear_knock()
        elif descriptor in self._lines:
            self._hear_peer(self._lines[descriptor])

    # The server

    def _hear_server(self) -> None:
        try:
            data = self._server.recv(64 * 1024)
            self._inbox.feed(data)
            while not self._over and (event := self._inbox.next_event()) is not None:
                if isinstance(event, Message):
                    self._take(event)
                elif self._download is not None:
                    self._download.write(event)
        except (OSError, BadMessage):
            data = b""
        if not data and not self._over:
            self._end(SERVER_GONE, 1)

    def _take(self, answer: Message) -> None:
        """Do and show what the server's message says."""
        match answer.status:
            case Status.SERVER_CLOSING:
                self._end(for_client(answer)[0], 0)
                return
            case Status.FILE_COMING:
                self._download = Arrival(answer.text("file"))
                self._download.open()
                return
            case Status.BYTES:
                return
            case Status.WELCOME:
                self._tickets.key = answer.text("key")
            case Status.EXITED:
                self._over = True  # the goodbye is the main worker's last word
        shown = for_client(answer)
        if self._download is not None:
            shown = self._end_download(self._download, answer, shown)
        if not self._over:
            say(*shown)
        self.answers.put(answer)

    def _end_download(self, download: Arrival, answer: Message, shown: list[str]) -> list[str]:
        self._download = None
        try:
            # The name comes from the network: it must not lead out of this folder.
            if answer.status is Status.FILE_END and download.content is not None and is_file_name(download.name):
                download.content.publish(download.name, replace=True)
        except OSError as exc:
            download.problem = str(exc)
        download.close()
        return [FILE_UNWRITABLE.format(file=download.name)] if download.problem else shown

    def _end(self, text: str, status: int) -> None:
        """The conversation is over: wake the main worker, wherever it is."""
        self._over = True
        self._keyboard.end(text, status)
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # it may be in the middle of an upload

    # Other clients

    def _hear_knock(self) -> None:
        try:
            sock, _ = self._peers.accept()
        except OSError:  # gone again
            return
        if len(self._lines) >= _MAX_PEERS:
            self._drop(next(iter(self._lines.values())))  # who has dawdled longest
        self._lines[sock.fileno()] = PeerLine(sock)
        self._waiting.register(sock, selectors.EVENT_READ)

    def _hear_peer(self, line: PeerLine) -> None:
        message, done = line.next_message()
        if done:
            self._drop(line)
        if message is not None and self._tickets.accepts(message.text("user"), message.text("ticket")):
            sender, text = printable(message.text("user")), printable(message.text("text"))
            self._keyboard.tell(PEER_SAYS.format(user=sender, text=text))

    def _drop(self, line: PeerLine) -> None:
        self._waiting.unregister(line.sock)
        del self._lines[line.sock.fileno()]
        line.sock.close()
