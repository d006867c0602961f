"""Several plays of one scenario are one outcome: never averaged, never retried until green. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.verdict import Finding, Outcome, Verdict, worst


@dataclass(frozen=True, slots=True)
class Seeded:
    """One play's outcome, and the seed that plays it again."""

    seed: int
    outcome: Outcome


_BY_LUCK = "this is a race, or a matter of how TCP cuts the bytes"
# Which command comes first changes with the places too: what one order alone gets wrong needs no second thread.
_IN_TURN = ("which thread of the server comes first, or is interrupted where, decides. That is a race, unless it fails "
            "too where one after the other does the same in that order. The threads were let run one at a time, and "
            "interrupted at other places in each play, as they may be on any machine")  # fmt: skip


def together(plays: Sequence[Seeded], *, explored: bool = False) -> tuple[Outcome, int]:
    """What these plays of one scenario come to, and which of them shows it: failed if any failed, else undecided
    if any was, else skipped if any was. The findings are those of the first play that ended so.

    `explored`: each in an order of arrival of its own; what it means that some fail, is said of the orders.
    """
    verdict = worst(play.outcome.verdict for play in plays)
    at = next(at for at, play in enumerate(plays) if play.outcome.verdict is verdict)
    shown = plays[at].outcome
    if len(plays) == 1:
        return shown, at
    evidence: Counter[str] = Counter()
    for play in plays:
        evidence.update(play.outcome.evidence)
    race = "" if explored else _race(plays)
    return replace(
        shown, findings=_findings(shown, race, plays[at].seed), seconds=sum(play.outcome.seconds for play in plays),
        evidence=dict(evidence), plays=len(plays), failed_plays=_seeds(plays, Verdict.FAILED),
        undecided_plays=_seeds(plays, Verdict.UNDECIDED), skipped_plays=_seeds(plays, Verdict.SKIPPED),
    ), at  # fmt: skip


def _seeds(plays: Sequence[Seeded], verdict: Verdict) -> list[int]:
    return [play.seed for play in plays if play.outcome.verdict is verdict]


def _race(plays: Sequence[Seeded]) -> str:
    """What it means that the same was right once and wrong once."""
    good = len(_seeds(plays, Verdict.PASSED))
    if not good or not _seeds(plays, Verdict.FAILED):
        return ""
    often = {1: "once", 2: "twice"}.get(good, f"{good} times")
    race = _IN_TURN if all(play.outcome.in_turn for play in plays) else _BY_LUCK
    return f"it works {often} in {len(plays)}: {race}"


def _findings(shown: Outcome, race: str, seed: int) -> Sequence[Finding]:
    """The findings, with what the other plays say beside the likely cause of the first that went wrong.

    With the `seed` go names and contents: only if that same seed is right once, too, has chance a part in it. Where
    threads ran in turn, the seed says where they handed over, too, and chance has none.
    """
    found = shown.divergence
    if not race or found is None:
        return shown.findings
    cause = f"{race}: {found.likely}" if found.likely else race
    again = (f"--seed {seed} interrupts them at the same places again" if shown.in_turn else
             f"if --seed {seed} fails every time, of that play's names or contents")  # fmt: skip
    told = replace(found, likely=f"{cause}; {again}")
    return [told if finding is found else finding for finding in shown.findings]
