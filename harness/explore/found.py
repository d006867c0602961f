"""What failed under an order or a condition, made smaller and written as a file that anybody can play."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from harness.explore.draw import explored
from harness.explore.orders import Schedule, at_once, groups
from harness.explore.shrink import LOOKS, Budget, Often, Shrinker
from harness.explore.written import folded, same, text_of
from harness.players import Setting, Task, play
from harness.scenario.assignment import Assignment
from harness.scenario.drawn import drawn
from harness.scenario.loader import load_file, load_text
from harness.scenario.mistakes import Mistakes
from harness.scenario.model import Plays, Scenario
from harness.verdict import Outcome

# Below --out.
FOLDER = "found"
# What turns out to fail less surely than the whole gives way to the one before it, so often at most.
STEPS_BACK = 4


@dataclass(frozen=True, slots=True)
class Failure:
    """A play that failed: the scenario with its schedule and its conditions, and the code of what went wrong."""

    scenario: Scenario
    seed: int
    code: str
    tame: Schedule  # an order in which it passes, as far as is known


@dataclass(frozen=True, slots=True)
class Found:
    """The file that was written. `often`: how often it failed when it was played."""

    path: Path
    often: Often
    smaller: bool  # whether anything was left out
    provoked: bool  # whether it passes where nothing provokes it


@dataclass(frozen=True, slots=True)
class Finder:
    """Makes failures of one run smaller. `folder`: where files go; `words`: what stands behind their path to play them;
    `doing`: is told what is done now."""

    setting: Setting
    folder: Path
    words: str
    doing: Callable[[str], None] = lambda _: None

    def find(self, failure: Failure, budget: Budget) -> Found | None:
        """The smallest that was found, in a file; None if it cannot be written down, or fails
        without what was to provoke it."""
        if not self._fits(failure.scenario):
            return None
        number = 0

        def played(scenario: Scenario) -> Outcome:
            nonlocal number
            number += 1
            self.doing(f"making it smaller, play {number}: {scenario.title}")
            return self._play(scenario, failure.seed)

        shrinker = Shrinker(played, failure.code, failure.tame, self._fits, budget)
        _, often = shrinker.shrink(failure.scenario)
        if often.failed and shrinker.tame is None and not failure.scenario.schedule:
            return None  # its own file shows it as well, on any network
        path = self.folder / FOLDER / f"{_slug(failure.scenario.title)}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        smallest, often = self._surest(shrinker, often, path)
        found = Found(path, often, smallest != failure.scenario, shrinker.tame is not None)
        path.write_text(text_of(smallest, folded(self._comments(failure, found, smallest))), encoding="utf-8")
        return found

    def _surest(self, shrinker: Shrinker, often: Often, path: Path) -> tuple[Scenario, Often]:
        """The smallest that fails as surely as the whole does when it is played as anybody will: from the file."""
        for candidate in shrinker.accepted[:0:-1][:STEPS_BACK]:
            path.write_text(text_of(candidate), encoding="utf-8")
            loaded = _only(load_file(path, self.setting.assignment))
            of_file = replace(shrinker, budget=Budget(plays=LOOKS)).often(loaded)
            if of_file.failed and (of_file.failed == of_file.plays or often.failed < often.plays):
                return candidate, of_file
        return shrinker.accepted[0], often

    def _play(self, scenario: Scenario, seed: int) -> Outcome:
        kept = replace(self.setting, keep=self.setting.workshop / "smaller")
        return play(kept, Task(0, scenario, seed))[0]

    def _fits(self, scenario: Scenario) -> bool:
        """Whether a file can say it, and nothing else."""
        return fits(scenario, self.setting.assignment)

    def _comments(self, failure: Failure, found: Found, smallest: Scenario) -> list[str]:
        fails = f"{self.setting.subject.name} failed {found.often.said} of this" if found.often.plays else ""
        tame = " and passed when every answer was waited for" if found.provoked and failure.scenario.schedule else ""
        said = [f"{fails}{tame}." if fails else "",
                f"Made from {failure.scenario.key}" + ("; what its failure does not need is left out." if found.smaller
                                                        else ".")]  # fmt: skip
        if smallest.schedule:
            said.append("`schedule` says what arrives first at the server; `at once`: with no answer between.")
        return [*filter(None, said), "To play it again:", f"  {again(found.path, self.words, failure.seed)}"]


def again(path: Path, words: str, seed: int) -> str:
    """The command that plays a file that was found."""
    return f"harness run {shlex.quote(str(path))} --seed {seed} {words}".rstrip()


def fits(scenario: Scenario, assignment: Assignment) -> bool:
    """Whether a file can say this scenario: what is read from it is the same."""
    if any(isinstance(step, Plays) for step in scenario.steps()):
        return False
    try:
        return same(_only(load_text(text_of(scenario), "found.yaml", assignment)), scenario)
    except Mistakes:
        return False


def in_turn(scenario: Scenario, assignment: Assignment, seed: int) -> Schedule:
    """The order in which everybody's answer is waited for, as the play says it."""
    orders = explored(groups(drawn(scenario, seed), assignment.moves_files), 2, seed)
    return next((order for order in orders if order and not at_once(order)), ())


def _only(scenarios: list[Scenario]) -> Scenario:
    return scenarios[0]


def _slug(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:60]
