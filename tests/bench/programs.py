"""The forum's programs as every bench starts them: with the same arguments, environment and accounts on both sides."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from forum.wording import ASK_NAME, ASK_PASSWORD, PROMPT, WAITING
from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage import Stage
from harness.stage.box import Level
from tests.bench.figures import Broken
from tests.bench.poll_loop import PollLoop

ROOT = Path(__file__).resolve().parents[2]
ENDING = PROMPT.encode()
PASSWORD = "bench"
# Generous: nothing is judged by it, it only keeps a broken bench from waiting for ever.
WITHIN = 60.0


def server(port: int) -> list[str]:
    """The server's command line."""
    return [sys.executable, str(ROOT / "forum" / "server.py"), str(port), "admin"]


def client(port: int) -> list[str]:
    """A client's command line."""
    return [sys.executable, str(ROOT / "forum" / "client.py"), "127.0.0.1", str(port)]


def accounts(people: list[str]) -> str:
    """A credentials.txt for them."""
    return "".join(f"{name} {PASSWORD}\n" for name in people)


def environment(folder: Path) -> dict[str, str]:
    """What a stage gives its programs, for those that are started without one."""
    return {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "PWD": str(folder), "TERM": "xterm",
        "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh", "COLUMNS": "500", "LINES": "50",
        "PYTHONFAULTHANDLER": "1", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


@contextlib.contextmanager
def free_port() -> Iterator[int]:
    """A port that stays ours until a server with SO_REUSEADDR takes it, as the forum's and the echo server do."""
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@contextlib.contextmanager
def on_stage(folder: Path, people: list[str], network: Network | None = None, level: Level = "auto"
             ) -> Iterator[tuple[Stage, Recorder]]:  # fmt: skip
    """A stage with the forum's server and these people logged in; with a `network` there is a relay between."""
    recorder = Recorder()
    with Stage(folder, recorder, level=level, network=network, shown=[*server(0), *client(0)]) as stage:
        (stage.folder_of("server") / "credentials.txt").write_text(accounts(people), encoding="utf-8")
        stage.start("server", server(stage.port()))
        if stage.ready("server", WITHIN) is None:
            raise Broken(f"the server does not listen: {stage.output('server')!r}")
        for name in people:
            stage.start(name, client(stage.port_of(name)))
            stage.settle(within=WITHIN)
            for line in (name, PASSWORD):
                stage.type(name, line.encode() + b"\n")
                stage.settle(typed_to=[name], within=WITHIN)
            if not stage.output(name).endswith(ENDING):
                raise Broken(f"{name} is not in: {stage.output(name)!r}")
        yield stage, recorder


@contextlib.contextmanager
def by_hand(folder: Path, people: list[str]) -> Iterator[dict[str, PollLoop]]:
    """The same server and people, each in a terminal that a poll loop drives."""
    with contextlib.ExitStack() as stack, free_port() as port:

        def start(name: str, argv: list[str]) -> PollLoop:
            home = folder / name
            home.mkdir(parents=True)
            if name == "server":
                (home / "credentials.txt").write_text(accounts(people), encoding="utf-8")
            return stack.enter_context(PollLoop(argv, home, environment(home)))

        driven = {"server": start("server", server(port))}
        driven["server"].until(WAITING.encode() + b"\r\n")
        for name in people:
            driven[name] = start(name, client(port))
            driven[name].until(ASK_NAME.encode())
            driven[name].say(name, ASK_PASSWORD.encode())
            driven[name].say(PASSWORD, ENDING)
        yield driven
