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
import signal
import socket
from contextlib import suppress
from threading import Thread

from .accounts import CREDENTIALS
from .arguments import BadArguments, admin_word, fill_standard_files, port_number, two_arguments
from .connection import Connection
from .console import Console, say
from .desk import Desk
from .newfile import remove_leftovers
from .onecore import keep_to_one_core
from .service import Closed, Service
from .storage import Storage
from .turns import State
from .visitor import Visitor
from .wording import CONNECTED, GOODBYE, WAITING, left

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
        self._desk = Desk(service, storage, console, self.close)
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
        with suppress(OSError):  # closed already: Ctrl-C in the middle of a shutdown
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()

    def connection_handler(self, connection: Connection, farewell: Thread) -> None:
        """Read one client's requests and answer each at once, until it leaves."""
        visitor, answer_next = connection.visitor, self._desk.answer_next
        try:
            # Not said by the worker that accepts: a stopped terminal must not keep others out.
            console.say(CONNECTED)
            while visitor.state is not State.GONE and answer_next(connection):
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
        # at once, for ever. So we take it with the one we keep back, and hang up. Another
        # worker may be faster and take that one; then we try again until one is free.
        with suppress(OSError):
            os.close(self._spare)
            self._spare = -1
            self._listener.accept()[0].close()
        with suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY)


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
    keep_to_one_core()
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
    with listener:
        try:
            server.serve()
            status = 0
        except KeyboardInterrupt:
            server.close()
            console.say("", GOODBYE)
            status = 130
    # The interpreter still waits for the workers, none of which waits for a client now; another
    # Ctrl-C ends us on the spot.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return status


def main() -> int:
    """Read the arguments and run."""
    fill_standard_files()
    arguments = sys.argv[1:]
    if "--help" in arguments or "-h" in arguments:
        say(HELP)
        return 0
    try:
        port, admin_password = two_arguments(arguments, USAGE)
        return run(port_number(port), admin_word(admin_password))
    except BadArguments as exc:
        print(f"server: {exc}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
