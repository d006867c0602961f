"""What the programs of a kill matrix need to be played: the task in their variant, how they start, who is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.judge.plays import Seeded, together
from harness.players import Setting, Task
from harness.probe.decide import decide
from harness.probe.experiment import Laboratory
from harness.probe.forms import forms
from harness.scenario.assignment import Assignment
from harness.scenario.model import Scenario
from harness.subject.build import NoCompiler, build
from harness.subject.subject import AccountsEnd, Subject
from harness.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Ground:
    """The task in one variant: what its assignment.yaml says, and the scenarios that apply to it."""

    assignment: Assignment
    text: str
    sample: str
    chosen: Sequence[Scenario]
    model: str = ""  # the text of its model


@dataclass(frozen=True, slots=True)
class Way:
    """How a right program of the zoo is played. `missing`: what this machine lacks for it, and then nothing else."""

    assignment: Assignment
    subject: Subject | None = None
    accounts_end: AccountsEnd = ""
    waits: bool = False  # it polls: most of its plays is waiting
    missing: str = ""


def find_out(home: tuple[Path, Path, Ground]) -> Way:
    """Build the program in the first folder, in the second one, and see how it starts and what accounts it can read."""
    where, folder, ground = home
    folder.mkdir(parents=True)
    try:
        subject = build(where, ground.assignment, folder / "built")
    except NoCompiler as exc:
        return Way(ground.assignment, missing=str(exc))
    lab = _laboratory(ground, folder)
    found = decide(subject, ground.assignment, lab, variant=ground.assignment.name)
    return Way(found.assignment, found.subject, found.subject.accounts_end, lab.saw_polling)


def with_forms(subject: Subject, way: Way, ground: Ground, folder: Path) -> Subject:
    """A wrong program made from a right one, with the forms of its own that a run against it would find out."""
    known = forms(subject, way.assignment, _laboratory(ground, folder), way.accounts_end)
    return replace(subject, forms=known)


def _laboratory(ground: Ground, folder: Path) -> Laboratory:
    stages = folder / "experiments"
    stages.mkdir(parents=True)
    # Actors may run as another user: they must be able to reach their own folders.
    for one in (folder, stages):
        one.chmod(0o711)
    return Laboratory(ground.text, ground.sample, stages)


@dataclass(slots=True)
class Player:
    """One program against some scenarios. What each of its plays came to is taken down here."""

    name: str
    setting: Setting
    tasks: Sequence[Task]
    found: dict[str, list[Seeded]] = field(default_factory=dict)

    def take(self, task: Task, outcome: Outcome) -> Outcome | None:
        """Take down a play. If it was the last one of its scenario: what they come to together."""
        mine = self.found.setdefault(outcome.key, [])
        mine.append(Seeded(task.seed, outcome))
        mine.sort(key=lambda play: play.seed)
        return together(mine)[0] if len(mine) == task.plays else None

    @property
    def done(self) -> bool:
        """Whether all its plays were taken down."""
        return sum(map(len, self.found.values())) == len(self.tasks)

    def outcomes(self) -> list[Outcome]:
        """The outcome of each scenario, in the order of the scenarios, however the plays came in."""
        keys = dict.fromkeys(task.scenario.key for task in self.tasks)
        return [together(self.found[key])[0] for key in keys]

    def failures(self, key: str) -> list[Outcome]:
        """The plays of this scenario that failed, each by itself."""
        return [play.outcome for play in self.found.get(key, []) if play.outcome.verdict is Verdict.FAILED]


def setting(ground: Ground, subject: Subject, folder: Path, way: Way | None = None) -> Setting:
    """Where this program's plays happen; `way`: what is known of the right program that it is or was made from."""
    folder.mkdir(parents=True, exist_ok=True)
    if way is not None:
        subject = replace(subject, accounts_end=way.accounts_end)
    assignment = way.assignment if way else ground.assignment
    return Setting(assignment, ground.text, ground.sample, subject, folder / "kept", folder, model=ground.model)
