"""A finished report as data. Views read it; nobody changes it afterwards."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.events import Began
from harness.explore.plays import tally
from harness.grade.marks import Marks
from harness.judge.plays import Seeded, together
from harness.recording import Recording
from harness.report.safe import safe
from harness.scenario.model import AnyOf, Scenario
from harness.verdict import Finding, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario: what we conclude, and the play that shows it. `scenario` None: only a recording is left."""

    outcome: Outcome
    scenario: Scenario | None
    recording: Recording
    task_seed: int = 0  # the seed of a play of which nothing was recorded
    explored: bool = False  # in an order of delivery that was drawn, one of several

    def step_text(self, number: int | None) -> str:
        """The step as its author wrote it, or "" where nobody knows."""
        if self.scenario is None or number is None:
            return ""
        step = next((step for step in self.scenario.steps() if step.number == number), None)
        if isinstance(step, AnyOf):
            return "\n".join([f"{step.text}:", *(f"  {inner.text}" for inner in step.steps)])
        return step.text if step else ""

    @property
    def seed(self) -> int:
        """The seed that plays this again."""
        began = next(self.recording.all(Began), None)
        return began.seed if began else self.task_seed

    @property
    def remarks(self) -> list[Finding]:
        """What is worth a word and decides nothing: findings that passed, yet not about a step."""
        return [f for f in self.outcome.findings if f.verdict is Verdict.PASSED and f.step is None and f.sentence]

    @property
    def why_skipped(self) -> str:
        """Why a skipped play does not apply, or ""."""
        skipped = [f.sentence for f in self.outcome.findings if f.verdict is Verdict.SKIPPED]
        return skipped[0] if skipped and self.outcome.verdict is Verdict.SKIPPED else ""


def combined(played: Sequence[Played]) -> list[Played]:
    """One for each scenario (and subject), from however many plays, in the order in which they were met."""
    groups: dict[tuple[str, str], list[Played]] = {}
    for play in played:
        began = next(play.recording.all(Began), None)
        name = str(began.subject.get("name", "")) if began else ""
        groups.setdefault((play.outcome.key, name), []).append(play)
    return [_combined(plays) for plays in groups.values()]


def _combined(plays: Sequence[Played]) -> Played:
    outcome, at = together([Seeded(play.seed, play.outcome) for play in plays], explored=plays[0].explored)
    scenario = plays[at].scenario
    if plays[at].explored and scenario is not None:
        orders = [(tuple(play.scenario.schedule), play.outcome) for play in plays if play.scenario is not None]
        outcome = replace(outcome, explored=tally(scenario, orders))
    return replace(plays[at], outcome=outcome)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run concluded.

    `again` holds the options that name the subject ("--subject ../work"), quoted
    for a shell already: with them a play can be repeated by one command.
    """

    played: Sequence[Played]
    marks: Marks | None
    seconds: float
    subject: str
    stage: str  # isolation level: "box" or "plain"
    seed: int
    again: str = ""
    stress: str = ""  # the command that looks for what fails only sometimes

    @property
    def troubles(self) -> list[Mapping[str, str]]:
        """What was found of the submission before the plays, and is no scenario's: `code`, `sentence`, `mend`."""
        began = next((began for play in self.played for began in play.recording.all(Began)), None)
        return list(began.subject.get("troubles", [])) if began else []

    @property
    def network(self) -> str:
        """The conditions that all was played under, besides those of the scenarios: "cut 1", or "" for none."""
        began = next((began for play in self.played for began in play.recording.all(Began)), None)
        return " and ".join(began.network) if began else ""

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many scenarios ended how; every verdict has its number, 0 too."""
        found = Counter(play.outcome.verdict for play in self.played)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def plays(self) -> int:
        """How many plays there were."""
        return sum(play.outcome.plays for play in self.played)

    @property
    def evidence(self) -> dict[str, int]:
        """How many steps of the whole run rest on which evidence."""
        found: Counter[str] = Counter()
        for play in self.played:
            found.update(play.outcome.evidence)
        return dict(found)

    def command(self, play: Played) -> str:
        """The one command that plays this again, as one would type it into a shell."""
        began = next(play.recording.all(Began), None)
        found = play.outcome.explored
        if found is not None and found.again:
            return found.again
        words = [f"harness run {_quoted(play.outcome.key)} --seed {play.seed if began else self.seed}"]
        words += [f"--network {_quoted(said)}" for said in began.network] if began else []
        words += [f"--explore {play.outcome.plays}"] if found is not None else []
        return " ".join([*words, self.again]).rstrip()


def _quoted(word: str) -> str:
    """One word for a shell; what a reader must not see raw stands as the bytes that bash, zsh and ksh read in $'…'."""
    if safe(word) == word and word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(char: str) -> str:
    if char in "'\\":
        return "\\" + char
    if safe(char) == char and char.isprintable():
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
