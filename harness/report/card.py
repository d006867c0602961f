"""The card of a probe: what was learnt of a submission, each line with how it was seen; and the same for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.probe.decide import Decision
from harness.probe.probe import Card
from harness.report.page import BLANK, Block, Column, Grid, Heading, Line, Span, Style, line

# What the plays go by is shown apart: a tutor corrects these first.
_LINES = (Column("", width=20, style=Style.QUIET), Column("learnt", share=3), Column("how it was seen", share=4,
                                                                                    style=Style.QUIET))  # fmt: skip
_SAYS = (Column("", width=20, style=Style.QUIET), Column("the student says", share=3), Column("seen", share=3))


def card(shown: Card) -> Iterator[Block]:
    """The card, from what hinders to what is merely odd."""
    yield line(Span(shown.subject, Style.STRONG), f": probed, stage: {shown.stage}")
    for trouble in shown.troubles:
        style = Style.FAILED if trouble.fatal else Style.UNDECIDED
        yield BLANK
        yield line(Span("✗ " if trouble.fatal else "! ", style), Span(trouble.sentence), Span(f"  [{trouble.code}]",
                                                                                              Style.QUIET))  # fmt: skip
        if trouble.mend:
            yield line(Span("To mend it, ", Style.QUIET), trouble.mend, indent=2)
    yield BLANK
    yield Heading("Learnt")
    facts = {key: fact for key, fact in shown.facts.items() if key != "oddities"}
    yield Grid(_LINES, [[Span(key), Span(_shown(fact.text)), Span(fact.seen)] for key, fact in facts.items()], indent=0)
    yield from _oddities(shown)
    yield from _word(shown)
    yield BLANK
    yield _next(shown)


def decided(found: Decision) -> Iterator[Block]:
    """What was found out before a run, in a few quiet lines; what hinders is said aloud."""
    for key, fact in found.facts.items():
        yield line(Span(f"{key}: {fact.text} ({fact.seen})", Style.QUIET))
    for trouble in found.troubles:
        yield line(Span("✗ " if trouble.fatal else "! ", Style.UNDECIDED), trouble.sentence)


def _shown(text: str) -> str:
    return " / ".join(part.strip() for part in text.splitlines()) or "nothing"


def _oddities(shown: Card) -> Iterator[Block]:
    fact = shown.facts.get("oddities")
    if fact is None:
        return
    told = [fact.value] if isinstance(fact.value, str) else fact.value
    yield BLANK
    yield Heading("Odd, and no fault by itself" if told else "Nothing odd was seen")
    for one in told:
        yield line(one, indent=2)


def _word(shown: Card) -> Iterator[Block]:
    """The student's own subject.yaml: shown, never obeyed."""
    if not shown.word and not shown.word_wrong:
        return
    yield BLANK
    yield Heading("subject.yaml in the submission: the student's word, shown and not obeyed")
    if shown.word_wrong:
        yield line(f"it cannot be read: {shown.word_wrong}", indent=2)
    rows = [[Span(key), Span(_shown(said)), Span(_beside(shown, key, said))] for key, said in shown.word.items()]
    if rows:
        yield Grid(_SAYS, rows, indent=0)


def _beside(shown: Card, key: str, said: str) -> str:
    fact = shown.facts.get(key)
    if fact is None:
        return "not looked at"
    return "the same" if fact.text == said else _shown(fact.text)


def _next(shown: Card) -> Line:
    if shown.fatal:
        return line(Span("Nobody can play with it like this.", Style.FAILED),
                    " A line that is wrong here can be given with --subject-file.")  # fmt: skip
    return line(Span("Understood.", Style.PASSED), " --save FILE writes these lines; --subject-file FILE overrides "
                                                   "single ones, also for a run.")  # fmt: skip


def to_json(shown: Card) -> dict[str, Any]:
    """The card for machines."""
    return {
        "format": "harness-probe-1",
        "subject": shown.subject,
        "understood": not shown.fatal,
        "troubles": [{**t.described(), "fatal": t.fatal} for t in shown.troubles],
        "facts": {key: {"value": fact.value if isinstance(fact.value, str) else list(fact.value), "seen": fact.seen}
                  for key, fact in shown.facts.items()},
        "word": dict(shown.word),
    }  # fmt: skip
