"""Isolation, and that everything that was started is gone afterwards, however the harness ends."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.events import Exited
from harness.recording import Recorder
from harness.stage import Stage, StageError, best_level
from harness.stage.wires import BOX_PORT
from tests.harness.stage.conftest import python

ROOT = Path(__file__).parents[3]

# A program that hides: forks twice, makes a session of its own, drops its environment, and holds the file it is given.
DAEMON = (
    "import os, sys, signal\n"
    "if os.fork(): os.wait(); print('ready', flush=True); input()\n"
    "os.setsid()\n"
    "if os.fork(): os._exit(0)\n"
    "os.execve(sys.executable, [sys.executable, '-c', 'import signal; signal.signal(15, signal.SIG_IGN);"
    " f = open(\"held\", \"w\"); signal.pause()'], {})\n"
)
# A harness that is asked to die in the middle of a play: it prints when everything runs, and waits.
HARNESS = """
import sys, pathlib
from harness.recording import Recorder
from harness.stage import Stage
with Stage(pathlib.Path(sys.argv[1]), Recorder(), level=sys.argv[2]) as stage:
    for name in ("a", "b"):
        stage.start(name, [sys.executable, "-c", sys.argv[3]])
        stage.settle(within=20)
    print("playing", flush=True)
    stage.pass_time(600)
"""


def holders(folder: Path) -> list[int]:
    """Processes that work in `folder` or below."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/cwd").startswith(str(folder)):
                found.append(int(pid))
    return found


def wait_until_gone(folder: Path) -> None:
    """Wait for the last of them by its pidfd: no clock but the test run's own limit."""
    while pids := holders(folder):
        with contextlib.suppress(ProcessLookupError):
            fd = os.pidfd_open(pids[0])
            assert select.select([fd], [], [], 20)[0], f"{pids} still run"
            os.close(fd)


def test_an_exit_that_is_heard_of_while_the_launcher_answers(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """The report comes before the answer to another request, and nothing more comes on the line: it is told."""
    with Stage(tmp_path, recorder, level=level) as stage:  # type: ignore[arg-type]
        stage.start("yoda", python("pass"))
        assert select.select([stage._box.control], [], [], 20)[0]  # the launcher has said so, and nobody has read it
        master, slave = os.openpty()
        stage._box.spawn("r2d2", ["cat"], tmp_path, {"PATH": os.environ["PATH"]}, slave)
        os.close(slave)
        assert stage._box.heard
        stage._still.pump()
        assert [event.actor for event in recorder.recording.all(Exited)] == ["yoda"]
    os.close(master)  # not before: its end would be told of, and the stage knows of no r2d2


def test_close_ends_daemons_too(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """A double fork with a session and an environment of its own is no way out."""
    with Stage(tmp_path, recorder, level=level) as stage:  # type: ignore[arg-type]
        stage.start("yoda", python(DAEMON))
        assert stage.settle(within=20).asks == ["yoda"]
        assert len(holders(tmp_path)) == 2
    assert holders(tmp_path) == []
    stage.close()  # once more does nothing


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_the_harness(level: str, tmp_path: Path, how: signal.Signals) -> None:
    """Killed with -9 or interrupted: whatever it had started is gone soon after."""
    command = [sys.executable, "-c", HARNESS, str(tmp_path), level, DAEMON]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as harness:
        assert harness.stdout is not None
        assert harness.stdout.readline() == b"playing\n"
        assert len(holders(tmp_path)) >= 4
        harness.send_signal(how)
        harness.wait(20)
    wait_until_gone(tmp_path)


def test_a_program_that_kills_its_launcher_frees_nobody(recorder: Recorder, tmp_path: Path) -> None:
    """Without a box a program can do that; the guardian ends everybody all the same."""
    parent = "import os, signal\nprint(os.getppid(), flush=True)\ninput()\nos.kill(os.getppid(), 9)\nsignal.pause()"
    stage = Stage(tmp_path, recorder, level="plain")
    try:
        stage.start("yoda", python(DAEMON))
        stage.start("rogue", python(parent))
        stage.settle(within=20)
        stage.type("rogue", b"\n")
        with pytest.raises(StageError, match="launcher"):
            stage.wait_for("rogue", b"never", within=20)
    finally:
        with contextlib.suppress(Exception):
            stage.close()
    wait_until_gone(tmp_path)


@pytest.mark.skipif(best_level() != "box", reason="no namespaces here")
class TestBox:
    """What a box adds."""

    def test_two_boxes_have_a_loopback_each(self, tmp_path: Path) -> None:
        """The same port in both, and nobody hears of the other."""
        serve = f"import socket\ns = socket.create_server(('127.0.0.1', {BOX_PORT}))\ns.accept()"
        with Stage(tmp_path / "1", Recorder()) as one, Stage(tmp_path / "2", Recorder()) as two:
            for stage in (one, two):
                stage.start("server", python(serve))
                listening = stage.ready("server", within=20)
                assert listening is not None
                assert listening.ports == [BOX_PORT] == [stage.port()]

    def test_a_second_port_that_a_program_fixes_itself_is_free(self, tmp_path: Path) -> None:
        """The port that is told is none that people write into their programs, for files or for a heartbeat."""
        fixed = [5000, 5001, 5555, 5745, 6000, 8000, 8080, 8888, 9999, 12000, 12345, 54321]
        serve = f"""import socket, sys
held = [socket.create_server(("127.0.0.1", port)) for port in [int(sys.argv[1]), *{fixed}]]
held[0].accept()"""
        with Stage(tmp_path, Recorder()) as stage:
            stage.start("server", [*python(serve), str(stage.port())])
            listening = stage.ready("server", within=20)
            assert listening is not None
            assert listening.ports == sorted([stage.port(), *fixed])

    def test_a_folder_within_a_shown_one_is_no_hindrance(self, tmp_path: Path) -> None:
        """A command may name a file in a folder, and one in a folder of that: there is a box all the same."""
        (tmp_path / "a" / "b").mkdir(parents=True)
        words = [str(tmp_path / "a" / "b" / "inner"), str(tmp_path / "a" / "outer")]
        for word in words:
            Path(word).write_text("here")
        for order in (words, words[::-1]):
            with Stage(tmp_path / "stage", Recorder(), level="box", shown=order) as stage:
                assert stage.level == "box"

    def test_programs_see_only_their_own_kind(self, tmp_path: Path) -> None:
        """No process of the machine, no privilege, no way to end the launcher."""
        code = (
            "import os\n"
            "print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()), os.getuid() != 0)\n"
            "try: os.kill(1, 9); print('sent')\n"
            "except PermissionError: print('refused')\n"
            "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')])\n"
            "input('> ')\n"
        )
        with Stage(tmp_path, Recorder()) as stage:
            stage.start("yoda", python(code))
            assert stage.settle(within=20).asks == ["yoda"]
            first, second, third, _ = stage.output("yoda").decode().split("\r\n")
            assert first == "[1, 2] True"
            assert second in ("sent", "refused")  # pid 1 takes no SIGKILL from inside
            assert third == "['0000000000000000']"
            assert stage.alive("yoda")
