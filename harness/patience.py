"""Wait until nothing more can come, and longer where something still must: a program that sleeps is slow, not silent.

*Until T* proves that nothing comes before T. Whoever owes an answer, or should
leave, is given that time, as long as it lies within what a step may take.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.events import Settled
from harness.stage import Stage

# So much later than the end of a wait it is certain that it has ended.
_BEHIND = 0.001


def settle(stage: Stage, typed_to: Sequence[str], within: float) -> Settled:
    """Settle after something was typed: until all who were typed to ask again or have ended."""
    return settle_until(stage, typed_to, within, lambda settled: all(
        actor in settled.asks or not stage.alive(actor) for actor in typed_to))


def settle_until(stage: Stage, typed_to: Sequence[str], within: float, done: Callable[[Settled], bool]) -> Settled:
    """Settle, and settle again while all that hinders is a wait that ends in time."""
    settled = stage.settle(typed_to=typed_to, within=within)
    spent = settled.own
    while settled.evidence == "until" and not done(settled) and spent + settled.until <= within:
        stage.pass_time(settled.until + _BEHIND)
        spent += settled.until
        settled = stage.settle(typed_to=[], within=within - spent)
        spent += settled.own
    return settled
