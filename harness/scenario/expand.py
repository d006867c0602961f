"""`{x}`: replaced where x is declared, left alone where it is not, and a mistake where it nearly is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import Place

BRACES = re.compile(r"\{([A-Za-z_][\w-]*)\}")
# Known only when the play runs: the director puts them in.
LATE = frozenset({"port", "host"})
# They have a meaning of their own and cannot be declared.
OWN = frozenset({"n", "name", "port", "host"})
# {titel} is {title}; {m} is not {n}.
ALIKE = 0.75


@dataclass(slots=True)
class Values:
    """The values that one play declares. `own`: of the document (`with`, `each`), shown in a step's text as well."""

    found: Collector
    shared: Mapping[str, str] = field(default_factory=dict)  # the assignment's
    elsewhere: frozenset[str] = frozenset()  # declared by other variants of the assignment, and not by this one
    own: Mapping[str, str] = field(default_factory=dict)
    crowds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> accounts
    used: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)
    count: str | None = None  # {n}

    def fill(self, text: str, place: Place, /, **extra: str) -> str:
        """Replace what is declared, once: a value that contains braces is not looked into."""
        return BRACES.sub(lambda match: self._value(match, place, extra), text)

    def shown(self, text: str) -> str:
        """A step's own words for people to read: only the document's values and {n} are put in."""
        mine = {**self.own, **({"n": self.count} if self.count else {})}
        return BRACES.sub(lambda match: mine.get(match[1], match[0]), text)

    def _value(self, match: re.Match[str], place: Place, extra: Mapping[str, str]) -> str:
        name = match[1]
        if name == "n" and self.count is not None:
            return self.count
        for source in (extra, self.own, self.shared):
            if name in source:
                self.used.add(name)
                return source[name]
        if name in LATE:
            self.needs.add(name)
        else:
            self._undeclared(name, place, extra)
        return match[0]

    def _undeclared(self, name: str, place: Place, extra: Mapping[str, str]) -> None:
        if name in self.crowds:
            self.found.error(place, f"`{{{name}}}` stands for each of the crowd only in `sees each once`")
        elif name == "name":
            self.found.error(place, "`{name}` is the account of one who types: write it in typed text")
        elif name == "n":
            self.found.warn(place, "`{n}` counts only inside of `N times`: here it is text")
        elif name in self.elsewhere:
            self.found.error(place, f"`{{{name}}}` is not declared in every variant: say with `variants` in which")
        elif meant := nearest(name, {*self.shared, *self.own, *self.crowds, *LATE, *extra}, ALIKE):
            self.found.error(place, f"`{{{name}}}` is not declared", f"{{{meant}}}")
        else:
            self.found.warn(place, f"`{{{name}}}` is not declared: it is taken as it stands")


def fill_late(text: str, values: Mapping[str, str]) -> str:
    """Put in what only the run knows: {port}, {host}. Other braces stay."""
    return BRACES.sub(lambda match: values.get(match[1], match[0]) if match[1] in LATE else match[0], text)
