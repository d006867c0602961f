"""Fixtures for the tests of the forum."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forum_stage import ROOT, Caller, RunningServer, Terminal

from forum.messages import Status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for the server, with the course's accounts in it."""
    path = tmp_path / "server"
    path.mkdir()
    shutil.copy(ROOT / "credentials.txt", path)
    return path


@pytest.fixture
def server(folder: Path) -> Iterator[RunningServer]:
    """Run a server for one test."""
    running = RunningServer(folder)
    yield running
    running.stop()


@pytest.fixture
def call(server: RunningServer) -> Iterator[Callable[..., Caller]]:
    """Return a function that opens a connection, logged in if it is given a name."""
    callers: list[Caller] = []

    def open_connection(user: str = "") -> Caller:
        callers.append(Caller(server.port))
        if user:
            assert callers[-1].log_in(user).status is Status.WELCOME
        return callers[-1]

    yield open_connection
    for caller in callers:
        caller.close()


@pytest.fixture
def terminal(server: RunningServer, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that starts a client in a terminal, logged in if it is given a name."""
    terminals: list[Terminal] = []

    def start(user: str = "", columns: int = 500) -> Terminal:
        path = tmp_path / f"client{len(terminals)}"
        path.mkdir()
        terminals.append(Terminal(path, server.port, columns))
        if user:
            terminals[-1].logs_in(user)
        return terminals[-1]

    yield start
    for started in terminals:
        started.stop()
