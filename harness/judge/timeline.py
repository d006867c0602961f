"""Where in a recording things stand: steps, and what was done to whom. Positions are indices into its events."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from harness.events import Event, Signalled, Started, StepBegan, Typed
from harness.recording import Recording
from harness.scenario.model import Do, Hold, Pass, Scenario, Step, Together, Type, walk

Acts = tuple[type[Typed] | type[Started] | type[Signalled], ...]
E_ = TypeVar("E_", bound=Event)


class Timeline:
    """One play: its scenario beside its recording."""

    def __init__(self, scenario: Scenario, recording: Recording) -> None:
        self.scenario = scenario
        self.events = recording.events
        self.began = recording.began
        self._places: dict[tuple[tuple[type[Event], ...], str | None], list[int]] = {}
        self._starts = {e.step: at for at, e in enumerate(self.events) if isinstance(e, StepBegan) and e.step}
        self._tops = sorted(self._starts[step.number] for step in scenario.play if step.number in self._starts)
        self._top_of = {inner.number: top for top in scenario.play for inner in walk([top])}

    def places(self, kinds: tuple[type[Event], ...], actor: str | None = None, start: int = 0,
               end: int | None = None) -> Sequence[int]:  # fmt: skip
        """Where events of these kinds (and of this actor) stand between two positions, in order.

        Found once for each question: of a crowd's play most events are segments on the wire, and nobody walks past
        all of them for every line that somebody typed.
        """
        there = self._places.get((kinds, actor))
        if there is None:
            there = [at for at, e in enumerate(self.events) if isinstance(e, kinds)] if actor is None else [
                at for at in self.places(kinds) if getattr(self.events[at], "actor", None) == actor]  # fmt: skip
            self._places[kinds, actor] = there
        first = bisect_left(there, start) if start else 0
        return there[first : len(there) if end is None else bisect_left(there, end)]

    def between(self, kind: type[E_], actor: str | None = None, start: int = 0, end: int | None = None) -> list[E_]:
        """The events of one kind (and of this actor) between two positions."""
        return [event for at in self.places((kind,), actor, start, end) if isinstance(event := self.events[at], kind)]

    @cached_property
    def actors(self) -> list[str]:
        """Everybody whose program was started, in order."""
        return list(dict.fromkeys(e.actor for e in self.between(Started)))

    def account(self, handle: str) -> str:
        """The account name behind a handle; of an actor without one, its own name."""
        return self.began.accounts.get(handle, [handle])[0]

    def was_played(self, step: Step) -> bool:
        """Whether the play came to this step."""
        return step.number in self._starts

    def start(self, step: Step) -> int:
        """Where this step begins."""
        return self._starts[step.number]

    def end(self, step: Step) -> int:
        """Where the step after this one begins (for a step inside a group: after the group)."""
        at = self._starts.get(self._top_of[step.number].number, self._starts[step.number])
        later = bisect_left(self._tops, at + 1)
        return self._tops[later] if later < len(self._tops) else self.over

    @cached_property
    def over(self) -> int:
        """Where the play is over: what comes behind (a last look, our own clearing up) belongs to no step."""
        last = self._tops[-1] if self._tops else 0
        return next((at for at in range(last, len(self.events)) if self.events[at].step is None), len(self.events))

    def last_typed(self, actor: str, before: int) -> int | None:
        """Where this actor was last typed to, before a position."""
        return self._last((Typed,), actor, before)

    def born(self, actor: str, before: int) -> int:
        """Where the program began that this actor has at a position."""
        return self._last((Started,), actor, before) or 0

    def _last(self, kinds: Acts, actor: str, before: int) -> int | None:
        there = self.places(kinds, actor, end=before)
        return next((at for at in reversed(there) if not getattr(self.events[at], "goes_on", False)), None)

    def last_act(self, step: Step) -> int:
        """Where the last step before this one begins in which anything was done."""
        return (self._acts(step) or [0])[-1]

    def _acts(self, before: Step, after: int = -1) -> list[int]:
        return [self.start(s) for s in self.scenario.play if isinstance(s, Type | Do | Together | Hold | Pass)
                and self.was_played(s) and after < self.start(s) < self.start(before)]

    def typists(self, start: int, end: int) -> list[str]:
        """Who was typed to between two positions."""
        return list(dict.fromkeys(e.actor for e in self.between(Typed, None, start, end)))

    def since(self, actor: str, step: Step) -> int:
        """From where on counts what `actor` is expected to have seen at `step`: since they last typed, or began.

        An actor who is no person (the server) counts from the last thing that anybody did.
        """
        if actor in self.began.accounts:
            return self._last((Typed, Started), actor, self.end(step)) or 0
        return max(self.last_act(step), self.last_typed(actor, self.end(step)) or 0)

    def top(self, number: int | None) -> int | None:
        """The number of the step of the play that holds this one."""
        return self._top_of[number].number if number in self._top_of else number
