"""Who waited while everybody else was answered: times of the wire, one person's against the others'. Pure, a remark.

A server that turns to one connection only when no other has anything to say passes every check of what it answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from harness.events import Settled
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.judge.waits import Wait, waits
from harness.scenario.loader import assignment_from
from harness.scenario.model import Together
from harness.verdict import Verdict

# One waits this many times as long as the others do, and so many seconds of the programs' own time.
TIMES, LEAST = 20.0, 1.0
# With fewer beside them there is no crowd to be held up by.
FEWEST = 3


def starved(view: View) -> Iterator[tuple[str, Miss]]:
    """A remark for each who waited far longer than those who asked at the same instants."""
    # An order, or a delay, that the harness forced on the wire is no doing of the server's.
    if view.scenario.schedule or view.began.network or (view.scenario.network and view.scenario.network.conditions):
        return
    groups = {step.number: step for step in view.scenario.play if isinstance(step, Together) and view.was_played(step)}
    if not groups:
        return
    moves_files = assignment_from(view.began).moves_files
    stolen = {number: _stolen(view, step) for number, step in groups.items()}
    longest: dict[str, Wait] = {}
    for wait in waits(view.events):
        group = view.top(wait.step)
        if group in stolen and wait.answered is not None and wait.word not in moves_files:
            # At least so long, whatever the machine did meanwhile.
            own = replace(wait, answered=max(wait.asked, wait.answered - stolen[group]))
            longest[wait.actor] = max(longest.get(wait.actor, own), own, key=lambda one: one.seconds)
    for actor, wait in longest.items():
        typical = median([other.seconds for other in longest.values() if other is not wait] or [0.0])
        if len(longest) > FEWEST and wait.seconds >= LEAST and wait.seconds > TIMES * typical:
            told = f"{typical * 1000:.0f} ms" if typical >= 0.001 else "less than 1 ms"
            sentence = (f"{actor} waited {wait.seconds:.1f} s for the answer to {wait.line!r}, and most of those who "
                        f"asked at the same instant {told} at most")  # fmt: skip
            yield actor, Miss("starved", sentence, "answers to everybody in turn", f"{wait.seconds:.1f} s, not {told}",
                              where=say.theirs(view, actor, "connection"), verdict=Verdict.PASSED,
                              likely="the server turns to one only when the rest is quiet")  # fmt: skip


def _stolen(view: View, group: Together) -> float:
    """Seconds of this group that the programs spent waiting for a core."""
    return sum(event.wall - event.own for event in view.within(group) if isinstance(event, Settled))
