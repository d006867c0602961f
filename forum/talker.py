"""The client's main worker: reads the keyboard, and asks the server for what was typed."""

import os
import socket
from contextlib import suppress
from threading import Thread

from .commands import NotACommand, parse
from .console import say, write
from .keyboard import Keyboard, Leave
from .listener import Listener
from .messages import Message, Status, encode
from .names import is_file_name
from .peer import send_to_peer
from .transfer import send_pieces
from .wording import (
    ASK_NAME,
    ASK_NEW_PASSWORD,
    ASK_PASSWORD,
    FILE_UNREADABLE,
    GOODBYE,
    NO_SUCH_FILE,
    PEER_GONE,
    PEER_SENT,
    PROMPT,
    SERVER_GONE,
    for_client,
)


class Talker:
    """Asks the user, asks the server."""

    def __init__(self, server: socket.socket, keyboard: Keyboard) -> None:
        self._server = server
        self._keyboard = keyboard
        self._user = ""
        peers = socket.create_server((server.getsockname()[0], 0), family=server.family, backlog=128)
        self._peer_port: int = peers.getsockname()[1]
        self._listener = Listener(server, peers, keyboard)
        self._worker = Thread(target=self._listener.run)

    def run(self) -> Leave:
        """Talk until it is time to leave, and return why."""
        try:
            self._worker.start()
            self._log_in()
            while True:
                self._next_command()
        except Leave as leave:
            return leave
        except KeyboardInterrupt:
            return Leave(f"\n{GOODBYE}", 130)

    def close(self) -> None:
        """End the connection, and wait until the other worker has seen it."""
        with suppress(OSError):  # the server was faster
            self._server.shutdown(socket.SHUT_RDWR)
        if self._worker.is_alive():
            self._worker.join()
        self._server.close()

    def _log_in(self) -> None:
        while not self._user:
            try:
                name = self._keyboard.ask(ASK_NAME).strip()
                if name:
                    self._try_name(name)
            except EOFError as exc:
                raise Leave(f"\n{GOODBYE}", 0) from exc

    def _try_name(self, name: str) -> None:
        answer = self._request(Status.USERNAME, user=name)
        if answer.status is Status.USER_EXIST:
            password = self._keyboard.ask(ASK_PASSWORD).strip()
            answer = self._request(Status.PASSWORD, password=password, port=self._peer_port)
        elif answer.status is Status.NEW_USER:
            password = self._keyboard.ask(ASK_NEW_PASSWORD.format(user=name)).strip()
            answer = self._request(Status.NEW_PASSWORD, password=password, port=self._peer_port)
        if answer.status is Status.WELCOME:
            self._user = name

    def _next_command(self) -> None:
        try:
            line = self._keyboard.ask(PROMPT)
        except EOFError:  # Ctrl-D is XIT
            write("\n")
            line = "XIT"
        if words := line.split():
            if words[0] != "SHT":  # what follows is meant to be a password
                self._keyboard.remember(line)
            self._obey(line)

    def _obey(self, line: str) -> None:
        try:
            command, fields = parse(line)
        except NotACommand as exc:
            say(str(exc))
            return
        if command == "UPD":
            self._upload(**fields)
        elif command == "P2P":
            self._tell_peer(**fields)
        elif self._request(Status[command], **fields).status is Status.EXITED:
            raise Leave(GOODBYE, 0)

    def _upload(self, title: str, file: str) -> None:
        if not is_file_name(file):  # wherever it leads, it is not the name of a file in this folder
            say(*for_client(Message(Status.NAME_NOT_ALLOWED, name=file)))
            return
        # Opened before the server is asked: what cannot be read is no upload. O_NONBLOCK,
        # because a named pipe that nobody writes to must not hold us up.
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            say(NO_SUCH_FILE.format(file=file))
            return
        except (OSError, ValueError):
            say(FILE_UNREADABLE.format(file=file))
            return
        try:
            self._upload_open(descriptor, title, file)
        finally:
            os.close(descriptor)

    def _upload_open(self, descriptor: int, title: str, file: str) -> None:
        if not os.path.isfile(f"/dev/fd/{descriptor}"):
            say(FILE_UNREADABLE.format(file=file))
        elif self._request(Status.UPD, title=title, file=file).status is Status.SEND_FILE:
            whole = send_pieces(descriptor, self._send)
            self._request(Status.FILE_END if whole else Status.FILE_LOST, title=title, file=file)

    def _tell_peer(self, user: str, text: str) -> None:
        answer = self._request(Status.P2P, user=user)
        if answer.status is not Status.PEER_FOUND:
            return
        try:
            with self._keyboard.interruptible():  # a receiver that is stopped may keep us waiting
                send_to_peer(answer, self._user, text)
            say(PEER_SENT.format(user=user))
        except OSError:
            say(PEER_GONE.format(user=user))

    def _request(self, status: Status, **fields: str | int) -> Message:
        """Send a request and return its answer, which the other worker has shown by then."""
        self._send(Message(status, **fields))
        answer = self._listener.answers.get()
        if answer is None:
            self._keyboard.check()
            raise Leave(SERVER_GONE, 1)
        return answer

    def _send(self, message: Message, piece: bytes = b"") -> None:
        try:
            self._server.sendall(encode(message) + piece)
        except OSError as exc:
            # The other worker knows why: wait for it to say so.
            while self._listener.answers.get() is not None:
                pass
            self._keyboard.check()
            raise Leave(SERVER_GONE, 1) from exc
