"""What decisions and marks given by hand come to for one student. Pure. What contradicts itself is told, not done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from harness.grade.adding import once_each, share_of, shares_of
from harness.grade.by_hand import HandMark
from harness.grade.decisions import Decision, Decisions, shown
from harness.grade.named import document, names
from harness.grade.scheme import A_PERSON_DECIDES, LATE, MEND, TOTAL, Rubric
from harness.grade.table import mark
from harness.scenario.mistakes import nearest
from harness.verdict import Finding, Outcome, Verdict

# Who writes 0.33 for a third means the third.
_CLOSE = Fraction(5, 1000)


class Refused(Exception):
    """A decision cannot be carried out; the message says why."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What somebody must put right: which item it is about, and a sentence."""

    item: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Applied:
    """A decision that was carried out, on what, and what stood there before. `what`: a line, a scenario's key, ..."""

    decision: Decision
    what: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """What a student reads."""
        why = f": {self.decision.reason}" if self.decision.reason else ""
        changed = f"{self.before} → {self.after}" if self.before else self.after
        return f"{self.what}: {changed}, decided by {self.decision.who}{why}"


@dataclass(slots=True)
class Settled:
    """Everything that people said of one student, carried out."""

    rubric: Rubric
    stream: str
    outcomes: list[Outcome]
    given: dict[str, float] = field(default_factory=dict)  # lines, and items marked by hand
    scores: dict[str, Fraction] = field(default_factory=dict)  # scenario key -> the part of its share
    deductions: dict[str, Decision] = field(default_factory=dict)
    late: Decision | None = None
    total: Decision | None = None
    by_hand: dict[str, HandMark] = field(default_factory=dict)
    numbered: set[str] = field(default_factory=set)  # keys of scenarios that get marks, and no verdict
    applied: list[Applied] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def scenarios(self) -> set[str]:
        """The keys of the scenarios that a person decided."""
        return {one.what for one in self.applied if "::" in one.what}


def settle(rubric: Rubric, stream: str, outcomes: Sequence[Outcome], decisions: Decisions, hand: Sequence[HandMark],
           *, student: str, digest: str) -> Settled:
    """Carry out what was decided of this student's submission."""
    settled = Settled(rubric, rubric.column(stream), list(outcomes))
    _by_hand(settled, hand)
    targets: dict[tuple[str, str], list[Decision]] = {}
    for decision in decisions.of(student):
        if made_for := decisions.stale(decision, digest):
            _clash(settled, decision, f"the decision of {decision.who} was made for another submission "
                   f"({shown(made_for)}); it is {shown(digest)} now: to confirm it, write that under `digest`")
            continue
        try:
            for target in _targets(decision.item, settled):
                targets.setdefault(target, []).append(decision)
        except Refused as exc:
            _clash(settled, decision, str(exc))
    # A share depends on which of its neighbours count: those that get marks do, even if they were skipped.
    settled.numbered = {what for (kind, what), made in targets.items()
                        if kind == "scenario" and isinstance(made[0].marks, float)}

    def words_first(target: tuple[str, str]) -> tuple[int, bool]:
        return list(_KINDS).index(target[0]), target[1] in settled.numbered

    for kind, what in sorted(targets, key=words_first):
        _one(settled, kind, what, targets[kind, what])
    _overlaps(settled)
    return settled


def _by_hand(settled: Settled, marks: Sequence[HandMark]) -> None:
    """The marks of the CSV that fit the rubric and each other."""
    known = settled.rubric.by_hand
    for mark_ in marks:
        same = {other.marks for other in marks if other.item == mark_.item}
        worth = known[mark_.item].worth(settled.stream) if mark_.item in known else 0.0
        if mark_.item not in known:
            near = nearest(mark_.item, known)
            meant = f" (did you mean {near!r}?)" if near else ""
            sentence = f"{mark_.place}: {mark_.item!r} is not marked by hand{meant}"
        elif len(same) > 1:
            sentence = f"{mark_.item} has several marks by hand: {', '.join(map(mark, sorted(same)))}"
        elif not 0 <= mark_.marks <= worth:
            sentence = f"{mark_.item} is worth {mark(worth)}, and by hand it got {mark(mark_.marks)}"
        else:
            settled.by_hand[mark_.item] = mark_
            settled.given[mark_.item] = mark_.marks
            continue
        if Conflict(mark_.item, sentence) not in settled.conflicts:
            settled.conflicts.append(Conflict(mark_.item, sentence))


def _targets(item: str, settled: Settled) -> list[tuple[str, str]]:
    """What a decision is about: (kind, name) of each thing. Raises Refused."""
    rubric = settled.rubric
    for kind, known in (("total", [TOTAL]), ("late", [LATE]), ("line", rubric.lines()), ("by hand", rubric.by_hand),
                        ("deduction", [*rubric.deductions, MEND, *A_PERSON_DECIDES.values()])):
        if item in known:
            return [(kind, item)]
    found = sorted({outcome.key for outcome in settled.outcomes if names(item, outcome.key)})
    if len({document(key) for key in found}) > 1 and item not in found:
        raise Refused(f"{item!r} is the name of several scenarios: write one of {', '.join(found)}")
    if found:
        return [("scenario", key) for key in found]
    ends = [line for line in rubric.lines() if line.split(".", 1)[1] == item]
    titles = [outcome.key.partition("::")[2] for outcome in settled.outcomes]
    near = " or ".join(ends) or nearest(item, [*rubric.lines(), *rubric.by_hand, *rubric.deductions, *titles])
    meant = f" (did you mean {near}?)" if near else ""
    raise Refused(f"no item, scenario or deduction here is called {item!r}{meant}")


def _one(settled: Settled, kind: str, what: str, made: Sequence[Decision]) -> None:
    """One thing, and all that was decided of it."""
    if len({decision.marks for decision in made}) > 1:
        said = "; ".join(f"{decision.who} says {_said(decision.marks)}" for decision in made)
        settled.conflicts.append(Conflict(what, f"several decisions about {what!r}, and none was carried out: {said}"))
        return
    try:
        _KINDS[kind](settled, what, made[0])
    except Refused as exc:
        _clash(settled, made[0], str(exc))


def _clash(settled: Settled, decision: Decision, sentence: str) -> None:
    settled.conflicts.append(Conflict(decision.item, f"{decision.place}: {sentence}"))


def _said(marks: float | Verdict | None) -> str:
    if marks is None:
        return "as the rubric says"
    return str(marks.value) if isinstance(marks, Verdict) else mark(marks)


def _scenario(settled: Settled, key: str, decision: Decision) -> None:
    """A verdict, or some of the marks of the scenario's share."""
    before = next(one for one in once_each(settled.outcomes) if one.key == key)
    if decision.marks is None:
        raise Refused(f"expected marks or a verdict for {key!r}, got nothing")
    if isinstance(decision.marks, Verdict):
        verdict, after = decision.marks, str(decision.marks)
        if verdict is not Verdict.SKIPPED:
            # What a person decided waits for nobody, whatever else failed.
            settled.scores[key] = Fraction(verdict is Verdict.PASSED)
    else:
        score, share = _score(settled, before, decision.marks)
        verdict, after = Verdict.PASSED if score == 1 else Verdict.FAILED, f"{mark(float(score * share))} marks"
        settled.scores[key] = score
    said = f"decided by {decision.who}" + (f": {decision.reason}" if decision.reason else "")
    settled.outcomes = [_decided(one, verdict, said) if one.key == key else one for one in settled.outcomes]
    settled.applied.append(Applied(decision, key, str(before.verdict), after))


def _decided(outcome: Outcome, verdict: Verdict, said: str) -> Outcome:
    return replace(outcome, verdict=verdict, findings=[Finding(verdict, "decision", said), *outcome.findings])


def _score(settled: Settled, outcome: Outcome, marks: float) -> tuple[Fraction, Fraction]:
    """Which part of its share these marks are, and the share."""
    lines = [line for line in outcome.marks if line in settled.rubric.lines()]
    if len(lines) != 1:
        raise Refused(f"{outcome.key!r} speaks for {len(lines)} items, so that {mark(marks)} marks of it mean nothing: "
                      f"write `passed` or `failed`, or decide the item")
    item = settled.rubric.item(lines[0])
    shares = list(shares_of(lines[0], item, once_each(settled.outcomes), settled.scores))
    share = share_of(shares, outcome.key, settled.numbered, item.worth(settled.stream))
    if not 0 <= Fraction(str(marks)) <= share + _CLOSE:
        raise Refused(f"{outcome.key!r} is worth {mark(float(share))} of {lines[0]}, and not {mark(marks)}")
    if abs(Fraction(str(marks)) - share) < _CLOSE:
        return Fraction(1), share
    return Fraction(str(marks)) / share, share


def _item(settled: Settled, name: str, decision: Decision) -> None:
    """All the marks of a line, or of what is marked by hand."""
    rubric = settled.rubric
    worth = (rubric.by_hand[name] if name in rubric.by_hand else rubric.item(name)).worth(settled.stream)
    words: Mapping[object, float] = {Verdict.PASSED: worth, Verdict.FAILED: 0.0}
    marks = words.get(decision.marks, decision.marks)
    if marks is None or isinstance(marks, Verdict):
        raise Refused(f"expected marks for {name}, got {_said(decision.marks) if marks else 'nothing'}")
    if not 0 <= marks <= worth:
        raise Refused(f"{name} is worth {mark(worth)}, and the decision of {decision.who} gives {mark(marks)}")
    before = f"{mark(settled.given[name])} by hand" if name in settled.given else ""
    settled.given[name] = marks
    settled.applied.append(Applied(decision, name, before, f"{mark(marks)} of {mark(worth)}"))


def _deduction(settled: Settled, name: str, decision: Decision) -> None:
    if _amount(decision) is None and name not in settled.rubric.deductions and name != MEND:
        raise Refused(f"expected the marks that {name} costs (0: nothing), for the rubric does not say it")
    settled.deductions[name] = decision
    settled.applied.append(Applied(decision, name, "", f"deduction {_said(decision.marks)}"))


def _late(settled: Settled, name: str, decision: Decision) -> None:
    if _amount(decision) is None:
        raise Refused("expected the marks that being late costs (0: nothing), got nothing")
    settled.late = decision
    settled.applied.append(Applied(decision, name, "", f"deduction {_said(decision.marks)}"))


def _total(settled: Settled, name: str, decision: Decision) -> None:
    items = [*settled.rubric.items().values(), *settled.rubric.by_hand.values()]
    most = float(sum(Fraction(str(item.worth(settled.stream))) for item in items))
    if not isinstance(decision.marks, int | float) or not 0 <= decision.marks <= most:
        raise Refused(f"expected a total between 0 and {mark(most)}, got {_said(decision.marks)}")
    settled.total = decision
    settled.applied.append(Applied(decision, name, "", _said(decision.marks)))


def _amount(decision: Decision) -> float | None:
    """The marks that a decision takes off: 2, and -2 as well, for nobody means a gift by that."""
    if isinstance(decision.marks, Verdict):
        raise Refused(f"expected the marks that {decision.item} costs (0: nothing), got {decision.marks!s}")
    return None if decision.marks is None else abs(decision.marks)


def _overlaps(settled: Settled) -> None:
    """Scenarios that were decided within a line that was decided as a whole: their marks are the line's."""
    for applied in settled.applied:
        marks = next((one.marks for one in settled.outcomes if one.key == applied.what), ())
        for line in marks:
            if line in settled.given:
                _clash(settled, applied.decision, f"{applied.what!r} is decided, and {line} as a whole too: "
                                                  f"the marks are those of the whole")


_KINDS: Mapping[str, Callable[[Settled, str, Decision], None]] = {
    "scenario": _scenario, "line": _item, "by hand": _item, "deduction": _deduction, "late": _late, "total": _total,
}  # fmt: skip


def told(conflicts: Iterable[Conflict]) -> list[str]:
    """Their sentences."""
    return [conflict.sentence for conflict in conflicts]
