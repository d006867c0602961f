"""Failures that look like one mistake in the program, told once: same finding, same sentence, same command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.events import Typed
from harness.report.report import Played
from harness.verdict import IN_GRADING_ONLY, Verdict


@dataclass(frozen=True, slots=True)
class Cause:
    """One way to go wrong: the play that shows it, and the others that diverged in the same way."""

    first: Played
    same: Sequence[Played] = ()


def causes(played: Sequence[Played], verdict: Verdict) -> list[Cause]:
    """The plays of this verdict, those of one first divergence together: what costs marks first, then as they were met.

    The one that shows a cause is one that costs marks, and of these the one with the fewest people: it is read soonest.
    """
    groups: dict[tuple[str, ...], list[Played]] = {}
    for number, play in enumerate(played):
        if play.outcome.verdict is verdict:
            groups.setdefault(_signature(play) or (str(number),), []).append(play)
    found = [sorted(group, key=_readable) for group in groups.values()]
    return [Cause(group[0], group[1:]) for group in sorted(found, key=lambda group: not group[0].outcome.marks)]


def _readable(play: Played) -> tuple[bool, int]:
    return not play.outcome.marks, len(play.scenario.cast) if play.scenario else 0


def _signature(play: Played) -> tuple[str, ...] | None:
    """What two plays of one cause share, or None where nothing says how this one went wrong."""
    found = play.outcome.divergence
    if found is None:
        return None
    if found.code == IN_GRADING_ONLY:
        return (found.code,)
    return (found.code, masked(found.sentence, play), *typed_before(play, found.step, found.actor).split(" ")[:1])


def masked(sentence: str, play: Played) -> str:
    """The sentence without what differs from play to play: people and numbers."""
    cast = play.scenario.cast if play.scenario else ()
    people = [word for person in cast for word in (person.handle, person.account)]
    if people:
        longest_first = sorted(map(re.escape, people), key=len, reverse=True)
        sentence = re.sub(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", "SOMEBODY", sentence)
    return re.sub(r"\d+", "0", sentence)


def typed_before(play: Played, step: int | None, actor: str) -> str:
    """The last line typed up to this step, at this actor's terminal if it was typed to at all."""
    lines = [
        event
        for event in play.recording.all(Typed)
        if event.what == "line" and (step is None or event.step is None or event.step <= step)
    ]
    mine = [event for event in lines if event.actor == actor] or lines
    return mine[-1].data.decode("utf-8", "replace").strip() if mine else ""
