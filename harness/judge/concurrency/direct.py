"""The direct check for histories of unique texts: near linear, with the verdict that the search would give.

First what no order can explain (contradictions.py). Where only posts and reads are there, that decides it. Edits and
deletes go by number, so which text they meant shows only in the order itself: there the search is guided by what the
next reads show (guide.py), and goes straight where an order is to be found. That needs reads: of twenty people at once,
a third of whose requests edit and delete, it takes 4 to 13 steps a request while one in ten reads. Where one in twenty
does, too much has come and gone unseen between two reads, and it may end *undecided* when its time is over.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from harness.judge.concurrency.contradictions import Contradiction, find_contradiction, order, strange
from harness.judge.concurrency.guide import Guide, Guides, ListModel
from harness.judge.concurrency.operations import Model, Operation, Steady, Verdict
from harness.judge.concurrency.search import search
from harness.judge.concurrency.texts import Texts


def direct(operations: Sequence[Operation], model: ListModel, budget_s: float) -> Verdict | None:
    """The verdict on the operations of one key, sorted by invocation; None: texts are not unique, so it cannot tell."""
    until = time.monotonic() + budget_s
    texts = Texts(operations, model)
    if not texts.unique:
        return None
    found = contradiction(texts, model)
    if isinstance(found, Contradiction):
        return _unexplained(operations, model, found, until)
    if found and (_is_proof(texts, model) or _explains(operations, model, found)):
        return Verdict("explained", [operations[at] for at in found], searched=len(found))
    return search(operations, model, until - time.monotonic(), Guide(texts, model))


def contradiction(texts: Texts, model: ListModel) -> Contradiction | list[int]:
    """What contradicts what; or an order that may explain it all; or [], if nothing is known."""
    if texts.removers:
        return find_contradiction(texts, model) or []
    return next(strange(texts, model), None) or order(texts, model)


def _is_proof(texts: Texts, model: ListModel) -> bool:
    """Whether an order that the reads tell needs no second look: there is nothing but what they show."""
    every = len(texts.adds) + len(texts.reads)
    return model.exact and every == len(texts.operations) and not texts.refused


def _explains(operations: Sequence[Operation], model: Model, found: Sequence[int]) -> bool:
    """Whether this order is a proof: everything that was answered is in it, and it fits."""
    if not {at for at, op in enumerate(operations) if not op.pending} <= set(found):
        return False
    state = model.initial
    for at in found:
        op = operations[at]
        state = model.step(state, op.request, op.reply)
        if state is None:
            return False
    return True


def _unexplained(operations: Sequence[Operation], model: ListModel, found: Contradiction, until: float) -> Verdict:
    """How far an order comes: up to the answer before the first one that contradicts others."""
    ends = sorted({op.returned for op in operations if op.returned is not None})
    low, high = 0, len(ends)  # with the answers up to the low-th there is no contradiction, with the high-th there is
    while high - low > 1 and time.monotonic() < until:
        middle = (low + high) // 2
        early = contradiction(Texts(before(operations, ends[middle - 1]), model), model)
        if isinstance(early, Contradiction):
            high, found = middle, early
        else:
            low = middle
    seen = before(operations, ends[low - 1]) if low else []
    told = search(seen, model, max(0.0, until - time.monotonic()), Guide(Texts(seen, model), model))
    back = _originals(operations)
    prefix = [back[op.process, op.invoked] for op in told.prefix] if told.answer == "explained" else []
    misfits = [back[op.process, op.invoked] for op in found.operations]
    if found.kind == "unknown":  # whoever sends that text later is a part of it
        whole = Texts(operations, model)
        misfits += [operations[at] for text in found.texts if (at := whole.sender(text)) is not None]
    return Verdict("unexplained", prefix, list(dict.fromkeys(misfits)), told.searched, why=found.kind)


def before(operations: Sequence[Operation], moment: float) -> list[Operation]:
    """The history as it stood then: what was answered later may have happened; if so, so that it was answered so."""
    return [op if op.returned is not None and op.returned <= moment else replace(op, returned=None)
            for op in operations if op.invoked <= moment]  # fmt: skip


def _originals(operations: Sequence[Operation]) -> dict[tuple[str, float], Operation]:
    return {(op.process, op.invoked): op for op in operations}


def guided(operations: Sequence[Operation], model: ListModel, budget_s: float) -> Verdict:
    """The verdict on a whole history, in which some operations touch every key, sorted by invocation."""
    changes = model.changes if isinstance(model, Steady) else lambda request, reply: True
    touching = [op for op in operations if op.key is None and model.key(op.request) is None]
    # What changes everything makes nothing certain of a single list.
    blind = any(changes(op.request, op.reply) for op in touching)
    return search(operations, model, budget_s, None if blind else Guides(operations, model))
