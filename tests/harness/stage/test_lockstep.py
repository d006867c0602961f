"""Threads that take turns: the order that brings a race to light is forced, and nobody notices that it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.events import TookTurns
from harness.recording import Recorder
from harness.stage import Stage, ptrace
from harness.stage.lockstep import MOST_STOPS, MOST_THREADS
from tests.harness.stage.conftest import SHOWN, program, python


def may_trace() -> bool:
    """Whether this machine lets us trace a child of ours; some containers do not."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        try:
            ptrace.seize(child.pid)
        except OSError:
            return False
        finally:
            child.kill()
    return True


pytestmark = pytest.mark.skipif(not may_trace(), reason="ptrace is not allowed here")

LONG = 20.0
# The job of the thread that came first, and of the last one; the way to hand over (that of the seed); what comes of it.
RACES = [
    ("create", "create", 0, ["first: created", "last: created"]),
    ("count", "count", 0, ["first: counted", "last: counted"]),
    ("walk", "add", 1, ["first: dictionary changed size during iteration", "last: added"]),
    ("rewrite", "read", 2, ["first: written", "last: 0 letters"]),
    ("add", "walk", 3, ["first: added", "last: dictionary changed size during iteration"]),
    ("read", "rewrite", 4, ["first: 0 letters", "last: written"]),
]


def opened(tmp_path: Path, level: str, recorder: Recorder, seed: int) -> Stage:
    """A stage whose turns are those of this seed."""
    tmp_path.chmod(0o755)  # a program may be another user than we are
    return Stage(tmp_path / "stage", recorder, level=level, seed=seed, shown=SHOWN)  # type: ignore[arg-type]


def wake(stage: Stage) -> None:
    """A byte through each of the two pipes."""
    for name in ("first", "last"):
        pipe = os.open(stage.folder_of("a") / name, os.O_RDWR)
        os.write(pipe, b"x")
        os.close(pipe)


def answered(stage: Stage, *jobs: str, alike: bool = False) -> list[str]:
    """What the two threads say when they are woken at one instant, and take turns."""
    stage.start("a", program("at_once.py", *jobs))
    stage.settle(within=LONG)
    return at_one_instant(stage, alike=alike)


def at_one_instant(stage: Stage, *, alike: bool = False) -> list[str]:
    """The same once more, of a program that waits."""
    before = len(stage.output("a"))
    stage.take_turns("a", alike=alike)
    wake(stage)
    stage.begin_turns()
    stage.settle(within=LONG)
    stage.end_turns()
    return sorted(stage.output("a")[before:].decode().split("\r\n")[:-1])


def turns(recorder: Recorder) -> TookTurns:
    """What is on the recording of them."""
    [found] = recorder.recording.all(TookTurns)
    return found


def test_how_long_they_take_says_nothing_of_their_pace(level: str, tmp_path: Path) -> None:
    """What a program is given in later settlings grows with its slowest answer: that would be seconds for nothing."""
    with opened(tmp_path, level, Recorder(), 0) as stage:
        stage.start("a", program("at_once.py", "create", "create"))
        stage.settle(within=LONG)
        before = stage._still.slowest
        assert at_one_instant(stage)[0] != ""
        assert stage._still.slowest == before


@pytest.mark.parametrize(("first", "last", "seed", "said"), RACES, ids=[f"{one[0]}-{one[1]}" for one in RACES])
def test_a_race_is_met_in_every_play(first: str, last: str, seed: int, said: list[str], level: str,
                                     tmp_path: Path) -> None:  # fmt: skip
    """What luck alone meets once in a hundred plays comes of the way to hand over every time."""
    for number in range(3):
        recorder, place = Recorder(), tmp_path / f"{number}"
        place.mkdir()
        with opened(place, level, recorder, seed) as stage:
            assert answered(stage, first, last) == said
            assert turns(recorder).threads >= 2
            assert turns(recorder).why == ""


def test_what_two_count_is_lost(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """Both read the number before either wrote it."""
    with opened(tmp_path, level, recorder, 0) as stage:
        answered(stage, "count", "count", alike=True)
        assert (stage.folder_of("a") / "number").read_text(encoding="utf-8") == "1"


def test_each_instant_hands_over_in_the_next_way(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """The second one of a play does what the first one of the next seed does: the half written file is read there."""
    with opened(tmp_path, level, recorder, 1) as stage:
        assert answered(stage, "rewrite", "read") == ["first: written", "last: 5 letters"]
        assert at_one_instant(stage) == ["first: written", "last: 0 letters"]


def test_processes_take_turns_like_threads(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """A server that forks for each client races with itself as well."""
    with opened(tmp_path, level, recorder, 0) as stage:
        assert answered(stage, "create", "create", "fork") == ["first: created", "last: created"]


def test_who_is_born_at_that_instant_takes_turns_too(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """A server that waits with a selector and leaves the work to threads that it starts then."""
    with opened(tmp_path, level, recorder, 0) as stage:
        assert answered(stage, "create", "create", "births") == ["first: created", "last: created"]
        assert turns(recorder).threads == 3  # the one that waits, and two that are born


@pytest.mark.parametrize("how", ["epoll", "limit"])
def test_python_asks_again_and_may_be_stopped_anywhere(how: str, level: str, recorder: Recorder,
                                                       tmp_path: Path) -> None:  # fmt: skip
    """epoll_wait() and a socket with SO_RCVTIMEO end with EINTR if stopped; its runtime keeps that to itself."""
    with opened(tmp_path, level, recorder, 0) as stage:
        stage.start("a", program("at_once.py", "create", "create", how))
        stage.settle(within=LONG)
        before = stage.output("a")
        for _ in range(2):
            stage.take_turns("a")
            stage.end_turns()
            assert stage.settle(within=LONG).evidence in ("still", "stuck")
        assert [one.threads for one in recorder.recording.all(TookTurns)] == [3, 3]
        assert stage.output("a") == before


@pytest.mark.parametrize("how", [[], ["limit"]], ids=["epoll", "limit"])
def test_who_would_notice_is_left_alone(how: list[str], level: str, recorder: Recorder, tmp_path: Path) -> None:
    """A program in C is told EINTR by such a call, and may take it for an error: it is not stopped in it."""
    binary = tmp_path / "notices"
    subprocess.run(["gcc", "-o", binary, SHOWN[0] + "/notices.c"], check=True)
    place = tmp_path / "place"
    place.mkdir()
    place.chmod(0o755)
    tmp_path.chmod(0o755)
    with Stage(place / "stage", recorder, level=level, seed=0, shown=[str(tmp_path)]) as stage:  # type: ignore[arg-type]
        stage.start("a", [str(binary), *how])
        stage.settle(within=LONG)
        stage.take_turns("a")
        stage.end_turns()
        stage.settle(within=LONG)
        assert turns(recorder).threads == 0
        assert stage.output("a") == b"ready\r\n"


def test_who_calls_for_ever_is_let_go(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """After so many stops everybody runs as they like, and the answer comes before the settling gives up."""
    with opened(tmp_path, level, recorder, 0) as stage:
        assert answered(stage, "for_ever", "create") == ["first: asked", "last: created"]
        assert turns(recorder).stops <= MOST_STOPS + 2


def test_of_many_threads_none_is_held(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """To look at all of them at every stop would take longer than what they do."""
    with opened(tmp_path, level, recorder, 0) as stage:
        many = f"import threading; [threading.Thread(target=input).start() for _ in range({MOST_THREADS})]"
        stage.start("a", python(many))
        stage.settle(within=LONG)
        stage.take_turns("a")
        stage.end_turns()
        assert (turns(recorder).threads, turns(recorder).why) == (0, "")


def test_a_program_may_end_while_its_threads_stand(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """Its end is seen as ever, and nothing hangs."""
    with opened(tmp_path, level, recorder, 0) as stage:
        answered(stage, "end", "count")
        stage.settle(within=LONG)
        assert not stage.alive("a")


def test_a_program_may_be_killed_while_its_threads_stand(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """They stand for nobody begins; then they are gone."""
    with opened(tmp_path, level, recorder, 0) as stage:
        stage.start("a", program("at_once.py", "create", "create"))
        stage.settle(within=LONG)
        stage.take_turns("a")
        wake(stage)
        stage.end("a")
        assert not stage.alive("a")
        stage.end_turns()


def test_who_took_turns_is_still_as_before(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """That its threads ran for us, to be traced, is not held against them: what is typed later is proved answered."""
    with opened(tmp_path, level, recorder, 0) as stage:
        answered(stage, "create", "create")
        for _ in range(2):
            stage.pass_time(0.1)
            stage.take_turns("a")
            stage.begin_turns()
            stage.type("a", b"nobody reads this\n")
            assert stage.settle(within=LONG).evidence in ("still", "stuck")
            stage.end_turns()
