"""What the wire adds to the findings of a play: its transport, its own protocol's legal moves, and what broke it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.judge.miss import Miss
from harness.judge.protocol.broken import Broken, broken
from harness.judge.protocol.figures import readable_passwords
from harness.judge.protocol.messages import Wire
from harness.judge.protocol.phases import illegal_moves
from harness.judge.protocol.swallowed import find_swallowed
from harness.judge.protocol.transport import transport
from harness.judge.view import View
from harness.scenario.mistakes import Mistakes
from harness.scenario.model import Do, Pass, Together, Type
from harness.scenario.protocol import load_table
from harness.verdict import Finding, Verdict


def with_wire(view: View, findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a play with those of its wire among them; what explains a failure stands before it."""
    wire = Wire(view.events)
    first = [_finding(view, None, actor, miss) for actor, miss in transport(view, wire)]
    if not wire.links:
        return [*first, *findings]
    first += _illegal(view, wire)
    return [*first, *_explained(view, wire, findings), *_passwords(view, wire)]


def _explained(view: View, wire: Wire, findings: Sequence[Finding]) -> list[Finding]:
    """What broke a program stands before the first finding that it explains; a play that passed needs none."""
    failed = next((n for n, finding in enumerate(findings) if finding.verdict is Verdict.FAILED), None)
    if failed is None:
        return list(findings)
    cause = _cause(broken(view, wire), findings[failed], view) or find_swallowed(view, wire, findings[failed])
    if cause is None:
        return list(findings)
    told = _finding(view, cause.step, cause.actor, cause.miss)
    return [*findings[:failed], told, *findings[failed:]]


def _cause(found: Sequence[Broken], failed: Finding, view: View) -> Broken | None:
    """The first that explains what failed.

    To act on half a message is wrong whatever came of it, if not later. That several were glued together explains
    why somebody waits for ever, with nothing done since, and nothing else.
    """
    there = view.top(failed.step)
    acts = [step.number for step in view.scenario.play if isinstance(step, Type | Do | Together | Pass)]
    for one in found:
        here = view.top(one.step)
        cut = one.miss.code == "message-cut"
        if cut and (there is None or (here is not None and here <= there)):
            return one
        if cut or failed.code not in ("no-answer", "too-slow") or here is None or there is None:
            continue
        if here <= there and not any(here < act <= there for act in acts):
            return one
    return None


def _illegal(view: View, wire: Wire) -> list[Finding]:
    """The first illegal move of the assignment's own protocol; the rest follow from it."""
    text = view.began.protocol
    try:
        moves = illegal_moves(load_table(text), wire) if text else []
    except Mistakes:
        return []  # told where the file is checked
    if not moves:
        return []
    move = moves[0]
    actor = move.message.actor if move.message.to == "server" else next(iter(view.actors), "")
    more = f" (and {len(moves) - 1} more after it)" if len(moves) > 1 else ""
    miss = Miss("illegal-move", f"{move.sentence}{more}", move.expected, move.message.text,
                where=f"connection {move.message.link}, at {move.message.t:.3f} s")  # fmt: skip
    return [_finding(view, move.message.step, actor, miss)]


def _passwords(view: View, wire: Wire) -> list[Finding]:
    """Told and never marked: no task of this kind asks for more."""
    found = readable_passwords(wire)
    if not found:
        return []
    who = ", ".join(dict.fromkeys(one.actor or "somebody" for one in found))
    sentence = f"passwords can be read on the way: {who}, in {found[0].shape!r}"
    miss = Miss("readable-password", sentence, verdict=Verdict.PASSED)
    return [_finding(view, None, found[0].actor, miss)]


def _finding(view: View, step: int | None, actor: str, miss: Miss) -> Finding:
    place = next((str(s.place) for s in view.scenario.steps() if s.number == step), "") if step is not None else ""
    found = Finding(miss.verdict, miss.code, miss.sentence, step, place, actor, miss.expected, miss.seen, miss.where)
    return replace(found, likely=miss.likely)
