"""Whether a check that was not fulfilled may be called failed: only where nothing more could have come."""

from __future__ import annotations

from harness.events import Settled
from harness.verdict import Verdict

# Evidence that a program which does not ask for input now will not ask later either.
PROOF = ("still", "stuck", "spinning", "gave-up", "until")


def refusal(settled: Settled | None) -> tuple[Verdict, str]:
    """The verdict for something expected that did not come, and why, where it must stay open."""
    if settled is None:
        return Verdict.UNDECIDED, "the play ended before anybody waited for it"
    if settled.evidence == "gave-up" and settled.own < settled.within:
        had = f"in {settled.wall:.0f} s the programs could run for {settled.own:.1f} s"
        return Verdict.UNDECIDED, f"the machine was too busy to tell: {had}"
    return Verdict.FAILED, ""


def out_of_time(settled: Settled | None) -> bool:
    """Whether the programs had all the time they may have, and were still at work when it was over."""
    return settled is not None and settled.evidence == "gave-up" and settled.own >= settled.within
