"""The client: `python3 client.py SERVER_IP SERVER_PORT`.

Two workers: the main one reads the keyboard, the other (listener.py) shows what the
server says. Each request is answered before the next is asked for.
"""

import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # Python looks for modules in our own folder first (with -m: in the current one). There lie
    # what was downloaded, and one called socket.py must never be taken for a module.
    del sys.path[0]
if not __package__:  # started as a file, in whatever folder: that folder is the package
    import types

    __package__ = "forum"
    sys.modules[__package__] = types.ModuleType(__package__)
    sys.modules[__package__].__path__ = [os.path.dirname(os.path.abspath(__file__))]

import socket
from contextlib import suppress
from threading import Thread

from .arguments import BadArguments, port_number, say, two_arguments, write
from .commands import NotACommand, parse
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

USAGE = "usage: client.py SERVER_IP SERVER_PORT"
HELP = f"""{USAGE}

Talks to the forum's server at SERVER_IP (such as 127.0.0.1) and SERVER_PORT (1024 to 65535).
First give a username and a password; a new username makes a new account. Then:

  CRT title                  create a thread
  LST                        list the threads
  MSG title message          post a message
  RDT title                  read a thread
  EDT title number message   replace a message of yours
  DLT title number           delete a message of yours
  UPD title file             upload a file from the current folder
  DWN title file             download a file to the current folder
  RMV title                  remove a thread of yours, with its files
  P2P user message           send a message straight to another user's terminal
  XIT                        leave (so does Ctrl-D; Ctrl-C leaves at once)
  SHT password               shut the server down, with the admin password"""


class Client:
    """The main worker: asks the user, asks the server."""

    def __init__(self, server: socket.socket, keyboard: Keyboard) -> None:
        self._server = server
        self._keyboard = keyboard
        self._user = ""
        peers = socket.create_server((server.getsockname()[0], 0), family=server.family, backlog=128)
        self._peer_port: int = peers.getsockname()[1]
        self._listener = Listener(server, peers, keyboard)
        self._worker = Thread(target=self._listener.run)

    def run(self) -> None:
        """Talk until Leave is raised."""
        self._worker.start()
        self._log_in()
        while True:
            try:
                line = self._keyboard.ask(PROMPT)
            except EOFError:  # Ctrl-D is XIT
                write("\n")
                line = "XIT"
            if line.strip():
                self._keyboard.remember(line)
                self._obey(line)

    def close(self) -> None:
        """End the connection, and wait until the other worker has seen it."""
        with suppress(OSError):  # the server was faster
            self._server.shutdown(socket.SHUT_RDWR)
        if self._worker.is_alive():
            self._worker.join()

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
            password = self._keyboard.ask(ASK_PASSWORD)
            answer = self._request(Status.PASSWORD, password=password, port=self._peer_port)
        elif answer.status is Status.NEW_USER:
            password = self._keyboard.ask(ASK_NEW_PASSWORD.format(user=name))
            answer = self._request(Status.NEW_PASSWORD, password=password, port=self._peer_port)
        if answer.status is Status.WELCOME:
            self._user = name

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


def connect(host: str, port: int) -> socket.socket:
    """Return a connection to the server."""
    server = socket.create_connection((host, port))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def run(host: str, port: int) -> int:
    """Talk to the server until the end, and return the exit status."""
    try:
        server = connect(host, port)
    except OSError as exc:
        print(f"client: no server at {host} port {port}: {exc.strerror or exc}", file=sys.stderr)
        return 1
    keyboard = Keyboard()
    client = Client(server, keyboard)
    try:
        client.run()
    except Leave as leave:
        farewell = leave
    except KeyboardInterrupt:
        farewell = Leave(f"\n{GOODBYE}", 130)
    keyboard.close()
    say(farewell.text)
    client.close()
    return farewell.status


def main() -> int:
    """Read the arguments and run."""
    arguments = sys.argv[1:]
    if "--help" in arguments or "-h" in arguments:
        print(HELP)
        return 0
    try:
        host, port = two_arguments(arguments, USAGE)
        return run(host, port_number(port))
    except BadArguments as exc:
        print(f"client: {exc}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
