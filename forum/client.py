"""The client: `python3 client.py SERVER_IP SERVER_PORT`.

Two workers: the main one (talker.py) reads the keyboard, the other (listener.py) shows
what the server says. Each request is answered before the next is asked for.
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

from .arguments import BadArguments, fill_standard_files, port_number, two_arguments
from .console import say
from .keyboard import Keyboard
from .talker import Talker
from .wording import GOODBYE

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


def connect(host: str, port: int) -> socket.socket:
    """Return a connection to the server, at the first of its addresses where it is."""
    problem = OSError("it has no address")
    # As bytes: for a str Python would load its tables of international names, and fail at `a..b`.
    for family, kind, protocol, _, address in socket.getaddrinfo(os.fsencode(host), port, type=socket.SOCK_STREAM):
        server = socket.socket(family, kind, protocol)
        try:
            server.connect(address)
        except OSError as exc:
            server.close()
            problem = exc
        else:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return server
    raise problem


def run(host: str, port: int) -> int:
    """Talk to the server until the end, and return the exit status."""
    try:
        server = connect(host, port)
    except OSError as exc:
        print(f"client: no server at {host} port {port}: {exc.strerror or exc}", file=sys.stderr)
        return 1
    keyboard = Keyboard()
    talker = Talker(server, keyboard)
    try:
        farewell = talker.run()
        keyboard.close()
        say(farewell.text)
        return farewell.status
    finally:  # also if we have a bug: the other worker must not go on alone
        talker.close()


def main() -> int:
    """Read the arguments and run."""
    fill_standard_files()
    arguments = sys.argv[1:]
    if "--help" in arguments or "-h" in arguments:
        say(HELP)
        return 0
    try:
        host, port = two_arguments(arguments, USAGE)
        return run(host, port_number(port))
    except BadArguments as exc:
        print(f"client: {exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before there was anybody to talk to
        say("", GOODBYE)
        return 130


if __name__ == "__main__":
    sys.exit(main())
