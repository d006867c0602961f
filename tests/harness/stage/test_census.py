"""What is counted of a server: threads, sockets and descriptors after each leave, and CPU while time passes."""

from __future__ import annotations

from harness.events import Census, Idled
from harness.recording import Recorder
from harness.stage import Stage
from tests.harness.stage.conftest import program, python


def test_a_census_is_taken_at_the_start_and_after_each_leave(stage: Stage, recorder: Recorder) -> None:
    """While a client is there the server has a thread and a socket more; a census is what it has afterwards."""
    stage.start("server", program("threaded_server.py", stage.port()))
    assert stage.ready("server", within=20) is not None
    for _ in range(2):
        stage.start("yoda", program("client.py", "127.0.0.1", stage.port()))
        stage.settle(typed_to=["yoda"], within=20)
        stage.type("yoda", b"\x04", "key")
        stage.settle(typed_to=["yoda"], within=20)
        assert not stage.alive("yoda")
        stage.settle(within=20)  # nobody has gone since
    censuses = list(recorder.recording.all(Census))
    assert [census.ended for census in censuses] == [0, 1, 2]
    held = [{name: count for name, count in census.processes[0].items() if name != "pid"} for census in censuses]
    assert held[0] == held[1] == held[2]
    assert (held[0]["threads"], held[0]["sockets"]) == (1, 1)


def test_threads_that_stay_are_counted(stage: Stage, recorder: Recorder) -> None:
    """One more after each client, where a worker waits for nothing."""
    leaky = ("import socket, sys, threading\ndoor = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
             "while True:\n    door.accept()[0].recv(9)\n    threading.Thread(target=threading.Event().wait).start()\n")
    stage.start("server", python(leaky, str(stage.port())))
    assert stage.ready("server", within=20) is not None
    visit = "import socket, sys\nsocket.create_connection(('127.0.0.1', int(sys.argv[1])))"
    for _ in range(3):
        stage.start("yoda", python(visit, str(stage.port())))
        stage.settle(within=20)
    counts = [census.processes[0]["threads"] for census in recorder.recording.all(Census)]
    assert counts == [1, 2, 3, 4]


def test_what_a_program_uses_unasked_is_taken_down(stage: Stage, recorder: Recorder) -> None:
    """Who sleeps uses nothing; who does not uses all of a core that it can have."""
    stage.start("yoda", python("input()"))
    stage.start("r2d2", python("while True: pass"))
    stage.settle(within=1)
    stage.pass_time(1.0)
    (idled,) = recorder.recording.all(Idled)
    assert idled.cpu["yoda"] == 0
    assert idled.cpu["r2d2"] + idled.waited["r2d2"] > 0.5
