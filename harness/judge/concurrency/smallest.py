"""The smallest part of a history that no order explains, so that a person can see it.

An operation cannot simply be left out: what it did may be what explains another one. So it is *forgotten*: it may
have happened at any time after it was asked for, with any answer, or never. That only ever excuses. If no order
explains the rest even so, then none explains the whole, and the rest is shown. (What can change nothing is as good as
not there.)
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.judge.concurrency.check import check
from harness.judge.concurrency.operations import Model, Operation, Steady, Verdict


@dataclass(frozen=True, slots=True)
class Part:
    """Operations that no order explains together, whatever all others did and were answered.

    `proved`: each of them is needed (the time sufficed to try to forget each). `among`: of so many of its key.
    """

    operations: Sequence[Operation]
    among: int
    proved: bool


def smallest(operations: Sequence[Operation], model: Model, verdict: Verdict, budget_s: float = 5.0) -> Part:
    """The smallest part of the operations of one key, given the verdict that no order explains them."""
    until = time.monotonic() + budget_s
    kept = _until_misfit(operations, verdict)
    # Those that are known to contradict each other suffice most often; and if not, then most others are not needed.
    named = [op for op in kept if op in verdict.misfits]
    proved = True
    for trial in _halves(kept, named):
        if len(trial) < len(kept) and _holds(kept, trial, model, min(until, time.monotonic() + budget_s / 5)):
            kept = _only(kept, trial)
            break
    for op in sorted(_known(kept), key=lambda op: op in named):
        if time.monotonic() > until:
            proved = False
            break
        others = [one for one in _known(kept) if one is not op]
        if _holds(kept, others, model, until):
            kept = _only(kept, others)
    return Part(_known(kept), len(operations), proved)


def _known(kept: Sequence[Operation]) -> list[Operation]:
    return [op for op in kept if not op.pending]


def _until_misfit(operations: Sequence[Operation], verdict: Verdict) -> list[Operation]:
    """What was asked before the answer came that no order explains: nothing later can be needed to see it."""
    ends = [op.returned for op in verdict.misfits if op.returned is not None]
    if not ends:
        return list(operations)
    return [op for op in operations if op.invoked <= max(ends)]


def _halves(kept: Sequence[Operation], named: Sequence[Operation]) -> list[list[Operation]]:
    """What to try first: only those that are named; these and what overlaps with them."""
    beside = [op for op in kept if not op.pending and any(_overlap(op, one) for one in named)]
    return [list(named), beside] if named else []


def _overlap(one: Operation, other: Operation) -> bool:
    return one.invoked <= (other.returned or other.invoked) and other.invoked <= (one.returned or one.invoked)


def _only(kept: Sequence[Operation], known: Sequence[Operation]) -> list[Operation]:
    wanted = {id(op) for op in known}
    return [op if id(op) in wanted else replace(op, reply=None, returned=None) for op in kept]


def _holds(kept: Sequence[Operation], known: Sequence[Operation], model: Model, until: float) -> bool:
    """Whether these answers alone, all others forgotten, are explained by no order: proved within the time."""
    wanted = {id(op) for op in known}
    changes = model.changes if isinstance(model, Steady) else lambda request, reply: True
    trial = [op for op in _only(kept, known) if not op.pending or changes(op.request, None)]
    if not wanted:
        return False
    return check(trial, model, max(0.0, until - time.monotonic())).answer == "unexplained"
