"""An order of arrival, forced at the relay: what waits at a shut gate is let go of one delivery at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    for run in _at_once(order):
        waiting: dict[str, list[tuple[int, str]]] = {}
        for link, to, _ in stage.pending():
            waiting.setdefault(people.get(link, ""), []).append((link, to))
        here = [one.who for one in run if one.who in waiting]
        # In one go: what is done between two of them, the program does not race against.
        stage.deliver_together([link for who in here for link in waiting[who]])
        if here:
            settle(stage, [who for who in here if stage.alive(who)], within, silent)


def _at_once(order: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """The deliveries, those together that wait for no answer between."""
    run: list[Delivery] = []
    for one in order:
        run.append(one)
        if one.answered:
            yield run
            run = []
    if run:
        yield run
