"""With a relay between, a hang is told in the very words in which it is told without one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.recording import Recorder
from harness.stage import Stage
from tests.harness.stage.conftest import program, python
from tests.harness.stage.test_evidence import DEADLOCK, EARS_SHUT, ONE_AT_A_TIME, SERVE, SILENT
from tests.harness.stage.wired import join, opened

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the relay looks at sockets through /proc")


@pytest.fixture
def wired(level: str, recorder: Recorder, tmp_path: Path) -> Iterator[Stage]:
    """A stage with a relay and no conditions."""
    with opened(tmp_path / "stage", recorder, level) as stage:
        yield stage


def serve(stage: Stage, code: str) -> None:
    """Start a server and wait until it listens."""
    stage.start("server", python(code, str(stage.port())))
    assert stage.ready("server", within=30) is not None


def test_one_client_at_a_time(wired: Stage) -> None:
    """The second's connection lies in the server's queue, and its bytes too."""
    serve(wired, ONE_AT_A_TIME)
    join(wired, "yoda", "r2d2")
    wired.type("r2d2", b"hello\n")
    settled = wired.settle(typed_to=["r2d2"], within=30)
    assert (settled.evidence, settled.asks) == ("stuck", ["yoda"])
    assert "r2d2 waits in recv() for an answer on a connection that nobody has accepted" in settled.cause
    assert "r2d2's connection was never accepted, 18 bytes of it unread" in settled.cause
    assert "1 connection waits for the server to accept" in settled.cause
    assert "the server serves one client at a time" in settled.cause


def test_silence(wired: Stage) -> None:
    """Who waits for whom, by name."""
    serve(wired, SILENT)
    join(wired, "yoda")
    wired.type("yoda", b"hello\n")
    settled = wired.settle(typed_to=["yoda"], within=30)
    assert (settled.evidence, settled.asks) == ("still", [])
    assert settled.cause == (
        "yoda waits in recv() for an answer from the server; the server is blocked in recv() on the connection of yoda"
    )


def test_a_deadlock(wired: Stage) -> None:
    """Half a request read, and all threads in locks."""
    serve(wired, DEADLOCK)
    join(wired, "yoda")
    wired.type("yoda", b"hello\n")
    settled = wired.settle(typed_to=["yoda"], within=30)
    assert settled.evidence == "stuck"
    assert "16 bytes from yoda lie unread in a socket of the server" in settled.cause
    assert "a deadlock in the server" in settled.cause


def test_a_client_with_its_ears_shut(wired: Stage) -> None:
    """The answer lies unread in its socket."""
    serve(wired, ONE_AT_A_TIME)
    wired.start("yoda", python(EARS_SHUT, str(wired.port_of("yoda"))))
    wired.settle(within=30)
    wired.type("yoda", b"hello\n")
    settled = wired.settle(typed_to=["yoda"], within=30)
    assert (settled.evidence, settled.asks) == ("stuck", ["yoda"])
    assert "17 bytes from the server lie unread in a socket of yoda" in settled.cause
    assert "yoda waits for its keyboard and not for the server" in settled.cause


def test_a_full_queue_is_not_hidden(wired: Stage) -> None:
    """Connections that the server's kernel does not take are told as such, though the relay has taken them."""
    serve(wired, SERVE.replace("int(sys.argv[1]))", "int(sys.argv[1])), backlog=0") + "import signal\nsignal.pause()")
    people = ["ann", "bob", "cat", "dan"]
    for handle in people:
        wired.start(handle, program("client.py", "127.0.0.1", wired.port_of(handle)))
        wired.settle(within=30)
    for handle in people:
        wired.type(handle, b"hello\n")
    settled = wired.settle(typed_to=people, within=30)
    assert settled.evidence == "stuck"
    for handle in people:
        assert f"{handle} waits in recv() for an answer on a connection that nobody has accepted" in settled.cause
        assert f"{handle}'s connection was never accepted, 18 bytes of it unread" in settled.cause


def test_held_bytes_are_no_hang_of_the_server(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """It waits for a client whose bytes the network holds: still, not stuck."""
    with opened(tmp_path, recorder, level) as stage:
        serve(stage, ONE_AT_A_TIME)
        join(stage, "yoda")
        stage.hold("yoda")
        stage.type("yoda", b"hello\n")
        settled = stage.settle(typed_to=["yoda"], within=30)
        assert (settled.evidence, settled.asks) == ("still", [])
        stage.release("yoda")
        assert stage.settle(typed_to=["yoda"], within=30).asks == ["yoda"]


def test_a_delay_past_a_second_is_told_with_its_end(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """Nothing can come before: *until*, which whoever waits for an answer sits out."""
    with opened(tmp_path, recorder, level, "delay 1500 ms to server") as stage:
        serve(stage, ONE_AT_A_TIME)
        join(stage, "yoda")
        stage.type("yoda", b"hello\n")
        settled = stage.settle(typed_to=["yoda"], within=30)
        assert settled.evidence == "until"
        assert 1.0 < settled.until < 1.5
        stage.pass_time(settled.until)
        assert stage.settle(typed_to=["yoda"], within=30).asks == ["yoda"]
