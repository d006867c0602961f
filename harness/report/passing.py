"""A passing (or skipped) scenario in full, for -v: what was concluded step by step, on what evidence, and the play."""

from __future__ import annotations

from harness.events import Settled
from harness.report.failure import STYLES, SYMBOLS, badge
from harness.report.page import BLANK, Block, Column, Grid, Heading, Span, Style
from harness.report.report import Played
from harness.report.terminals import terminals


def evidence(play: Played) -> dict[int | None, list[str]]:
    """By step: what let us say that nothing more would come, in the order in which it was found."""
    found: dict[int | None, list[str]] = {}
    for event in play.recording.all(Settled):
        found.setdefault(event.step, []).append(event.evidence)
    return found


def passing(play: Played, width: int) -> list[Block]:
    """Everything about a play that needs nobody's attention, for somebody who asked."""
    heading = Heading(f"{badge(play.outcome.verdict).text}  {play.outcome.scenario}", STYLES[play.outcome.verdict])
    return [heading, steps(play), BLANK, *terminals(play, None, "", width, everything=True)]


def steps(play: Played) -> Grid:
    """The steps of a play: what each concluded, and the evidence it rests on."""
    known = evidence(play)
    texts = {step.number: step.text for step in play.scenario.steps()} if play.scenario else {}
    numbers = sorted({*texts, *(n for n in known if n is not None), *_with_findings(play)})
    rows = []
    for number in numbers:
        mine = [f for f in play.outcome.findings if f.step == number]
        symbol = Span(" ".join(SYMBOLS[f.verdict] for f in mine), STYLES[mine[0].verdict]) if mine else Span("")
        said = "\n".join([texts.get(number, ""), *(f"  {f.sentence}" for f in mine if f.sentence)])
        rows.append([Span(str(number)), symbol, Span(said), Span(", ".join(known.get(number, [])), Style.QUIET)])
    return Grid([Column("step", right=True), Column(), Column("", share=1), Column("evidence")], rows)


def _with_findings(play: Played) -> set[int]:
    return {f.step for f in play.outcome.findings if f.step is not None}
