"""Wait until nothing more can come, and longer where something still must: a program that sleeps is slow, not silent.

*Until T* proves that nothing comes before T. Whoever owes an answer, or should
leave, is given that time, as long as it lies within what a step may take. The
weaker evidences (*steady*, *timed*) prove nothing about a program that has not
said a word since it was typed to: it is given all of that time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.events import Settled
from harness.stage import Stage

# So much later than the end of a wait it is certain that it has ended.
_BEHIND = 0.001
# Evidence of a program that runs now and then, and how long it is left alone before the next look.
_WEAK, _LATER = ("steady", "timed"), 0.25


def settle(stage: Stage, typed_to: Sequence[str], within: float) -> Settled:
    """Settle after something was typed: until all who were typed to ask again, have ended, or have answered at last.

    A poller's keyboard cannot be seen to be waited for: of one that is merely *steady* or *timed*, some output is
    taken for its answer.
    """
    before = {actor: len(stage.output(actor)) for actor in typed_to}

    def done(settled: Settled) -> bool:
        return all(
            actor in settled.asks or not stage.alive(actor)
            or (settled.evidence in _WEAK and len(stage.output(actor)) > before[actor])
            for actor in typed_to
        )  # fmt: skip

    return settle_until(stage, typed_to, within, done)


def settle_until(stage: Stage, typed_to: Sequence[str], within: float, done: Callable[[Settled], bool]) -> Settled:
    """Settle, and settle again while what hinders may still end by itself within that time of the programs' own."""
    settled = stage.settle(typed_to=typed_to, within=within)
    spent = settled.own
    while not done(settled) and (pause := _pause(settled)) is not None and spent + pause <= within:
        stage.pass_time(pause)
        spent += pause
        settled = stage.settle(typed_to=[], within=within - spent)
        spent += settled.own
    return settled


def _pause(settled: Settled) -> float | None:
    """How long to leave the programs alone before the next look; None if that would change nothing."""
    if settled.evidence == "until":
        return settled.until + _BEHIND
    return _LATER if settled.evidence in _WEAK else None
