"""What the tests of the relay share: a stage with a network, and a look at its recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.recording import Recorder
from harness.scenario.network import Network, parse_condition
from harness.stage import Stage
from harness.wire import Carried, Segment, Unlinked
from tests.harness.stage.conftest import SHOWN, program

Wired = Callable[..., Stage]


def network(*conditions: str) -> Network:
    """These conditions, in a scenario's words."""
    return Network(tuple(parse_condition(said, "server") for said in conditions))


def opened(folder: Path, recorder: Recorder, level: str, *conditions: str, seed: int = 0) -> Stage:
    """A stage with a relay."""
    return Stage(folder, recorder, level=level, network=network(*conditions),  # type: ignore[arg-type]
                 seed=seed, shown=SHOWN)  # fmt: skip


def serve(stage: Stage, name: str = "threaded_server.py", *before: str) -> None:
    """Start a server and wait until it listens."""
    stage.start("server", program(name, *before, stage.port()))
    assert stage.ready("server", within=30) is not None


def join(stage: Stage, *people: str, name: str = "client.py", before: tuple[str, ...] = ()) -> None:
    """Start clients, one after the other."""
    for handle in people:
        stage.start(handle, program(name, *before, "127.0.0.1", stage.port_of(handle)))
        assert handle in stage.settle(within=30).asks


def ask(stage: Stage, handle: str, line: str) -> str:
    """Type a line, settle, and say what came."""
    before = len(stage.output(handle))
    stage.type(handle, line.encode() + b"\n")
    stage.settle(typed_to=[handle], within=30)
    return stage.output(handle)[before:].decode().replace("\r\n", "\n")


def carried(recorder: Recorder, to: str, link: int = 1) -> bytes:
    """What a link carried this way, as far as it was kept."""
    events = recorder.recording.all(Carried)
    return b"".join(event.data or b"" for event in events if (event.link, event.to) == (link, to))


def segments(recorder: Recorder, to: str, link: int = 1) -> list[int]:
    """The sizes in which it left the relay."""
    return [event.size for event in recorder.recording.all(Segment) if (event.link, event.to) == (link, to)]


def ends(recorder: Recorder, link: int = 1) -> list[tuple[str, str]]:
    """Who ended a link, and how."""
    return [(event.by, event.how) for event in recorder.recording.all(Unlinked) if event.link == link]
