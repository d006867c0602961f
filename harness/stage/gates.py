"""What the scenario holds back on the wire, and lets go of: for one person, or for everybody until all are ready.

Held bytes wait at the relay and count as still. A *gate* holds what everybody
sends, so that a group that acts at one instant does so on the wire, and not only
at its keyboards; or an explorer takes what waits there one piece at a time, in
an order of its own, and lets everybody come to rest between two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

BOTH = ("server", "client")


class Holdable(Protocol):
    """One direction of a link: what waits in it, and how it is let go of."""

    held: bool

    @property
    def to(self) -> str:
        """The side that it travels to."""

    @property
    def waits(self) -> int:
        """Bytes that wait."""

    @property
    def ending(self) -> str:
        """How the sender has ended, "" while it has not."""

    @property
    def over(self) -> bool:
        """Whether nothing travels here any more."""


class Gates:
    """Which flows are held now."""

    def __init__(self) -> None:
        self._holds: set[tuple[str, str]] = set()
        self._gate: tuple[str, ...] = ()

    def hold(self, actor: str, to: str) -> None:
        """Hold what travels to or from somebody."""
        self._holds |= {(actor, side) for side in _sides(to)}

    def release(self, actor: str, to: str) -> None:
        """And no longer."""
        self._holds -= {(actor, side) for side in _sides(to)}

    def shut(self, to: str) -> None:
        """Hold what travels there, whoever it is from or for."""
        self._gate = _sides(to)

    def open(self) -> None:
        """And no longer."""
        self._gate = ()

    def holds(self, actor: str, to: str) -> bool:
        """Whether a flow is held."""
        return to in self._gate or (actor, to) in self._holds


def _sides(to: str) -> tuple[str, ...]:
    if to not in ("both", *BOTH):
        raise ValueError(f"expected server, client or both, got {to!r}")
    return BOTH if to == "both" else (to,)


def waiting(flows: Iterable[tuple[int, Holdable]]) -> list[tuple[int, str, int]]:
    """What waits at a gate: (link, the side that it travels to, its bytes; 0: only the sender's end waits)."""
    return [(link, flow.to, flow.waits) for link, flow in flows
            if flow.held and (flow.waits or (flow.ending and not flow.over))]  # fmt: skip


def in_order(there: Sequence[tuple[int, str, int]], order: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """What waits, those named in `order` first and in that order, the others behind as their links are numbered."""
    keys = [(link, to) for link, to, _ in there]
    first = [key for key in dict.fromkeys(order) if key in keys]
    return first + [key for key in keys if key not in first]
