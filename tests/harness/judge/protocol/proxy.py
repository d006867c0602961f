"""A recording proxy: `proxy.py LOG EXTRA COMMAND…` starts a real server on another port, and notes what passes.

@PORT@ in the command is a port that nobody has; EXTRA, "1000" or "": there is a second one so far behind it.
Each line of LOG is an event of the wire: time, kind and fields. TCP and UDP.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
TABLES = ("tcp", "udp", "tcp6", "udp6")


class Proxy:
    """One listening socket for each port and transport, and two for each link."""

    def __init__(self, log: Path, ports: dict[int, int]) -> None:
        self._log = log.open("w", encoding="utf-8")
        self._selector = selectors.DefaultSelector()
        self._links = 0
        self._udp: dict[tuple[str, int, int], tuple[int, socket.socket]] = {}
        for own, theirs in ports.items():
            tcp = socket.create_server((HOST, own), backlog=100)
            self._on(tcp, lambda tcp=tcp, theirs=theirs, own=own: self._accept(tcp, theirs, own))
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((HOST, own))
            self._on(udp, lambda udp=udp, theirs=theirs, own=own: self._datagram(udp, theirs, own))

    def _on(self, sock: socket.socket | int, call: Callable[[], None]) -> None:
        self._selector.register(sock, selectors.EVENT_READ, call)

    def note(self, kind: str, **what: Any) -> None:
        """One line of the log."""
        self._log.write(json.dumps({"t": time.monotonic(), "kind": kind, **what}) + "\n")
        self._log.flush()

    def run(self, child: subprocess.Popen[bytes]) -> int:
        """Until the server has ended, and what it said last has been passed on."""
        ended = os.pidfd_open(child.pid)
        self._on(ended, lambda: self._selector.unregister(ended))
        while ended in self._selector.get_map():
            self._round(None)
        while self._round(0):
            pass
        return child.wait()

    def _round(self, within: float | None) -> bool:
        ready = [key for key, _ in self._selector.select(within)]
        for key in ready:
            if key.fd in self._selector.get_map():
                key.data()
        return bool(ready)

    def _accept(self, listener: socket.socket, port: int, own: int) -> None:
        client, peer = listener.accept()
        self._links += 1
        number = self._links
        self.note("linked", link=number, actor=actor_of(peer[1]), port=own, transport="tcp")
        server = socket.socket()
        if server.connect_ex((HOST, port)):
            self.note("unlinked", link=number, by="server", how="refused")
            client.close()
            return
        self._on(client, lambda: self._pass(client, server, number, "server"))
        self._on(server, lambda: self._pass(server, client, number, "client"))

    def _pass(self, source: socket.socket, sink: socket.socket, link: int, to: str) -> None:
        by = "client" if to == "server" else "server"
        try:
            data = source.recv(65536)
        except ConnectionResetError:
            data = None
        if data:
            self.note("carried", link=link, to=to, hex=data.hex())
            with contextlib.suppress(OSError):
                sink.sendall(data)
            return
        self.note("unlinked", link=link, by=by, how="rst" if data is None else "fin")
        self._selector.unregister(source)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _datagram(self, front: socket.socket, port: int, own: int) -> None:
        data, peer = front.recvfrom(65536)
        if (*peer, own) not in self._udp:
            self._links += 1
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.connect((HOST, port))
            self._udp[*peer, own] = self._links, server
            self.note("linked", link=self._links, actor=actor_of(peer[1]), port=own, transport="udp")
            self._on(server, lambda number=self._links: self._answer(server, front, peer, number))
        number, server = self._udp[*peer, own]
        self.note("carried", link=number, to="server", hex=data.hex())
        server.send(data)

    def _answer(self, server: socket.socket, front: socket.socket, peer: Any, link: int) -> None:
        try:
            data = server.recv(65536)
        except OSError:
            return
        self.note("carried", link=link, to="client", hex=data.hex())
        front.sendto(data, peer)


def actor_of(port: int) -> str:
    """Whose socket has this port: the folder in which its process works is called like the actor."""
    inodes = set()
    for table in TABLES:
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = row.split()
            if int(words[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{words[9]}]")
    for fd in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(fd) in inodes and fd.parts[2] != str(os.getpid()):
                return Path(os.readlink(fd.parents[1] / "cwd")).name
        except OSError:
            continue
    return ""


def free_port(extra: int) -> int:
    """A port that nobody has or had a connection on lately, with another one so far behind it."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind((HOST, 0))
            try:
                other.bind((HOST, one.getsockname()[1] + extra if extra else 0))
            except (OSError, OverflowError):
                continue
            return int(one.getsockname()[1])


def main() -> None:
    """Start the server, wait until it listens, pass everything on until it ends."""
    log, extra, told, *command = sys.argv[1:]
    port = int(told)
    theirs = free_port(int(extra or 0))
    child = subprocess.Popen([word.replace("@PORT@", str(theirs)) for word in command])
    ports = {port: theirs, **({port + int(extra): theirs + int(extra)} if extra else {})}
    wanted = f":{theirs:04X} "
    while child.poll() is None and not any(wanted in Path(f"/proc/net/{t}").read_text() for t in TABLES):
        time.sleep(0.005)
    sys.exit(Proxy(Path(log), ports).run(child))


if __name__ == "__main__":
    main()
