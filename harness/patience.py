"""Wait until nothing more can come, and longer where something still must: a program that sleeps is slow, not silent.

*Until T* proves that nothing comes before T. Whoever owes an answer, or should
leave, is given that time, as long as it lies within what a step may take.

The weaker evidences prove less. *Steady* says that the programs only wait and
wait again, by the clock, that whatever was typed has been read, and that no
byte lies anywhere for somebody who looks for it. So nothing can come but from
a program that counts its beats: "wait 60 times 0.1 s for the reply, then say
so". Nobody can see from outside where such a count stands, and so it cannot be
proved that it does not end. But it is bounded: a sleep of more than a second
shows as *until* and is sat out whatever it is, and the longest time that healthy
programs were ever seen to spend in short sleeps is 6 s, where they move a file.
A program that has not said a word is therefore given SILENT, twice that (a busy
machine wakes a sleeper late each time, and the pauses between two looks are
counted by the wall). Only for lines that move files, whose bytes may come in
small pieces with a sleep between, and for *timed*, which proves nothing at all,
is all of a step's time waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.events import Settled
from harness.stage import Stage

# So much later than the end of a wait it is certain that it has ended.
_BEHIND = 0.001
# Own seconds without a word after which a program that is *steady* is called silent.
SILENT = 12.0
# However little time is left, the last look is given so much: it must be able to say why nothing came.
_LAST_LOOK = 1.0
# How long a program that runs now and then is left alone before the next look.
_LATER = 0.25


def settle(stage: Stage, typed_to: Sequence[str], within: float, silent: float = SILENT) -> Settled:
    """Settle after something was typed: until all who were typed to ask again, have ended, or have answered at last.

    A poller's keyboard cannot be seen to be waited for: of one that is merely *steady* or *timed*, some output is
    taken for its answer; without a word, it is given `silent` seconds.
    """
    before = {actor: len(stage.output(actor)) for actor in typed_to}

    def done(settled: Settled) -> bool:
        return all(
            actor in settled.asks or not stage.alive(actor)
            or (settled.watched and len(stage.output(actor)) > before[actor])
            for actor in typed_to
        )  # fmt: skip

    return settle_until(stage, typed_to, within, done, silent)


def settle_until(stage: Stage, typed_to: Sequence[str], within: float, done: Callable[[Settled], bool],
                 silent: float | None = None) -> Settled:  # fmt: skip
    """Settle, and settle again while what hinders may still end by itself within that time of the programs' own."""
    settled = stage.settle(typed_to=typed_to, within=within)
    spent = settled.own
    while not done(settled) and (pause := _pause(settled)) is not None:
        most = min(within, silent) if silent is not None and settled.evidence == "steady" else within
        if spent + pause > most:
            break
        spent += stage.pass_time(pause)
        settled = stage.settle(typed_to=typed_to, within=max(within - spent, _LAST_LOOK))
        spent += settled.own
    return settled


def _pause(settled: Settled) -> float | None:
    """How long to leave the programs alone before the next look; None if that would change nothing."""
    if settled.evidence == "until":
        return settled.until + _BEHIND
    return _LATER if settled.watched else None
