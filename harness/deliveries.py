"""An order of arrival, forced at the relay: what waits at a shut gate is let go of one delivery at a time."""

from __future__ import annotations

from collections.abc import Sequence

from harness.patience import settle
from harness.recording import Recorder
from harness.scenario.model import Delivery
from harness.stage import Stage
from harness.wire import Linked


def deliver(stage: Stage, recorder: Recorder, order: Sequence[Delivery], within: float, silent: float) -> None:
    """Let these deliveries arrive in their order, as their answers are waited for or not; the gate stays shut.

    What somebody's program sends next is whatever waits there of theirs. A program that needs fewer turns than the
    order has for it has nothing there then, and nothing happens.
    """
    people = {event.link: event.actor for event in recorder.recording.all(Linked)}
    unanswered: dict[str, None] = {}
    for one in order:
        links = [(link, to) for link, to, _ in stage.pending() if people.get(link) == one.who]
        for link, to in links:
            stage.deliver(link, to)
        if links:
            unanswered[one.who] = None
        if one.answered and unanswered:
            settle(stage, [who for who in unanswered if stage.alive(who)], within, silent)
            unanswered.clear()
