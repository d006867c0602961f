"""By what a cohort is graded: what was asked for, and the scenarios, the rubric and the seed that come of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.cohort import wanted_plays
from harness.course import Course, Options, choose
from harness.exits import Wrong
from harness.grade.rubric import load_rubric
from harness.grade.scheme import Rubric
from harness.grade.store import Store
from harness.scenario.model import Scenario

# So many cohorts differ in what is typed; a seed is copied by hand now and then.
SEEDS = 999_999


@dataclass(frozen=True, slots=True)
class GradeOptions:
    """What `harness grade` was asked for."""

    submissions: Path
    out: Path
    assignment: Path | None = None
    variant: str = ""  # "": the assignment's own; a class has one, whatever somebody handed in
    rubric: Path | None = None
    roster: Path | None = None
    decisions: Path | None = None  # None: decisions.csv in the folder of results, if there is one
    by_hand: Path | None = None  # None: by-hand.csv there, likewise
    mend: Path | None = None
    jobs: int = 1
    seed: int | None = None  # None: the one that the store knows, or one drawn for this cohort
    sample: int | None = None
    resume: bool = False
    cap: float = 600.0
    diff: Path | None = None  # the folder of an earlier grading
    compare: Path | None = None  # a table of marks that a person gave
    isolated: bool = False  # refuse to go on where programs cannot be kept in a box
    cluster: str = ""  # the address of a scheduler, or "local:N"; "": here


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a cohort is graded."""

    course: Course
    chosen: Sequence[Scenario]
    rubric: Rubric
    options: Options  # of the plays: the assignment, the variant, the seed
    plays: Mapping[tuple[str, int], Scenario] = field(default_factory=dict)  # those that count, by key

    @property
    def items(self) -> list[str]:
        """What marks are given for, by name."""
        return [*self.rubric.lines(), *self.rubric.by_hand]


def rules_of(options: GradeOptions) -> Rules:
    """The scenarios that count. Raises Mistakes, Wrong and Nothing."""
    home = options.assignment or Path("scenarios")
    plays = Options([str(home)], home, variant=options.variant)
    course, chosen = choose(plays, wording_free=True)
    rubric = load_rubric(options.rubric) if options.rubric else course.rubric
    if rubric is None:
        raise Wrong(f"{home}: there is no rubric here to grade by; name one with --rubric FILE")
    return Rules(course, chosen, rubric, replace(plays, variant=course.assignment.name))


def _own_seed() -> int:
    """A seed that nobody knows before, and that is not 0: the titles that are typed stand in no file."""
    return secrets.randbelow(SEEDS) + 1


def begin(options: GradeOptions, rules: Rules, store: Store) -> Rules:
    """One seed for a whole cohort: the one that was asked for, or the one that its marks were begun with."""
    # Where nothing came of it (a scheduler that was not there), nothing was begun.
    kept = store.about("seed") if store.begun() else None
    if kept is not None and not options.resume:
        raise Wrong(f"{options.out}: there are marks of a cohort here already: --resume goes on with them, "
                    "or give another folder with --out")  # fmt: skip
    if kept is not None and options.seed is not None and int(kept) != options.seed:
        raise Wrong(f"{options.out}: these marks were begun with --seed {kept}, and a cohort has one seed")
    seed = int(kept) if kept is not None else _own_seed() if options.seed is None else options.seed
    store.note("seed", str(seed))
    return replace(rules, options=replace(rules.options, seed=seed),
                   plays=wanted_plays(rules.rubric, rules.course, rules.chosen, seed))
