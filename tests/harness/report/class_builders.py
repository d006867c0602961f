"""Classes of students as results, with or without recordings: for the tests of pages, and for the bench."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.grade.by_hand import ByHand
from harness.grade.decisions import Decision, Decisions
from harness.grade.intake.submission import Submission
from harness.grade.result import Graded, Result, result_of
from harness.grade.roster import Student
from harness.grade.rubric import Rubric
from harness.report.report import Played
from harness.scenario.model import Scenario
from harness.verdict import Finding, Outcome, Verdict
from tests.harness.grade.marked import rubric
from tests.harness.report.report_builders import begun

P, F, U, S = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED, Verdict.SKIPPED
# Markup, escapes, rich's markup, NUL, a lone surrogate, a letter that turns a line around, the ends of everything.
HOSTILE = ("<script>hit()</script><img src=x onerror=hit()><svg onload=hit()>\"'></title></style></textarea>--><!--"
           "]]>{{7*7}}{% raw %}\x1b]0;owned\x07\x9b31m[red]rich[/red]\x00\ud800\u202e"
           "```\n~~~\n# head\n[a](javascript:hit())")


def lists_wrong(name: str, verdict: Verdict = F, said: str = "Thread 3331 is empty", **more: Any) -> Played:
    """A play in which a list does not show what it should."""
    play = begun(name, "yoda", file=more.pop("file", "scenarios/list.yaml"))
    play.command("yoda", "CRT 3331", "Thread 3331 created").command("yoda", "LST", said).step("yoda sees: 3331")
    miss = play.found(
        verdict, "not-seen", f"expected '3331' on yoda's terminal, got {said!r}", 4, actor="yoda", expected="3331",
        seen=said, where="yoda's terminal", likely="the list is asked of the wrong table",
        hint="LST lists every thread.",
    )  # fmt: skip
    return play.played(miss, clause="4 LST", **{"marks": ["single.LIST"], **more})


def passes(name: str, *marks: str) -> Outcome:
    """The outcome of a scenario that passed."""
    return Outcome(name, f"scenarios/login.yaml::{name}", P, [], marks=marks)


def scenarios_of(*plays: Played) -> Mapping[tuple[str, int], Scenario]:
    """Their scenarios, as marking hands them on."""
    return {(play.outcome.key, play.seed): play.scenario for play in plays if play.scenario is not None}


def recorded(out: Path, who: str, *plays: Played) -> list[Outcome]:
    """Their outcomes, each with its recording written down where a grading would."""
    kept = []
    for number, play in enumerate(plays):
        path = out / who / "recordings" / f"{number}.jsonl"
        play.recording.save(path)
        kept.append(replace(play.outcome, recording=str(path)))
    return kept


def student(who: str, outcomes: Sequence[Outcome], *decisions: Decision, out: Path = Path("out"),
            scheme: Rubric | None = None, hidden: Sequence[str] = (), by_hand: ByHand | None = None,
            folder: str = "", **more: Any) -> Result:  # fmt: skip
    """What a student gets. `hidden`: keys of scenarios that are not public; `more`: fields of Student and of Graded."""
    about = {name: more.pop(name) for name in ("name", "tutor", "stream", "submitted") if name in more}
    given = {name: more.pop(name) for name in ("remarks",) if name in more}
    home = out / ".submissions" / (folder or who)
    submission = Submission(who, about.get("name", ""), home, out / f"{who}.zip", f"d{who}", **given)
    visible = {one.key: "hidden" if one.key in hidden else "public" for one in outcomes}
    graded = Graded(Student(who, **about), submission, outcomes, **{"level": "box", "visible": visible, **more})
    return result_of(graded, scheme or rubric(), Decisions(decisions), by_hand)


def big_class(students: int, scenarios: int, seed: int = 1) -> list[Result]:
    """So many students, of whom each is wrong in some scenarios, often as others are. Nothing is recorded."""
    draw = random.Random(seed)
    hard = [draw.random() ** 3 / 3 for _ in range(scenarios)]
    lines = list(rubric().lines())
    found = []
    for number in range(students):
        weak = draw.random() * 2
        outcomes = [_drawn(at, draw, hard[at] * weak, lines[at % len(lines)]) for at in range(scenarios)]
        found.append(student(f"z{5_000_000 + number}", outcomes, name=f"Student {number} of the class",
                             tutor=f"Tutor {number % 12}", stream="day" if number % 3 else "evening"))  # fmt: skip
    return found


def _drawn(at: int, draw: random.Random, chance: float, line: str) -> Outcome:
    name = f"Scenario {at} of what a forum does when somebody types something"
    key, dice = f"scenarios/file{at % 15}.yaml::{name}", draw.random()
    verdict = F if dice < chance else U if dice > 0.998 else S if dice > 0.995 else P
    said = f"expected 'line {at}' on yoda's terminal, got {'nothing' if draw.random() < 0.6 else draw.randrange(9)!r}"
    findings = [] if verdict is P else [Finding(verdict, draw.choice(["not-seen", "no-answer"]), said, step=at % 5)]
    return Outcome(name, key, verdict, findings, marks=[line])
