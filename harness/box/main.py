"""Starts the programs of one stage and reaps them; what it is to be, the harness says in its first line.

Three processes take part. The harness holds one end of the control socket and
the writing end of the lifeline (our stdin). The *guardian* is what is forked
first: it makes the namespaces, forks the *launcher* proper, and from then on
only waits for the lifeline to end or the launcher to die, to sweep up after
either. The launcher spawns what it is told to and reports who exited; in a box
it is pid 1, so that its death ends everything inside, setsid and double forks
included.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import sys

from harness.box.apart import Apart
from harness.box.launch import MOST_PROCESSES, Launcher, room_for, tell
from harness.box.libc import PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, call
from harness.box.root import make_root
from harness.box.spaces import (
    Networks,
    become_student,
    enter_namespaces,
    furnish_network,
    sock_diag,
)
from harness.box.sweeping import descendants, guard, sweep
from harness.box.watch import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

# What programs may hold open, as a login shell would give them. The harness raises its own limit to watch many
# programs, and that must not leak: a program that closes "all" its files at start would take seconds for a million.
PROGRAM_FILES, MOST_FILES = 1024, 16384
# Behind the watch, for a moment in which it does not come to a core: so much of the memory that a program may write to,
# against what it is bound to use. (Not RLIMIT_AS: a JVM reserves more than it will ever touch, and would not start.)
DATA = 4


def main(control: socket.socket) -> None:
    """Become guardian and launcher. Whatever refuses is reported to the harness in a sentence."""
    order = _order(control)
    if order is None:
        return
    level = order["level"]
    try:
        _hurry()
        if level == "box":
            enter_namespaces(order["uid"])
        elif sys.platform == "linux":
            call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        launcher = os.fork()
    except OSError as exc:
        with contextlib.suppress(OSError):  # whoever asked may have gone
            tell(control, {"refused": f"{exc.strerror or exc}"})
        return
    if launcher == 0:
        # Not our lifeline: a launcher that held its reading end would still be no harm, but the guardian alone decides.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _run_launcher(order, control)
    control.close()
    guard(level, launcher)


def _hurry() -> None:
    """Come to a core before the programs do, where we may: a fork bomb leaves the watch a thousandth of one."""
    if hasattr(os, "SCHED_RR"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _not_inherited() -> None:
    """Nobody whom we start has that from us."""
    if hasattr(os, "SCHED_RESET_ON_FORK") and (policy := os.sched_getscheduler(0)) == os.SCHED_RR:
        os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, os.sched_param(1))


def _order(control: socket.socket) -> dict[str, Any] | None:
    """What we are to be. None: whoever asked for us has gone."""
    line = b""
    while not line.endswith(b"\n"):
        try:
            data = control.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        if not data:
            return None
        line += data
    order: dict[str, Any] = json.loads(line)
    return order


def _run_launcher(order: dict[str, Any], control: socket.socket) -> NoReturn:
    """The child's whole life: set up, serve until the harness hangs up, end what is left."""
    level = order["level"]
    try:
        _not_inherited()
        networks = Networks()
        try:
            gifts, lacks = _furnish_box(order) if level == "box" else _furnish_plain()
            if order["relay"] and level == "box":
                gifts |= networks.divide()
        except OSError as exc:
            tell(control, {"refused": f"{exc.strerror or exc}"})
            os._exit(1)
        _limit(order["bounds"], level)
        if level == "box":
            become_student()
        tell(control, {"ready": os.getpid(), "gifts": list(gifts), "lacks": lacks}, list(gifts.values()))
        for fd in gifts.values():
            os.close(fd)
        apart = Apart(order["folder"]) if level == "box" else None
        launcher = Launcher(control, networks, apart, order["bounds"]["processes"] if level == "box" else 0)
        watch = Watch(order["bounds"], order["folder"], launcher.programs, everybody=level == "box")
        launcher.serve(watch if sys.platform == "linux" else None)
        if level != "box":
            sweep(lambda: set(descendants(os.getpid())))
    finally:
        os._exit(0)  # in a box the kernel kills whatever is left


def _furnish_box(order: dict[str, Any]) -> tuple[dict[str, int], list[str]]:
    """As pid 1: an own root, an own /proc and a working loopback. Gives away a view of /proc and a SOCK_DIAG socket."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    make_root(order["folder"], order["shown"], order["hidden"], order["bounds"]["disk"], order["bounds"]["files"])
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    furnish_network()
    return {"proc": os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), "diag": sock_diag()}, []


def _furnish_plain() -> tuple[dict[str, int], list[str]]:
    """Without namespaces: whatever loses its parent becomes our child, so that it can be found and ended."""
    if sys.platform != "linux":
        return {}, []
    call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return {"proc": os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), "diag": sock_diag()}, []


def _limit(bounds: dict[str, int], level: str) -> None:
    """The kernel's own limits, for us and all that we start."""
    _lower(resource.RLIMIT_NOFILE, PROGRAM_FILES, MOST_FILES)
    # No core files: a program that is asked where it stands dies by SIGABRT. (1 and not 0: a kernel that hands cores
    # to a program of the system heeds no limit but this one.)
    _lower(resource.RLIMIT_CORE, 1 if resource.getrlimit(resource.RLIMIT_CORE)[1] else 0)
    _lower(resource.RLIMIT_FSIZE, bounds["disk"])
    if sys.platform == "linux":
        _lower(resource.RLIMIT_DATA, DATA * bounds["memory"])
    if level == "box":
        # It counts all that a user has; in a namespace of its own, that is what runs in the box. Launcher moves it on.
        _lower(resource.RLIMIT_NPROC, room_for(bounds["processes"], 0), MOST_PROCESSES)


def _lower(what: int, limit: int, most: int | None = None) -> None:
    """Set a limit, and how far a program may raise it; never above what we have ourselves."""
    hard = resource.getrlimit(what)[1]
    unbound = hard == resource.RLIM_INFINITY
    most = limit if most is None else most
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (limit if unbound else min(limit, hard), most if unbound else min(most, hard)))
