"""`--diff OLD`: every mark that is another than in an earlier grading, and why."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.exits import Wrong
from harness.grade.agreement import BESIDE, CLOSE, Table, load_marks, marks_of
from harness.grade.exports.marks_csv import FILE
from harness.grade.result import Result
from harness.grade.store import FILE as STORE
from harness.grade.store import Store, read_store
from harness.verdict import Outcome, Verdict, worst

STUDENTS = "students"  # under which the store notes who handed in which files


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier grading: its table of marks, whose files were which, and how each scenario ended."""

    table: Table
    digests: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, Mapping[str, tuple[Verdict, str]]] = field(default_factory=dict)  # digest -> scenario -> how


@dataclass(frozen=True, slots=True)
class Change:
    """One mark of one student that is another than before. None: there was none, or there is none now."""

    id: str
    item: str
    before: float | None
    now: float | None
    why: Sequence[str] = ()

    def __str__(self) -> str:
        said = f"{self.id} {self.item}: {_said(self.before)} → {_said(self.now)}"
        return "\n".join([said, *(f"    {reason}" for reason in self.why)])


def load_before(folder: Path) -> Before:
    """What an earlier grading left in its folder, by whatever rubric. Raises Wrong and Mistakes."""
    if not (folder / FILE).is_file():
        raise Wrong(f"{folder}: no {FILE} stands here: --diff takes the folder of an earlier grading")
    with (folder / FILE).open(encoding="utf-8-sig", newline="") as file:
        items = [name for name in next(csv.reader(file), []) if name not in ("id", *BESIDE)]
    table = load_marks(folder / FILE, items)
    if not (folder / STORE).is_file():
        return Before(table)
    with read_store(folder) as store:
        digests: dict[str, str] = json.loads(store.about(STUDENTS) or "{}")
        return Before(table, digests, {digest: _ended(store, digest) for digest in set(digests.values())})


def _ended(store: Store, digest: str) -> dict[str, tuple[Verdict, str]]:
    """How each scenario ended for these files, all of its plays together, with the first sentence that says why."""
    plays: dict[str, list[Outcome]] = {}
    for kept in store.plays(digest).values():
        plays.setdefault(_name(kept.outcome), []).append(kept.outcome)
    return {name: (worst(one.verdict for one in found), _sentence(found)) for name, found in plays.items()}


def _name(outcome: Outcome) -> str:
    """By which a scenario is the same wherever its folder lies."""
    path, _, name = outcome.key.partition("::")
    return f"{Path(path).name}::{name}"


def _sentence(outcomes: Sequence[Outcome]) -> str:
    return next((found.sentence for one in outcomes if (found := one.divergence) is not None), "")


def changes(before: Before, results: Sequence[Result]) -> list[Change]:
    """Every mark that is another by now, in the order of the students."""
    now = {result.graded.student.id: result for result in results}
    found: list[Change] = []
    for who in sorted({*before.table.marks, *now}):
        then = before.table.marks.get(who)
        if who not in now:
            found.append(Change(who, "total", (then or {}).get("total"), None, ["not in this cohort"]))
        elif then is None:
            found.append(Change(who, "total", None, now[who].total, ["not in the earlier one"]))
        else:
            found += _of_one(before, now[who], then)
    return found


def _of_one(before: Before, result: Result, then: Mapping[str, float]) -> Iterator[Change]:
    mine = marks_of(result)
    for item in dict.fromkeys([*mine, *then]):
        was, now = then.get(item), mine.get(item)
        if was != now and (was is None or now is None or abs(was - now) >= CLOSE):
            yield Change(result.graded.student.id, item, was, now, _why(before, result, item))


def _why(before: Before, result: Result, item: str) -> list[str]:
    """What is another than before: the files, a verdict, or what people and the rubric say."""
    who, digest = result.graded.student.id, result.graded.submission.digest
    old = before.digests.get(who)
    said = ["other files were handed in"] if old is not None and old != digest else []
    if item == "total":
        said += [one.sentence for one in result.decisions if one.what == "total"]
        return said or ["the sum of what changed, of deductions and of lateness"]
    said += [one.sentence for one in result.decisions if one.what == item]
    ended = before.verdicts.get(old or "", {})
    for outcome in result.outcomes if ended else ():
        if item in outcome.marks and (was := ended.get(_name(outcome), (None, "")))[0] is not outcome.verdict:
            said.append(_turned(outcome, *was))
    return said or ["the rubric gives other marks, or a decision was taken back"]


def _turned(outcome: Outcome, was: Verdict | None, sentence: str) -> str:
    before = f"{was} before" + (f" ({sentence})" if sentence else "") if was else "not played before"
    why = f" ({outcome.divergence.sentence})" if outcome.divergence else ""
    evidence = f", see {outcome.recording}" if outcome.recording else ""
    return f"{outcome.scenario}: {before}, {outcome.verdict} now{why}{evidence}"


def _said(mark: float | None) -> str:
    return "nothing" if mark is None else f"{mark:g}"
