"""How a command ends: its exit code, and the sentences for what a person got wrong."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from harness.verdict import Outcome, Verdict


class Exit(IntEnum):
    """Exit codes, a contract: selecting nothing is an error, never a pass."""

    PASSED = 0
    FAILED = 1
    WRONG = 2
    NOTHING = 3
    UNDECIDED = 4
    INTERRUPTED = 130


class Nothing(Exception):
    """Nothing was selected; the message says by what."""


class Wrong(Exception):
    """A file or an argument is wrong; the message says which, and why."""


def exit_code(outcomes: Iterable[Outcome]) -> Exit:
    """0 all passed, 1 something failed, 4 something undecided (or all skipped) and nothing failed, 3 nothing played."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if not verdicts:
        return Exit.NOTHING
    if Verdict.FAILED in verdicts:
        return Exit.FAILED
    unclear = Verdict.UNDECIDED in verdicts or verdicts == {Verdict.SKIPPED}
    return Exit.UNDECIDED if unclear else Exit.PASSED
