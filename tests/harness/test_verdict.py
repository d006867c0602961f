"""Four verdicts and how they add up."""

from __future__ import annotations

from itertools import permutations

import pytest

from harness.verdict import Finding, Outcome, Verdict, worst

P, F, S, U = Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED, Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], U), ([P], P), ([S], S), ([U], U), ([F], F), ([P, S], S), ([P, U], U), ([P, F], F), ([S, U], U),
        ([S, F], F), ([U, F], F), ([P, S, U, F], F), ([P, P, S, U], U),
    ],
)  # fmt: skip
def test_the_worst_part_decides_the_whole(parts: list[Verdict], whole: Verdict) -> None:
    """Failed before undecided before skipped before passed, in any order; nothing at all proves nothing."""
    assert {worst(order) for order in permutations(parts)} == {whole}


def outcome(*verdicts: Verdict) -> Outcome:
    """An outcome with one finding a verdict."""
    findings = [Finding(verdict, str(number), "") for number, verdict in enumerate(verdicts)]
    return Outcome("s", "f::s", worst(verdicts), findings)


@pytest.mark.parametrize(
    ("verdicts", "code"), [((P, U, F, F), "2"), ((P, U, P, U), "1"), ((P, S), None), ((S,), None)]
)
def test_the_divergence_is_the_first_finding_that_decided(verdicts: tuple[Verdict, ...], code: str | None) -> None:
    """An undecided step before a failed one is not what failed the scenario; a pass has no divergence."""
    found = outcome(*verdicts).divergence
    assert (found.code if found else None) == code


def test_only_failed_and_undecided_need_attention() -> None:
    """Passed and skipped do not."""
    assert [outcome(verdict).bad for verdict in (P, F, S, U)] == [False, True, False, True]


def test_verdicts_read_as_their_words() -> None:
    """In JSON and in sentences a verdict is its word."""
    assert [str(verdict) for verdict in Verdict] == ["passed", "failed", "skipped", "undecided"]
