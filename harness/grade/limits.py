"""Caps, gates and deductions: what an assignment's rules take from marks that were added up. Pure.

Nothing here costs a mark for what is undecided: a gate falls only where it is
certain that nothing was earned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.grade.marks import LineMarks, Marks, Sum, exact
from harness.grade.named import names
from harness.grade.scheme import A_PERSON_DECIDES, MEND, TOTAL, Gate, Rubric
from harness.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from harness.grade.decisions import Decision


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap or a gate that holds, whether or not there was anything to take.

    `reason` may be read by students: it names no scenario, for that may be hidden. `why` is for tutors.
    """

    of: str  # a part, or "total"
    at_most: float
    reason: str
    why: str = ""
    took: float = 0.0  # marks that were earned, and do not count


@dataclass(frozen=True, slots=True)
class Taken:
    """One deduction: its name in the rubric, the marks, and why. `seen`: the finding behind it, for tutors."""

    name: str
    amount: float
    reason: str
    seen: str = ""


def limits(rubric: Rubric, marks: Marks, outcomes: Sequence[Outcome], codes: Set[str]) -> list[Limit]:
    """The caps and gates that hold, in the order of the rubric. `codes`: those of all findings that count."""
    found = [Limit(cap.of, cap.at_most, cap.reason or _worth(cap.of, cap.at_most)) for cap in rubric.caps
             if not cap.finding or codes & set(cap.finding)]
    for gate in rubric.gates:
        why = _shut(gate, marks, outcomes)
        if why:
            shown = gate.item and rubric.item(gate.item).visible == "public"
            plain = _worth(gate.of, gate.at_most) + (f": {why}" if shown else "")
            found.append(Limit(gate.of, gate.at_most, gate.reason or plain, why))
    return found


def _worth(of: str, at_most: float) -> str:
    return f"{'the total' if of == TOTAL else of} is worth at most {at_most:g}"


def _shut(gate: Gate, marks: Marks, outcomes: Sequence[Outcome]) -> str:
    """Why a gate is shut; "" where it is open, or nobody can tell."""
    if gate.scenario:
        failed = any(one.verdict is Verdict.FAILED and names(gate.scenario, one.key) for one in outcomes)
        return f"{gate.scenario!r} failed" if failed else ""
    line = next((line for line in marks.lines if line.line == gate.item), None)
    certain = line is not None and (line.decided or line.total) and not line.earned and not line.undecided
    return f"{gate.item} earned nothing" if certain else ""


def limited(marks: Marks, holding: Sequence[Limit]) -> tuple[Marks, list[Limit]]:
    """The parts, and the whole, with what these limits leave of them; and the limits, with what each took."""
    parts, told = {part.name: part for part in marks.parts}, list[Limit]()
    for limit in holding:
        part = parts.get(limit.of)
        if part is not None:
            parts[limit.of] = _cut(part, limit.at_most)
            told.append(replace(limit, took=exact((part.earned, -parts[limit.of].earned))))
        elif limit.of == TOTAL:
            told.append(limit)
    whole = replace(marks.whole, earned=exact(part.earned for part in parts.values()),
                    undecided=exact(part.undecided for part in parts.values()))
    return replace(marks, parts=list(parts.values()), whole=whole), told


def _cut(part: Sum, most: float) -> Sum:
    earned = min(part.earned, most)
    return replace(part, earned=earned, undecided=exact((min(part.most, most), -earned)))


def certain(line: LineMarks) -> LineMarks:
    """The line, where no scenario spoke for it with all its marks undecided: that nobody looked costs nothing."""
    return line if line.played or line.decided else replace(line, undecided=line.possible)


@dataclass(frozen=True, slots=True)
class Mended:
    """What a tutor had to mend before it could be graded."""

    amount: float
    reason: str


def deductions(rubric: Rubric, codes: Mapping[str, str], decided: Mapping[str, Decision],
               mended: Mended | None, earned: float) -> Iterator[Taken]:
    """What is taken from the total, in the order of the rubric. `codes`: of findings that count, with a sentence."""
    for name, rule in rubric.deductions.items():
        amount = exact([rule.marks if rule.marks is not None else earned * (rule.percent or 0) / 100])
        seen = next((codes[code] for code in rule.finding if code in codes), "")
        if name in decided:
            yield _as_decided(name, decided[name], amount, rule.reason)
        elif name == MEND and mended is not None:
            yield Taken(name, mended.amount or amount, mended.reason or rule.reason)
        elif seen:
            yield Taken(name, amount, rule.reason, seen)
    if MEND not in rubric.deductions:
        if MEND in decided:
            yield _as_decided(MEND, decided[MEND], mended.amount if mended else 0, mended.reason if mended else "")
        elif mended is not None:
            yield Taken(MEND, mended.amount, mended.reason)
    for name in dict.fromkeys(A_PERSON_DECIDES.values()):
        if name in decided and name not in rubric.deductions:
            yield _as_decided(name, decided[name], 0, name)


def _as_decided(name: str, decision: Decision, amount: float, reason: str) -> Taken:
    marks = amount if decision.marks is None else abs(float(decision.marks))
    why = ": ".join(filter(None, (reason, decision.reason)))
    return Taken(name, marks, f"{why} (decided by {decision.who})".strip())
