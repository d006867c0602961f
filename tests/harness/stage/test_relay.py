"""Between clients and server: everything arrives, is noted, and is somebody's; links end as their two sides do."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.events import Noted, Output
from harness.recording import Recorder, Recording
from harness.stage import Stage, best_level
from harness.wire import Carried, Linked
from tests.harness.stage.conftest import python
from tests.harness.stage.wired import ask, carried, ends, join, opened, serve

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the relay looks at sockets through /proc")
BOX = pytest.mark.skipif(best_level() != "box", reason="no namespaces here")

CONNECT = "import socket, sys, time\ns = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
LISTEN = "import socket, struct, sys\nl = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"


@pytest.fixture
def wired(level: str, recorder: Recorder, tmp_path: Path) -> Iterator[Stage]:
    """A stage with a relay and no conditions."""
    with opened(tmp_path / "stage", recorder, level) as stage:
        yield stage


def play(stage: Stage, server: str, client: str) -> None:
    """A server and one client, until nothing more can come."""
    stage.start("server", python(LISTEN + server, str(stage.port())))
    assert stage.ready("server", within=30) is not None
    stage.start("yoda", python(CONNECT + client, str(stage.port_of("yoda"))))
    stage.settle(within=30)


def test_what_goes_through_is_noted_in_its_order(wired: Stage, recorder: Recorder) -> None:
    """The link, the request, the answer; each before what comes of it, and each somebody's."""
    serve(wired)
    join(wired, "yoda", "r2d2")
    assert ask(wired, "r2d2", "hello") == "HELLO\n> "
    linked = [(e.link, e.actor, e.transport) for e in recorder.recording.all(Linked)]
    assert linked == [(1, "yoda", "tcp"), (2, "r2d2", "tcp")]
    assert carried(recorder, "server", 2) == b'{"text": "hello"}\n'
    assert carried(recorder, "client", 2) == b'{"answer": "HELLO"}\n'
    order = [type(e).__name__ + (e.actor if isinstance(e, Output) else "") for e in recorder.recording.events
             if isinstance(e, Carried) or (isinstance(e, Output) and b"hello" in e.data.lower())]  # fmt: skip
    assert order in (["Carried", "Outputserver", "Carried", "Outputr2d2"],
                     ["Carried", "Carried", "Outputserver", "Outputr2d2"])  # fmt: skip


def test_a_recording_holds_the_wire(wired: Stage, recorder: Recorder, tmp_path: Path) -> None:
    """It is written and read back like everything else."""
    serve(wired)
    join(wired, "yoda")
    ask(wired, "yoda", "hello")
    recorder.recording.save(tmp_path / "recording.jsonl")
    read = Recording.load(tmp_path / "recording.jsonl")
    assert [e.data for e in read.all(Carried)] == [e.data for e in recorder.recording.all(Carried)]


def test_a_long_transfer_arrives_and_keeps_only_digests(wired: Stage, recorder: Recorder) -> None:
    """Past the first 64 KiB of a burst the bytes are not kept, and their lengths and digests are."""
    serve(wired, "counted.py", "serve")
    join(wired, "yoda", name="counted.py", before=("send",))
    assert ask(wired, "yoda", "3000000") == "the same\n> "
    for to in ("server", "client"):
        events = [e for e in recorder.recording.all(Carried) if e.to == to]
        assert sum(e.size for e in events) == 3_000_008
        assert sum(len(e.data or b"") for e in events) == 64 * 1024
        assert all(len(e.sha256) == 64 for e in events if e.data is None)


def test_digests_are_of_what_was_carried(wired: Stage, recorder: Recorder) -> None:
    """Each of its own piece."""
    play(wired, "c = l.accept()[0]\nwhile c.recv(100000): pass", "s.sendall(b'x' * 200000)\ninput('> ')")
    for event in recorder.recording.all(Carried):
        assert event.data == b"x" * event.size or event.sha256 == hashlib.sha256(b"x" * event.size).hexdigest()


def test_a_second_burst_is_kept_again(wired: Stage, recorder: Recorder) -> None:
    """An answer between ends the burst."""
    serve(wired, "counted.py", "serve")
    join(wired, "yoda", name="counted.py", before=("send",))
    ask(wired, "yoda", "200000")
    ask(wired, "yoda", "5")
    assert carried(recorder, "server")[-13:-5] == (5).to_bytes(8, "big")


@pytest.mark.parametrize(
    ("server", "client", "ended"),
    [
        (
            "c = l.accept()[0]; c.recv(9); c.close()\ninput()", "s.close()\ninput()",
            [("client", "fin"), ("server", "fin")],
        ),
        (
            "c = l.accept()[0]; c.close()\ninput()", "s.recv(9); s.close()\ninput()",
            [("server", "fin"), ("client", "fin")],
        ),
        (  # who has shut down writing can still be answered
            "c = l.accept()[0]\nassert c.recv(9) == b''\nc.sendall(b'bye'); c.close()\ninput()",
            "s.shutdown(1); print(s.recv(9)); s.close()\ninput()",
            [("client", "fin"), ("server", "fin")],
        ),
        (
            "c = l.accept()[0]\ntry: c.recv(9)\nexcept ConnectionResetError: print('reset')\ninput()",
            "import struct\ns.setsockopt(1, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()\ninput()",
            [("client", "rst")],
        ),
        (
            "c = l.accept()[0]; c.setsockopt(1, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.close()\ninput()",
            "try: s.recv(9)\nexcept ConnectionResetError: print('reset')\ninput()",
            [("server", "rst")],
        ),
    ],
    ids=["client closes", "server closes", "half closed", "client resets", "server resets"],
)  # fmt: skip
def test_links_end_as_their_sides_do(
    wired: Stage, recorder: Recorder, server: str, client: str, ended: list[tuple[str, str]]
) -> None:
    """A FIN is passed on as a FIN, a reset as a reset, each way on its own."""
    play(wired, server, client)
    assert ends(recorder) == ended
    said = wired.output("server") + wired.output("yoda")
    assert (b"reset" in said) is (ended[0][1] == "rst")
    assert b"Error" not in said
    assert (b"bye" in said) is ("bye" in server)


def test_who_sends_to_somebody_that_has_gone_is_told(wired: Stage, recorder: Recorder) -> None:
    """The second send after the other's close fails, as it does without a relay."""
    play(
        wired, "c = l.accept()[0]; c.recv(9); c.close()\ninput()",
        "s.sendall(b'x')\nassert s.recv(9) == b''\ntry:\n    while True: s.sendall(b'x'); time.sleep(0.01)\n"
        "except (BrokenPipeError, ConnectionResetError): print('told')\ninput()",
    )  # fmt: skip
    assert b"told" in wired.output("yoda")
    assert ends(recorder)[0] == ("server", "fin")


def test_nobody_there_is_nobody_there(wired: Stage, recorder: Recorder) -> None:
    """Where the server does not listen, the relay does not either; nor once the server has ended."""
    refused = "import socket, sys\ntry: socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
    refused += "except ConnectionRefusedError: print('refused')"
    wired.start("early", python(refused, str(wired.port_of("early"))))
    wired.settle(within=30)
    serve(wired)
    wired.end("server")
    wired.start("late", python(refused, str(wired.port_of("late"))))
    wired.settle(within=30)
    assert (wired.output("early"), wired.output("late")) == (b"refused\r\n", b"refused\r\n")


def test_a_server_may_be_started_again(wired: Stage, recorder: Recorder) -> None:
    """Its new life is reached on the old port."""
    for _ in range(2):
        serve(wired)
        join(wired, "yoda")
        assert ask(wired, "yoda", "hello") == "HELLO\n> "
        wired.end("yoda")
        wired.end("server")
    assert len(list(recorder.recording.all(Linked))) == 2


def test_who_does_not_read_stops_the_sender(wired: Stage, recorder: Recorder) -> None:
    """What a relay takes is bounded, so a program that sends to a deaf one blocks, and that is told as ever."""
    play(wired, "c = l.accept()[0]\ninput()", "s.sendall(b'x' * 100000000)")
    settled = wired.settle(within=30)
    assert settled.evidence == "stuck"
    assert "yoda waits in send(): the server does not read what it sends" in wired._still.settle(["yoda"], 30).cause
    assert sum(e.size for e in recorder.recording.all(Carried)) < 20_000_000


@BOX
class TestTwoNetworks:
    """What two networks make possible."""

    def test_a_port_opened_just_before_an_answer_is_there(self, recorder: Recorder, tmp_path: Path) -> None:
        """Told in the answer, connected to at once, again and again: it is never too late."""
        server = LISTEN + (
            "c = l.accept()[0]\n"
            "while c.recv(1):\n"
            "    d = socket.create_server(('127.0.0.1', 0)); c.sendall(b'%6d' % d.getsockname()[1])\n"
            "    e = d.accept()[0]; e.sendall(b'here'); e.close(); d.close()\n"
        )
        client = CONNECT + (
            "for _ in range(50):\n"
            "    s.sendall(b'?'); d = socket.create_connection(('127.0.0.1', int(s.recv(6))))\n"
            "    assert d.recv(4) == b'here'\n"
            "print('all there')\ninput()"
        )
        with opened(tmp_path, recorder, "box") as stage:
            stage.start("server", python(server, str(stage.port())))
            stage.ready("server", within=30)
            stage.start("yoda", python(client, str(stage.port())))
            stage.settle(within=30)
            assert b"all there" in stage.output("yoda")
        assert len({e.port for e in recorder.recording.all(Linked)}) > 10

    def test_ports_that_a_program_fixes_itself_pass_too(self, recorder: Recorder, tmp_path: Path) -> None:
        """A second, hard-coded port, TCP or IPv6, is found on the clients' side."""
        server = LISTEN + "m = socket.create_server(('', 5745))\nsix = socket.create_server(('::', 5746), "
        server += "family=socket.AF_INET6, dualstack_ipv6=True)\n"
        server += "for s in (m, six): s.accept()[0].sendall(b'hi')\ninput()"
        client = "import socket\nfor a in (('127.0.0.1', 5745), ('::1', 5746)):\n"
        client += "    print(socket.create_connection(a).recv(2))"
        with opened(tmp_path, recorder, "box") as stage:
            stage.start("server", python(server, str(stage.port())))
            stage.ready("server", within=30)
            stage.start("yoda", python(client))
            stage.settle(within=30)
            assert stage.output("yoda") == b"b'hi'\r\nb'hi'\r\n"

    def test_the_server_sees_the_clients_own_address(self, recorder: Recorder, tmp_path: Path) -> None:
        """Programs that tell each other their ports are not confused."""
        with opened(tmp_path, recorder, "box") as stage:
            play(stage, "print('peer', l.accept()[1][1])\ninput()", "print('own', s.getsockname()[1])\ninput()")
            peer, own = (stage.output(who).split()[1] for who in ("server", "yoda"))
            assert peer == own

    def test_clients_reach_each_other_without_the_relay(self, recorder: Recorder, tmp_path: Path) -> None:
        """Peer to peer is theirs alone; and the server's network is not the clients'."""
        with opened(tmp_path, recorder, "box") as stage:
            peer = "import socket\nprint(socket.create_server(('127.0.0.1', 7777)).accept()[0].recv(9))"
            stage.start("r2d2", python(peer))
            stage.settle(within=30)
            hello = "import socket\nsocket.create_connection(('127.0.0.1', 7777)).sendall(b'hello')"
            stage.start("yoda", python(hello))
            stage.settle(within=30)
            assert b"hello" in stage.output("r2d2")
            stage.start("server", python(hello))
            stage.settle(within=30)
            assert b"ConnectionRefusedError" in stage.output("server")
        assert list(recorder.recording.all(Linked)) == []


def test_without_namespaces_a_second_port_is_said_not_to_pass(recorder: Recorder, tmp_path: Path) -> None:
    """Once, and the clients reach it without the relay."""
    with opened(tmp_path, recorder, "plain") as stage:
        play(stage, "m = socket.create_server(('127.0.0.1', 0)); print(m.getsockname()[1], flush=True); l.accept()",
             "input()")  # fmt: skip
        stage.settle(within=30)
    assert ["only at the one that programs are told" in e.text for e in recorder.recording.all(Noted)] == [True]
