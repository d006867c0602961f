"""One scenario as a page tells it: what failed, where in the play, what stood on the terminals. Pure; texts are raw.

The same facts as on the console, in a form that a template lays out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from harness.report.causes import causes
from harness.report.failure import facts
from harness.report.page import Line
from harness.report.report import Played, Report
from harness.report.sequence import diagram
from harness.report.steps import steps
from harness.report.terminals import LONGEST, absent, cell_text, chosen
from harness.report.transcript import Kind, Row, around, columns, folded, rows
from harness.report.words import SYMBOLS, cut
from harness.verdict import Finding, Outcome, Verdict, worst

# More terminals than this are too narrow to be read side by side.
TERMINALS = 6
# The diagram of the wire is plain text: so many letters wide, the page scrolls.
WIRE_WIDTH = 132
# What a page tells in places of its own.
_ELSEWHERE = ("Step", "Hint", "Likely", "Brief", "Noticed")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the play. `here`: the one at which it went wrong."""

    number: int
    text: str
    symbol: str
    here: bool
    said: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the transcript. `column` -1: across all terminals. `step`: its number, where that is another one."""

    column: int
    kind: str
    text: str
    marked: bool
    step: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One scenario that did not pass. `like`: (anchor, title) of one that failed in the same way, told before it."""

    anchor: str
    key: str
    title: str
    verdict: Verdict
    marks: Sequence[str]
    sentence: str
    often: str = ""
    clause: str = ""
    hint: str = ""
    likely: str = ""
    facts: Sequence[tuple[str, str]] = ()
    noticed: Sequence[str] = ()
    decided: str = ""  # what a tutor says of it
    steps: Sequence[Step] = ()
    terminals: Sequence[str] = ()
    rows: Sequence[Cell] = field(default=(), repr=False)
    absent: str = ""
    wire: str = ""
    command: str = ""
    recording: str = ""  # where it lies, seen from the page
    seen_by: str = "public"
    like: tuple[str, str] = ("", "")

    @property
    def like_anchor(self) -> str:
        """The place of the one that it is like; "" for none."""
        return self.like[0]


def anchor(key: str) -> str:
    """The name of a scenario's place in every page that tells of it."""
    return f"s-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def in_order(played: Sequence[Played]) -> Iterator[tuple[Played, Played | None]]:
    """Those that failed, then the undecided; each with the one it is like: what is one mistake is read once."""
    for verdict in (Verdict.FAILED, Verdict.UNDECIDED):
        for cause in causes(played, verdict):
            yield cause.first, None
            yield from ((play, cause.first) for play in cause.same)


def shown(play: Played, home: str = "", again: str = "--subject .") -> Shown:
    """What a page says of this play. `home`: the path that the course lies in here, which is no business of a page."""
    place = anchor(play.outcome.key)
    play = replace(play, outcome=_from(home, play.outcome))
    outcome = play.outcome
    found = next((one for one in outcome.findings if one.verdict is outcome.verdict and one.code != "decision"), None)
    told = facts(play, found) if found else []
    first = dict(reversed(told))
    names, cells, missing = _terminals(play, found)
    report = Report([], None, 0.0, "", "", play.seed, again)
    return Shown(
        place, outcome.key, outcome.scenario, outcome.verdict, outcome.marks,
        found.sentence if found else "no finding says why", outcome.often, outcome.clause,
        first.get("Hint", ""), first.get("Likely", ""), [pair for pair in told if pair[0] not in _ELSEWHERE],
        [text for label, text in told if label == "Noticed"], _decided(outcome.findings),
        _steps(play, found), names, cells, missing, _wire(play, found), report.command(play),
    )  # fmt: skip


def _from(home: str, outcome: Outcome) -> Outcome:
    """The outcome with its files named as they lie in a student's kit: from the course's own folder on."""
    findings = [replace(one, place=one.place.removeprefix(home)) for one in outcome.findings]
    return replace(outcome, key=outcome.key.removeprefix(home), findings=findings)


def _decided(findings: Sequence[Finding]) -> str:
    return next((one.sentence for one in findings if one.code == "decision"), "")


def _steps(play: Played, found: Finding | None) -> list[Step]:
    at = found.step if found else None
    return [
        Step(one.number, one.text, SYMBOLS[worst(f.verdict for f in one.findings)] if one.findings else "",
             one.number == at, [cut(f.sentence, LONGEST) for f in one.findings
                                if f is not found and f.sentence not in ("", one.text)
                                and f.verdict is not Verdict.PASSED])
        for one in steps(play)
    ]  # fmt: skip


def _terminals(play: Played, found: Finding | None) -> tuple[list[str], list[Cell], str]:
    """The names of the terminals that there is room for, their rows, and who is left out."""
    step, actor, seen = (found.step, found.actor, found.seen) if found else (None, "", "")
    kept = around(rows(play.recording), step, actor, seen)
    short, order = folded(kept), columns(play.recording)
    names = chosen(order, short, actor, TERMINALS)
    return names, list(_cells(short, names)), absent(order, kept, short, names)


def _cells(found: Sequence[Row], names: Sequence[str]) -> Iterator[Cell]:
    told: set[str] = set()
    step: int | None = None
    for row in found:
        again = row.text in told
        told.add(row.text)
        if row.actor and row.actor not in names:
            continue
        if row.kind is Kind.NOTE and again:
            continue
        number = "" if row.step in (None, step) else str(row.step)
        step = row.step if row.step is not None else step
        # A prompt, or a list of commands before it, is told in full once; then its beginning shows that it came.
        room = 32 if again and row.kind in (Kind.PROMPT, Kind.PRINTED) and not row.marked else LONGEST
        text = cell_text(row, room) if row.actor or row.kind is Kind.FOLDED else cut(row.text, LONGEST)
        yield Cell(names.index(row.actor) if row.actor else -1, row.kind.value, text, row.marked, number)


def _wire(play: Played, found: Finding | None) -> str:
    """What passed on the wire, as text; "" where it was not watched."""
    blocks = diagram(play, found, WIRE_WIDTH)
    lines = [" " * one.indent + "".join(span.text for span in one.spans) for one in blocks if isinstance(one, Line)]
    return "\n".join(lines[2:]).rstrip()  # without its heading: the page has one of its own
