"""Why something is not as a step says: one `Miss` per actor or file, before it becomes a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

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


def none_holds(against: Sequence[Miss]) -> Miss:
    """What "any of" means where nothing holds: the nearest in full, the others counted. Five in a row read nobody."""
    one = nearest(against)
    others = len({miss.sentence for miss in against}) - 1
    tail = {0: "", 1: "; the other way to pass this step does not hold either"}.get(
        others, f"; the {others} other ways to pass this step do not hold either")
    likely = one.likely or next((miss.likely for miss in against if miss.likely), "")
    return replace(one, sentence=one.sentence + tail, likely=likely)


def nearest(misses: Sequence[Miss]) -> Miss:
    """The one that came closest, the first of equals; one that leaves it open if there is any: it decides the verdict.

    A file or an answer with few wrong lines comes before one with many, and that before one that is not there at all.
    """
    unclear = [miss for miss in misses if miss.verdict is Verdict.UNDECIDED]
    return min(unclear or misses, key=_distance)


# Findings about something of which there is no trace.
_NOTHING = ("file-missing", "empty-answer", "no-answer", "too-slow", "not-played", "not-looked-at")


def _distance(miss: Miss) -> tuple[bool, int]:
    if miss.code in _NOTHING or miss.seen == "nothing":
        return True, 0 if miss.near else 1
    # A sight may have several texts of which one would do. (judge/sights.py joins them so.)
    return False, min(_wrong_lines(text, miss) for text in miss.expected.split("\nor\n"))


def _wrong_lines(expected: str, miss: Miss) -> int:
    """How many lines are missing, or too many where that is a mistake: a terminal may always show more."""
    wanted, seen = (Counter(line.strip() for line in text.splitlines()) for text in (expected, miss.seen))
    extra = seen - wanted if miss.code.startswith("file-") else Counter[str]()
    return max((wanted - seen).total(), extra.total())
