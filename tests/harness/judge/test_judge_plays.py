"""Several plays of one scenario are one outcome: never averaged into a pass, and the seeds of what failed are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.judge.plays import Seeded, together
from harness.verdict import Finding, Outcome, Verdict

LETTERS = {"P": Verdict.PASSED, "F": Verdict.FAILED, "U": Verdict.UNDECIDED, "S": Verdict.SKIPPED}


def plays(verdicts: str, likely: str = "", first: int = 0) -> list[Seeded]:
    """A play for each letter; the seeds count from `first`."""
    return [
        Seeded(seed, Outcome("s", "f::s", LETTERS[letter], [Finding(LETTERS[letter], "c", f"seed {seed}",
                                                                    likely=likely)], seconds=1, evidence={"still": 2}))
        for seed, letter in enumerate(verdicts, first)
    ]  # fmt: skip


COMBINED = [
    ("P", "P", ""),
    ("F", "F", ""),
    ("PPP", "P", ""),
    ("PFPFP", "F", "failed 2 of 5 plays (seeds 1, 3)"),
    ("FPP", "F", "failed 1 of 3 plays (seed 0)"),
    ("FFF", "F", "failed 3 of 3 plays (seeds 0 to 2)"),
    ("PUP", "U", "undecided in 1 of 3 (seed 1)"),
    ("UFP", "F", "failed 1 of 3 plays (seed 1), undecided in 1 of 3 (seed 0)"),
    ("SSS", "S", "skipped in 3 of 3 (seeds 0 to 2)"),
    ("SP", "S", "skipped in 1 of 2 (seed 0)"),
    ("FPSS", "F", "failed 1 of 4 plays (seed 0), skipped in 2 of 4 (seeds 2, 3)"),
    ("SUP", "U", "undecided in 1 of 3 (seed 1), skipped in 1 of 3 (seed 0)"),
    ("P" * 40 + "FFF" + "P" * 50 + "F" * 7, "F", "failed 10 of 100 plays (seeds 40 to 42, 93 to 99)"),
]


@pytest.mark.parametrize(("verdicts", "whole", "often"), COMBINED, ids=[row[0][:8] for row in COMBINED])
def test_plays_together(verdicts: str, whole: str, often: str) -> None:
    """One that failed fails the whole, whatever the others did; then undecided, then skipped."""
    outcome, at = together(plays(verdicts))
    assert (outcome.verdict, outcome.often, outcome.plays) == (LETTERS[whole], often, len(verdicts))
    assert verdicts[at] == whole
    assert at == verdicts.index(whole)
    assert (outcome.seconds, outcome.evidence) == (len(verdicts), {"still": 2 * len(verdicts)})

RACE = "this is a race, or a matter of how TCP cuts the bytes"
NAMES = "fails every time, of that play's names or contents"


@pytest.mark.parametrize(
    ("verdicts", "likely", "told"),
    [
        ("PFPFP", "x", f"it works 3 times in 5: {RACE}: x; if --seed 1 {NAMES}"),
        ("FP", "", f"it works once in 2: {RACE}; if --seed 0 {NAMES}"),
        ("PPF", "", f"it works twice in 3: {RACE}; if --seed 2 {NAMES}"),
        ("FFF", "x", "x"),
        ("UF", "x", "x"),
        ("UP", "x", "x"),
        ("F", "x", "x"),
    ],
)
def test_what_works_sometimes_has_a_cause_of_its_own(verdicts: str, likely: str, told: str) -> None:
    """It stands beside what caused the first failure, and apart from what was seen."""
    found = together(plays(verdicts, likely))[0].divergence
    assert found is not None
    assert found.likely == told
    assert found.sentence == f"seed {verdicts.index('F' if 'F' in verdicts else 'U')}"


def test_a_race_between_threads_that_took_turns_is_met_again_by_its_seed() -> None:
    """Luck has no part in it: the seed says where they were interrupted."""
    mine = [Seeded(one.seed, replace(one.outcome, in_turn=True)) for one in plays("PFP", "x")]
    found = together(mine)[0].divergence
    assert found is not None
    assert found.likely == (
        "it works twice in 3: which thread of the server comes first, or is interrupted where, decides. That is a "
        "race, unless it fails too where one after the other does the same in that order. The threads were let run one "
        "at a time, and interrupted at other places in each play, as they may be on any machine: x; --seed 1 "
        "interrupts them at the same places again")
