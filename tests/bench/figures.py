"""What a bench hands over: rows with two figures, their ratio, and the bar. And how pairs are measured."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

MS = 1000.0


class Broken(Exception):
    """A bench could not measure what it is for. (That something is slow is not this: it is what a row says.)"""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    quick: bool = False
    settlings: int = 2_000

    def pairs(self, usual: int) -> int:
        """How many pairs to take where `usual` are good: at least three, or there is no median worth the name."""
        return max(3, usual // 5) if self.quick else usual


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ratio` is held against `bar`; for a bare figure the ratio is the figure itself."""

    what: str
    ours: str
    against: str
    ratio: float
    bar: float
    sign: str  # "<=" or ">="
    unit: str = "x"
    taken: str = ""  # of how many pairs this is the median

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.ratio <= self.bar if self.sign == "<=" else self.ratio >= self.bar

    def __str__(self) -> str:
        places = 0 if self.unit == "early" else 2
        reached = f"{self.ratio:.{places}f} {self.unit}"
        verdict = "met" if self.met else "NOT MET"
        bar = f"{self.sign} {self.bar:g} {self.unit}"
        return _LINE.format(self.what, self.ours, self.against, reached, bar, verdict, self.taken).rstrip()


_LINE = "{:<46} {:>9} {:>9} {:>8}   {:<10}  {:<7}  {}"
HEADINGS = _LINE.format("what", "figure", "against", "ratio", "bar", "", "medians of")


def milliseconds(seconds: float) -> str:
    """As people compare them."""
    return f"{seconds * MS:.3g} ms" if seconds * MS < 1000 else f"{seconds:.2f} s"


def counted(number: int, what: str) -> str:
    """1 run, 3 runs."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def seconds_of(act: Callable[[], object]) -> float:
    """How long this takes; it does not pay for the garbage of what was measured before."""
    gc.collect()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def in_pairs(pairs: int, *acts: Callable[[], object]) -> list[list[float]]:
    """Measure all of them in turn, `pairs` times, each turn in another order; a list of seconds for each.

    Whatever else the machine does falls upon all of them alike.
    """
    for act in acts:
        act()  # what is only slow the first time is not measured
    taken: list[list[float]] = [[] for _ in acts]
    for turn in range(pairs):
        order = list(enumerate(acts))
        for index, act in order[turn % len(order) :] + order[: turn % len(order)]:
            taken[index].append(seconds_of(act))
    return taken


def row_of_pairs(what: str, ours: list[float], against: list[float], bar: float, *, faster: bool = False) -> Row:
    """The row: the median of the pairs' ratios, since the two of a pair met the same machine.

    `faster`: the ratio says how many times faster ours is, and has to reach the bar.
    """
    ratios = [theirs / mine if faster else mine / theirs for mine, theirs in zip(ours, against, strict=True)]
    return Row(what, milliseconds(median(ours)), milliseconds(median(against)), median(ratios), bar,
               ">=" if faster else "<=", taken=f"{len(ours)} pairs")  # fmt: skip
