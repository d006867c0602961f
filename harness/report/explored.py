"""What orders of delivery showed, in words: of one scenario that failed, and of all that passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.explore.vouch import vouched, where
from harness.report.page import Block, Line, Span, Style, line
from harness.report.report import Played, Report
from harness.report.words import STYLES
from harness.verdict import Outcome, Verdict


def many(outcome: Outcome) -> str:
    """How many plays it is from, where there were several: "40 orders", "40 plays, all 4 orders"."""
    found = outcome.explored
    if found is None:
        return f"{outcome.plays} plays" if outcome.plays > 1 else ""
    if found.orders == outcome.plays:
        return f"all {found.orders} orders" if found.all and found.orders > 1 else _counted(found.orders, "order")
    return f"{outcome.plays} plays, {f'all {found.orders} orders' if found.orders > 1 else 'in the one order there is'}"


def told(play: Played) -> Iterator[Block]:
    """Behind how often it failed: what that vouches for, in which orders, and where the smallest lies."""
    found = play.outcome.explored
    if found is None:
        return
    for sentence in (where(found), vouched(found)):
        if sentence:
            yield line(Span(f"{sentence[0].upper()}{sentence[1:]}", STYLES[play.outcome.verdict]), indent=2)
    if found.file:
        yield _file(found.file, found.file_failed, found.file_plays)


def _file(path: str, failed: int, plays: int) -> Line:
    often = f"  failed {failed} of {_counted(plays, 'play')}" if plays else ""
    return line(Span("Written   ", Style.QUIET), path, Span(often, Style.QUIET), indent=2, whole=True)


def summed(report: Report) -> list[Block]:
    """What all explored scenarios that passed vouch for together: those of one sentence are counted."""
    said = Counter(f"passed {_orders(play.outcome)}: {sentence}" for play in report.played
                   if play.outcome.verdict is Verdict.PASSED and play.outcome.explored is not None
                   and (sentence := vouched(play.outcome.explored)))  # fmt: skip
    return [line(Span(f"{_counted(count, 'scenario')} {sentence}.", Style.QUIET)) for sentence, count in said.items()]


def _orders(outcome: Outcome) -> str:
    """"40 of 40 orders", "40 of 40 plays"."""
    unit = "orders" if outcome.explored and outcome.explored.orders == outcome.plays else "plays"
    return f"{outcome.plays} of {outcome.plays} {unit}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
