"""What the harness found out after a hang: where the programs stand, and whether the server still serves. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.events import Asked, Lived
from harness.judge import sentences as say
from harness.judge.standing import told
from harness.judge.view import View

# Findings about somebody who waits, or who is waited for. (Part of an answer may have come before a hang: not-seen.)
HANGS = ("no-answer", "too-slow", "did-not-leave")


def afterwards(view: View, code: str, actors: Sequence[str]) -> Iterator[str]:
    """What is known of these actors after the play, in clauses: nothing, unless somebody hung."""
    if code not in HANGS and not (code == "not-seen" and any(isinstance(event, Lived) for event in view.events)):
        return
    standing = [clause for event in view.events if isinstance(event, Asked) and event.actor in actors
                for clause in told(event, say.program(view, event.actor))]
    if standing:
        yield "at the end of the play, " + ", ".join(standing)
    if code != "did-not-leave":
        yield from (_served(event) for event in view.events if isinstance(event, Lived))


def _served(event: Lived) -> str:
    """Whether the server served somebody new."""
    match event.result:
        case "served":
            answered = f", and {event.line} was answered" if event.line else ""
            return f"afterwards a new client could log in as {event.account}{answered}: the server still serves others"
        case "silent":
            return f"afterwards a new client could log in as {event.account}, and {event.line} had no answer"
        case "refused":
            return f"afterwards a new client could not log in as {event.account}: {event.why}"
        case "gone":
            return "afterwards a new client came, and the server ended"
    return f"afterwards a new client that wanted to log in as {event.account} had no answer either"
