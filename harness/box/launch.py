"""The launcher: spawns what the harness asks for, reports who exited and who was over a bound, reaps everything."""

from __future__ import annotations

import array
import contextlib
import json
import os
import resource
import select
import signal
import socket

from harness.box.apart import Apart, NotApart
from harness.box.spaces import no_namespaces_inside
from harness.box.starting import spawn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from harness.box.spaces import Networks
    from harness.box.watch import Watch

# A terminal that is handed over for one program must not be inherited by the next.
_CLOSED_AT_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

# What one program needs besides, with all its threads: a JVM has 25 of its own. And what two hundred JVMs do.
EACH, MOST_PROCESSES = 40, 16384


def room_for(bound: int, programs: int) -> int:
    """How many processes and threads the kernel allows in a box in which so many programs run.

    Little above what one actor may have: a fork bomb must not get far before the watch comes to a core. (Who is kept
    apart is counted alone, by a kernel of 5.14 or later; by an older one all of them are, together.)
    """
    return bound + bound // 4 + EACH * programs


def tell(control: socket.socket, message: dict[str, Any], fds: Iterable[int] = ()) -> None:
    """Send one message, a line of JSON, and file descriptors with it."""
    data = json.dumps({**message, "fds": len(list(fds))}).encode() + b"\n"
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    # The descriptors travel with the first byte; the rest of a long line may need more than one call.
    sent = control.sendmsg([data], rights)
    if sent < len(data):  # nothing may be left to send to somebody who has heard it all and gone
        control.sendall(data[sent:])


class Launcher:
    """Spawns on request, reports exits, reaps everything."""

    def __init__(self, control: socket.socket, networks: Networks, apart: Apart | None = None,
                 processes: int = 0) -> None:  # fmt: skip
        self._apart = apart
        self._proven = False  # somebody was started apart
        self._processes = processes  # what one actor may have; 0: that is not limited by the kernel
        self._control = control
        self._networks = networks
        self.programs: dict[int, str] = {}
        self._buffer = b""
        self._fds: list[int] = []
        self._bell, writer = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(writer, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, or the wake-up fd below stays silent
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def serve(self, watch: Watch | None) -> None:
        """Until the harness hangs up: what it asks for, who exited, and who is over a bound."""
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        poller.register(self._bell, select.POLLIN)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while True:
                pause = watch.pause() if watch is not None else None
                for fd, _ in poller.poll(None if pause is None else int(pause * 1000) + 1):
                    if fd == self._bell:
                        self._reap(watch)
                    elif not self._receive():
                        return
                for over in watch.over() if watch is not None else ():
                    tell(self._control, over)

    def _receive(self) -> bool:
        data, ancillary, _, _ = self._control.recvmsg(1 << 16, socket.CMSG_SPACE(8 * 4), _CLOSED_AT_EXEC)
        for level, kind, rights in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds = array.array("i")
                fds.frombytes(rights[: len(rights) - len(rights) % fds.itemsize])
                self._fds.extend(fds)
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            request = json.loads(line)
            if "sockets" in request:
                self._make_sockets(request)
            else:
                self._spawn(request)
        return bool(data)

    def _make_sockets(self, request: dict[str, Any]) -> None:
        with contextlib.ExitStack() as stack, self._networks.at(request["side"]):
            made = [stack.enter_context(socket.socket(request["family"], request["type"]))
                    for _ in range(request["sockets"])]  # fmt: skip
            tell(self._control, {"made": len(made)}, [sock.fileno() for sock in made])

    def _spawn(self, request: dict[str, Any]) -> None:
        slave = self._fds.pop(0)
        self._make_room()
        lacks: list[str] = []
        try:
            with self._networks.at(request["side"]):
                pid = self._start(request, slave, lacks)
        except NotApart as exc:
            tell(self._control, {"broken": f"{request['actor']} could not be kept apart from the others: {exc}"})
            return
        except OSError as exc:
            tell(self._control, {"failed": request["actor"], "errno": exc.errno, "why": exc.strerror})
            return
        finally:
            os.close(slave)
        self.programs[pid] = request["actor"]
        # The child cannot have been reaped yet: only _reap() does that, and it runs after us.
        pidfds = [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else []
        tell(self._control, {"spawned": pid, "actor": request["actor"], "lacks": lacks}, pidfds)
        for fd in pidfds:
            os.close(fd)

    def _start(self, request: dict[str, Any], slave: int, lacks: list[str]) -> int:
        """Start it apart from the others. Where that is refused to the first one, it is to all of them."""
        what = request["argv"], request["folder"], request["environment"], slave
        if self._apart is not None:
            try:
                pid = self._apart.spawn(*what)
            except NotApart as exc:
                if self._proven:
                    raise
                self._apart = None
                no_namespaces_inside()
                lacks.append(f"the programs of one play can read and write each other's folders ({exc})")
            else:
                self._proven = True
                return pid
        return spawn(*what)

    def _make_room(self) -> None:
        """One more program: the limit counts all of them, so it is moved for those that run, too."""
        if self._processes:
            room = min(room_for(self._processes, len(self.programs) + 1), MOST_PROCESSES)
            for pid in (0, *self.programs):
                with contextlib.suppress(OSError, ValueError):
                    most = resource.prlimit(pid, resource.RLIMIT_NPROC)[1]
                    resource.prlimit(pid, resource.RLIMIT_NPROC, (room if most < 0 else min(room, most), most))

    def _reap(self, watch: Watch | None) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._bell, 4096)
        with contextlib.suppress(ChildProcessError):
            while True:
                # Looked at first, and then reaped: what a program has written is known until then.
                ended = self._look_at_one(watch) if watch is not None else -1
                if ended == 0:
                    return
                pid, status, usage = os.wait4(ended, os.WNOHANG)
                if pid == 0:
                    return
                actor = self.programs.pop(pid, None)
                if actor is not None:
                    cpu = usage.ru_utime + usage.ru_stime
                    tell(self._control, {"exited": pid, "actor": actor, "status": status, "cpu": cpu})

    def _look_at_one(self, watch: Watch) -> int:
        """The pid of a child that has ended and is to be reaped, 0 for none; what it had used up is told first."""
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return 0
        killed = ended.si_code == os.CLD_KILLED and ended.si_status == signal.SIGKILL
        if ended.si_pid in self.programs and not killed:
            for over in watch.at_its_end(ended.si_pid, self.programs[ended.si_pid]):
                tell(self._control, over)
        return ended.si_pid
