"""Whom the server stopped serving while it ran on: a thread waited on their connection, and then none did. Pure.

A thread that ends without a word (an exception that is caught and forgotten, a
`break` too many) leaves a client behind that may go on asking for lines. What
fails then fails steps later, and nothing on any terminal says why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.events import Settled, Typed
from harness.judge.view import View

# Only what is proved says where every thread is: one that runs may come back to its connection.
_PROVED = ("still", "stuck", "until")
# A connection on which the server waited this often lasts; clients that connect for each command are another matter.
_LASTING = 2


@dataclass(frozen=True, slots=True)
class Unserved:
    """From which line on nobody listened to a person."""

    line: str
    number: int  # of its step
    start: int  # where it was typed, and where it had settled
    end: int

    @property
    def clause(self) -> str:
        """"after 'LIST' (step 3)"."""
        return f"after {self.line!r} (step {self.number})"


def find_unserved(view: View, who: str, end: int) -> Unserved | None:
    """After which line of `who` the server's thread for them was gone, though both programs ran on."""
    often: Counter[str] = Counter()
    before: dict[str, int] = {}
    at = view.born(who, end)
    for position in range(at, end):
        event = view.events[position]
        if not isinstance(event, Settled) or event.evidence not in _PROVED:
            continue
        now = _served(view, event)
        threads = {wait.get("tid") for wait in event.waits}
        lost = [on for on, tid in before.items() if often[on] >= _LASTING and on not in now and tid not in threads]
        typed = [e for e in view.events[at:position] if isinstance(e, Typed)]
        if len(lost) == 1 and who in event.alive and {e.actor for e in typed} == {who} and typed[-1].what == "line":
            line = typed[-1].data.decode(errors="replace").strip()
            return Unserved(line, typed[-1].step or 0, view.events.index(typed[-1]), position)
        often.update(now)
        before, at = now, position
    return None


def _served(view: View, settled: Settled) -> dict[str, int]:
    """The connections on which a thread of the server waits, and which thread."""
    return {str(wait.get("on")): int(wait.get("tid", 0)) for wait in settled.waits
            if wait.get("actor") not in view.began.accounts and str(wait.get("on", "")).startswith("tcp connection")}
