"""What a box costs a play: the same short one in a box, and with nothing between its programs and the machine.

Either stage starts the forum's server and two people, who log in, ask for one list and are ended with it. The figure is
what the box takes longer, of pairs played in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

from harness.stage import best_level
from harness.stage.box import Level
from harness.workshop import workshop
from tests.bench.figures import MS, Broken, Effort, Row, in_pairs, milliseconds
from tests.bench.programs import WITHIN, on_stage

PEOPLE = ["yoda", "r2d2"]


def measure(effort: Effort) -> Iterator[Row]:
    """The row."""
    if best_level() != "box":
        raise Broken("no box can be made here")
    with workshop() as folder:
        numbers = count()
        box, plain = in_pairs(effort.pairs(41), partial(_run, folder, numbers, "box"),
                              partial(_run, folder, numbers, "plain"))  # fmt: skip
    more = median(one - other for one, other in zip(box, plain, strict=True)) * MS
    yield Row("a play in a box - the same in none", milliseconds(median(box)), milliseconds(median(plain)), more, 40.0,
              "<=", unit="ms", taken=f"{len(box)} pairs")  # fmt: skip


def _run(folder: Path, numbers: Iterator[int], level: Level) -> None:
    with on_stage(folder / str(next(numbers)), PEOPLE, level=level) as (stage, _):
        stage.type("yoda", b"LST\n")
        stage.settle(typed_to=["yoda"], within=WITHIN)
