"""A process that has loaded all that a launcher needs, and forks one whenever the harness asks: 1 ms instead of 25.

It knows nothing of plays. Each launcher is its child, in a session of its own, and lives by the lifeline it was given;
this process ends when the harness lets go of its socket.
"""

from __future__ import annotations

import array
import os
import signal
import socket
import sys

from harness.box.main import main as launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# What comes with each request: the launcher's end of its control socket, the reading end of its lifeline, and a
# writing end that nobody else has: it is closed when the launcher's last process is gone.
HANDS = 3


def main() -> None:
    """Fork a launcher for each request (the tag of its run), and answer with its pid."""
    requests = socket.socket(fileno=int(sys.argv[-1]))
    requests.set_inheritable(False)  # it crossed our own exec
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps: nobody asks how a launcher ended
    while True:
        try:
            tag, ancillary, _, _ = requests.recvmsg(1 << 10, socket.CMSG_SPACE(4 * HANDS), socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            return
        if not tag:
            return
        hands = array.array("i")
        for _, _, rights in ancillary:
            hands.frombytes(rights[: len(rights) - len(rights) % hands.itemsize])
        control, lifeline, _ = hands
        child = os.fork()
        if child == 0:
            requests.close()
            _become_launcher(tag.decode(), control, lifeline)
        for fd in hands:
            os.close(fd)
        try:
            requests.send(str(child).encode())
        except OSError:
            return


def _become_launcher(tag: str, control: int, lifeline: int) -> NoReturn:
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.dup2(lifeline, 0)
        os.close(lifeline)
        os.environ["HARNESS_RUN"] = tag
        launch(socket.socket(fileno=control))
    finally:
        os._exit(0)
