"""A recording, read the way a judge asks about it: what did this person see since they last typed?

An index over events, made once; everything else is a look into it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from harness.events import Capped, Event, Exited, LoginTried, NotTyped, Output, Recording, Settled, Started, StepBegan, Typed
from harness.scenario.matching import visible
from harness.scenario.model import Do, Pass, Scenario, Step, Together, Type, walk


class View:
    """One play: its scenario beside its recording. Positions are indices into `recording.events`."""

    def __init__(self, scenario: Scenario, recording: Recording) -> None:
        self.scenario = scenario
        self.events = recording.events
        self.began = recording.began
        self._starts = {e.step: at for at, e in enumerate(self.events) if isinstance(e, StepBegan) and e.step}
        self._tops = sorted(self._starts[step.number] for step in scenario.play if step.number in self._starts)
        self._top_of = {inner.number: top for top in scenario.play for inner in walk([top])}

    @cached_property
    def names(self) -> list[str]:
        """The account names of the cast."""
        return [account for account, _ in self.began.accounts.values()]

    @cached_property
    def actors(self) -> list[str]:
        """Everybody whose program was started, in order."""
        return list(dict.fromkeys(e.actor for e in self.events if isinstance(e, Started)))

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
        at = self._starts[self._top_of[step.number].number]
        later = bisect_left(self._tops, at + 1)
        return self._tops[later] if later < len(self._tops) else self.over

    @cached_property
    def over(self) -> int:
        """Where the play is over: what comes behind (a last look, our own clearing up) belongs to no step."""
        last = self._tops[-1] if self._tops else 0
        return next((at for at in range(last, len(self.events)) if self.events[at].step is None), len(self.events))

    def last_typed(self, actor: str, before: int) -> int | None:
        """Where this actor was last typed to, before a position."""
        return self._last(Typed, actor, before)

    def _last(self, kind: type[Typed] | type[Started], actor: str, before: int) -> int | None:
        for at in range(before - 1, -1, -1):
            event = self.events[at]
            if isinstance(event, kind) and event.actor == actor:
                return at
        return None

    def since(self, actor: str, step: Step) -> int:
        """From where on counts what `actor` is expected to have seen at `step`: since they last typed.

        An actor who never types (the server) counts from the last thing that anybody did.
        """
        typed = self.last_typed(actor, self.end(step))
        if typed is not None:
            return typed
        acts = [self.start(s) for s in self.scenario.play
                if isinstance(s, Type | Do | Together | Pass) and self.was_played(s) and self.start(s) < self.start(step)]
        return acts[-1] if acts else 0

    def text(self, actor: str, start: int, end: int) -> str:
        """What `actor`'s terminal showed between two positions, without the echo of the line typed at `start`."""
        data = b"".join(e.data for e in self.events[start:end] if isinstance(e, Output) and e.actor == actor)
        shown = visible(data)
        event = self.events[start] if start < len(self.events) else None
        if isinstance(event, Typed) and event.actor == actor:
            shown = without_echo(shown, event.data)
        return shown

    def seen(self, actor: str, step: Step) -> str:
        """What `actor` has seen at `step`, since they last typed."""
        return self.text(actor, self.since(actor, step), self.end(step))

    def answer(self, actor: str, number: int) -> str | None:
        """What the line typed in step `number` was answered: to `actor`, or else to whoever typed it; None: nobody did."""
        typed = [at for at, event in enumerate(self.events) if isinstance(event, Typed) and event.step == number]
        own = [at for at in typed if getattr(self.events[at], "actor", "") == actor]
        for at in own or typed[-1:]:
            event = self.events[at]
            assert isinstance(event, Typed)
            return self.text(event.actor, at, self._next_typed(event.actor, at))
        return None

    def unasked(self, actor: str, step: Step) -> str:
        """What came up to the end of `step` that is no answer to `actor`'s own line: after that one had settled.

        If that line is the last thing that happened, all of its answer but the prompt.
        """
        end, typed = self.end(step), self.last_typed(actor, self.end(step))
        if typed is None:
            return self.text(actor, self.since(actor, step), end)
        acts = [self.start(s) for s in self.scenario.play if isinstance(s, Type | Do | Together | Pass)
                and self.was_played(s) and typed < self.start(s) < self.start(step)]
        if acts:
            return self.text(actor, acts[0], end)
        answer = self.text(actor, typed, end).strip()
        return answer.removesuffix(self.prompt(actor, typed)).strip()

    def typed_words(self, actor: str, step: Step) -> list[str]:
        """The words of the line that `actor` typed last."""
        at = self.last_typed(actor, self.end(step))
        event = self.events[at] if at is not None else None
        return event.data.decode(errors="replace").split() if isinstance(event, Typed) else []

    def _next_typed(self, actor: str, after: int) -> int:
        for at in range(after + 1, len(self.events)):
            event = self.events[at]
            if isinstance(event, Typed | Started) and event.actor == actor:
                return at
        return len(self.events)

    def within(self, step: Step) -> Iterator[Event]:
        """The events of a step, those of its group included."""
        return iter(self.events[self.start(step) : self.end(step)])

    def settled(self, step: Step, actor: str | None = None) -> Settled | None:
        """How it became still after `actor` was last typed to; without an actor, the last time up to this step."""
        end = self.end(step)
        start = self.last_typed(actor, end) if actor else None
        found = [e for e in self.events[start or 0 : end] if isinstance(e, Settled)]
        if start is not None:
            return found[0] if found else None
        return found[-1] if found else None

    def settled_now(self, step: Step) -> Settled | None:
        """The last settling up to the end of this step."""
        return next((e for e in reversed(self.events[: self.end(step)]) if isinstance(e, Settled)), None)

    def gone(self, actor: str, position: int) -> Exited | None:
        """How `actor`'s program ended, if it is not running at a position; None while it runs."""
        for event in reversed(self.events[:position]):
            if isinstance(event, Started) and event.actor == actor:
                return None
            if isinstance(event, Exited) and event.actor == actor:
                return event
        return None

    def not_typed(self, step: Step, actor: str) -> NotTyped | None:
        """The line of this step that could not be typed, if so."""
        return next((e for e in self.within(step) if isinstance(e, NotTyped) and e.actor == actor), None)

    def login(self, step: Step, actor: str) -> LoginTried | None:
        """How this step's login ended."""
        return next((e for e in self.within(step) if isinstance(e, LoginTried) and e.actor == actor), None)

    def capped(self, actor: str, position: int) -> bool:
        """Whether some of what this actor printed was not kept."""
        return any(isinstance(e, Capped) and e.actor == actor for e in self.events[:position])

    def prompt(self, actor: str, before: int) -> str:
        """The line that this actor's program asks with once it is in; "" where none was seen."""
        for event in reversed(self.events[:before]):
            if isinstance(event, LoginTried) and event.actor == actor and event.result == "in":
                at = self.events.index(event)
                start = self.last_typed(actor, at)
                lines = [ln for ln in self.text(actor, start or 0, at).splitlines() if ln.strip()]
                return lines[-1].strip() if lines else ""
        return ""


def without_echo(shown: str, typed: bytes) -> str:
    """Take away the line that was typed, where the program (or its line editor) shows it again as the first thing."""
    line = typed.decode(errors="replace").strip("\n")
    first, _, rest = shown.partition("\n")
    # A whole line: "Yoda has already logged in" is an answer to the name "Yoda", not its echo.
    return rest if line and first.strip() == line.strip() else shown
