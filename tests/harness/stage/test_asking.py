"""Programs that hang say where they stand: Python's and Java's threads by file and line, others not at all."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import python

from harness.events import Asked, Conduct, Exited, Output
from harness.judge.standing import told
from harness.recording import Recorder
from harness.stage import Stage

TWO_LOCKS = """\
import threading

first, second, both = threading.Lock(), threading.Lock(), threading.Barrier(2)

def one_way():
    with first:
        both.wait()
        with second:
            pass

def the_other():
    with second:
        both.wait()
        with first:
            pass

threading.Thread(target=one_way).start()
threading.Thread(target=the_other).start()
"""
SERVES_ONE = """\
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
peer, _ = listener.accept()
peer.recv(9)
listener.accept()
"""
WAITS = """\
import socket, sys
link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
link.sendall(b"x")
link.recv(9)
input()
"""
JAVA = """\
import java.net.*;

class Hangs {
    static final Object lock = new Object();

    public static void main(String[] arguments) throws Exception {
        ServerSocket listener = new ServerSocket(Integer.parseInt(arguments[0]));
        new Thread(() -> {
            synchronized (lock) {
                serve(listener);
            }
        }).start();
        Thread.sleep(200);
        synchronized (lock) {
            System.out.println("never");
        }
    }

    static void serve(ServerSocket listener) {
        try {
            listener.accept();
        } catch (java.io.IOException e) {
            System.out.println(e);
        }
    }
}
"""


def asked(recorder: Recorder, actor: str) -> list[str]:
    """What is told of an actor's program that was asked."""
    return [clause for event in recorder.recording.all(Asked) if event.actor == actor
            for clause in told(event, "the server" if actor == "server" else f"{actor}'s client")]


def test_a_deadlock_is_told_by_the_lines_it_stands_in(stage: Stage, recorder: Recorder, tmp_path: Path) -> None:
    """Two threads that wait for each other's lock are told in one clause, with both lines; libraries are left out."""
    (tmp_path / "server.py").write_text(TWO_LOCKS)
    stage.start("server", [python("")[0], str(tmp_path / "server.py")])
    stage.settle(within=10)
    stage.ask(["server"])
    (locks,) = [clause for clause in asked(recorder, "server") if "lock" in clause]
    assert locks in {"two threads of the server wait for a lock at server.py:8 and server.py:14",
                     "two threads of the server wait for a lock at server.py:14 and server.py:8"}  # fmt: skip


def test_the_answer_is_no_output_and_ends_no_program_in_the_recording(stage: Stage, recorder: Recorder) -> None:
    """Nothing that a judge reads changes: what it said, how it behaved and how it ended stand there as ever."""
    stage.start("server", python("import threading; threading.Event().wait()"))
    stage.settle(within=10)
    stage.ask(["server"])
    stage.close()
    kinds = [type(event) for event in recorder.recording.events]
    assert kinds.count(Asked) == 1
    assert not list(recorder.recording.all(Output))
    assert [(e.by_us, e.signal) for e in recorder.recording.all(Exited)] == [(True, "SIGKILL")]
    assert [e.stayed for e in recorder.recording.all(Conduct)] == [[]]
    assert kinds.index(Conduct) < kinds.index(Asked)


def test_who_waits_for_somebody_who_is_asked_does_not_run_on(stage: Stage, recorder: Recorder, tmp_path: Path) -> None:
    """A server dies of the question; its client is still seen in the line where it waited for the answer."""
    (tmp_path / "server.py").write_text(SERVES_ONE)
    (tmp_path / "client.py").write_text(WAITS)
    stage.start("server", [python("")[0], str(tmp_path / "server.py"), str(stage.port())])
    stage.ready("server", 10)
    stage.start("yoda", [python("")[0], str(tmp_path / "client.py"), str(stage.port())])
    stage.settle(within=10)
    stage.ask(["server", "yoda"])
    assert asked(recorder, "server") == ["the server stands in accept() at server.py:5"]
    assert asked(recorder, "yoda") == ["yoda's client stands in recv() at client.py:4"]


def test_processes_that_a_program_made_are_asked_too(stage: Stage, recorder: Recorder, tmp_path: Path) -> None:
    """A server with a process for each client: each tells its own line, before the first one's end ends them all."""
    (tmp_path / "server.py").write_text("import os, threading\nif not os.fork():\n    threading.Event().wait()\n"
                                        "os.wait()\n")  # fmt: skip
    stage.start("server", [python("")[0], str(tmp_path / "server.py")])
    stage.settle(within=10)
    stage.ask(["server"])
    assert asked(recorder, "server") == ["the server stands in wait() at server.py:3",
                                         "the server stands in wait() at server.py:4"]  # fmt: skip


def test_who_has_a_handler_of_its_own_gives_no_answer(stage: Stage, recorder: Recorder) -> None:
    """Nothing is waited for longer than it may take, and nothing is told."""
    code = "import signal, threading; signal.signal(signal.SIGABRT, signal.SIG_IGN); threading.Event().wait()"
    stage.start("server", python(code))
    stage.settle(within=10)
    stage.ask(["server"])
    assert asked(recorder, "server") == []


def test_other_programs_are_not_asked(stage: Stage, recorder: Recorder) -> None:
    """Nothing in them would answer: they are left alone, and run on."""
    stage.start("server", ["cat"])
    stage.settle(within=10)
    stage.ask(["server"])
    assert asked(recorder, "server") == []
    assert stage.alive("server")


@pytest.mark.skipif(not shutil.which("javac"), reason="no Java compiler here")
def test_a_virtual_machine_tells_its_threads(stage: Stage, recorder: Recorder, tmp_path: Path) -> None:
    """Its dump names the thread that waits for a lock, and the one in a call of the library, by their own lines."""
    (tmp_path / "Hangs.java").write_text(JAVA)
    subprocess.run(["javac", "Hangs.java"], cwd=tmp_path, check=True)
    stage.start("server", ["java", "-Xshare:auto", "-cp", str(tmp_path), "Hangs", str(stage.port())])
    stage.ready("server", 30)
    stage.pass_time(0.3)
    stage.settle(within=10)
    stage.ask(["server"])
    assert sorted(asked(recorder, "server")) == ["a thread of the server stands in accept() at Hangs.java:21",
                                                 "a thread of the server waits for a lock at Hangs.java:15"]
    assert stage.alive("server")
