"""Who waited while everybody else was answered: times of the wire, one person's against the others'. Pure, a remark.

A server that turns to one connection only when no other has anything to say passes every check of what it answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from harness.events import Settled, Typed
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.scenario.loader import assignment_from
from harness.scenario.model import Together
from harness.verdict import Verdict
from harness.wire import Carried, Linked

# One waits this many times as long as the others do, and so many seconds of the programs' own time.
TIMES, LEAST = 20.0, 1.0
# With fewer beside them there is no crowd to be held up by.
FEWEST = 3


def starved(view: View) -> Iterator[tuple[str, Miss]]:
    """A remark for each who waited far longer than those who asked at the same instants."""
    # An order, or a delay, that the harness forced on the wire is no doing of the server's.
    if view.scenario.schedule or view.began.network or (view.scenario.network and view.scenario.network.conditions):
        return
    waits: defaultdict[str, list[float]] = defaultdict(list)
    for step in view.scenario.play:
        if isinstance(step, Together) and view.was_played(step):
            for actor, wait in _waits(view, step).items():
                waits[actor].append(wait)
    longest = {actor: max(times) for actor, times in waits.items()}
    for actor, wait in longest.items():
        others = [other for name, other in longest.items() if name != actor]
        if len(others) >= FEWEST and wait >= LEAST and wait > TIMES * median(others):
            typical = f"{median(others) * 1000:.0f} ms" if median(others) >= 0.001 else "less than 1 ms"
            sentence = (f"{actor} waited {wait:.1f} s for an answer, and the others, who asked at the same instant, "
                        f"{typical}: the server turns to one only when the rest is quiet")  # fmt: skip
            yield actor, Miss("starved", sentence, "answers to everybody in turn", f"{wait:.1f} s, others {typical}",
                              where=say.theirs(view, actor, "connection"), verdict=Verdict.PASSED)


def _waits(view: View, group: Together) -> dict[str, float]:
    """How long each waited in this group, in the programs' own time: at least so long, whatever the machine did."""
    events = list(view.within(group))
    links = {event.link: event.actor for event in view.events if isinstance(event, Linked)}
    stolen = sum(event.wall - event.own for event in events if isinstance(event, Settled))
    moves_files = assignment_from(view.began).moves_files
    lines = {event.actor: event.data.decode(errors="replace") for event in events
             if isinstance(event, Typed) and event.what == "line"}  # fmt: skip
    asked: dict[str, float] = {}
    answered: dict[str, float] = {}
    for event in events:
        actor = links.get(event.link, "") if isinstance(event, Carried) else ""
        if isinstance(event, Carried) and actor in lines and lines[actor].split(" ", 1)[0] not in moves_files:
            if event.to == "server":
                asked.setdefault(actor, event.t)
            elif actor in asked:
                answered[actor] = event.t
    return {actor: max(0.0, answered[actor] - asked[actor] - stolen) for actor in answered}
