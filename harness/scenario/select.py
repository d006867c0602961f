"""Which scenarios are meant: files under a path, names after `::`, tags."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from harness.scenario.assignment import Assignment
from harness.scenario.loader import load_file
from harness.scenario.mistakes import Mistake, Mistakes
from harness.scenario.model import Scenario

# Scenarios that hold the reference answer to its exact wording; other programs are free in theirs.
REFERENCE = "reference"
# YAML files of an assignment's folder that hold no scenarios.
_OTHERS = ("assignment.yaml", "rubric*.yaml", "protocol.yaml", "subject.yaml")


class NoSuchScenario(Exception):
    """A path or a name that selects nothing; the message names the nearest there is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """PATH[::NAME] as given on the command line."""

    path: Path
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Wanted:
        """Split at the first `::`."""
        path, _, name = text.partition("::")
        return cls(Path(path), name)


def scenario_files(path: Path) -> list[Path]:
    """The scenario files that a path stands for. Raises NoSuchScenario."""
    if path.is_dir():
        return sorted(f for f in path.rglob("*.yaml") if not _other(f) and not _hidden(f, path))
    if not path.exists():
        near = difflib.get_close_matches(path.name, [f.name for f in path.parent.glob("*.yaml")], n=1)
        meant = f" (did you mean {path.parent / near[0]}?)" if near else ""
        raise NoSuchScenario(f"{path}: there is no such file or folder{meant}")
    return [path]


def _other(file: Path) -> bool:
    return any(fnmatchcase(file.name, pattern) for pattern in _OTHERS)


def _hidden(file: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(below).parts)


def load_all(wanted: Iterable[Wanted], assignment: Assignment) -> list[Scenario]:
    """Every scenario meant, in order, each once. Raises Mistakes with those of all files, or NoSuchScenario."""
    found: dict[str, Scenario] = {}
    mistakes: list[Mistake] = []
    for want in wanted:
        here: list[Scenario] = []
        for file in scenario_files(want.path):
            try:
                here += load_file(file, assignment)
            except Mistakes as exc:
                mistakes += exc.mistakes
        if not mistakes:
            found.update((s.key, s) for s in _named(here, want))
    if mistakes:
        raise Mistakes(mistakes)
    return list(found.values())


def _named(scenarios: Sequence[Scenario], want: Wanted) -> list[Scenario]:
    """The scenarios of this name; the name of a scenario with `each` stands for all of its cases."""
    if not want.name:
        return list(scenarios)
    chosen = [s for s in scenarios if want.name in (s.name, s.title)]
    if not chosen:
        near = difflib.get_close_matches(want.name, [s.title for s in scenarios], n=1, cutoff=0.4)
        meant = f" (did you mean {near[0]!r}?)" if near else ""
        raise NoSuchScenario(f"{want.path}: no scenario is called {want.name!r}{meant}")
    return chosen


def select(scenarios: Iterable[Scenario], only: Sequence[str], *, wording_free: bool,
           variant: str = "") -> list[Scenario]:
    """Those of this variant with one of the tags; for a program that is free in its wording, none that judges it.

    (Unless that was asked for by its tag.)
    """
    chosen = [s for s in scenarios if s.applies_to(variant) and (not only or set(only) & {*s.tags, *s.marks})]
    return [s for s in chosen if not (wording_free and REFERENCE in s.tags and REFERENCE not in only)]
