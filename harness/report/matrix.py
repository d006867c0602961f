"""The kill matrix as text: a line a saboteur, a line a scenario, what is wrong at the end."""

from __future__ import annotations

from collections.abc import Iterator

from harness.author.bites import Kill, Matrix


def matrix_lines(matrix: Matrix) -> Iterator[str]:
    """The whole matrix, line by line."""
    yield "Saboteurs: who is wrong in one way, and which scenario fails it"
    for kill in matrix.kills:
        yield from _of_kill(kill)
    yield ""
    yield "Scenarios: whom each bites"
    for key, bitten in matrix.bites.items():
        names = ", ".join(bitten[:6]) + (" …" if len(bitten) > 6 else "")
        yield f"  {len(bitten):3d}  {key}" + (f"   <- {names}" if bitten else "")
    yield ""
    for name, outcomes in matrix.unfair.items():
        yield f"right program {name}: " + ("fails nothing: fair" if not outcomes else f"{len(outcomes)} NOT PASSED")
        for outcome in outcomes:
            found = outcome.divergence
            yield f"    {outcome.key}: {outcome.verdict}: {found.sentence if found else ''}"
    killed = sum(not kill.complaints for kill in matrix.kills)
    yield f"{killed} of {len(matrix.kills)} saboteurs killed as expected, {len(matrix.toothless)} scenarios bite nobody"


def _of_kill(kill: Kill) -> Iterator[str]:
    state = "killed" if not kill.complaints else "NOT AS EXPECTED"
    code = kill.finding.code if kill.finding else "-"
    yield f"  {state:16s} {kill.name:34s} {code:14s} {len(kill.failed):3d} scenarios   {kill.saboteur}"
    for complaint in kill.complaints:
        yield f"      {complaint}"
