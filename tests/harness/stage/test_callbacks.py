"""A server that calls its clients back: on ports that they listen on, and on UDP ports that have said nothing yet."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from harness.events import Noted
from harness.recording import Recorder
from harness.stage import best_level
from harness.stage.datagram_links import dressed
from harness.wire import Carried, Linked
from tests.harness.stage.conftest import python
from tests.harness.stage.wired import carried, ends, opened

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the relay looks at sockets through /proc"),
    pytest.mark.skipif(best_level() != "box", reason="no namespaces here"),
]

LISTEN = "import socket, struct, sys\nl = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
CONNECT = "import socket, sys\ns = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
EARS = "d = socket.create_server(('127.0.0.1', 0))\ns.sendall(b'%6d' % d.getsockname()[1])\n"
UDP = "import socket, sys\nd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"


def played(folder: Path, recorder: Recorder, server: str, client: str, *conditions: str) -> dict[str, str]:
    """What a server and two clients, one after the other, have said in the end."""
    with opened(folder, recorder, "box", *conditions) as stage:
        stage.start("server", python(server, str(stage.port())))
        assert stage.ready("server", within=30) is not None
        for handle in ("yoda", "r2d2"):
            stage.start(handle, python(client, str(stage.port_of(handle))))
            stage.settle(within=30)
        return {who: stage.output(who).decode().replace("\r\n", "\n") for who in ("server", "yoda", "r2d2")}


CALLS = LISTEN + (
    "while True:\n"
    "    c = l.accept()[0]\n"
    "    while port := c.recv(6):\n"
    "        b = socket.create_connection(('127.0.0.1', int(port)))\n"
    "        b.sendall(b'hello'); print(b.recv(9)); b.close()\n"
)


def test_a_port_told_in_a_request_is_there_when_the_server_connects(recorder: Recorder, tmp_path: Path) -> None:
    """Opened just before, again and again; both ways the bytes travel to the side that gets them."""
    client = CONNECT + (
        f"for _ in range(25):\n    {EARS.strip().replace(chr(10), chr(10) + '    ')}\n"
        "    e = d.accept()[0]; assert e.recv(9) == b'hello'; e.sendall(b'thanks'); assert e.recv(9) == b''\n"
        "    e.close(); d.close()\n"
        "s.close(); print('all there')\ninput()"
    )
    said = played(tmp_path, recorder, CALLS, client)
    assert said == {"server": "b'thanks'\n" * 50, "yoda": "all there\n", "r2d2": "all there\n"}
    calls = [e for e in recorder.recording.all(Linked) if e.by == "server"]
    assert [e.actor for e in calls] == ["yoda"] * 25 + ["r2d2"] * 25
    assert (carried(recorder, "client", calls[0].link), carried(recorder, "server", calls[0].link)) == (
        b"hello", b"thanks",
    )  # fmt: skip
    assert ends(recorder, calls[0].link) == [("server", "fin"), ("client", "fin")]


def test_conditions_hold_there_too(recorder: Recorder, tmp_path: Path) -> None:
    """What goes to r2d2 is cut, on the connection that the server has made as well."""
    client = CONNECT + EARS + (
        "e = d.accept()[0]\ngot = []\nwhile sum(map(len, got)) < 5: got.append(e.recv(9))\n"
        "print(got); e.sendall(b'thanks'); s.close()\ninput()"
    )  # fmt: skip
    said = played(tmp_path, recorder, CALLS, client, "cut 3 to r2d2")
    assert (said["yoda"], said["r2d2"]) == ("[b'hello']\n", "[b'hel', b'lo']\n")


def test_a_port_that_a_client_has_closed_refuses(recorder: Recorder, tmp_path: Path) -> None:
    """As it would without a relay: at once."""
    server = LISTEN + (
        "while True:\n"
        "    c = l.accept()[0]\n"
        "    try: socket.create_connection(('127.0.0.1', int(c.recv(6))))\n"
        "    except ConnectionRefusedError: print('refused')\n"
        "    c.close()\n"
    )
    client = CONNECT + EARS.replace("s.sendall", "p = d.getsockname()[1]; d.close(); s.sendall")
    client = client.replace("% d.getsockname()[1]", "% p") + "s.recv(1)"
    assert played(tmp_path, recorder, server, client)["server"] == "refused\n" * 2


def test_both_sides_may_have_the_same_port(recorder: Recorder, tmp_path: Path) -> None:
    """Each at an address of its own: who connects reaches the one meant, and nobody is refused."""
    server = LISTEN + (
        "c = l.accept()[0]; c.recv(1)\n"
        "b = socket.create_connection(('127.0.0.2', int(sys.argv[1]))); b.sendall(b'to the client'); c.sendall(b'.')\n"
        "while True: l.accept()\n"
    )
    client = CONNECT + (
        "try: d = socket.create_server(('127.0.0.2', int(sys.argv[1])))\n"
        "except OSError: print('the other has it')\n"
        "else: s.sendall(b'.'); print(d.accept()[0].recv(99)); s.recv(1)\n"
        "input()"  # who has gone already is not known to be the one who connected
    )
    said = played(tmp_path, recorder, server, client)
    assert (said["yoda"], said["r2d2"]) == ("b'to the client'\n", "the other has it\n")
    assert [(e.actor, e.by) for e in recorder.recording.all(Linked)] == [
        ("yoda", "client"), ("yoda", "server"), ("r2d2", "client"),
    ]  # fmt: skip
    assert list(recorder.recording.all(Noted)) == []


@pytest.mark.parametrize("sends", ["d.sendto(b'hello', a)", "d.connect(a); d.send(b'hello')"], ids=["sendto", "joined"])
@pytest.mark.parametrize("bound", ["127.0.0.1", "", "::"])
def test_a_udp_port_is_written_to_before_it_has_said_anything(
    recorder: Recorder, tmp_path: Path, sends: str, bound: str
) -> None:
    """Told over TCP, written to from a port that the server opens for it; the answer goes back there."""
    server = LISTEN + UDP.partition("\n")[0] + (
        "\nwhile True:\n"
        "    a = ('127.0.0.1', int(l.accept()[0].recv(6)))\n"
        f"    d = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); {sends}\n"
        "    print(d.recv(99)); d.close()\n"
    )  # fmt: skip
    family = "AF_INET6" if bound == "::" else "AF_INET"
    client = CONNECT + (
        f"d = socket.socket(socket.{family}, socket.SOCK_DGRAM); d.bind(('{bound}', 0))\n"
        "s.sendall(b'%6d' % d.getsockname()[1])\n"
        "data, back = d.recvfrom(99); print(data); d.sendto(b'thanks', back)\ninput()"
    )
    said = played(tmp_path, recorder, server, client)
    assert said == {"server": "b'thanks'\n" * 2, "yoda": "b'hello'\n", "r2d2": "b'hello'\n"}
    links = [e for e in recorder.recording.all(Linked) if e.transport == "udp"]
    assert [e.actor for e in links] == ["yoda", "r2d2"]
    assert (carried(recorder, "client", links[0].link), carried(recorder, "server", links[0].link)) == (
        b"hello", b"thanks",
    )  # fmt: skip


def test_who_closes_behind_its_last_datagram_is_heard(recorder: Recorder, tmp_path: Path) -> None:
    """What was sent is passed on though its port is gone by then: asked and answered from ports used once."""
    server = UDP + (
        "d.bind(('127.0.0.1', int(sys.argv[1])))\n"
        "while True:\n"
        "    n, a = d.recvfrom(99)\n"
        "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as once: once.sendto(n, ('127.0.0.1', int(n)))\n"
    )
    client = UDP + (
        "d.bind(('127.0.0.1', 0))\n"
        "for _ in range(25):\n"
        "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as once:\n"
        "        once.sendto(b'%d' % d.getsockname()[1], ('127.0.0.1', int(sys.argv[1])))\n"
        "    assert int(d.recv(99)) == d.getsockname()[1]\n"
        "print('all there')\ninput()"
    )
    said = played(tmp_path, recorder, server, client)
    assert (said["yoda"], said["r2d2"]) == ("all there\n", "all there\n")
    assert len(list(recorder.recording.all(Carried))) == 100


def test_an_address_is_dressed_for_the_socket_that_it_is_for() -> None:
    """A program with one socket for IPv4 and IPv6 is seen with IPv4 in IPv6 clothes, and is sent to in the same."""
    for host in ("127.0.0.1", "::ffff:127.0.0.1"):
        assert dressed(host, socket.AF_INET6) == "::ffff:127.0.0.1"
        assert dressed(host, socket.AF_INET) == "127.0.0.1"
    assert dressed("::1", socket.AF_INET6) == "::1"
