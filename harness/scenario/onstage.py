"""Who is on stage at each step of a play, and what was typed so far: steps that can never be judged are found here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.scenario.model import Deed

_GONE = {"left": "has left", "killed": "was killed"}


@dataclass(slots=True)
class Onstage:
    """What is known of the actors without playing: a person comes on at a login or start, and goes when killed."""

    server: str | None
    state: dict[str, str] = field(default_factory=dict)  # "runs", "left", "killed"; missing: never started
    paused: set[str] = field(default_factory=set)
    last: dict[str, int] = field(default_factory=dict)  # handle -> the step in which they typed last
    typed: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # line -> step numbers and handles
    held: set[tuple[str, str]] = field(default_factory=set)  # whose bytes the network keeps back, and which way

    def __post_init__(self) -> None:
        if self.server is not None:
            self.state[self.server] = "runs"  # it is started before the play

    def absent(self, actors: Iterable[str]) -> str | None:
        """Why one of these is not on stage, or None."""
        for actor in actors:
            state = self.state.get(actor, "")
            if state != "runs":
                what = _GONE.get(state, "has not logged in or started")
                again = " again" if state else ""
                start = "starts" if actor == self.server else "logs in"
                return f"{actor} {what}: expected `{actor} {start}`{again} before this step"
        return None

    def refuses(self, deed: Deed, actors: Iterable[str]) -> str | None:
        """Why this cannot be done to one of these now, or None."""
        actors = tuple(actors)
        if deed in (Deed.KILL, Deed.PRESS, Deed.SEND, Deed.PAUSE, Deed.RESUME):
            reason = self.absent(actors)
            if reason:
                return reason
        for actor in actors:
            if deed is Deed.RESUME and actor not in self.paused:
                return f"{actor} is not paused: nothing can resume"
            if deed is Deed.START and actor == self.server and self.state[actor] == "runs" and not self.typed:
                return f"{actor} is started before the play: leave this step out"
            if deed is Deed.RESTART and not self.state.get(actor):
                return f"{actor} has not been started: nothing can restart"
        return None

    def do(self, deed: Deed, actors: Iterable[str]) -> None:
        """Take down what was done."""
        for actor in actors:
            if deed is Deed.PAUSE:
                self.paused.add(actor)
            elif deed not in (Deed.PRESS, Deed.SEND):
                self.paused.discard(actor)
                self.state[actor] = "killed" if deed is Deed.KILL else "runs"

    def holds(self, actors: Iterable[str], to: str, *, released: bool) -> str | None:
        """Take down what the network keeps back or releases; why it cannot, or None.

        What is never released is no mistake: a cable that was cut stays cut, and nobody else may suffer from it.
        """
        ways = {"client": "to", "server": "from"}
        wanted = [(actor, way) for actor in actors for way in (ways if to == "both" else [to])]
        kept = [one for one in wanted if one in self.held]
        if released and len(kept) < len(wanted):
            actor, way = next(one for one in wanted if one not in self.held)
            return f"nothing {ways[way]} {actor} is held: nothing can be released"
        if not released and len(kept) == len(wanted):
            actor, way = wanted[0]
            return f"what travels {ways[way]} {actor} is held already"
        self.held = self.held - set(wanted) if released else self.held | set(wanted)
        return None

    def type(self, number: int, handle: str, line: str) -> None:
        """Take down a typed line."""
        self.last[handle] = number
        self.typed.setdefault(line, []).append((number, handle))

    def leave(self, actors: Iterable[str]) -> None:
        """Take down who was expected to leave."""
        self.state.update(dict.fromkeys(actors, "left"))

    def reference(self, handle: str, line: str) -> int | None:
        """The step whose answer is meant by `is answered like: LINE`, or None.

        The last time that this person typed the line, before what they typed
        last (that is the answer which is compared); or else, that anybody did.
        """
        said = self.typed.get(line, [])
        before = [number for number, who in said if who == handle and number != self.last[handle]]
        others = [number for number, who in said if who != handle]
        return before[-1] if before else others[-1] if others else None
