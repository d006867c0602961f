"""Starts the programs of one stage and reaps them; runs as `python -I -S launcher.py LEVEL CONTROL_FD [relay]`.

Three processes take part. The harness holds one end of the control socket and
the writing end of the lifeline (our stdin). The *guardian* is what is started
first: it makes the namespaces, forks the *launcher* proper, and from then on
only waits for the lifeline to end or the launcher to die, to sweep up after
either. The launcher spawns what it is told to and reports who exited; in a box
it is pid 1, so that its death ends everything inside, setsid and double forks
included.

With `relay` a box has a second network, the *clients'*: whoever lives there and
whoever lives in the server's meet only where sockets were made for it, on
request, in the one and in the other.

Only the standard library, nothing of the harness: it runs beside programs that
nobody has seen, isolated from the user's site-packages, on any Python from 3.11.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
NETLINK_SOCK_DIAG = 4
SUMS = ("sockstat", "sockstat6", "snmp", "snmp6")

# What programs may hold open, as a login shell would give them. The harness raises its own limit to watch many
# programs, and that must not leak: a program that closes "all" its files at start would take seconds for a million.
PROGRAM_FILES = 1024

# A terminal that is handed over for one program must not be inherited by the next.
_CLOSED_AT_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)

# Python ignores these and ignored signals survive exec: a program would see EPIPE where it should die.
DEFAULT_SIGNALS = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP]


def main() -> None:
    """Become guardian and launcher. Whatever refuses is reported to the harness in a sentence."""
    level, control, relay = sys.argv[1], socket.socket(fileno=int(sys.argv[2])), "relay" in sys.argv[3:]
    control.set_inheritable(False)  # it crossed our own exec; no program may have it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _lower_file_limit()
    try:
        if level == "box":
            enter_namespaces()
        elif sys.platform == "linux":
            _libc("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        launcher = os.fork()
    except OSError as exc:
        tell(control, {"refused": f"{exc.strerror or exc}"})
        return
    if launcher == 0:
        # Not our lifeline: a launcher that held its reading end would still be no harm, but the guardian alone decides.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _run_launcher(level, control, relay=relay and level == "box")
    control.close()
    guard(level, launcher)


def _lower_file_limit() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    soft = PROGRAM_FILES if hard == resource.RLIM_INFINITY else min(PROGRAM_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    # No core files: a program that is asked where it stands dies by SIGABRT. (1 and not 0: a kernel that hands cores
    # to a program of the system heeds no limit but this one.)
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1) if _cores_allowed() else (0, 0))


def _cores_allowed() -> bool:
    return resource.getrlimit(resource.RLIMIT_CORE)[1] != 0


def _run_launcher(level: str, control: socket.socket, *, relay: bool) -> NoReturn:
    """The child's whole life: set up, serve until the harness hangs up, end what is left."""
    try:
        networks = Networks()
        try:
            gifts = furnish_box() if level == "box" else furnish_plain()
            if relay:
                gifts |= networks.divide()
        except OSError as exc:
            tell(control, {"refused": f"{exc.strerror or exc}"})
            os._exit(1)
        tell(control, {"ready": os.getpid(), "gifts": list(gifts)}, list(gifts.values()))
        for fd in gifts.values():
            os.close(fd)
        Launcher(control, networks).serve()
        if level != "box":
            sweep(lambda: set(descendants(os.getpid())))
    finally:
        os._exit(0)  # in a box the kernel kills whatever is left


# --- the namespaces -------------------------------------------------------------------------------------------------


def enter_namespaces() -> None:
    """Move into namespaces of our own; the next fork is pid 1 there. Raises OSError where they are refused."""
    uid, gid = os.geteuid(), os.getegid()
    _libc("unshare", CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC)
    # Never uid 0 inside: exec gives root of a namespace all its capabilities, and a program could then take the box
    # apart (umount its /proc, bring lo down). Any other uid drops them at exec.
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid or 1000} {uid} 1")
    _write("/proc/self/gid_map", f"{gid or 1000} {gid} 1")


def furnish_box() -> dict[str, int]:
    """As pid 1: an own /proc and a working loopback. Gives away a view of /proc and a SOCK_DIAG socket."""
    _libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _libc("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    _libc("mount", b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None)
    # A read-only system, a sized tmpfs and the like belong here, before anything is spawned.
    _furnish_network()
    return {"proc": os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), "diag": _sock_diag()}


def _furnish_network() -> None:
    """A loopback that works, in a network that is new."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    _forget_closed_connections()


def _forget_closed_connections() -> None:
    """Keep no connection in TIME_WAIT: a server without SO_REUSEADDR can be started again at once.

    Otherwise that would fail or not by which side had happened to close first, a matter of microseconds.
    """
    with contextlib.suppress(OSError):  # some containers refuse it: then such a restart may fail, as anywhere else
        _write("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0")


def furnish_plain() -> dict[str, int]:
    """Without namespaces: whatever loses its parent becomes our child, so that it can be found and ended."""
    if sys.platform != "linux":
        return {}
    _libc("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return {"proc": os.open("/proc", os.O_RDONLY | os.O_DIRECTORY), "diag": _sock_diag()}


class Networks:
    """The networks of a box: one, or after `divide` the server's and the clients'. We live in the server's."""

    def __init__(self) -> None:
        self._ways: dict[str, int] = {}

    def divide(self) -> dict[str, int]:
        """Make the clients' network. Gives away its SOCK_DIAG socket and its files of sums in /proc/net."""
        self._ways["server"] = os.open("/proc/self/ns/net", os.O_RDONLY)
        _libc("unshare", CLONE_NEWNET)
        self._ways["clients"] = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            _furnish_network()
            sums = {f"clients/{name}": os.open(f"/proc/self/net/{name}", os.O_RDONLY)
                    for name in SUMS if os.path.exists(f"/proc/self/net/{name}")}  # fmt: skip
            return {"clients/diag": _sock_diag(), **sums}
        finally:
            self._enter("server")

    def _enter(self, side: str) -> None:
        # Never exec'd since it made its namespaces, pid 1 still has the capability that this takes.
        _libc("setns", self._ways[side], CLONE_NEWNET)

    @contextlib.contextmanager
    def at(self, side: str) -> Iterator[None]:
        """Meanwhile live there: what is started or made belongs to that network."""
        if side == "clients" and self._ways:
            self._enter(side)
            try:
                yield
            finally:
                self._enter("server")
        else:
            yield


def _sock_diag() -> int:
    return socket.socket(16, socket.SOCK_RAW, NETLINK_SOCK_DIAG).detach()  # 16: AF_NETLINK, absent from macOS


def _libc(function: str, *arguments: Any) -> None:
    """Call a function of the C library that Python (3.11) does not offer. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}() was refused: {os.strerror(code)}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


# --- the launcher ---------------------------------------------------------------------------------------------------


def tell(control: socket.socket, message: dict[str, Any], fds: Iterable[int] = ()) -> None:
    """Send one message, a line of JSON, and file descriptors with it."""
    data = json.dumps({**message, "fds": len(list(fds))}).encode() + b"\n"
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    # The descriptors travel with the first byte; the rest of a long line may need more than one call.
    sent = control.sendmsg([data], rights)
    control.sendall(data[sent:])


class Launcher:
    """Spawns on request, reports exits, reaps everything."""

    def __init__(self, control: socket.socket, networks: Networks) -> None:
        self._control = control
        self._networks = networks
        self._programs: dict[int, str] = {}
        self._buffer = b""
        self._fds: list[int] = []
        self._bell, writer = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(writer, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, or the wake-up fd below stays silent
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the harness hangs up: what it asks for, and who exited."""
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        poller.register(self._bell, select.POLLIN)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while True:
                for fd, _ in poller.poll():
                    if fd == self._bell:
                        self._reap()
                    elif not self._receive():
                        return

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
        try:
            with self._networks.at(request["side"]):
                pid = spawn(request["argv"], request["folder"], request["environment"], slave)
        except OSError as exc:
            tell(self._control, {"failed": request["actor"], "errno": exc.errno, "why": exc.strerror})
            return
        finally:
            os.close(slave)
        self._programs[pid] = request["actor"]
        # The child cannot have been reaped yet: only _reap() does that, and it runs after us.
        pidfds = [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else []
        tell(self._control, {"spawned": pid, "actor": request["actor"]}, pidfds)
        for fd in pidfds:
            os.close(fd)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._bell, 4096)
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            actor = self._programs.pop(pid, None)
            if actor is not None:
                cpu = usage.ru_utime + usage.ru_stime
                tell(self._control, {"exited": pid, "actor": actor, "status": status, "cpu": cpu})


def spawn(argv: list[str], folder: str, environment: dict[str, str], slave: int) -> int:
    """Start a program in `folder` with the terminal `slave` as its own, its session and its fds 0 to 2."""
    os.chdir(folder)
    # Opened again by the child, after setsid and without O_NOCTTY: that is what makes it the controlling terminal,
    # and ^C work. A descriptor that is merely handed over does not become one.
    terminal = os.ttyname(slave) if sys.platform != "linux" else f"/proc/self/fd/{slave}"
    opened = [(os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0)]
    copied = [(os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)]
    try:
        path = find_program(argv[0], environment.get("PATH", ""))
        return os.posix_spawn(
            path, argv, environment, file_actions=[*opened, *copied],
            setsid=True, setsigmask=[], setsigdef=DEFAULT_SIGNALS,
        )  # fmt: skip
    finally:
        os.chdir("/")


def find_program(name: str, path: str) -> str:
    """What the shell would run for `name`. (posix_spawnp searches the launcher's PATH, not the program's.)"""
    if "/" in name:
        return name
    for folder in path.split(":"):
        candidate = os.path.join(folder, name)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(2, f"no program {name!r} in {path}")


# --- sweeping up ----------------------------------------------------------------------------------------------------


def guard(level: str, launcher: int) -> None:
    """Wait until the harness or the launcher is gone, then end everything that was started."""
    tag = os.environ.get("HARNESS_RUN", "")
    watch = select.poll()
    watch.register(0, select.POLLIN)
    pidfd = os.pidfd_open(launcher) if hasattr(os, "pidfd_open") else -1
    if pidfd >= 0:
        watch.register(pidfd, select.POLLIN)
    gone = {fd for fd, _ in watch.poll()}
    if pidfd not in gone and level != "box":
        # The harness hung up. The launcher has seen it too and is sweeping: it reaps, so it goes first.
        os.waitpid(launcher, 0)
    elif pidfd not in gone:
        os.kill(launcher, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(launcher, 0)
    if level != "box":
        # A program may have killed the launcher: then its children are ours, and the tag finds who escaped even that.
        sweep(lambda: set(descendants(os.getpid())) | set(tagged(tag)))


def sweep(find: Callable[[], set[int]]) -> None:
    """Kill and reap until nobody is found any more: programs may go on forking while we do."""
    while True:
        found = find()
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, 0 if found else os.WNOHANG)[0]:
                found = found or {0}
        except ChildProcessError:
            if not found or not find():
                return


def descendants(root: int) -> Iterable[int]:
    """Every living process below `root`."""
    parents: dict[int, int] = {}
    for pid in _pids():
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name may hold spaces and brackets; what follows the last bracket is regular.
            fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
            if fields[0] not in "ZX":
                parents[pid] = int(fields[1])
    ours: set[int] = {root}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return ours - {root}


def tagged(tag: str) -> Iterable[int]:
    """Every process that carries this run's tag in its environment, us left out."""
    for pid in _pids():
        with contextlib.suppress(OSError):
            if tag and pid != os.getpid() and f"HARNESS_RUN={tag}\0" in _read(f"/proc/{pid}/environ"):
                yield pid


def _pids() -> list[int]:
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return []


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


if __name__ == "__main__":
    main()
