"""The server: `python3 server.py PORT ADMIN_PASSWORD`.

Two workers serve each connection: `connection_handler` reads requests and answers them at
once; `farewell_worker` waits for the end, on an event and not on a clock, to pass on the
shutdown. The main worker accepts. Every wait is without a time limit: an idle server
does nothing at all.
"""

import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # Python looks for modules in our own folder first (with -m: in the current one). There lie
    # the files of the forum's threads, and one called socket.py must never be taken for a module.
    del sys.path[0]
if not __package__:  # started as a file, in whatever folder: that folder is the package
    import types

    __package__ = "forum"
    sys.modules[__package__] = types.ModuleType(__package__)
    sys.modules[__package__].__path__ = [os.path.dirname(os.path.abspath(__file__))]

import errno
import socket
from contextlib import suppress
from threading import Thread

from .accounts import CREDENTIALS
from .arguments import BadArguments, port_number, two_arguments
from .connection import Connection
from .console import Console
from .messages import BadMessage, Message, Status
from .names import stored_name
from .newfile import remove_leftovers
from .service import Closed, Service, Visitor
from .storage import Storage
from .transfer import send_pieces
from .turns import State
from .wording import CONNECTED, GOODBYE, WAITING, for_server, left

console = Console()

USAGE = "usage: server.py PORT ADMIN_PASSWORD"
HELP = f"""{USAGE}

Serves the online discussion forum from the current folder, whose credentials.txt holds a
name and a password a line. PORT is 1024 to 65535. Clients connect with
`client.py SERVER_IP PORT`. Whoever knows ADMIN_PASSWORD can end the server with SHT, which
deletes every file it made, and credentials.txt. Ctrl-C ends it too, and deletes nothing."""


class Server:
    """Accepts connections and gives each its two workers."""

    def __init__(self, listener: socket.socket, service: Service, storage: Storage) -> None:
        self._listener = listener
        self._service = service
        self._storage = storage
        self._connections: set[Connection] = set()
        self._closing = False
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def serve(self) -> None:
        """Accept connections until the server closes."""
        console.say(WAITING)
        while not self._closing:
            try:
                sock, address = self._listener.accept()
            except OSError as exc:
                self._survive(exc)
            else:
                self._welcome(sock, address[0])

    def close(self) -> None:
        """Tell every client that the server shuts down, and stop accepting."""
        # In this order: whoever connects now either is in the set below or sees the flag.
        self._closing = True
        for connection in list(self._connections):
            connection.ending.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()

    def connection_handler(self, connection: Connection, farewell: Thread) -> None:
        """Read one client's requests and answer each at once, until it leaves."""
        visitor = connection.visitor
        try:
            while visitor.state is not State.GONE and self._answer_next(connection):
                pass
        except OSError:  # the client has gone
            pass
        except Closed:
            # The forum has gone, but its files may still be going: the goodbye comes after.
            connection.ending.wait()
        finally:
            self._clear_up(connection)
            # The other worker may be about to say goodbye on this socket.
            farewell.join()
            connection.close()

    def farewell_worker(self, connection: Connection) -> None:
        """Wait for the end of one connection; if it is the server's end, tell the client."""
        connection.ending.wait()
        if self._closing:
            connection.say_goodbye()

    def _welcome(self, sock: socket.socket, host: str) -> None:
        console.say(CONNECTED)
        connection = Connection(sock, Visitor(host, os.urandom(32).hex()))
        self._connections.add(connection)
        farewell = Thread(target=self.farewell_worker, args=(connection,))
        try:
            farewell.start()
            Thread(target=self.connection_handler, args=(connection, farewell)).start()
        except RuntimeError:  # the system gives us no more threads: this client cannot stay
            self._clear_up(connection)
            connection.close()
        if self._closing:
            connection.ending.set()

    def _answer_next(self, connection: Connection) -> bool:
        """Deal with the next thing the client sent; False when there is nothing more."""
        try:
            event = connection.inbox.next_event()
        except BadMessage as exc:
            self._answer(connection, Status.BAD_MESSAGE, Message(Status.BAD_MESSAGE, reason=str(exc)))
            return True
        if event is None:
            return connection.receive()
        visitor = connection.visitor
        if isinstance(event, bytes):
            if visitor.upload is not None:
                visitor.upload.write(event)
        elif event.status is not Status.BYTES or visitor.upload is None:
            self._carry_out(connection, event)
        return True

    def _carry_out(self, connection: Connection, request: Message) -> None:
        visitor = connection.visitor
        arriving = visitor.upload
        try:
            answer = self._settled(visitor, self._service.handle(visitor, request))
        finally:
            if arriving is not None and visitor.upload is None:
                arriving.close()  # published by now, or refused
        if answer.status is Status.SEND_FILE and visitor.upload is not None:
            visitor.upload.open()
        if answer.status is Status.FILE_COMING:
            answer = self._send_file(connection, request, answer)
        self._answer(connection, request.status, answer)

    def _send_file(self, connection: Connection, request: Message, coming: Message) -> Message:
        """Send a file to the client, and return the message that ends it."""
        title, name = coming.text("title"), coming.text("file")
        try:
            descriptor = os.open(stored_name(title, name), os.O_RDONLY)
        except OSError:  # removed between the rule and here: ask the rules again
            answer = self._settled(connection.visitor, self._service.handle(connection.visitor, request))
            return Message(Status.FILE_NOT_EXIST, **coming.fields) if answer == coming else answer
        # Once open the file stays readable, even if its thread is removed meanwhile.
        try:
            connection.send(coming)
            whole = send_pieces(descriptor, connection.send_piece)
        finally:
            os.close(descriptor)
        return Message(Status.FILE_END if whole else Status.FILE_LOST, **coming.fields)

    def _settled(self, visitor: Visitor, answer: Message) -> Message:
        """Bring the folder up to date, and only then let the answer go out."""
        names, visitor.unsettled = visitor.unsettled, []
        for name in names:
            try:
                self._storage.settle(name)
            except OSError as exc:
                answer = _not_stored(answer, exc)
        return answer

    def _answer(self, connection: Connection, request: Status, answer: Message) -> None:
        console.say(*for_server(connection.visitor.user, request, answer))
        if answer.status is Status.SERVER_CLOSING:
            self.close()  # tells this client like all the others
        else:
            connection.send(answer)

    def _clear_up(self, connection: Connection) -> None:
        """Forget a client that has left, in whatever way."""
        visitor = connection.visitor
        by_command = visitor.state is State.GONE
        self._service.leave(visitor)
        if visitor.upload is not None:
            visitor.upload.close()
        connection.ending.set()
        self._connections.discard(connection)
        if not self._closing:
            console.say(*left(visitor.user, by_command))

    def _survive(self, problem: OSError) -> None:
        """Go on after accept() has failed."""
        if self._closing or problem.errno not in (errno.EMFILE, errno.ENFILE):
            return
        # No descriptor is left for the connection that waits, and accept() would fail again
        # at once, for ever. So we take it with the one we keep back, and hang up.
        os.close(self._spare)
        with suppress(OSError):
            self._listener.accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY)


def _not_stored(answer: Message, problem: OSError) -> Message:
    console.say(f"Cannot write: {problem}")
    # Who has registered stays logged in, who shuts down still does.
    if answer.status in (Status.WELCOME, Status.SERVER_CLOSING):
        return answer
    return Message(Status.NOT_STORED, reason=problem.strerror or str(problem))


def listen(port: int) -> socket.socket:
    """Return a socket that listens on all of this machine's addresses."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Without this the port could not be bound again for a minute after we have ended.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", port))
    listener.listen(1024)
    return listener


def run(port: int, admin_password: str) -> int:
    """Serve until the shutdown, and return the exit status."""
    try:
        # First the port: if it is taken, another server may be at work in this folder.
        listener = listen(port)
        remove_leftovers()
        storage = Storage(CREDENTIALS)
        server = Server(listener, Service(storage, admin_password), storage)
    except OSError as exc:
        what = f"port {port} is taken" if exc.errno == errno.EADDRINUSE else str(exc)
        print(f"server: cannot start: {what}", file=sys.stderr)
        return 1
    try:
        server.serve()
    except KeyboardInterrupt:
        console.say("", GOODBYE)
        server.close()
        return 130
    return 0  # the interpreter waits for the workers, none of which waits for a client now


def main() -> int:
    """Read the arguments and run."""
    arguments = sys.argv[1:]
    if "--help" in arguments or "-h" in arguments:
        print(HELP)
        return 0
    try:
        port, admin_password = two_arguments(arguments, USAGE)
        return run(port_number(port), admin_password)
    except BadArguments as exc:
        print(f"server: {exc}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
