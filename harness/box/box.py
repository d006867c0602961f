"""The launcher as the harness sees it: started, asked to spawn, listened to, ended.

`auto` tries a box (namespaces) and falls back to plain with the reason in hand.
"""

from __future__ import annotations

import array
import json
import os
import resource
import select
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from harness.box import started
from harness.box.owner import hand_over, student
from harness.box.shown import needed

Level = Literal["auto", "box", "plain"]

# Which network of a box something belongs to. Without a relay there is one, the server's.
Side = Literal["server", "clients"]

# So many sockets are asked for at once, at most (a message of the kernel's carries up to 253).
BATCH = 32

# The launcher answers in milliseconds; a machine that cannot start a process for this long is broken.
ANSWER_WITHIN = 60.0


# What the harness allows itself to hold open. The launcher gives programs the usual limit back.
MANY_FILES = 65536

# What the launcher says without being asked.
_UNASKED = {"exited", "over"}

_CLOSED_AT_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


class StageError(Exception):
    """The stage itself failed: a fault of the harness or of the machine, never of the programs on it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the programs of one actor may take, all of them together. Who takes more is ended."""

    memory: int = 1 << 30  # bytes; what several share, in parts
    processes: int = 1024  # and threads
    disk: int = 512 << 20  # bytes of files, in its folder or without a name; as much again for all, in /tmp
    files: int = 20_000


USUAL = Bounds()


@dataclass(frozen=True, slots=True)
class Spawned:
    """A program that runs: its pid as /proc of the box names it, and a descriptor that tells when it is gone."""

    pid: int
    pidfd: int


@dataclass(frozen=True, slots=True)
class NotSpawned:
    """A program that could not be started."""

    errno: int
    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A program that exited, with the status that wait() gives and all its CPU seconds."""

    actor: str
    pid: int
    status: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Over:
    """An actor's programs took more than they may, and were ended. `what`: memory | processes | disk | files.

    `actor` is "" for one that had left everything behind by which it could be known.
    """

    actor: str
    what: str
    bound: int
    seen: int


def _allow_many_files() -> None:
    """A program costs seven open files and more with every thread; 1,024, the usual limit, is a crowd of a hundred."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@cache
def best_level() -> Literal["box", "plain"]:
    """What `auto` comes to on this machine: found out by making one."""
    box = Box()
    box.close()
    return box.level


class Box:
    """One launcher and what it gave us: `proc`, a view of its /proc, and `diag`, its SOCK_DIAG socket (-1: none).

    With `relay` a box has two networks: the clients' is one of its own, and `clients` holds its SOCK_DIAG socket
    ("diag") and its files of sums ("sockstat", "snmp", ...). Without namespaces there is always one.
    """

    def __init__(self, level: Level = "auto", *, relay: bool = False, folder: Path | None = None,
                 shown: Iterable[str] = (), bounds: Bounds = USUAL) -> None:  # fmt: skip
        _allow_many_files()
        self._order = {"relay": relay, "folder": str(folder or ""), "shown": needed(shown), "hidden": os.getcwd(),
                       "uid": student(), "bounds": asdict(bounds)}  # fmt: skip
        if folder is not None and student() != os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o711)  # they must be able to reach their own folders
        self.relay = relay
        self.proc = self.diag = -1
        self.clients: dict[str, int] = {}
        self.lacks: list[str] = []
        self._over: list[Over] = []
        self.why_plain = "asked for" if level == "plain" else ""
        if level != "plain":
            self.why_plain = self._open("box") or ""
            if self.why_plain and level == "box":
                raise StageError(f"no box can be made here: {self.why_plain}")
        if level == "plain" or self.why_plain:
            trouble = self._open("plain")
            if trouble:
                raise StageError(f"the launcher did not start: {trouble}")
        self.level: Literal["box", "plain"] = "plain" if self.why_plain else "box"

    def _open(self, level: str) -> str | None:
        """Start a launcher. Returns why there is none."""
        self._lines: list[tuple[dict[str, Any], list[int]]] = []
        self._buffer, self._fds = b"", list[int]()
        try:
            self._started = started.start()
        except OSError as exc:
            raise StageError(f"the launcher did not start: {exc}") from exc
        self.control, self.tag, self.guardian = self._started.control, self._started.tag, self._started.pid
        message, fds = self._ask({**self._order, "level": level})
        if "ready" not in message:
            self.close()
            return str(message.get("refused", "it ended without a word"))
        self.launcher = int(message["ready"])  # as its own /proc names it: 1 in a box
        self.lacks = list(message["lacks"])
        self._uid = student() if level == "box" else os.geteuid()
        gifts = dict(zip(message["gifts"], fds, strict=True))
        self.proc, self.diag = gifts.pop("proc", -1), gifts.pop("diag", -1)
        self.clients = {name.removeprefix("clients/"): fd for name, fd in gifts.items()}
        return None

    def spawn(self, actor: str, argv: Sequence[str], folder: Path, environment: Mapping[str, str],
              slave: int, side: Side = "server") -> Spawned | NotSpawned:  # fmt: skip
        """Start a program with the terminal `slave`. It has been exec'd when this returns."""
        request = {"actor": actor, "argv": list(argv), "folder": str(folder), "environment": dict(environment),
                   "side": side}  # fmt: skip
        if self._uid != os.geteuid():
            os.fchown(slave, self._uid, -1)
            hand_over(folder, self._uid)
        message, fds = self._ask(request, slave)
        if "spawned" in message:
            self.lacks += message["lacks"]
            return Spawned(message["spawned"], fds[0] if fds else -1)
        if "failed" in message:
            return NotSpawned(message["errno"] or 0, message["why"] or "")
        raise StageError(message.get("broken", "the launcher died"))

    def sockets(self, side: Side, family: int, kind: int, count: int) -> list[socket.socket]:
        """New sockets of one of the networks, non-blocking. (Where there is one, they are made here.)"""
        if not self.clients:
            made = [socket.socket(family, kind) for _ in range(count)]
        else:
            message, fds = self._ask({"sockets": min(count, BATCH), "side": side, "family": family, "type": kind})
            if "made" not in message:
                raise StageError("the launcher died")
            made = [socket.socket(family, kind, fileno=fd) for fd in fds]
        for sock in made:
            sock.setblocking(False)
        return made

    def _ask(self, request: Mapping[str, Any], *hands: int) -> tuple[dict[str, Any], list[int]]:
        """Send the launcher a request, with file descriptors, and wait for its answer."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", hands))] if hands else []
        data = json.dumps(request).encode() + b"\n"
        try:
            self.control.settimeout(ANSWER_WITHIN)
            sent = self.control.sendmsg([data], rights)
            self.control.sendall(data[sent:])
        except OSError as exc:
            raise StageError(f"the launcher is gone: {exc}") from exc
        finally:
            self.control.setblocking(False)
        return self._answer()

    @property
    def heard(self) -> bool:
        """Whether something was heard already that `exits` will tell: it came while an answer was waited for."""
        return bool(self._lines)

    def exits(self) -> list[Gone]:
        """Who has exited since the last time, without waiting. Raises StageError if the launcher itself is gone."""
        while self._receive():
            pass
        found = [Gone(m["actor"], m["exited"], m["status"], m["cpu"]) for m, _ in self._lines if "exited" in m]
        self._over += [Over(m["actor"], m["over"], m["bound"], m["seen"]) for m, _ in self._lines if "over" in m]
        dead = any(not m for m, _ in self._lines)
        self._lines = [(m, fds) for m, fds in self._lines if m and not _UNASKED & m.keys()]
        if dead and not found:
            raise StageError("the launcher died")
        return found

    def overs(self) -> list[Over]:
        """Who took more than they may, as far as `exits` has heard of it, and nobody was told yet."""
        over, self._over = self._over, []
        return over

    def _answer(self) -> tuple[dict[str, Any], list[int]]:
        """The next message that was asked for."""
        deadline = time.monotonic() + ANSWER_WITHIN
        poller = select.poll()
        poller.register(self.control, select.POLLIN)
        while True:
            for index, (message, fds) in enumerate(self._lines):
                if not _UNASKED & message.keys():
                    del self._lines[index]
                    return message, fds
            if time.monotonic() > deadline:
                raise StageError(f"the launcher did not answer within {ANSWER_WITHIN:.0f} s")
            poller.poll(1000)
            self._receive()

    def _receive(self) -> bool:
        """Take in what the launcher has sent so far. An empty message in `_lines` says that it hung up."""
        try:
            data, ancillary, _, _ = self.control.recvmsg(1 << 16, socket.CMSG_SPACE(4 * BATCH), _CLOSED_AT_EXEC)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            data, ancillary = b"", []
        for _, _, rights in ancillary:
            fds = array.array("i")
            fds.frombytes(rights[: len(rights) - len(rights) % fds.itemsize])
            self._fds.extend(fds)
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            message = json.loads(line)
            count = message.pop("fds")
            self._lines.append((message, self._fds[:count]))
            del self._fds[:count]
        if not data:
            self._lines.append(({}, []))
        return bool(data)

    def close(self) -> None:
        """End everything that was started here, and wait until it is gone."""
        self._started.end()
        for name in ("proc", "diag"):
            if getattr(self, name, -1) >= 0:
                os.close(getattr(self, name))
                setattr(self, name, -1)
        while self.clients:
            os.close(self.clients.popitem()[1])
