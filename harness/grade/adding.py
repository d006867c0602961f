"""The adding up: outcomes and a rubric in, marks out. Pure, and exact: three thirds of a mark are the mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from harness.grade.marks import LineMarks, Marks, Sum, exact
from harness.grade.named import names
from harness.grade.scheme import Item, Rubric
from harness.verdict import Finding, Outcome, Verdict, worst

NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Share:
    """One scenario within a line: how it ended, how much it counts, and how much of it was earned if it is in parts."""

    key: str
    verdict: Verdict
    weight: Fraction
    score: Fraction | None = None  # between 0 and 1: what a tutor gave
    held: bool = False  # it failed, and so did a prerequisite of the line: its share waits for a person

    @property
    def counts(self) -> bool:
        """Whether it shares the marks of its line."""
        return self.held or self.verdict is not Verdict.SKIPPED

    @property
    def earned(self) -> Fraction:
        """The part of its line's marks that it earned, in weights."""
        won = Fraction(self.verdict is Verdict.PASSED) if self.score is None else self.score
        return self.weight * won

    @property
    def undecided(self) -> Fraction:
        """The part that nobody could tell."""
        return self.weight if self.held or self.verdict is Verdict.UNDECIDED else Fraction()


def add_up(rubric: Rubric, outcomes: Iterable[Outcome], *, stream: str = "", given: Mapping[str, float] = NOTHING,
           scores: Mapping[str, Fraction] | None = None) -> Marks:
    """Marks for these outcomes. The scenarios of a line share its marks; several plays of one count once.

    `given`: lines, and items marked by hand, that a person gave these marks. `scores`: scenario key -> the part of
    its share that a person gave.
    """
    plays, column = once_each(outcomes), rubric.column(stream)
    shares = {line: list(shares_of(line, item, plays, scores or {})) for line, item in rubric.items().items()}
    held = blocked(rubric, shares, given)
    lines = [_line(line, rubric.item(line), column, _waiting(found) if line in held else found, given.get(line))
             for line, found in shares.items()]
    by_hand = [_by_hand(name, item, column, given.get(name)) for name, item in rubric.by_hand.items()]
    return total_up(rubric, lines, by_hand, sorted({name for one in plays for name in one.marks} - shares.keys()))


def total_up(rubric: Rubric, lines: Sequence[LineMarks], by_hand: Sequence[LineMarks], unknown: Sequence[str]) -> Marks:
    """These lines with the sums of the parts, and of the whole."""
    parts = [_sum(name, part.title, [line for line in lines if line.line.split(".", 1)[0] == name])
             for name, part in rubric.parts.items()]
    return Marks(rubric.rubric, lines, parts, _sum("", "All parts", lines), by_hand, unknown)


def once_each(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Each scenario once, with its one verdict: a race that shows in one play of a hundred is a race."""
    plays: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        plays.setdefault(outcome.key, []).append(outcome)
    return [mine[0] if len(mine) == 1 else replace(mine[0], verdict=worst(one.verdict for one in mine))
            for mine in plays.values()]


def shares_of(line: str, item: Item, plays: Iterable[Outcome], scores: Mapping[str, Fraction]) -> Iterator[Share]:
    """The scenarios that speak for a line. A weight is that of each case of a scenario with `each`."""
    for play in plays:
        if line in play.marks:
            weight = next((weight for said, weight in item.weights.items() if names(said, play.key)), 1)
            yield Share(play.key, play.verdict, Fraction(str(weight)), scores.get(play.key))


def share_of(shares: Sequence[Share], key: str, counting: Set[str], worth: float) -> Fraction:
    """How many marks one of these scenarios is worth, if those `counting` count besides all that do anyway."""
    counts = [share for share in shares if share.counts or share.key in counting]
    all_of_them = sum(share.weight for share in counts)
    mine = next((share.weight for share in counts if share.key == key), Fraction())
    return Fraction(str(worth)) * mine / all_of_them if all_of_them else Fraction()


def blocked(rubric: Rubric, shares: Mapping[str, Sequence[Share]],
            given: Mapping[str, float] = NOTHING) -> dict[str, str]:
    """Lines that could not be shown, and the prerequisite that failed: for sure, by itself or by one of its own.

    A line failed for sure if a scenario of it failed, and none passed or is undecided; or a person gave it nothing.
    """
    items, found = rubric.items(), dict[str, str]()
    failed = {line for line in items if (given[line] == 0 if line in given else _failed(shares.get(line, ())))}
    again = True
    while again:
        again = False
        for line, item in items.items():
            missing = next((need for need in item.prerequisites if need in failed or need in found), None)
            if missing is not None and line not in found and line != missing:
                found[line] = missing
                again = True
    return found


def _waiting(shares: Iterable[Share]) -> list[Share]:
    """The shares of a line whose prerequisite failed: what failed is skipped, and its part of the marks waits."""
    return [replace(share, verdict=Verdict.SKIPPED, held=True)
            if share.verdict is Verdict.FAILED and share.score is None else share for share in shares]


def _failed(shares: Sequence[Share]) -> bool:
    verdicts = {share.verdict for share in shares}
    partly = any(share.score for share in shares)
    return not partly and Verdict.FAILED in verdicts and not verdicts & {Verdict.PASSED, Verdict.UNDECIDED}


def with_prerequisites(rubric: Rubric, outcomes: Sequence[Outcome], given: Mapping[str, float] = NOTHING,
                       scores: Mapping[str, Fraction] | None = None) -> list[Outcome]:
    """The same outcomes; what failed, and speaks only for lines whose prerequisite failed, is skipped."""
    plays, items = once_each(outcomes), rubric.items()
    shares = {line: list(shares_of(line, item, plays, scores or {})) for line, item in items.items()}
    held = blocked(rubric, shares, given)

    def one(outcome: Outcome) -> Outcome:
        lines = [line for line in outcome.marks if line in items]
        stopped = outcome.verdict is Verdict.FAILED and outcome.key not in (scores or {})
        if not stopped or not lines or not all(line in held for line in lines):
            return outcome
        needed = held[lines[0]]
        said = f"{lines[0]} needs {needed} ({items[needed].title}), and that failed: this is not held against it"
        finding = Finding(Verdict.SKIPPED, "prerequisite-failed", said)
        return replace(outcome, verdict=Verdict.SKIPPED, findings=[finding, *outcome.findings])

    return [one(outcome) for outcome in outcomes]


def _line(line: str, item: Item, stream: str, shares: Sequence[Share], given: float | None) -> LineMarks:
    """What a line earned: what its scenarios did, or what a person gave."""
    worth, ended = item.worth(stream), Counter(share.verdict for share in shares)
    counted = [share for share in shares if share.counts]
    weights = sum(share.weight for share in counted)
    found = LineMarks(
        line, item.title, worth, passed=ended[Verdict.PASSED], failed=ended[Verdict.FAILED],
        unclear=ended[Verdict.UNDECIDED], skipped=ended[Verdict.SKIPPED], held=sum(share.held for share in shares),
    )  # fmt: skip
    if given is not None:
        return replace(found, earned=given, decided=True)
    if not weights:
        # Every scenario skipped: nothing could speak for this line, so nothing may be taken away.
        return replace(found, undecided=worth if shares else 0.0)
    each = Fraction(str(worth)) / weights
    return replace(found, earned=float(each * sum(share.earned for share in counted)),
                   undecided=float(each * sum(share.undecided for share in counted)))


def _by_hand(name: str, item: Item, stream: str, given: float | None) -> LineMarks:
    return LineMarks(name, item.title, item.worth(stream), given or 0.0, by_hand=True, decided=given is not None)


def _sum(name: str, title: str, lines: Sequence[LineMarks]) -> Sum:
    return Sum(
        name=name,
        title=title,
        possible=exact(line.possible for line in lines),
        earned=exact(line.earned for line in lines),
        undecided=exact(line.undecided for line in lines),
        unplayed=exact(line.possible for line in lines if not line.played and not line.decided),
    )
