"""A recording, read the way a judge asks about it: what did this person see since they last typed?

An index over events, made once; everything else is a look into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from harness.events import Capped, Event, Exited, LoginTried, NotTyped, Output, Settled, Signalled, Started, Typed
from harness.judge.echo import Said, without_echo
from harness.judge.timeline import Timeline
from harness.scenario.matching import fold, visible
from harness.scenario.model import Step
from harness.wire import Held


class View(Timeline):
    """What people saw and what became of their programs, at each step of one play."""

    own: View | None = None  # the same with the program's own form of a line read as it is asked for

    @cached_property
    def names(self) -> list[str]:
        """The account names of the cast."""
        return [account for account, _ in self.began.accounts.values()]

    def text(self, actor: str, start: int, end: int) -> str:
        """What `actor`'s terminal showed between two positions, without the echo of the line typed at `start`."""
        event = self.events[start] if start < len(self.events) else None
        if not isinstance(event, Typed) or event.actor != actor:
            return self._raw(actor, start, end)
        said = self._said(start, end)
        return without_echo(said, self._others(actor, start)) if said.repeated else said.shown

    def _raw(self, actor: str, start: int, end: int) -> str:
        return visible(b"".join(e.data for e in self.between(Output, actor, start, end)))

    def _said(self, at: int, end: int) -> Said:
        event = self.events[at]
        assert isinstance(event, Typed)
        asked = self._raw(event.actor, self.born(event.actor, at), at).rstrip().rpartition("\n")[2]
        return Said(event.data.decode(errors="replace").strip("\n"), asked, self._raw(event.actor, at, end), event.what)

    def _others(self, actor: str, this: int) -> list[Said]:
        """The other lines and names typed to the program that had the one typed at `this`."""
        born = self.born(actor, this)
        return [self._said(at, self._next_typed(actor, at)) for at in self.places((Typed,), actor)
                if at != this and getattr(self.events[at], "what", "") in ("line", "name")
                and self.born(actor, at) == born]  # fmt: skip

    def content(self, stored: bytes) -> bytes:
        """What a file holds: what is stored."""
        return stored

    def seen(self, actor: str, step: Step) -> str:
        """What `actor` has seen at `step`, since they last typed."""
        return self.text(actor, self.since(actor, step), self.end(step))

    def without_menu(self, actor: str, step: Step) -> str:
        """What `actor` has seen at `step` without what follows every answer: the last lines of their welcome."""
        typed, seen = self.last_typed(actor, self.end(step)), self.seen(actor, step).rstrip().splitlines()
        menu = self.welcome(actor, typed).rstrip().splitlines() if typed is not None else []
        while seen and menu and seen[-1].strip() == menu[-1].strip():
            seen.pop(), menu.pop()
        return "\n".join(seen)

    def answer(self, actor: str, number: int) -> str | None:
        """What the line typed in step `number` was answered: to `actor`, or else to whoever typed it; None: nobody."""
        typed = [at for at in self.places((Typed,))
                 if self.events[at].step == number and not getattr(self.events[at], "goes_on", False)]  # fmt: skip
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
        acts = self._acts(step, after=typed)
        if acts:
            return self.text(actor, acts[0], end)
        answer = self.text(actor, typed, end).strip()
        return answer.removesuffix(self.prompt(actor, typed)).strip()

    def typed_line(self, actor: str, step: Step) -> str:
        """The line that `actor` typed last."""
        at = self.last_typed(actor, self.end(step))
        event = self.events[at] if at is not None else None
        return event.data.decode(errors="replace").strip() if isinstance(event, Typed) else ""

    def typed_what(self, actor: str, step: Step) -> str:
        """What kind of thing `actor` typed last: line | key | raw | name | password, "" for nothing."""
        at = self.last_typed(actor, self.end(step))
        event = self.events[at] if at is not None else None
        return event.what if isinstance(event, Typed) else ""

    def _next_typed(self, actor: str, after: int) -> int:
        later = self.places((Typed, Started), actor, after + 1)
        return next((at for at in later if not getattr(self.events[at], "goes_on", False)), len(self.events))

    def within(self, step: Step) -> Iterator[Event]:
        """The events of a step, those of its group included."""
        return iter(self.events[self.start(step) : self.end(step)])

    def settled(self, step: Step, actor: str) -> Settled | None:
        """How it became still after `actor` was last typed to, in the step that typed it."""
        typed = self.last_typed(actor, self.end(step))
        if typed is None:
            return None
        number = self.events[typed].step
        found = self.between(Settled, None, typed, self.end(step))
        mine = [e for e in found if e.step in (number, self.top(number))]
        return mine[-1] if mine else None

    def settled_now(self, step: Step) -> Settled | None:
        """The last settling up to the end of this step."""
        before = self.places((Settled,), end=self.end(step))
        event = self.events[before[-1]] if before else None
        return event if isinstance(event, Settled) else None

    def gone(self, actor: str, position: int) -> Exited | None:
        """How `actor`'s program ended, if it is not running at a position; None while it runs."""
        before = self.places((Started, Exited), actor, end=position)
        event = self.events[before[-1]] if before else None
        return event if isinstance(event, Exited) else None

    def not_typed(self, step: Step, actor: str) -> NotTyped | None:
        """The line of this step that could not be typed, if so."""
        return next(iter(self.between(NotTyped, actor, self.start(step), self.end(step))), None)

    def login(self, step: Step, actor: str) -> LoginTried | None:
        """How this step's login ended."""
        return next(iter(self.between(LoginTried, actor, self.start(step), self.end(step))), None)

    def capped(self, actor: str, position: int) -> bool:
        """Whether some of what this actor printed was not kept."""
        return any(event.what == "output" for event in self.between(Capped, actor, end=position))

    def paused(self, actor: str, position: int) -> bool:
        """Whether this actor's program stands still, or waits for bytes that are held, because the scenario says so."""
        if self._held(actor, position):
            return True
        at = self._last((Signalled, Started), actor, position)
        event = self.events[at] if at is not None else None
        return isinstance(event, Signalled) and event.signal == "SIGSTOP"

    def _held(self, actor: str, position: int) -> bool:
        """Whether the network keeps back what travels to this actor, or from it."""
        sides: set[str] = set()
        for event in self.between(Held, actor, end=position):
            told = {"server", "client"} if event.to == "both" else {event.to}
            sides = sides - told if event.released else sides | told
        return bool(sides)

    def prompt(self, actor: str, before: int) -> str:
        """The line that this actor's program asks with once it is in; "" where none was seen."""
        lines = [line for line in self.welcome(actor, before).splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""

    def welcome(self, actor: str, before: int) -> str:
        """All that this actor's terminal showed as it was let in, up to its prompt; "" where nothing was seen."""
        for at in reversed(self.places((LoginTried,), actor, end=before)):
            if getattr(self.events[at], "result", "") == "in":
                return self.text(actor, self.last_typed(actor, at) or 0, at)
        return ""

    def only_prompt(self, actor: str, step: Step) -> bool:
        """Whether all that `actor` has seen since they last typed is the prompt: some last lines of their welcome."""
        typed, seen = self.last_typed(actor, self.end(step)), fold(self.seen(actor, step))
        welcome = fold(self.welcome(actor, typed)) if typed is not None else ""
        prompt = fold(self.prompt(actor, typed)) if typed is not None else ""
        return not seen or (bool(prompt) and seen.endswith(prompt) and welcome.endswith(seen))
