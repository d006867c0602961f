"""Scenarios to explore, and scripted programs: what a play of them comes to is decided by a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.explore.orders import Act, Group
from harness.scenario.drawn import drawn
from harness.scenario.loader import assignment_text, load_text
from harness.scenario.model import Place, Scenario
from harness.verdict import Finding, Outcome, Verdict

PLACE = Place("f", 1, 1)
ASSIGNMENT = assignment_text("""\
assignment: A board
roles: {server: {entry: server, arguments: ["{port}"], listens: true}, client: {entry: client, arguments: ["{port}"]}}
accounts: {file: server/accounts.txt, sample: accounts.txt}
login: {answers: [name, password]}
reference: .
leaving: [QUIT]
moves_files: [SEND]
""")
PROGRAMS = Path(__file__).parent / "programs"


def group(**turns: int) -> Group:
    """An instant at which each of these people has so many deliveries."""
    return Group({who: (Act(who, "line", at + 1, PLACE, many),) for at, (who, many) in enumerate(turns.items())})


def scenario(play: str, cast: str = "{yoda: Yoda, r2d2: R2D2, luke: luke}", seed: int = 0, more: str = "") -> Scenario:
    """A scenario with this play, its drawn lines written out."""
    text = f"scenario: A test\ncast: {cast}\nplay:\n{play}\n{more}"
    return drawn(load_text(text, "test.yaml", ASSIGNMENT)[0], seed)


def outcome(played: Scenario, verdict: Verdict, code: str = "not-seen") -> Outcome:
    """An outcome of this verdict, with the finding that decides it."""
    found = [Finding(verdict, code, "what was said")] if verdict is not Verdict.PASSED else []
    return Outcome(played.title, played.key, verdict, found)


def program(fails: Callable[[Scenario], bool]) -> Callable[[Scenario], Outcome]:
    """A program that fails these plays and no others."""
    return lambda played: outcome(played, Verdict.FAILED if fails(played) else Verdict.PASSED)
