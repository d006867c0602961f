"""Why something is not as a step says: one `Miss` per actor or file, before it becomes a finding."""

from __future__ import annotations

from dataclasses import dataclass

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
