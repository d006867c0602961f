"""25 MB from one program: taken in by the stage, and read to the end and thrown away.

The program waits for a line, prints 25 MB in lines of 80 characters and ends.
On both sides the clock runs from that line until its terminal has been read to
the end; the terminals are set alike (each newline becomes two bytes on the way).
The stage keeps the first 16 MB, as it does for everybody, and says that the
rest was cut. A second row lets it keep everything; its bar is the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from harness.events import Exited
from harness.recording import Recorder
from harness.stage import Limits, Stage
from harness.workshop import workshop
from tests.bench.figures import Broken, Effort, Row, row_of_pairs, seconds_of
from tests.bench.poll_loop import PollLoop
from tests.bench.programs import WITHIN, environment

SIZE = 25_000_000
LINE = 80
PRINTER = f"""
import sys
sys.stdout.write("> ")
sys.stdout.flush()
sys.stdin.readline()
piece = (b"x" * {LINE - 1} + b"\\n") * 500
for _ in range({SIZE // LINE // 500}):
    sys.stdout.buffer.write(piece)
"""
# Each newline becomes two bytes in the terminal.
EXPECTED = SIZE // LINE * (LINE + 1)


def measure(effort: Effort) -> Iterator[Row]:
    """The two rows."""
    pairs = effort.pairs(9)
    with workshop() as folder:
        kept, cut, thrown = [], [], []
        for number in range(pairs + 1):
            thrown.append(_thrown_away(folder / f"{number}-hand"))
            cut.append(_staged(folder / f"{number}-cut", Limits()))
            kept.append(_staged(folder / f"{number}-kept", Limits(output=2 * SIZE)))
    yield row_of_pairs("25 MB, 16 of them kept / thrown away", cut[1:], thrown[1:], 1.5)
    yield row_of_pairs("25 MB, all kept / thrown away", kept[1:], thrown[1:], 1.5)


def _staged(folder: Path, limits: Limits) -> float:
    recorder = Recorder()
    with Stage(folder, recorder, limits=limits) as stage:
        stage.start("printer", [sys.executable, "-c", PRINTER])
        stage.settle(within=WITHIN)
        stage.type("printer", b"\n")
        taken = seconds_of(lambda: stage.settle(typed_to=["printer"], within=WITHIN))
        size = len(stage.output("printer")) - len("> ")
        exits = [event.status for event in recorder.recording.all(Exited)]
        if size != min(EXPECTED, limits.output - len("> ")) or exits != [0]:
            raise Broken(f"expected {EXPECTED} bytes (or the limit) and exit 0, got {size} and {exits}")
    return taken


def _thrown_away(folder: Path) -> float:
    folder.mkdir()
    with PollLoop([sys.executable, "-c", PRINTER], folder, environment(folder)) as printer:
        printer.until(b"> ")
        return seconds_of(lambda: _check(printer.all_after("")))


def _check(size: int) -> None:
    if size != EXPECTED:
        raise Broken(f"expected {EXPECTED} bytes, got {size}")
