"""How a settling ends, for programs of every kind; and how hangs are told."""

from __future__ import annotations

import signal

import pytest

from harness.stage import Stage
from tests.harness.stage.conftest import program, python

SERVE = "import socket, sys, threading, time\ns = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
ONE_AT_A_TIME = SERVE + (
    "while True:\n"
    "    f = s.accept()[0].makefile('rwb')\n"
    "    for line in f:\n"
    "        f.write(b'{\"answer\": \"ok\"}\\n'); f.flush()\n"
)
SILENT = SERVE + "c = s.accept()[0]\nwhile c.recv(1000): pass\n"
DEADLOCK = SERVE + (
    "lock = threading.Lock()\n"
    "def serve():\n"
    "    c = s.accept()[0]; lock.acquire(); c.recv(2); lock.acquire()\n"
    "t = threading.Thread(target=serve); t.start(); t.join()\n"
)
EARS_SHUT = (
    "import socket, sys\n"
    "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
    "while True: s.sendall(input('> ').encode() + b'\\n')\n"
)


def serve(stage: Stage, code: str) -> None:
    """Start a server and wait until it listens."""
    stage.start("server", python(code, str(stage.port())))
    assert stage.ready("server", within=20) is not None


def join(stage: Stage, *people: str) -> None:
    """Start clients, one after the other."""
    for handle in people:
        stage.start(handle, program("client.py", "127.0.0.1", stage.port()))
        assert handle in stage.settle(within=20).asks


def test_a_server_that_serves_one_client_at_a_time_is_found_out(stage: Stage) -> None:
    """The second client hangs, proved and explained, without a time-out."""
    serve(stage, ONE_AT_A_TIME)
    join(stage, "yoda", "r2d2")
    stage.type("r2d2", b"hello\n")
    settled = stage.settle(typed_to=["r2d2"], within=20)
    assert (settled.evidence, settled.asks) == ("stuck", ["yoda"])
    assert "r2d2's connection was never accepted, 18 bytes of it unread" in settled.cause
    assert "the server serves one client at a time" in settled.cause


def test_an_answer_that_never_comes_is_proved_at_once(stage: Stage) -> None:
    """Everybody is still and the client does not ask: the cause says who waits for whom."""
    serve(stage, SILENT)
    join(stage, "yoda")
    stage.type("yoda", b"hello\n")
    settled = stage.settle(typed_to=["yoda"], within=20)
    assert (settled.evidence, settled.asks) == ("still", [])
    assert settled.cause == (
        "yoda waits in recv() for an answer from the server; the server is blocked in recv() on the connection of yoda"
    )
    assert {(w["actor"], w["call"]) for w in settled.waits} == {("server", "recvfrom"), ("yoda", "recvfrom")}


def test_a_deadlock_has_its_name(stage: Stage) -> None:
    """All threads in untimed futexes, and the request half read."""
    serve(stage, DEADLOCK)
    join(stage, "yoda")
    stage.type("yoda", b"hello\n")
    settled = stage.settle(typed_to=["yoda"], within=20)
    assert settled.evidence == "stuck"
    assert "a deadlock in the server" in settled.cause


def test_a_client_that_does_not_listen_while_it_asks(stage: Stage) -> None:
    """The answer lies unread in its socket while it waits for the keyboard: stuck, though it asks."""
    serve(stage, ONE_AT_A_TIME)
    stage.start("yoda", python(EARS_SHUT, str(stage.port())))
    stage.settle(within=20)
    stage.type("yoda", b"hello\n")
    settled = stage.settle(typed_to=["yoda"], within=20)
    assert (settled.evidence, settled.asks) == ("stuck", ["yoda"])
    assert "17 bytes from the server lie unread in a socket of yoda" in settled.cause
    assert "yoda waits for its keyboard and not for the server" in settled.cause


def test_a_paused_server_is_not_a_moving_one(stage: Stage) -> None:
    """SIGSTOP: the typed request lies there, stuck; after SIGCONT the answer comes."""
    serve(stage, ONE_AT_A_TIME)
    join(stage, "yoda")
    stage.signal("server", signal.SIGSTOP)
    stage.settle(within=20)  # a signal takes effect when its receiver next runs: it could still read before it stops
    stage.type("yoda", b"hello\n")
    settled = stage.settle(typed_to=["yoda"], within=20)
    assert (settled.evidence, settled.asks) == ("stuck", [])
    assert "the server is stopped (paused by a signal)" in settled.cause
    stage.signal("server", signal.SIGCONT)
    assert stage.settle(typed_to=["yoda"], within=20).asks == ["yoda"]
    assert stage.output("yoda").endswith(b"ok\r\n> ")


def test_a_paused_client_does_not_ask(stage: Stage) -> None:
    """A stopped program shows the call that it was stopped in; that is no question."""
    stage.start("yoda", python("while True: print(input('> '))"))
    assert stage.settle(within=10).asks == ["yoda"]
    stage.signal("yoda", signal.SIGSTOP)
    assert stage.settle(within=10).asks == []
    stage.signal("yoda", signal.SIGCONT)
    assert stage.settle(within=10).asks == ["yoda"]


def test_who_waits_without_end_and_goes_on_after_a_stop_is_at_rest(stage: Stage) -> None:
    """The kernel calls the wait otherwise from then on, and the thread may be seen on its way back into it."""
    stage.start("yoda", python("import select\np = select.poll()\np.register(0)\nprint('> ')\np.poll()\ninput()"))
    assert stage.settle(within=20).evidence == "still"
    seen = set()
    for _ in range(20):
        stage.signal("yoda", signal.SIGSTOP)
        seen.add(stage.settle(within=20).evidence)
        stage.signal("yoda", signal.SIGCONT)
        seen.add(stage.settle(within=20).evidence)
    assert seen == {"still"}


def test_a_wait_with_a_late_end_is_told_with_its_end(stage: Stage) -> None:
    """settimeout(60): nothing can come before a minute has passed, and nobody waits for it."""
    stage.start("yoda", python("import time\nprint('up', flush=True)\ntime.sleep(60)"))
    settled = stage.settle(within=10)
    assert settled.evidence == "until"
    assert 50 < settled.until <= 60


def test_a_wait_with_an_early_end_is_sat_out(stage: Stage) -> None:
    """A program that sleeps before it answers is waited for, and then it is still."""
    stage.start("yoda", python("import time\ntime.sleep(0.7)\nprint('done', flush=True)\ninput()"))
    assert stage.settle(within=10).evidence == "still"
    assert stage.output("yoda") == b"done\r\n"


def test_a_poller_is_steady(stage: Stage) -> None:
    """Waits that end and begin again, with nothing coming of it, are never called still; and it has an end."""
    serve(stage, SERVE + "s.settimeout(0.05)\nwhile True:\n    try: s.accept()\n    except TimeoutError: pass\n")
    stage.start("yoda", python("while True: input('> ')"))
    assert stage.settle(within=20).evidence == "steady"
    stage.type("yoda", b"x\n")
    settled = stage.settle(typed_to=["yoda"], within=20)
    assert (settled.evidence, settled.asks) == ("steady", ["yoda"])


# A loop that sleeps, looks once at its one connection, and answers what it finds there.
TURNS = SERVE + (
    "c = s.accept()[0]; c.setblocking(False)\n"
    "while True:\n"
    "    time.sleep(0.1)\n"
    "    try: c.send(c.recv(1))\n"
    "    except BlockingIOError: pass\n"
)
# Asks as often as it is told before it says a word, and waits for its keyboard meanwhile as well.
ASKS = (
    "import select, socket, sys\n"
    "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
    "while True:\n"
    "    for _ in range(int(input('> '))):\n"
    "        s.send(b'.')\n"
    "        while s not in select.select([s, sys.stdin], [], [], 0.3)[0]: pass\n"
    "        s.recv(1)\n"
)


def test_what_lies_before_a_sleeper_is_waited_for(stage: Stage) -> None:
    """A server that looks round ten times a second takes seconds for twenty requests, after answers of one: each
    request lies unread while it sleeps, and is no proof that nobody will read it."""
    serve(stage, TURNS)
    stage.start("yoda", python(ASKS, str(stage.port_of("yoda"))))
    assert stage.settle(typed_to=["yoda"], within=20).asks == ["yoda"]
    for number, times in enumerate((1, 1, 20), 2):
        stage.type("yoda", f"{times}\n".encode())
        assert stage.settle(typed_to=["yoda"], within=20).evidence == "steady"
        assert stage.output("yoda") == b"> " * number


def test_a_hidden_time_limit_is_found_out(stage: Stage) -> None:
    """SO_RCVTIMEO does not show in /proc: a program that was seen to wake by itself is not called still again."""
    hidden = (
        "import socket, struct\n"
        "a, b = socket.socketpair()\n"
        "a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('qq', 0, 100000))\n"
        "import threading\n"
        "def wait():\n"
        "    while True:\n"
        "        try: a.recv(1)\n"
        "        except BlockingIOError: pass\n"
        "threading.Thread(target=wait).start()\n"
        "while True: input('> ')\n"
    )
    stage.start("yoda", python(hidden))
    assert stage.settle(within=20).asks == ["yoda"]
    stage.pass_time(0.3)  # an idle look needs something to be idle for
    stage.type("yoda", b"x\n")
    assert stage.settle(typed_to=["yoda"], within=20).evidence == "steady"


def test_a_program_that_never_blocks_is_spinning(stage: Stage) -> None:
    """It costs about a second of its CPU time, and the cause names the thread."""
    stage.start("yoda", python("input('> ')\nwhile True: pass"))
    stage.settle(within=60)
    stage.type("yoda", b"x\n")
    settled = stage.settle(typed_to=["yoda"], within=60)
    assert settled.evidence == "spinning"
    assert "a thread of yoda (python" in settled.cause


@pytest.mark.soak
def test_who_asks_is_known_beside_a_program_that_spins(stage: Stage) -> None:
    """Every look ends with a thread of the server that moves; the client behind it waits for its keyboard."""
    spins = "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()\nspin()"
    stage.start("server", python(spins))
    stage.settle(within=60)
    stage.start("yoda", python("input('> ')\ninput('and? ')"))
    settled = stage.settle(within=60)
    assert (settled.evidence, settled.asks) == ("spinning", ["yoda"])
    stage.type("yoda", b"x\n")
    settled = stage.settle(typed_to=["yoda"], within=60)
    assert (settled.evidence, settled.asks) == ("spinning", ["yoda"])


def test_a_program_that_prints_for_ever_comes_to_an_end(stage: Stage) -> None:
    """Past the limit its output is no news: it spins."""
    stage.start("yoda", python("input('> ')\nwhile True: print('x' * 400)"))
    stage.settle(within=60)
    stage.type("yoda", b"x\n")
    assert stage.settle(typed_to=["yoda"], within=60).evidence in ("spinning", "gave-up")


def test_a_deadline_is_in_the_programs_own_time(stage: Stage) -> None:
    """A program that says something again and again, slowly, is given up when its time is over."""
    stage.start("yoda", python("import time\nwhile True:\n    print('tick', flush=True)\n    time.sleep(0.05)"))
    settled = stage.settle(within=0.5)
    assert settled.evidence == "gave-up"
    assert settled.own >= 0.5


def test_a_server_that_never_listens_is_not_ready(stage: Stage) -> None:
    """None as soon as it is still, or gone, without a listening socket."""
    stage.start("server", python("input()"))
    assert stage.ready("server", within=20) is None
    stage.start("other", python("pass"))
    assert stage.ready("other", within=20) is None


def test_a_server_may_take_its_time_to_listen(stage: Stage) -> None:
    """A sleep before it listens is not the end of the wait; nor is a child that listens in its place."""
    stage.start("server", python("import time\ntime.sleep(1.3)\n" + SERVE + "s.accept()", str(stage.port())))
    listening = stage.ready("server", within=20)
    assert listening is not None
    assert listening.ports == [stage.port()]
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SERVE + 's.accept()'!r}, '0'])"
    stage.start("other", python(child))
    assert stage.ready("other", within=20) is not None


@pytest.mark.parametrize("kind", ["pipe", "socketpair", "udp", "queue", "process"])
def test_news_between_threads_and_processes_is_never_overtaken(stage: Stage, kind: str) -> None:
    """However a program hands its answer on before it prints it, the answer is there when all is still."""
    stage.start("yoda", program("relays.py", kind))
    stage.settle(within=20)
    for number in range(100):
        stage.type("yoda", b"n%d\n" % number)
        assert stage.settle(typed_to=["yoda"], within=20).evidence == "still"
        assert stage.output("yoda").endswith(b"n%d\r\n> " % number)


IN_PIECES = SERVE + (
    "f = s.accept()[0]\n"
    "for line in f.makefile('rb'):\n"
    "    for piece in (b'one ', b'two ', b'three'): f.send(piece)\n"
    "    f.send(b'\\n')\n"
)
READS_A_LINE = (
    "import socket, sys\n"
    "f = socket.create_connection(('127.0.0.1', int(sys.argv[1]))).makefile('rwb')\n"
    "while True:\n"
    "    f.write(input('> ').encode() + b'\\n'); f.flush(); print(f.readline().decode(), end='')\n"
)


def test_small_writes_that_the_kernel_holds_back_are_waited_for(stage: Stage) -> None:
    """Nagle's algorithm keeps the end of an answer for up to 40 ms while every thread sleeps: that is not still."""
    serve(stage, IN_PIECES)
    stage.start("yoda", python(READS_A_LINE, str(stage.port())))
    stage.settle(within=20)
    for turn in range(1, 13):
        stage.type("yoda", b"say\n")
        settled = stage.settle(typed_to=["yoda"], within=20)
        assert settled.asks == ["yoda"]
        assert stage.output("yoda").count(b"one two three") == turn


DATAGRAMS = (
    "import socket, sys\n"
    "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', int(sys.argv[1])))\n"
    "while True: data, who = s.recvfrom(100); s.sendto(data.upper(), who)\n"
)
SENDS_A_DATAGRAM = (
    "import socket, sys\n"
    "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "while True:\n"
    "    s.sendto(input('> ').encode(), ('127.0.0.1', int(sys.argv[1])))\n"
    "    if len(sys.argv) == 2: print(s.recv(100).decode())\n"
)


def test_a_server_of_datagrams_is_ready_when_it_is_bound_and_its_answers_are_waited_for(stage: Stage) -> None:
    """Somebody waits for the datagram that was just sent: that is not still."""
    serve(stage, DATAGRAMS)
    stage.start("yoda", python(SENDS_A_DATAGRAM, str(stage.port())))
    stage.settle(within=20)
    for turn in range(50):
        stage.type("yoda", b"n%d\n" % turn)
        settled = stage.settle(typed_to=["yoda"], within=20)
        assert (settled.evidence, settled.asks) == ("still", ["yoda"])
        assert stage.output("yoda").endswith(b"N%d\r\n> " % turn)


def test_a_datagram_that_nobody_reads_is_proved_to_lie_there(stage: Stage) -> None:
    """A server that is stopped has it in its socket; the client's wait for an answer has a story."""
    serve(stage, DATAGRAMS)
    stage.start("yoda", python(SENDS_A_DATAGRAM, str(stage.port())))
    stage.settle(within=20)
    stage.signal("server", signal.SIGSTOP)
    stage.settle(within=20)
    stage.type("yoda", b"hello\n")
    settled = stage.settle(typed_to=["yoda"], within=20)
    assert (settled.evidence, settled.asks) == ("stuck", [])
    assert "datagrams lie unread in a socket of the server" in settled.cause
    stage.signal("server", signal.SIGCONT)
    assert stage.settle(typed_to=["yoda"], within=20).asks == ["yoda"]


def test_a_datagram_that_was_lost_with_its_socket_is_not_waited_for_for_ever(stage: Stage) -> None:
    """Who ends with datagrams unread takes them along, and no counter of the system says so."""
    serve(stage, DATAGRAMS)
    stage.start("yoda", python(SENDS_A_DATAGRAM, str(stage.port()), "and reads no answer"))
    stage.settle(within=20)
    stage.type("yoda", b"hello\n")
    assert stage.settle(typed_to=["yoda"], within=20).evidence == "stuck"
    stage.signal("yoda", signal.SIGKILL)
    assert stage.settle(within=20).evidence == "still"


A_WORKER_EACH = SERVE + (
    "def serve(c):\n"
    "    line = c.recv(100); threading.Event().wait(0.02); c.sendall(b'at last\\n'); c.close()\n"
    "while True: threading.Thread(target=serve, args=s.accept()[:1], daemon=True).start()\n"
)
A_CONNECTION_EACH = (
    "import socket, sys\n"
    "while True:\n"
    "    said = input('> ').encode()\n"
    "    with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as c:\n"
    "        c.sendall(said); print(c.makefile().readline(), end='')\n"
)


def test_a_thread_that_is_just_being_born_is_not_missed(stage: Stage) -> None:
    """A server that starts a thread for each connection is not still before that thread has answered."""
    serve(stage, A_WORKER_EACH)
    stage.start("yoda", python(A_CONNECTION_EACH, str(stage.port())))
    stage.settle(within=20)
    for turn in range(1, 41):
        stage.type("yoda", b"hello\n")
        stage.settle(typed_to=["yoda"], within=20)
        assert stage.output("yoda").count(b"at last") == turn
