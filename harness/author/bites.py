"""The kill matrix: whom each scenario bites, and that it is fair. Pure: outcomes in, conclusions out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.author.saboteur import Saboteur
from harness.author.told import told_differs
from harness.scenario.model import Scenario, Type, walk
from harness.verdict import Finding, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Kill:
    """What became of one saboteur. `complaints` is empty if all is as its saboteur.yaml says."""

    name: str
    saboteur: str
    failed: Sequence[str]  # keys of the scenarios that failed it
    finding: Finding | None  # of the scenario named for it
    lost: Sequence[str]  # the rubric lines that lost marks
    complaints: Sequence[str]  # each may have several lines
    rate: str = ""  # of a race that is not met in every play: how often it was


@dataclass(frozen=True, slots=True)
class Matrix:
    """All saboteurs and all right programs against all scenarios."""

    kills: Sequence[Kill]
    unfair: Mapping[str, Sequence[Outcome]]  # right program -> its outcomes that did not pass
    bites: Mapping[str, Sequence[str]]  # scenario -> the saboteurs it fails

    @property
    def toothless(self) -> list[str]:
        """Scenarios that fail nobody: each needs a reason to exist."""
        return [key for key, bitten in self.bites.items() if not bitten]

    @property
    def good(self) -> bool:
        """Whether every saboteur is killed as it should be and no right program fails."""
        return not any(kill.complaints for kill in self.kills) and not any(self.unfair.values())


def kill(name: str, about: Saboteur, outcomes: Sequence[Outcome], *, whole: bool = True, must_die: bool = False,
         kept: str | None = None, now: Sequence[str] = ()) -> Kill:
    """Hold one saboteur's outcomes against what its file says.

    `whole`: all of the assignment's scenarios were played; of a part, only what speaks against the file counts.
    `must_die`: of that part, the scenario named for it is one. `kept`: what a student should read of its failure, if
    that is known, and `now`: what they read in each of some plays. A race may be met in this play or not, and show in
    more than one way.
    """
    bad = [o for o in outcomes if o.verdict is Verdict.FAILED]
    named = next((o for o in outcomes if named_by(about, o.key)), None)
    finding = named.divergence if named else None
    lost = sorted({mark for o in bad for mark in o.marks})
    complaints = _complaints(about, named, outcomes) + _wrong_marks(about, lost, whole and not about.rate)
    if (whole or must_die) and named is None:
        complaints.insert(0, f"there is no scenario {about.killed_by!r}")
    if kept is not None and now and named is not None and named.verdict is Verdict.FAILED and about.sure:
        complaints += _wrong_text(kept, now)
    rate = "" if about.sure else about.rate
    return Kill(name, about.saboteur, [o.key for o in bad], finding, lost, complaints, rate)


def named_by(about: Saboteur, key: str) -> bool:
    """Whether this is the scenario named for the saboteur; its file is given by name alone."""
    file, _, name = about.killed_by.partition("::")
    path, _, title = key.partition("::")
    return path.endswith(file) and (title == name or title.startswith(f"{name} ["))


def _complaints(about: Saboteur, named: Outcome | None, outcomes: Sequence[Outcome]) -> list[str]:
    found = []
    if named is None or not about.sure:
        pass
    elif named.verdict is not Verdict.FAILED:
        found.append(f"{about.killed_by!r} should fail it, and the verdict is {named.verdict}")
    else:
        found += _wrong_words(about, named)
    return found + [f"undecided: {o.scenario}" for o in outcomes if o.verdict is Verdict.UNDECIDED]


def _wrong_marks(about: Saboteur, lost: Sequence[str], whole: bool) -> list[str]:
    """Exactly these lines of the rubric may lose marks; each other one would be an injustice."""
    expected = sorted(about.marks_lost)
    if set(lost) - set(expected) or (whole and list(lost) != expected):
        return [f"marks lost: expected {', '.join(expected) or 'none'}, got {', '.join(lost) or 'none'}"]
    return []


def _wrong_words(about: Saboteur, named: Outcome) -> list[str]:
    """The named scenario must fail with the code and the sentence that a student should read."""
    failed = [f for f in named.findings if f.verdict is Verdict.FAILED]
    if any(f.code == about.code and about.sentence in f.sentence for f in failed):
        return []
    got = "; ".join(f"{f.code}: {f.sentence}" for f in failed[:2])
    return [f"expected {about.code}: {about.sentence!r}, got {got}"]


def _wrong_text(kept: str, now: Sequence[str]) -> list[str]:
    """What a student reads is a promise too: a change in it is looked at by somebody, or it was not meant."""
    changed = told_differs(kept, now)
    return ["\n".join(["a student reads something else than told.txt says:", *changed])] if changed else []


def quickest(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The shortest scenario of each file, the first of those: what to ask of a right program if there is little time.

    Short is what has few typed lines, then few people: each line of a program that polls is a second of waiting.
    """
    shortest: dict[str, Scenario] = {}
    for scenario in scenarios:
        known = shortest.setdefault(scenario.source.file, scenario)
        if _length(scenario) < _length(known):
            shortest[scenario.source.file] = scenario
    return list(shortest.values())


def _length(scenario: Scenario) -> tuple[int, int]:
    typed = sum(len(step.lines) for step in walk(scenario.play) if isinstance(step, Type))
    return typed, len(scenario.cast)


def matrix(kills: Sequence[Kill], right: Mapping[str, Sequence[Outcome]], keys: Sequence[str]) -> Matrix:
    """Put it together. `right`: the outcomes of programs that are right."""
    unfair = {name: [o for o in outcomes if o.verdict is not Verdict.PASSED] for name, outcomes in right.items()}
    return Matrix(kills, unfair, {key: [k.name for k in kills if key in k.failed] for key in keys})
