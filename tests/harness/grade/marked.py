"""Outcomes, rubrics and students for the tests of marking, in a line each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.grade.by_hand import ByHand
from harness.grade.decisions import Decision, Decisions
from harness.grade.intake.submission import Submission
from harness.grade.result import Graded, Result, result_of
from harness.grade.roster import Student
from harness.grade.rubric import Rubric
from harness.verdict import Finding, Outcome, Verdict

P, F, U, S = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED, Verdict.SKIPPED
DIGEST = "aa11bb22cc33dd44"


def rubric(**more: Any) -> Rubric:
    """Logging in (1) and listing (2) alone, logging in together (3), a report (1); and what a test adds."""
    items: dict[str, dict[str, Any]] = {"LOGIN": {"title": "Log in", "marks": 1}, "LIST": {"title": "List", "marks": 2}}
    for name, change in more.pop("items", {}).items():
        items[name] |= change
    return Rubric.model_validate({
        "rubric": "Small",
        "parts": {
            "single": {"title": "One", "items": items},
            "many": {"title": "Many", "items": {"LOGIN": {"title": "Log in", "marks": 3} | more.pop("many", {})}},
        },
        "by_hand": {"report": {"title": "Report", "marks": 1}},
        **more,
    })  # fmt: skip


def outcome(verdict: Verdict, name: str, *marks: str, code: str = "not-seen", file: str = "a.yaml") -> Outcome:
    """The outcome of the scenario of this name, with what it showed."""
    said = Finding(verdict, code, f"what {name} showed", hint=f"a hint for {name}")
    return Outcome(name, f"{file}::{name}", verdict, [said], marks=marks, recording=f"out/z1/{name}.jsonl")


def three(login: Verdict = P, list_: Verdict = P, many: Verdict = P) -> list[Outcome]:
    """One scenario for each line of the small rubric: enters, lists, joins."""
    return [outcome(login, "enters", "single.LOGIN"), outcome(list_, "lists", "single.LIST"),
            outcome(many, "joins", "many.LOGIN")]  # fmt: skip


def decided(item: str, marks: float | Verdict | None, reason: str = "seen by eye", tutor: str = "Tim",
            digest: str = "", who: str = "z1") -> Decision:
    """A decision about z1."""
    return Decision(who, item, float(marks) if isinstance(marks, int) else marks, reason, tutor, digest)


def result(scheme: Rubric, outcomes: list[Outcome], *decisions: Decision, by_hand: ByHand | None = None,
           public: bool = True, **more: Any) -> Result:
    """What z1 gets. `more`: fields of Graded; those of the student stand under `student`."""
    student = Student("z1", "Ann Example", **more.pop("student", {}))
    submission = more.pop("submission", Submission("z1", "Ann Example", Path("in/z1"), Path("in/z1.zip"), DIGEST))
    visible = {one.key: "public" for one in outcomes} if public else {}
    graded = Graded(student, submission, outcomes, **{"visible": visible, **more})
    return result_of(graded, scheme, Decisions(decisions).meet({"z1": submission.digest}), by_hand)


def said(found: Result) -> list[str]:
    """The conflicts' sentences."""
    return [conflict.sentence for conflict in found.conflicts]
