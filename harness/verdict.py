"""What we conclude: four verdicts, the findings that carry them, and the outcome of one scenario.

Everything here is plain data. The judge makes it, grading adds it up, the
report chooses words and colours for it; nobody changes it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """Four, never two: *undecided* is never a pass and never costs a mark; *skipped* does not apply,
    or an aid failed that is marked elsewhere."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNDECIDED = "undecided"


# The worst comes first: one failed step fails its scenario, one undecided step leaves it undecided. Skipped stands
# before passed: of several plays, one that could not get to the point is not outvoted by those that did.
_WEIGHT = (Verdict.FAILED, Verdict.UNDECIDED, Verdict.SKIPPED, Verdict.PASSED)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a whole, from those of its parts. Nothing at all is undecided: an empty list proves nothing."""
    present = set(verdicts)
    return next((verdict for verdict in _WEIGHT if verdict in present), Verdict.UNDECIDED)


# The code of what can be judged in grading alone, since what it is judged by stays with the course. There is nothing
# in the play to look at.
IN_GRADING_ONLY = "in-grading-only"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check concluded.

    `sentence` says it whole, for people; `expected`, `seen` and `where` are the same for machines, never cut
    short. `likely` is what usually causes this: kept apart from what was seen. `code` is stable (docs/findings.md).
    """

    verdict: Verdict
    code: str
    sentence: str
    step: int | None = None  # Step.number; None: about the play as a whole
    place: str = ""  # file:line:column of the step
    actor: str = ""
    expected: str = ""
    seen: str = ""
    where: str = ""  # "yoda's terminal", "server/3331"
    near: str = ""  # the near miss: "would match without the comma"
    likely: str = ""
    hint: str = ""  # the teacher's hint of this step


@dataclass(frozen=True, slots=True)
class Explored:
    """What the plays of one scenario under many orders of delivery showed. Those that are undecided do not count.

    In some, something arrived at once behind something else: there luck decides. In the others every answer was
    waited for.
    """

    orders: int  # how many different ones were played
    there: int | None  # how many there are; None: more than anybody plays
    at_once: int = 0
    at_once_failed: int = 0
    in_turn: int = 0
    in_turn_failed: int = 0
    file: str = ""  # the scenario file that was made of the order in which it failed
    file_failed: int = 0  # how often that failed again
    file_plays: int = 0
    again: str = ""  # the command that plays the file

    @property
    def all(self) -> bool:
        """Whether there is no other order."""
        return self.orders == self.there


@dataclass(frozen=True, slots=True)
class Outcome:
    """What we conclude about one scenario: from one play, or from several together (judge/plays.py)."""

    scenario: str  # its name, with the value of `each` where it has one
    key: str  # PATH::NAME, what plays it again
    verdict: Verdict
    findings: Sequence[Finding]
    clause: str = ""
    marks: Sequence[str] = ()
    tags: Sequence[str] = ()
    seconds: float = 0.0
    evidence: dict[str, int] = field(default_factory=dict)  # how many steps rest on which rung of stillness
    recording: str = ""  # path of the recording, where it was kept
    plays: int = 1
    failed_plays: Sequence[int] = ()  # their seeds; of several plays only
    undecided_plays: Sequence[int] = ()
    skipped_plays: Sequence[int] = ()
    explored: Explored | None = None
    in_turn: bool = False  # the server's threads ran one at a time, and where they handed over hangs on the seed

    @property
    def divergence(self) -> Finding | None:
        """The first finding that decided the verdict, or None for a pass."""
        return next((f for f in self.findings if f.verdict is self.verdict), None) if self.bad else None

    @property
    def often(self) -> str:
        """How many of several plays went wrong: "failed 2 of 5 plays (seeds 1, 3)"; "" for one play, or if none did.

        Of explored orders: "failed 7 of 40 orders". They all have one seed.
        """
        unit = "orders" if self.explored and self.explored.orders == self.plays else "plays"
        said = []
        for word, seeds in (("failed", self.failed_plays), ("undecided in", self.undecided_plays),
                            ("skipped in", self.skipped_plays)):  # fmt: skip
            if seeds:
                of = f" {unit}" if word == "failed" else ""
                said.append(f"{word} {len(seeds)} of {self.plays}{of}{'' if self.explored else _seeds(seeds)}")
        return ", ".join(said)

    @property
    def bad(self) -> bool:
        """Whether this outcome needs somebody's attention."""
        return self.verdict in (Verdict.FAILED, Verdict.UNDECIDED)


def _seeds(seeds: Sequence[int]) -> str:
    """" (seeds 1, 3, 7 to 12)"."""
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    said = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f" (seed{'s' if len(seeds) > 1 else ''} {', '.join(said)})" if seeds else ""
