"""Load changes no verdict: what fails and what passes is the same beside programs that do nothing but run.

SOAK_PLAYS says how many plays (200), and at most how many saboteurs and programs of the zoo.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.author.bites import Matrix
from harness.author.saboteur import Wrong, bases, load_saboteurs, load_zoo, make
from harness.course import Options, choose
from harness.kills import Wish, play_matrix
from harness.players import Setting, play_all, tasks
from harness.subject.build import build
from harness.verdict import Outcome, Verdict
from harness.workshop import workshop
from tests.bench.settling import BURNERS, burners

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLAYS = int(os.environ.get("SOAK_PLAYS", "200"))
# What may stay undecided beside the burners: a deadline in the program's own time can be hard to tell then.
UNDECIDED = 0.01
# One of each language, whose scenario is short.
WRONG = {"python": "shutdown-leaves-credentials", "java": "java-equals-by-reference", "c": "c-account-lines-cut"}
NEEDS = {"python": "python3", "java": "javac", "c": "cc"}

Came = Mapping[tuple[str, ...], tuple[Verdict, Sequence[str]]]


def test_each_language_has_its_saboteur() -> None:
    """They are there, each made from the base of its language."""
    found = {one.name: one.about.base for one in load_saboteurs([HERE])}
    assert [found[name] for name in WRONG.values()] == ["plain", "java", "c"]


def differing(one: Came, other: Came) -> list[str]:
    """What came out otherwise, but for what is undecided."""
    return [f"{' '.join(key)}: {one.get(key)}, {came}" for key, came in other.items()
            if one.get(key) != came and Verdict.UNDECIDED not in (came[0], *one.get(key, ())[:1])]  # fmt: skip


def came(matrix: Matrix) -> Came:
    """What failed and was not passed, with the marks that it costs. (Of two things that go wrong in a race either may
    be met first: that the code is one that its file names is a complaint of the matrix.)"""
    killed = {("wrong", kill.name): (kill.finding.verdict, kill.lost)
              for kill in matrix.kills if kill.finding is not None}  # fmt: skip
    unfair = {("right", name, o.key): (o.verdict, o.marks)
              for name, outcomes in matrix.unfair.items() for o in outcomes}  # fmt: skip
    return killed | unfair


@pytest.mark.soak
def test_the_quick_matrix_is_the_same_beside_burners() -> None:
    """Every saboteur dies of the same, and no right program fails."""
    paths = [one.folder for one in [*load_saboteurs([HERE])[:PLAYS], *load_zoo([HERE])[:PLAYS]]]
    wish = Wish(paths, Options([str(ROOT / "scenarios")], jobs=2), quick=True, bases=False)
    alone = play_matrix(wish, print)
    with burners(BURNERS):
        beside = play_matrix(wish, print)
    assert alone.good
    assert differing(came(alone), came(beside)) == differing(came(beside), came(alone)) == []
    told = {kill.name: kill.complaints for kill in beside.kills}
    unclear = {name for (_, name, *_), (verdict, _) in came(beside).items() if verdict is Verdict.UNDECIDED}
    assert {name: complaints for name, complaints in told.items() if complaints and name not in unclear} == {}
    undecided = [key for key, (verdict, _) in came(beside).items() if verdict is Verdict.UNDECIDED]
    assert len(undecided) <= UNDECIDED * len(paths), undecided


@pytest.mark.soak
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
@pytest.mark.parametrize("language", sorted(WRONG))
def test_many_plays_never_differ(language: str, right: bool) -> None:
    """Half of them alone, half beside burners: each comes to the same verdict, for the same reason."""
    if shutil.which(NEEDS[language]) is None:
        pytest.skip(f"this machine has no {NEEDS[language]}")
    [wrong] = load_saboteurs([HERE / WRONG[language]])
    expected = (Verdict.PASSED, "") if right else (Verdict.FAILED, wrong.about.code)
    with workshop() as folder:
        alone = play_often(wrong, right, folder / "alone", PLAYS - PLAYS // 2, seed=0)
        with burners(BURNERS):
            beside = play_often(wrong, right, folder / "beside", PLAYS // 2, seed=PLAYS)
    assert set(alone) == {expected}
    unclear = sum(number for (verdict, _), number in beside.items() if verdict is Verdict.UNDECIDED)
    assert {came for came in beside if came[0] is not Verdict.UNDECIDED} == {expected}
    assert unclear <= UNDECIDED * (PLAYS // 2), beside


def play_often(wrong: Wrong, right: bool, folder: Path, plays: int, seed: int) -> Counter[tuple[Verdict, str]]:
    """Play the scenario that is named for this saboteur against it, or against its base; what came out how often."""
    folder.mkdir()
    folder.chmod(0o711)
    base = bases([HERE])[wrong.about.base]
    course, chosen = choose(Options([str(ROOT / "scenarios" / wrong.about.killed_by)]), wording_free=True)
    subject = build(base if right else make(wrong, base, folder / "made"), course.assignment, folder / "built")
    setting = Setting(course.assignment, course.text, course.sample, subject, folder / "kept", folder,
                      model=course.model)
    several = tasks(chosen[:1], course.assignment, seed=seed, repeat=plays)
    return Counter(verdict_of(outcome) for _, outcome, _ in play_all(setting, several, jobs=2))


def verdict_of(outcome: Outcome) -> tuple[Verdict, str]:
    """The verdict of a play and the code of what decided it."""
    return outcome.verdict, outcome.divergence.code if outcome.divergence else ""
