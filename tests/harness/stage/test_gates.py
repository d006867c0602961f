"""What a scenario holds back on the wire: it counts as still, and leaves when and in the order that it is told to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.recording import Recorder
from harness.stage import Stage
from harness.wire import Held
from tests.harness.stage.conftest import program
from tests.harness.stage.wired import ask, join, opened, serve

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the relay looks at sockets through /proc")
PEOPLE = ("yoda", "r2d2", "leia")


@pytest.fixture
def wired(level: str, recorder: Recorder, tmp_path: Path) -> Iterator[Stage]:
    """A server that answers with how many lines it has had, and three people."""
    with opened(tmp_path / "stage", recorder, level) as stage:
        serve(stage, "counter.py")
        join(stage, *PEOPLE, name="says.py")
        yield stage


def typed(stage: Stage, *people: str) -> None:
    """Everybody types the own name; then all is still."""
    for handle in people:
        stage.type(handle, handle.encode() + b"\n")
    assert stage.settle(typed_to=people, within=30).evidence == "still"


def told(stage: Stage) -> dict[str, str]:
    """What each has been answered last, "" while an answer is waited for."""
    lines = {handle: stage.output(handle).decode().split("\r\n") for handle in PEOPLE}
    return {handle: said[-2].removeprefix("> ") if len(said) > 1 and said[-1] == "> " else ""
            for handle, said in lines.items()}  # fmt: skip


def test_a_gate_holds_what_everybody_sends(wired: Stage, recorder: Recorder) -> None:
    """Nothing arrives, and all is still; then all arrives."""
    wired.gate()
    typed(wired, *PEOPLE)
    assert wired.pending() == [(1, "server", 5), (2, "server", 5), (3, "server", 5)]
    assert b"1" not in wired.output("yoda")
    wired.open_gate()
    assert sorted(wired.settle(typed_to=PEOPLE, within=30).asks) == sorted(PEOPLE)
    assert sorted(told(wired).values()) == ["1", "2", "3"]
    assert wired.pending() == []
    assert [(e.actor, e.to, e.released) for e in recorder.recording.all(Held)] == [
        ("", "server", False), ("", "both", True),
    ]  # fmt: skip
    assert ask(wired, "yoda", "after") == "4\n> "  # the gate is open for good


@pytest.mark.parametrize("order", [(3, 1, 2), (2, 3, 1), (1, 2, 3)])
def test_one_piece_at_a_time_in_an_order_of_ones_own(wired: Stage, order: tuple[int, ...]) -> None:
    """Between two deliveries all come to rest: the server meets them in that order, whatever its threads do."""
    wired.gate()
    typed(wired, *PEOPLE)
    for link in order:
        wired.deliver(link, "server")
        wired.settle(within=30)
    assert [told(wired)[PEOPLE[link - 1]] for link in order] == ["1", "2", "3"]
    wired.open_gate()


def test_what_is_typed_later_waits_for_its_own_turn(wired: Stage) -> None:
    """A delivery lets go of what is there now, and of nothing that comes after it."""
    wired.gate()
    typed(wired, "yoda")
    wired.deliver(1, "server")
    wired.settle(within=30)
    typed(wired, "yoda")
    assert wired.pending() == [(1, "server", 5)]
    wired.open_gate([(1, "server")])
    wired.settle(within=30)
    assert told(wired)["yoda"] == "2"


def test_answers_can_be_held_too(wired: Stage) -> None:
    """Then it is still decided who hears of it first, when the server has long done its work."""
    wired.gate("client")
    typed(wired, "yoda", "r2d2")
    assert [(link, to) for link, to, _ in wired.pending()] == [(1, "client"), (2, "client")]
    wired.deliver(2, "client")
    wired.settle(within=30)
    assert (told(wired)["yoda"], told(wired)["r2d2"]) in [("", "1"), ("", "2")]
    wired.open_gate()


def test_the_end_of_a_client_waits_at_the_gate(wired: Stage) -> None:
    """It is something that arrives like everything else."""
    wired.gate()
    wired.type("yoda", b"\x04", "key")
    wired.settle(within=30)
    assert wired.pending() == [(1, "server", 0)]
    wired.open_gate()
    wired.settle(within=30)
    assert wired.pending() == []


def test_one_person_is_held_and_released(wired: Stage, recorder: Recorder) -> None:
    """The others go on meanwhile."""
    wired.hold("yoda", "server")
    typed(wired, "yoda")
    assert ask(wired, "r2d2", "hello") == "1\n> "
    wired.release("yoda", "server")
    wired.settle(within=30)
    assert told(wired)["yoda"] == "2"
    held = [(e.actor, e.to, e.released) for e in recorder.recording.all(Held)]
    assert held == [("yoda", "server", False), ("yoda", "server", True)]


def test_held_both_ways(wired: Stage) -> None:
    """What is released only one way waits the other way still."""
    wired.hold("yoda")
    typed(wired, "yoda")
    wired.release("yoda", "server")
    wired.settle(within=30)
    assert told(wired)["yoda"] == ""
    assert ask(wired, "r2d2", "hello") == "2\n> "
    wired.release("yoda")
    wired.settle(within=30)
    assert told(wired)["yoda"] == "1"


def test_who_is_held_stays_held_when_the_gate_opens(wired: Stage) -> None:
    """The two have nothing to do with each other."""
    wired.hold("yoda", "server")
    wired.gate()
    typed(wired, "yoda", "r2d2")
    wired.open_gate()
    wired.settle(within=30)
    assert (told(wired)["yoda"], told(wired)["r2d2"]) == ("", "1")


def test_who_comes_while_the_gate_is_shut_waits_like_the_others(wired: Stage) -> None:
    """A connection is made, and what comes on it is held."""
    wired.gate()
    wired.start("luke", program("says.py", "127.0.0.1", wired.port_of("luke")))
    wired.settle(within=30)
    wired.type("luke", b"luke\n")
    wired.settle(typed_to=["luke"], within=30)
    assert wired.pending() == [(4, "server", 5)]


def test_what_has_gone_meanwhile_is_delivered_no_more(wired: Stage) -> None:
    """An order of deliveries may name a link that has ended since it was made: nothing happens."""
    wired.gate()
    typed(wired, "yoda")
    waiting = [(link, to) for link, to, _ in wired.pending()]
    wired.end("server")
    wired.end("yoda")
    wired.settle(within=30)
    wired.open_gate()
    wired.deliver(*waiting, (99, "client"))
    assert wired.pending() == []


@pytest.mark.parametrize("bad", ["yoda", "", "clients"])
def test_a_direction_is_one_of_three(wired: Stage, bad: str) -> None:
    """Anything else is a mistake of the caller's."""
    with pytest.raises(ValueError, match="expected server, client or both"):
        wired.hold("yoda", bad)


def test_datagrams_are_held_as_well(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """And leave in their order."""
    with opened(tmp_path, recorder, level) as stage:
        serve(stage, "udp_echo.py")
        join(stage, "yoda", name="udp_client.py")
        stage.gate()
        assert ask(stage, "yoda", "one two") == ""
        assert stage.pending() == [(1, "server", 6)]
        stage.open_gate()
        stage.settle(typed_to=["yoda"], within=30)
        assert stage.output("yoda").split()[-2:] == [b"ONE", b"TWO"]


def test_a_stage_without_a_network_has_nothing_to_hold(stage: Stage) -> None:
    """It says so."""
    with pytest.raises(ValueError, match="no relay"):
        stage.gate()
