"""The steps of one play: what each concluded, and the evidence it rests on. For -v, and for the exports."""

from __future__ import annotations

from dataclasses import dataclass

from harness.events import Settled, StepBegan
from harness.report.page import Column, Grid, Span, Style
from harness.report.report import Played
from harness.report.words import STYLES, SYMBOLS
from harness.verdict import Finding, worst


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step: its text and place, the findings about it, and what let us say that nothing more would come."""

    number: int
    text: str
    place: str
    findings: tuple[Finding, ...]
    evidence: tuple[str, ...]


def steps(play: Played) -> list[StepTold]:
    """The steps in their order: those of the scenario, or those that were recorded where it is lost."""
    places = {step.number: str(step.place) for step in play.scenario.steps()} if play.scenario else {}
    texts = {event.step: event.text for event in play.recording.all(StepBegan) if event.step is not None}
    if play.scenario:
        texts |= {step.number: step.text for step in play.scenario.steps()}
    findings, known = play.outcome.findings, list(play.recording.all(Settled))
    return [
        StepTold(
            number,
            texts[number],
            places.get(number, ""),
            tuple(f for f in findings if f.step == number),
            tuple(e.evidence for e in known if e.step == number),
        )
        for number in sorted(texts)
    ]


def steps_grid(play: Played) -> Grid:
    """The same as a table."""
    columns = [Column("step", right=True), Column(), Column("", share=1), Column("evidence", style=Style.QUIET)]
    return Grid(columns, [_row(told) for told in steps(play)])


def _row(told: StepTold) -> list[Span]:
    verdict = worst(f.verdict for f in told.findings) if told.findings else None
    symbol = Span(SYMBOLS[verdict], STYLES[verdict]) if verdict else Span("")
    # The sentence of a finding that went well is mostly the step itself.
    said = [f"  {f.sentence}" for f in told.findings if f.sentence not in ("", told.text)]
    evidence = ", ".join(dict.fromkeys(told.evidence))
    return [Span(str(told.number)), symbol, Span("\n".join([told.text, *said])), Span(evidence)]
