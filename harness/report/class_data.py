"""The class as data for its page: who did what in which scenario, what went wrong alike, how the marks spread. Pure.

Texts that many share stand once, in `texts`: a class of 600 and 150 scenarios is 90,000 verdicts, a letter each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.grade.adding import once_each
from harness.grade.exports.marks_csv import by_id
from harness.grade.exports.to_decide import ToDecide
from harness.grade.result import Result
from harness.recording import Recording
from harness.report.causes import masked
from harness.report.report import Played
from harness.report.shown import anchor
from harness.report.words import cut, number
from harness.scenario.model import Scenario
from harness.verdict import Outcome, Verdict

# Passed is a point: among hundreds the eye must find the others.
LETTERS = {Verdict.PASSED: ".", Verdict.FAILED: "F", Verdict.UNDECIDED: "U", Verdict.SKIPPED: "S"}
NOT_PLAYED = " "
# So many bars, at most, tell how marks spread.
BARS = 20
# What differs between two programs that are wrong alike: what they print, an address. (Not the apostrophe of "yoda's".)
_QUOTED = re.compile(r"(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)|\"(?:[^\"\\]|\\.)*\"|0x[0-9a-fA-F]+")
# So much of a sentence tells what went wrong; a student's pages have it whole.
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram: the marks from `start` up to `end`, and how many students have them."""

    start: str
    end: str
    count: int


@dataclass(frozen=True, slots=True)
class ClassPage:
    """What the template writes itself, and `json`: what the page's script lays out."""

    title: str
    counts: str
    bars: Sequence[Bar]
    undecided: int
    json: Mapping[str, Any]


def class_data(results: Sequence[Result], decide: Sequence[ToDecide], links: Mapping[str, str],
               scenarios: Mapping[str, Scenario]) -> ClassPage:
    """The page of these results. `links`: student -> the folder of their pages, as a part of a link.

    `scenarios`: by key, to know the people of each.
    """
    results = by_id(results)
    graded = [result for result in results if not result.graded.absent]
    rows = _scenarios(results)
    texts: dict[str, int] = {}
    clusters: dict[_Signature, _Cluster] = {}
    students = [_student(result, list(rows), links[result.graded.student.id], texts) for result in results]
    for at, result in enumerate(results):
        _cluster(at, result, scenarios, clusters)
    data = {
        "scenarios": [{"key": key, "title": one.scenario, "clause": one.clause, "marks": list(one.marks),
                       "anchor": anchor(key), "file": key.partition("::")[0]} for key, one in rows.items()],
        "students": students,
        "texts": list(texts),
        "clusters": [one.told(list(rows)) for one in sorted(clusters.values(), key=_most_first)
                     if len(one.students) > 1],
        "decide": [{"id": one.id, "tutor": one.tutor, "item": one.item, "of": one.of, "why": one.why,
                    "anchor": anchor(one.item) if "::" in one.item else "", "stake": one.stake} for one in decide],
    }  # fmt: skip
    totals = [(result.total, result.possible) for result in graded]
    counts = f"{len(graded)} graded, {len(results) - len(graded)} handed in nothing, {len(rows)} scenarios"
    return ClassPage(results[0].rubric.rubric if results else "", counts, bars(totals), len(decide), data)


def _scenarios(results: Sequence[Result]) -> dict[str, Outcome]:
    """Every scenario that anybody played, in the order of the files."""
    found: dict[str, Outcome] = {}
    for result in results:
        for outcome in result.outcomes:
            found.setdefault(outcome.key, outcome)
    return found


_Signature = tuple[str, Verdict, str, int | None, str]


@dataclass(slots=True)
class _Cluster:
    """Students whom one comment serves: the same scenario went wrong for the same reason."""

    key: str
    code: str
    verdict: Verdict
    sentences: Counter[str]
    likely: str
    hint: str
    students: list[int]

    def told(self, keys: Sequence[str]) -> dict[str, Any]:
        return {"scenario": keys.index(self.key), "code": self.code, "verdict": LETTERS[self.verdict],
                "sentence": self.sentences.most_common(1)[0][0], "likely": self.likely, "hint": self.hint,
                "students": self.students}  # fmt: skip


def _most_first(one: _Cluster) -> tuple[int, str, str]:
    return -len(one.students), one.key, one.code


def _cluster(at: int, result: Result, scenarios: Mapping[str, Scenario], clusters: dict[_Signature, _Cluster]) -> None:
    """Put each scenario that went wrong for this student with those that went wrong for the same reason."""
    for one in once_each(result.outcomes):
        found = one.divergence
        if found is None:
            continue
        signature = one.key, one.verdict, found.code, found.step, normal(found.sentence, one, scenarios.get(one.key))
        group = clusters.setdefault(signature, _Cluster(one.key, found.code, one.verdict, Counter(), found.likely,
                                                        found.hint, []))  # fmt: skip
        group.students.append(at)
        group.sentences[cut(found.sentence, _LONGEST)] += 1


def normal(sentence: str, outcome: Outcome, scenario: Scenario | None) -> str:
    """The sentence without what differs between programs that are wrong alike: people, numbers, what was printed."""
    quoted = _QUOTED.sub("'…'", sentence)
    return " ".join(masked(quoted, Played(outcome, scenario, Recording())).split())


def _student(result: Result, keys: Sequence[str], link: str, texts: dict[str, int]) -> dict[str, Any]:
    """A column of the matrix: a letter a scenario, and what went wrong as the number of a text."""
    student, mine = result.graded.student, {one.key: one for one in once_each(result.outcomes)}
    wrong: dict[int, int] = {}
    for row, key in enumerate(keys):
        if key in mine and (found := mine[key].divergence):
            wrong[row] = texts.setdefault(cut(found.sentence, _LONGEST), len(texts))
    return {
        "id": student.id, "name": student.name or result.graded.submission.name, "tutor": student.tutor,
        "stream": student.stream,
        "total": result.total, "marks": number(result.total), "possible": number(result.possible),
        "undecided": number(result.undecided) if result.undecided else "", "look": result.undecided_count,
        "trouble": "handed in nothing" if result.graded.absent else cut(result.graded.trouble.strip(), _LONGEST),
        "level": result.graded.level, "link": link, "wrong": wrong,
        "verdicts": "".join(LETTERS[mine[key].verdict] if key in mine else NOT_PLAYED for key in keys),
        "lines": [[line.line, number(line.earned), number(line.possible)]
                  for line in (*result.marks.lines, *result.marks.by_hand)
                  if line.earned < line.possible and (result.by_hand_counts or not line.by_hand)],
    }  # fmt: skip


def bars(totals: Sequence[tuple[float, float]]) -> list[Bar]:
    """How marks spread: bars of whole or half marks over all that there was to earn; the last one has its end too."""
    if not totals:
        return []
    most = max(max(total, possible) for total, possible in totals) or 1.0
    step = next((size for size in (0.5, 1, 2, 5, 10, 25, 50, 100) if most / size <= BARS), most / BARS)
    count = max(1, -int(-most // step))
    found = Counter(min(int(total // step), count - 1) for total, _ in totals)
    return [Bar(number(at * step), number((at + 1) * step), found[at]) for at in range(count)]
