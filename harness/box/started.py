"""A launcher, from the harness's side: asked for, and waited for at its end.

All of one process's launchers are forked from one that has loaded everything (mother.py): to start a Python for each
took as long as all else that makes a box.
"""

from __future__ import annotations

import array
import contextlib
import os
import socket
import subprocess
import sys
import uuid
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path

# Where `harness` lies: all that the launcher needs to import, behind the standard library and not before it.
HOME = Path(__file__).parents[2]
_START = f"import sys; sys.path.append({str(HOME)!r}); from harness.box.mother import main; main()"


@dataclass(slots=True)
class Started:
    """A launcher that waits for its first line. `pid`: its guardian's; `tag`: by which what it starts is known."""

    control: socket.socket
    pid: int
    tag: str
    _lifeline: int
    _gone: int

    def end(self) -> None:
        """Let go of it, and wait until it is gone with all that it started. Once is enough."""
        self.control.close()  # the launcher's word to end; the lifeline is the guardian's
        if self._lifeline < 0:
            return
        os.close(self._lifeline)
        self._lifeline = -1
        os.read(self._gone, 1)
        os.close(self._gone)


class _Mother:
    """The process that forks them."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _START, str(theirs.fileno())], stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()], start_new_session=True, cwd="/", env={},
            )  # fmt: skip
        util.Finalize(self, self.end, exitpriority=1)

    def start(self) -> Started:
        """A new launcher. Raises OSError if there is nobody who could fork one."""
        tag = uuid.uuid4().hex
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        control.setblocking(False)
        heard, lifeline = os.pipe()
        gone, held = os.pipe()
        hands = array.array("i", [theirs.fileno(), heard, held])
        try:
            self._requests.sendmsg([tag.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, hands)])
            pid = int(self._requests.recv(1 << 10) or b"0")
        except OSError:
            pid = 0
        finally:
            theirs.close()
            os.close(heard)
            os.close(held)
        started = Started(control, pid, tag, lifeline, gone)
        if not pid:
            started.end()
            raise OSError("it has gone")
        return started

    def end(self) -> None:
        """No launcher is needed any more. (In a copy of its owner: only let go of what came with the copy.)"""
        self._requests.close()
        if self.owner == os.getpid():
            self._process.wait()


_MOTHERS: list[_Mother] = []


def start() -> Started:
    """A launcher. Raises OSError where none can be started."""
    if _MOTHERS and _MOTHERS[0].owner != os.getpid():
        # We are a copy: its socket must not be held open by us, nor its process waited for.
        _MOTHERS.pop().end()
    if _MOTHERS:
        with contextlib.suppress(OSError):  # somebody killed it: another one is made
            return _MOTHERS[0].start()
        _MOTHERS.pop().end()
    _MOTHERS.append(_Mother())
    return _MOTHERS[0].start()
