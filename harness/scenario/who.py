"""Who is meant: a handle, `everyone`, `crowd`, `a, b and c`, `1 of a and b`, `everyone else`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.scenario.mistakes import nearest
from harness.scenario.model import Person, Quantifier

RESERVED = frozenset({"everyone", "else", "and", "of", "all", "nobody", "together", "times", "network"})
_OF = re.compile(r"(\d+) of (.+)")
SEPARATOR = re.compile(r"\s*,\s*and\s+|\s*,\s*|\s+and\s+")


@dataclass(frozen=True, slots=True)
class Who:
    """People (and the server) that a step names. `several`: their verb stands in the plural."""

    handles: tuple[str, ...]
    quantifier: Quantifier = Quantifier.ALL
    several: bool | None = False  # None: either form is good English


class Unknown(ValueError):
    """A group that cannot be resolved; `meant` is the nearest name."""

    def __init__(self, what: str, meant: str = "") -> None:
        super().__init__(what)
        self.meant = meant


@dataclass(slots=True)
class People:
    """The cast as the play names it, and the people of the step before, for `everyone else`."""

    cast: Sequence[Person]
    server: str | None
    crowds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    before: tuple[str, ...] | None = None

    @property
    def handles(self) -> tuple[str, ...]:
        """Everyone of the cast, in its order."""
        return tuple(person.handle for person in self.cast)

    def person(self, handle: str) -> Person | None:
        """The person of this handle; None for the server."""
        return next((person for person in self.cast if person.handle == handle), None)

    def names(self) -> list[str]:
        """Every word that may name somebody."""
        server = [self.server] if self.server else []
        return [*self.handles, *self.crowds, *server, "everyone"]

    def knows(self, actor: str) -> bool:
        """Whether there is such an actor, with a folder of its own."""
        return actor in self.handles or (self.server is not None and actor == self.server)

    def find(self, text: str) -> Who | None:
        """Who is meant, or None."""
        try:
            return self.resolve(text)
        except Unknown:
            return None

    def resolve(self, text: str) -> Who:
        """Who is meant. Raises Unknown."""
        one = _OF.fullmatch(text)
        if one is None:
            return self._group(text)
        who = self._group(one[2])
        if one[1] != "1":
            raise Unknown(f"`{one[1]} of` is unknown: only `1 of` can be said", f"1 of {one[2]}")
        if len(who.handles) < 2:
            raise Unknown(f"`1 of` needs two people or more, got {one[2]!r}")
        return Who(who.handles, Quantifier.ONE, several=False)

    def _group(self, text: str) -> Who:
        if text == "everyone else":
            return Who(self._others(), several=False)
        parts = SEPARATOR.split(text)
        handles = tuple(handle for part in parts for handle in self._members(part))
        twice = next((handle for handle in handles if handles.count(handle) > 1), None) if len(parts) > 1 else None
        if twice:
            raise Unknown(f"{twice!r} is named twice in {text!r}")
        return Who(handles, several=None if text in self.crowds else len(parts) > 1)

    def _members(self, name: str) -> Iterator[str]:
        if name == "everyone":
            if not self.cast:
                raise Unknown("`everyone` is nobody: the cast is empty")
            yield from self.handles
        elif name in self.crowds:
            yield from self.crowds[name]
        elif self.knows(name):
            yield name
        else:
            raise Unknown(f"nobody is called {name!r}", nearest(name, self.names()))

    def _others(self) -> tuple[str, ...]:
        if self.before is None:
            raise Unknown("`everyone else` needs a step before it that names somebody")
        others = tuple(handle for handle in self.handles if handle not in self.before)
        if not others:
            raise Unknown("`everyone else` is nobody: the step before names all of the cast")
        return others
