"""What can be done on a stage, and what the recording says of it."""

from __future__ import annotations

import os
import signal
from itertools import groupby
from pathlib import Path

import pytest

from harness.events import Capped, Conduct, Exited, FileSeen, NotTyped, Output, Settled, Started, Typed
from harness.recording import Recorder
from harness.stage import Limits, Stage
from tests.harness.stage.conftest import program, python

PROMPTS = "while True: print(input('> '))"
ASKS = "n = input('name? ')\nprint('hello', n)\ninput('> ')"


def test_a_program_is_started_typed_to_and_ends(stage: Stage, recorder: Recorder) -> None:
    """Everything that happens stands in the recording, in order: what was typed before what came of it."""
    stage.start("yoda", python(ASKS))
    assert stage.settle(within=10).asks == ["yoda"]
    assert stage.type("yoda", b"luke\n")
    settled = stage.settle(typed_to=["yoda"], within=10)
    assert (settled.evidence, settled.asks, settled.alive) == ("still", ["yoda"], ["yoda"])
    stage.type("yoda", b"\n")
    stage.settle(typed_to=["yoda"], within=10)
    # An answer may come out in any number of pieces.
    kinds = [kind for kind, _ in groupby(type(event) for event in recorder.recording.events)]
    assert kinds == [Started, Output, Settled, Typed, Output, Settled, Typed, Exited, Settled]
    assert stage.output("yoda") == b"name? hello luke\r\n> "
    assert next(recorder.recording.all(Exited)).status == 0
    assert not stage.alive("yoda")


def test_the_answer_is_recorded_before_the_settling_that_waited_for_it(stage: Stage, recorder: Recorder) -> None:
    """Whoever reads a recording up to a Settled has all that came before it."""
    stage.start("server", program("threaded_server.py", stage.port()))
    assert stage.ready("server", within=20) is not None
    stage.start("yoda", program("client.py", "127.0.0.1", stage.port()))
    stage.settle(within=10)
    for number in range(50):
        stage.type("yoda", b"a%d\n" % number)
        assert stage.settle(typed_to=["yoda"], within=10).asks == ["yoda"]
        assert stage.output("yoda").endswith(b"A%d\r\n> " % number)


def test_typing_to_a_program_that_has_ended_is_noted(stage: Stage, recorder: Recorder) -> None:
    """Nothing is thrown and nothing is lost: NotTyped holds what nobody was there to read."""
    stage.start("yoda", python("pass"))
    stage.settle(within=10)
    assert not stage.type("yoda", b"hello\n")
    noted = next(recorder.recording.all(NotTyped))
    assert (noted.actor, noted.data) == ("yoda", b"hello\n")
    assert "ended" in noted.why


@pytest.mark.parametrize(("length", "fits"), [(4095, True), (4096, False)])
def test_a_line_the_terminal_would_cut_is_not_typed(stage: Stage, recorder: Recorder, length: int, fits: bool) -> None:
    """A canonical terminal holds 4,095 bytes of a line and drops the rest without a word; so it is refused."""
    stage.start("yoda", python("print(len(input()))\ninput()"))
    stage.settle(within=10)
    assert stage.type("yoda", b"x" * length + b"\n") is fits
    stage.settle(within=10)
    assert (stage.output("yoda") == b"4095\r\n") is fits
    assert bool(list(recorder.recording.all(NotTyped))) is not fits


def test_typing_to_a_program_that_never_reads_does_not_block(stage: Stage, recorder: Recorder) -> None:
    """When its terminal takes no more, what did not fit is noted, and the rest is stuck."""
    stage.start("yoda", python("import signal\nprint('up')\nsignal.pause()"))
    stage.settle(within=10)
    while stage.type("yoda", b"x" * 1000 + b"\n"):
        pass
    assert next(recorder.recording.all(NotTyped)).why
    settled = stage.settle(typed_to=["yoda"], within=10)
    assert (settled.evidence, settled.asks) == ("stuck", [])
    assert "does not read its keyboard" in settled.cause


def test_a_key_is_a_signal(stage: Stage, recorder: Recorder) -> None:
    """The terminal is the program's controlling one: Ctrl-C interrupts it, Ctrl-D ends its input."""
    stage.start("yoda", python("try: input()\nexcept KeyboardInterrupt: print('interrupted')\ninput()"))
    stage.settle(within=10)
    stage.type("yoda", b"\x03", "key")
    stage.settle(typed_to=["yoda"], within=10)
    assert b"interrupted" in stage.output("yoda")
    stage.type("yoda", b"\x04", "key")
    stage.settle(typed_to=["yoda"], within=10)
    assert b"EOFError" in stage.output("yoda")


def test_a_signal_ends_a_program_and_it_can_be_started_again(stage: Stage, recorder: Recorder) -> None:
    """Lives are counted; the output of the last life is gone with it, the recording keeps both."""
    for life in (1, 2):
        stage.start("server", python(ASKS))
        stage.settle(within=10)
        stage.signal("server", signal.SIGKILL)
        settled = stage.settle(within=10)
        assert settled.alive == []
        assert stage.output("server") == b"name? "
        exited = list(recorder.recording.all(Exited))[-1]
        assert (exited.signal, exited.status, exited.life, exited.by_us) == ("SIGKILL", None, life, False)


def test_a_program_that_is_not_there(stage: Stage, recorder: Recorder) -> None:
    """It starts and has exited with the status of a shell: the play goes on."""
    stage.start("yoda", ["no-such-program"])
    assert [e.status for e in recorder.recording.all(Exited)] == [127]
    assert not stage.alive("yoda")
    assert stage.settle(within=5).evidence == "still"


def test_a_program_gets_a_fixed_environment_and_nothing_else(stage: Stage) -> None:
    """Three descriptors, a wide terminal without echo, its own folder as home and working directory."""
    code = (
        "import os, shutil, termios\n"
        "print(sorted(map(int, os.listdir('/proc/self/fd')))[:4], shutil.get_terminal_size((0, 0)),"
        " os.environ['TERM'], os.environ['LANG'], os.environ['HOME'] == os.getcwd(), 'SECRET' in os.environ,"
        " bool(termios.tcgetattr(0)[3] & termios.ECHO), os.isatty(2), os.getsid(0) == os.getpid())"
    )
    os.environ["SECRET"] = "1"
    stage.start("yoda", python(code))
    stage.settle(within=10)
    assert stage.output("yoda").decode().split("\r\n")[0] == (
        "[0, 1, 2, 3] os.terminal_size(columns=500, lines=50) xterm C.UTF-8 True False False True True"
    )


def test_files_are_looked_at_from_outside(stage: Stage, recorder: Recorder) -> None:
    """A look says what is there, follows no link, and does not block on a fifo."""
    folder = stage.folder_of("server")
    (folder / "3331").write_text("yoda\n")
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "fifo")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_text("")
    assert stage.look_at("step", "server/3331").content == b"yoda\n"
    assert stage.look_at("step", "server/none").state == "gone"
    stage.snapshot("after")
    seen = {e.path: e.state for e in recorder.recording.all(FileSeen) if e.when == "after"}
    assert seen == {"server/3331": "file", "server/link": "link", "server/fifo": "other"}


def test_output_past_the_limit_is_dropped(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """What is kept stays in bounds, the cap is an event, and the program's end is still seen."""
    with Stage(tmp_path, recorder, level=level, limits=Limits(output=100_000)) as stage:  # type: ignore[arg-type]
        stage.start("yoda", python("import os\nfor _ in range(3000): os.write(1, b'x' * 1000)"))
        assert stage.settle(within=20).evidence == "still"
    assert sum(len(e.data) for e in recorder.recording.all(Output)) == 100_000
    assert [e.limit for e in recorder.recording.all(Capped)] == [100_000]
    assert [e.status for e in recorder.recording.all(Exited)] == [0]


def test_the_end_of_a_play_says_how_programs_behaved(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """Conduct has CPU time and what a program left running; whoever had to be ended was ended by us."""
    leaves = "import subprocess, sys\n"
    leaves += "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], start_new_session=True)"
    with Stage(tmp_path, recorder, level=level) as stage:  # type: ignore[arg-type]
        stage.start("untidy", python(leaves))
        stage.start("busy", python("sum(range(10**6))\ninput()"))
        stage.settle(within=20)
    conduct = {e.actor: e for e in recorder.recording.all(Conduct)}
    assert "signal.pause()" in conduct["untidy"].stayed[0]
    assert conduct["busy"].stayed == []
    assert conduct["busy"].cpu > 0
    ends = {e.actor: e.by_us for e in recorder.recording.all(Exited)}
    assert ends == {"untidy": False, "busy": True}


def test_a_known_prompt_needs_no_proof(stage: Stage) -> None:
    """wait_for returns as soon as the prompt stands there, and at once when the program has ended."""
    stage.start("yoda", python(ASKS))
    assert stage.wait_for("yoda", b"name? ", within=10)
    stage.type("yoda", b"luke\n")
    assert stage.wait_for("yoda", b"> ", within=10)
    assert stage.output("yoda") == b"name? hello luke\r\n> "
    stage.type("yoda", b"\n")
    assert not stage.wait_for("yoda", b"never", within=30)


def test_the_prompt_of_before_is_not_the_answer(stage: Stage) -> None:
    """wait_for wants the prompt again after each line."""
    stage.start("yoda", python(PROMPTS))
    assert stage.wait_for("yoda", b"> ", within=10)
    for number in range(20):
        stage.type("yoda", b"%d\n" % number)
        assert stage.wait_for("yoda", b"> ", within=10)
        assert stage.output("yoda").endswith(b"%d\r\n> " % number)


def test_without_proc_stillness_goes_by_time(recorder: Recorder, tmp_path: Path) -> None:
    """Where /proc cannot be read the evidence is weaker, and says so."""
    with Stage(tmp_path, recorder, level="plain", limits=Limits(proc=False)) as stage:
        stage.start("yoda", python(ASKS))
        assert stage.wait_for("yoda", b"name? ", within=10)
        stage.type("yoda", b"luke\n")
        assert stage.settle(typed_to=["yoda"], within=10).evidence == "timed"
        assert stage.output("yoda") == b"name? hello luke\r\n> "
