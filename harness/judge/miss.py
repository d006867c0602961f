"""Why something is not as a step says: one `Miss` per actor or file, before it becomes a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.scenario.model import Do, Expect
from harness.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Miss:
    """Why one actor or file does not fulfil one step. None instead of a Miss: it does.

    The fields are those of `verdict.Finding`; `code` is stable (docs/findings.md).
    """

    code: str
    sentence: str
    expected: str = ""
    seen: str = ""
    near: str = ""
    where: str = ""
    likely: str = ""
    verdict: Verdict = Verdict.FAILED


def exactly_one(step: Do | Expect, misses: Sequence[tuple[str, Miss | None]]) -> Miss | None:
    """What "1 of a and b" means: it holds for one of them, and for one only."""
    holds = [actor for actor, miss in misses if miss is None]
    unclear = [miss for _, miss in misses if miss is not None and miss.verdict is Verdict.UNDECIDED]
    if unclear and len(holds) < 2:
        return unclear[0]
    if len(holds) == 1:
        return None
    names = " and ".join(holds) or "nobody"
    sentence = f"{step.text!r} should be true of exactly one, and is true of {names}"
    return Miss("not-one", sentence, "exactly one", names)
