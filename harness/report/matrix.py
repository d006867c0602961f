"""The kill matrix as text: a line a saboteur, a line a scenario, what is wrong at the end."""

from __future__ import annotations

from collections.abc import Iterator

from harness.author.bites import Kill, Matrix
from harness.verdict import Outcome


def matrix_lines(matrix: Matrix) -> Iterator[str]:
    """The whole matrix, line by line."""
    if matrix.kills:
        yield "Saboteurs: who is wrong in one way, and which scenario fails it"
        yield from map(_of_kill, matrix.kills)
        yield ""
        yield "Scenarios: whom each bites"
        for key, bitten in matrix.bites.items():
            names = ", ".join(bitten[:6]) + (" …" if len(bitten) > 6 else "")
            yield f"  {len(bitten):3d}  {key}" + (f"   <- {names}" if bitten else "")
        yield ""
    for name, outcomes in matrix.unfair.items():
        yield f"right program {name}: " + ("fails nothing: fair" if not outcomes else f"{len(outcomes)} NOT PASSED")
        yield from map(not_passed_line, outcomes)
    if matrix.unfair:
        fair = sum(not outcomes for outcomes in matrix.unfair.values())
        yield f"{fair} of {len(matrix.unfair)} right programs fail nothing"
    # Last, where it is seen: of a long log often nothing but the end is kept.
    wrong = [kill for kill in matrix.kills if kill.complaints]
    if wrong:
        yield ""
        yield "Not as their saboteur.yaml says"
    for kill in wrong:
        yield _of_kill(kill)
        for complaint in kill.complaints:
            yield from complaint_lines(complaint)
    if matrix.kills:
        killed = sum(not kill.complaints for kill in matrix.kills)
        toothless = len(matrix.toothless)
        yield f"{killed} of {len(matrix.kills)} saboteurs killed as expected, {toothless} scenarios bite nobody"


def _of_kill(kill: Kill) -> str:
    state = "NOT AS EXPECTED" if kill.complaints else "killed" if kill.failed or not kill.rate else "not met"
    code = kill.finding.code if kill.finding else "-"
    luck = f" (a race: met in {kill.rate} plays)" if kill.rate else ""
    return f"  {state:16s} {kill.name:34s} {code:14s} {len(kill.failed):3d} scenarios   {kill.saboteur}{luck}"


def complaint_lines(complaint: str) -> Iterator[str]:
    """One complaint, which may have several lines, below the name of whom it is about."""
    for line in complaint.split("\n"):
        yield f"      {line}"


def not_passed_line(outcome: Outcome) -> str:
    """A scenario that a right program did not pass."""
    found = outcome.divergence
    often = f" ({outcome.often})" if outcome.often else ""
    return f"    {outcome.key}: {outcome.verdict}{often}: {found.sentence if found else ''}"
