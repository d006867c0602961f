"""The marking scheme of one assignment: rubric.yaml, checked, and the adding up by it.

A scenario names the lines it speaks for (`marks: single.LOGIN`); the scenarios
of one line share its marks equally. What only a person can mark stands under
`by_hand` and is listed, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from harness.grade.marks import LineMarks, Marks, Sum, exact
from harness.scenario.checked import checked
from harness.scenario.loader import read_text
from harness.verdict import Outcome, Verdict, worst


def _one_word(name: str) -> str:
    # `marks: single.LOGIN` parts the name of a part from that of its line at the dot.
    if not name or "." in name or any(char.isspace() for char in name):
        raise ValueError(f"a name is one word without a dot, got {name!r}")
    return name


Name = Annotated[str, AfterValidator(_one_word)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Strict):
    """One line of the rubric and what it is worth."""

    title: str
    marks: float = Field(ge=0, allow_inf_nan=False)


class Part(_Strict):
    """Lines that belong together, such as what one client can do alone."""

    title: str
    items: dict[Name, Item] = Field(min_length=1)


class Rubric(_Strict):
    """rubric.yaml, checked."""

    rubric: str = Field(description="Its name, for reports.")
    parts: dict[Name, Part] = Field(min_length=1)
    by_hand: dict[Name, Item] = {}

    def lines(self) -> list[str]:
        """The names that `marks:` of a scenario may use, in the rubric's order: "single.LOGIN", ..."""
        return [name for name, _ in self._named()]

    def item(self, line: str) -> Item:
        """What this line says. Raises KeyError."""
        return dict(self._named())[line]

    def _named(self) -> Iterator[tuple[str, Item]]:
        for part_name, part in self.parts.items():
            for name, item in part.items.items():
                yield f"{part_name}.{name}", item


def load_rubric(path: Path) -> Rubric:
    """rubric.yaml, checked. Raises Mistakes, with file:line:column each."""
    return checked(Rubric, read_text(path), str(path))


def add_up(rubric: Rubric, outcomes: Iterable[Outcome]) -> Marks:
    """Marks for these outcomes. The scenarios of a line share its marks; several plays of one count once."""
    plays = _once_each(outcomes)
    lines = [_line(rubric, name, plays) for name in rubric.lines()]
    parts = [
        _sum(name, part.title, [line for line in lines if line.line.split(".", 1)[0] == name])
        for name, part in rubric.parts.items()
    ]
    by_hand = [LineMarks(name, item.title, item.marks, by_hand=True) for name, item in rubric.by_hand.items()]
    known = set(rubric.lines())
    unknown = sorted({name for names, _ in plays for name in names} - known)
    return Marks(rubric.rubric, lines, parts, _sum("", "All parts", lines), by_hand, unknown)


def _once_each(outcomes: Iterable[Outcome]) -> list[tuple[Sequence[str], Verdict]]:
    """Each scenario's lines and its one verdict: a race that shows in one play of a hundred is a race."""
    verdicts: dict[str, list[Verdict]] = {}
    lines: dict[str, Sequence[str]] = {}
    for outcome in outcomes:
        verdicts.setdefault(outcome.key, []).append(outcome.verdict)
        lines.setdefault(outcome.key, outcome.marks)
    return [(lines[key], worst(verdicts[key])) for key in verdicts]


def _line(rubric: Rubric, name: str, plays: Sequence[tuple[Sequence[str], Verdict]]) -> LineMarks:
    found = [verdict for lines, verdict in plays if name in lines]
    passed, failed = found.count(Verdict.PASSED), found.count(Verdict.FAILED)
    unclear, skipped = found.count(Verdict.UNDECIDED), found.count(Verdict.SKIPPED)
    item = rubric.item(name)
    # Fractions: three thirds of a mark are the mark, and 0.1 + 0.2 is 0.3.
    share = Fraction(str(item.marks)) / max(1, passed + failed + unclear)
    return LineMarks(
        line=name,
        title=item.title,
        possible=item.marks,
        earned=float(share * passed),
        # Every scenario skipped: nothing could speak for this line, so nothing may be taken away.
        undecided=item.marks if skipped and not passed + failed + unclear else float(share * unclear),
        passed=passed,
        failed=failed,
        unclear=unclear,
        skipped=skipped,
    )


def _sum(name: str, title: str, lines: Sequence[LineMarks]) -> Sum:
    return Sum(
        name=name,
        title=title,
        possible=exact(line.possible for line in lines),
        earned=exact(line.earned for line in lines),
        undecided=exact(line.undecided for line in lines),
        unplayed=exact(line.possible for line in lines if not line.played),
    )
