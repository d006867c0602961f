"""A failing order made smaller: what does not matter for the failure is left out, as long as it still fails.

A smaller scenario may fail for a reason of its own (nobody creates the thread
any more). So it counts only if it fails with the same code, and passes where
nothing provokes it: one after the other, and with a network that only passes
on. A race may need luck, so every candidate is played a few times; an order of
commands needs none, so what a candidate does not force must not matter.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from harness.explore.anywhere import anywhere
from harness.explore.orders import Schedule, at_once
from harness.explore.smaller import smaller
from harness.scenario.model import Scenario
from harness.verdict import Outcome, Verdict

# The first look at how often it fails, and the last.
LOOKS = 5
# A candidate that fails as often as the whole is to be missed in at most one of ten.
MISSED = 0.1
MOST_TRIES = 8
# A candidate of what fails every time must fail so many times more; one of which less is forced, for luck may have
# taken its place, more often.
SURE, SURER = 2, 4
# In so many places what is not forced is tried at most: all there are for one of seven people, or for three.
PLACES = 8

Play = Callable[[Scenario], Outcome]


@dataclass(slots=True)
class Budget:
    """How much may be played: so many plays, and no new one after so many seconds."""

    plays: int = 80
    seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    begun: float | None = None

    def take(self) -> bool:
        """Whether one more may be played; takes it."""
        self.begun = self.clock() if self.begun is None else self.begun
        if self.plays <= 0 or self.clock() - self.begun >= self.seconds:
            return False
        self.plays -= 1
        return True


@dataclass(frozen=True, slots=True)
class Often:
    """How often something failed, of how many plays."""

    failed: int = 0
    plays: int = 0

    @property
    def said(self) -> str:
        """"3 of 5 plays"."""
        return f"{self.failed} of {self.plays} play{'' if self.plays == 1 else 's'}"

    @property
    def tries(self) -> int:
        """How often to play what fails as often as this before one believes that it does not fail."""
        if self.failed == self.plays:
            return 1
        if not self.failed:
            return MOST_TRIES
        return min(MOST_TRIES, math.ceil(math.log(MISSED) / math.log(1 - self.failed / self.plays)))


class _Spent(Exception):
    """No more may be played."""


@dataclass(slots=True)
class Shrinker:
    """Makes one failing scenario smaller.

    `tame`: an order in which the whole passes; None if there is none, and then no step can be left out, for nobody
    could tell whose fault a failure is. `fits`: whether a candidate can be written down at all.
    """

    play: Play
    code: str
    tame: Schedule | None
    fits: Callable[[Scenario], bool] = lambda _: True
    budget: Budget = field(default_factory=Budget)
    tries: int = 1
    accepted: list[Scenario] = field(default_factory=list)  # ever smaller ones, the first of them the whole

    @property
    def smallest(self) -> Scenario:
        """The smallest that was found so far."""
        return self.accepted[-1]

    def shrink(self, scenario: Scenario) -> tuple[Scenario, Often]:
        """The smallest that was found, and how often the whole failed when it was played again."""
        self.accepted, often = [scenario], Often()
        try:
            often = self.often(scenario)
            if often.failed:
                self.tries = often.tries
                if self.tame is not None and self._played(tamed(scenario, self.tame)).verdict is not Verdict.PASSED:
                    self.tame = None
                self._make_smaller()
        except _Spent:
            pass
        return self.smallest, often

    def often(self, scenario: Scenario) -> Often:
        """How often this fails."""
        failed = sum(self._fails_once(scenario) for _ in range(LOOKS))
        return Often(failed, LOOKS)

    def _make_smaller(self) -> None:
        """Take the first candidate that fails as well, and begin again from there, until none is left."""
        told: list[Scenario] = []
        while True:
            for candidate in smaller(self.smallest, steps=self.tame is not None):
                if candidate not in told and self.fits(candidate) and self._will_do(candidate):
                    self.accepted.append(candidate)
                    break
                told.append(candidate)
            else:
                return

    def _will_do(self, candidate: Scenario) -> bool:
        """Whether it fails, about as surely as the whole does, and for the same cause."""
        if not self._fails_soon(candidate) or not self._passes_tamed(candidate):
            return False
        if not self._fails_wherever(candidate):
            return False
        less_forced = candidate.play == self.smallest.play
        more = (SURER if less_forced else SURE) if self.tries == 1 else 1
        return all(self._fails_soon(candidate) for _ in range(more))

    def _fails_wherever(self, candidate: Scenario) -> bool:
        """Whether it fails wherever the rest of a whole order arrives. (Of a race no file can promise as much.)"""
        whole = self.accepted[0].schedule
        free = [] if at_once(whole) else anywhere(candidate, whole, PLACES)
        return all(self._fails_soon(replace(candidate, schedule=order)) for order in free)

    def _fails_soon(self, candidate: Scenario) -> bool:
        return any(self._fails_once(candidate) for _ in range(self.tries))

    def _fails_once(self, scenario: Scenario) -> bool:
        outcome = self._played(scenario)
        found = outcome.divergence
        return outcome.verdict is Verdict.FAILED and found is not None and found.code == self.code

    def _passes_tamed(self, candidate: Scenario) -> bool:
        """Whether what is left passes one after the other; where only the schedule became smaller, it does."""
        if self.tame is None or candidate.play == self.smallest.play:
            return True
        return self._played(tamed(candidate, self.tame)).verdict is Verdict.PASSED

    def _played(self, scenario: Scenario) -> Outcome:
        if not self.budget.take():
            raise _Spent
        return self.play(scenario)


def tamed(scenario: Scenario, order: Schedule) -> Scenario:
    """The scenario with nothing that provokes it: in this order, as far as it has its steps, and no condition."""
    there = {step.number for step in scenario.steps()}
    network = scenario.network and replace(scenario.network, conditions=(), imposed=())
    return replace(scenario, schedule=tuple(one for one in order if one.step in there), network=network)
