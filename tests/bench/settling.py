"""How long it takes to know that an answer is over, against the answer itself; and whether that is ever too early.

The time: the same question to the same forum, one through the stage (from
typing until `settle` returns), one through the poll loop (from typing until the
last byte of the answer was read: *the answer's own time*), in turn.

Too early: each question has an answer of its own (`RDT n17`: "Thread n17 does
not exist"), client and server both take part in it, and what has come to
both terminals the moment `settle` returns must be the whole of it. Once plain, once beside 8
processes that do nothing but run, so that everybody waits for a core, the
kernel's own workers included; and both again with a relay between the two.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from harness.events import Output
from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage import Stage
from harness.workshop import workshop
from tests.bench.figures import Effort, Row, in_pairs, row_of_pairs
from tests.bench.programs import ENDING, WITHIN, by_hand, on_stage

BURNERS = 8


def measure(effort: Effort) -> Iterator[Row]:
    """The row of the time, and four of settlings."""
    with workshop() as folder:
        yield _time(folder, effort)
        yield _too_early(folder / "plain", effort.settlings, "plain")
        with burners(BURNERS):
            yield _too_early(folder / "beside", effort.settlings, f"beside {BURNERS} burners")
        yield _too_early(folder / "relay", effort.settlings, "with a relay", Network())
        with burners(BURNERS):
            settled = f"with a relay beside {BURNERS} burners"
            yield _too_early(folder / "relay-beside", effort.settlings, settled, Network())


def _time(folder: Path, effort: Effort) -> Row:
    ending = b"No threads to list\r\n" + ENDING
    with on_stage(folder / "stage", ["yoda"]) as (stage, _), by_hand(folder / "hand", ["yoda"]) as driven:

        def settled() -> None:
            stage.type("yoda", b"LST\n")
            stage.settle(typed_to=["yoda"], within=WITHIN)

        def answered() -> None:
            driven["yoda"].say("LST", ending)
            driven["server"].drain()

        ours, answers = in_pairs(effort.pairs(500), settled, answered)
    return row_of_pairs("settling after LST / the answer's own time", ours, answers, 3.0)


def _too_early(folder: Path, settlings: int, how: str, network: Network | None = None) -> Row:
    with on_stage(folder, ["yoda"], network) as (stage, recorder):
        missed = sum(_missed(stage, recorder, number) for number in range(settlings))
    return Row(f"settled too early, {how}", f"{missed}", f"{settlings:,}", float(missed), 0.0, "<=", "early")


def _missed(stage: Stage, recorder: Recorder, number: int) -> bool:
    """Ask something new, settle, and say whether anything of the answer had not come by then, on either terminal.

    (What comes late is then one too many for the next question, which counts as missed too: zero stays zero.)
    """
    recorder.recording.events.clear()
    stage.type("yoda", b"RDT n%d\n" % number)
    stage.settle(typed_to=["yoda"], within=WITHIN)
    seen = {"yoda": b"", "server": b""}
    for event in recorder.recording.all(Output):
        seen[event.actor] += event.data
    return seen != {"yoda": b"Thread n%d does not exist\r\n%s" % (number, ENDING),
                    "server": b"yoda issued RDT command\r\nIncorrect thread specified\r\n"}  # fmt: skip


@contextlib.contextmanager
def burners(count: int) -> Iterator[None]:
    """So many processes that do nothing but run.

    Each in a session of its own: Linux shares out time among sessions first, and a program that is played has one.
    """
    burn = [sys.executable, "-c", "while True: pass"]
    started = [subprocess.Popen(burn, start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()
