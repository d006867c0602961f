"""Torn reads: a piece of a text where others saw all of it. Beside the model, to which such an answer is unreadable."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from harness.judge.concurrency.history import Asked, History
from harness.judge.concurrency.operations import Listing
from harness.judge.miss import Miss


@runtime_checkable
class Tearing(Protocol):
    """A model that knows a piece of a text when it sees it."""

    def scraps(self, request: Any, shown: str, others: list[Any]) -> list[tuple[str, str]]:
        """Pieces of texts on a screen, each with the whole text."""


def find_torn(history: History, model: Any) -> Miss | None:
    """A read that shows only a piece of a text that another one shows whole: so it is no way of showing texts."""
    if not (isinstance(model, Tearing) and isinstance(model, Listing)):
        return None
    requests = [one.operation.request for one in history.asked]
    whole = [one for one in history.asked if one.whole]
    for one in whole:
        for piece, text in model.scraps(one.operation.request, one.shown, requests):
            other = _who_saw(text, whole, model)
            # A line that the model makes nothing of may have brought the piece as a text of its own.
            if other is not None and not any(typed.line.split()[-1:] == piece.split()[-1:] for typed in history.asked):
                return Miss("torn", f"{one.actor} read {piece!r} where {other.actor} read {text!r}", text, piece,
                            where=f"{one.actor}'s terminal",
                            likely="This is what happens when a text is read while it is being written, or when one "
                                   "recv() is taken for a whole message.")  # fmt: skip
    return None


def _who_saw(text: str, whole: list[Asked], model: Any) -> Asked | None:
    """Somebody to whom a readable answer showed this text."""
    for one in whole:
        shown = model.shows(one.operation.request, one.operation.reply) or ()
        if any(isinstance(entry, tuple) and entry[-1] == text for entry in shown):
            return one
    return None
