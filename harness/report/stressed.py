"""What `harness stress` says: what it is at, what made a program fail, or how surely a bug would have been met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.explore.orders import is_concurrent
from harness.explore.plan import Kind, Trial
from harness.explore.vouch import caught, percent
from harness.report.page import Block, Span, Style, line
from harness.report.words import seconds
from harness.verdict import Verdict

# How rare a bug is that is spoken of: it shows in one play of so many.
RARE = (10, 100)
_NOW = {
    Kind.WIRE: "What a network does to bytes: whole messages, pieces of them, late ones.",
    Kind.IN_TURN: "What is concurrent, the server's threads one at a time, interrupted where it hurts.",
    Kind.AT_ONCE: "What is concurrent, with everything at one instant.",
    Kind.ORDER: "What is concurrent in one order after the other, and the rest of the scenarios on every network.",
}
_PLAYED = {
    Kind.WIRE: "under a condition of the network",
    Kind.IN_TURN: "with the server's threads one at a time",
    Kind.AT_ONCE: "with everything at one instant",
    Kind.ORDER: "in another order",
}


@dataclass(frozen=True, slots=True)
class Stressed:
    """How one `harness stress` went. `provoked`: the failure goes away where nothing provokes it."""

    counts: Mapping[tuple[Kind, Verdict], int] = field(default_factory=Counter)
    seconds: float = 0.0
    failed: Trial | None = None
    provoked: bool = False
    over: bool = False  # the plan came to its end before time did

    def plays(self, *kinds: Kind) -> int:
        """How many plays of these kinds were decided."""
        return sum(many for (kind, verdict), many in self.counts.items()
                   if kind in kinds and verdict in (Verdict.PASSED, Verdict.FAILED))  # fmt: skip


def begins(subject: str, stage: str, lasting: str) -> Block:
    """The first line."""
    return line(Span(subject, Style.STRONG), f": until the first failure, at most {lasting}; stage: {stage}")


def now(kind: Kind) -> Block:
    """What is played from here on."""
    return line(Span(_NOW[kind], Style.QUIET))


def failed(done: Stressed) -> Iterator[Block]:
    """What made it fail, above the failure itself."""
    if done.failed is None:
        return
    plays = sum(done.counts.values())
    how = {Kind.WIRE: f"under `{done.failed.said}`", Kind.AT_ONCE: "with everything at one instant",
           Kind.IN_TURN: "with everything at one instant, and the server's threads one at a time",
           Kind.ORDER: "in one order of what is typed at one instant"}[done.failed.kind]  # fmt: skip
    yield line(Span(f"It failed in play {plays}, after {seconds(done.seconds)}, {how}.", Style.FAILED))
    plain = [*["every answer is waited for"] * is_concurrent(done.failed.scenario),
             *["the network only passes on"] * (done.failed.kind is Kind.WIRE)]  # fmt: skip
    where = " and ".join(plain)
    yield line(f"Where {where}, it passes." if done.provoked else f"It was not seen to pass where {where}.")


def met(done: Stressed) -> Iterator[Block]:
    """That nothing failed, and how surely a bug would have been met."""
    if done.failed is not None:
        return
    plays = done.plays(*Kind)
    why = "all there is was played" if done.over else "time is over"
    yield line(Span(f"Nothing failed in {_counted(plays, 'play')} and {seconds(done.seconds)}; {why}.", Style.STRONG))
    for kind in Kind:
        if many := done.plays(kind):
            yield line(f"{many} {_PLAYED[kind]}", indent=2)
    undecided = sum(many for (_, verdict), many in done.counts.items() if verdict is Verdict.UNDECIDED)
    if undecided:
        yield line(Span(f"{_counted(undecided, 'play')} could not be decided, and vouch for nothing", Style.UNDECIDED),
                   indent=2)  # fmt: skip
    if many := done.plays(Kind.AT_ONCE, Kind.ORDER):
        said = ", ".join(f"in 1 of {rare} with {percent(caught(many, rare))}" for rare in RARE)
        yield line(f"A race that shows in so many of such plays would have been met: {said}.")
    elif not done.over:
        yield line("Nothing was played at once yet: give it longer with --for.")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
