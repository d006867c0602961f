"""How long each typed line waited for its answer, by the times of the wire. Pure.

A line waits from the first bytes that its program sent for it to the last that came back before all was still. While
all is still and nothing has come back, the harness itself holds what was sent (everybody's, to let go of it at one
instant): that is no waiting for the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.events import Event, Settled, Typed
from harness.wire import Carried, Linked


@dataclass(frozen=True, slots=True)
class Wait:
    """One typed line: when it was asked for on the wire, and when its answer was complete (None: nothing came)."""

    actor: str
    line: str
    step: int | None
    asked: float
    answered: float | None = None

    @property
    def seconds(self) -> float:
        """How long it took; 0 where nothing came back."""
        return self.answered - self.asked if self.answered is not None else 0.0

    @property
    def word(self) -> str:
        """The command."""
        return self.line.split(" ", 1)[0]


def waits(events: Sequence[Event]) -> list[Wait]:
    """Every line that reached the wire, in the order in which they were asked for."""
    links: dict[int, str] = {}
    typed: dict[str, Typed] = {}
    under_way: dict[str, Wait] = {}
    done: list[Wait] = []
    still_at = 0.0
    for event in events:
        if isinstance(event, Linked):
            links[event.link] = event.actor
        elif isinstance(event, Typed) and not event.goes_on:
            done += [under_way.pop(event.actor)] if event.actor in under_way else []
            typed[event.actor] = event
        elif isinstance(event, Settled):
            still_at = event.t
            done += [under_way.pop(actor) for actor, wait in list(under_way.items()) if wait.answered is not None]
        elif isinstance(event, Carried) and event.link in links:
            _carried(event, links[event.link], typed, under_way, still_at)
    return sorted([*done, *under_way.values()], key=lambda wait: wait.asked)


def _carried(event: Carried, actor: str, typed: dict[str, Typed], under_way: dict[str, Wait], still_at: float) -> None:
    if event.to == "server":
        line = typed.pop(actor, None)
        if line is not None and line.what == "line":
            under_way[actor] = Wait(actor, line.data.decode(errors="replace").strip(), line.step, event.t)
    elif actor in under_way:
        wait = under_way[actor]
        asked = max(wait.asked, still_at) if wait.answered is None else wait.asked
        under_way[actor] = replace(wait, asked=asked, answered=event.t)
