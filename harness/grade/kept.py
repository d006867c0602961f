"""What is kept of a cohort: what a submission is, and what each of its plays came to. And what a play hangs on.

A play is known by the submission's files, by what its scenario *plays*, by its seed and by the stage that it was played
on. Its verdict is known by the judge, too, and by what the scenario says beside the play: hints, marks, its clause.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import harness.judge
from harness.scenario.model import Place, Scenario
from harness.verdict import Explored, Finding, Outcome, Verdict

# Raised when a newer director or stage would play the same scenario otherwise: then everything is played again.
# (A newer judge is seen by itself: it judges recordings again, which takes milliseconds.)
STAGE = 2
# Codes of findings that a clock decided (docs/findings.md).
_BY_TIME = frozenset({"too-slow", "interrupted", "not-looked-at", "harness-fault", "over-time"})
# Of a scenario, what says what its play is about, and changes nothing in it.
_BESIDE = frozenset({"name", "place", "source", "clause", "marks", "tags", "visible", "hints", "case", "aids", "names"})


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out about a submission before its plays.

    `trouble`: why there was nothing to play, in a sentence; `code` says which kind ("does-not-build"). `ours`: it is
    not the submission's fault (this machine lacks a compiler, or the harness failed), so nothing may cost a mark.
    """

    digest: str
    variant: str = ""
    trouble: str = ""
    code: str = ""
    ours: bool = False
    remarks: Sequence[tuple[str, str]] = ()  # (code, sentence) of what is odd, and what it costs a person decides


@dataclass(frozen=True, slots=True)
class Kept:
    """One play. `recording`: its path under the folder of results. `judged`: what its verdict hangs on."""

    digest: str
    plays: str
    seed: int
    outcome: Outcome
    judged: str
    recording: str = ""
    level: str = ""  # how well it was kept apart: "box" or "plain"
    alone: bool = False  # played again with nothing beside it

    @property
    def key(self) -> tuple[str, int]:
        """By which it is known among the plays of its submission."""
        return self.plays, self.seed


def hangs_on_time(kept: Kept) -> bool:
    """Whether a deadline had a part in what is held against a play, so that it is worth another with nothing beside it.

    Deadlines are in the programs' own time, which leaves out what they waited for a core. But a machine that is
    short of memory or busy with its disk makes programs slow in their own time, too.
    """
    codes = {found.code for found in kept.outcome.findings if found.verdict in (Verdict.FAILED, Verdict.UNDECIDED)}
    late = bool(codes & _BY_TIME) or "timed" in kept.outcome.evidence or "gave-up" in kept.outcome.evidence
    return kept.outcome.bad and late


def what_it_plays(scenario: Scenario, course: str) -> str:
    """A digest of what a scenario plays. `course`: the assignment and the accounts, which are a part of every play."""
    body = {spec.name: _plain(getattr(scenario, spec.name)) for spec in fields(scenario) if spec.name not in _BESIDE}
    return _digest([STAGE, course, body])


def what_judges(scenario: Scenario, model: str) -> str:
    """A digest of all that a verdict hangs on besides the recording: the judge, the model, what the scenario says."""
    return _digest([_judge(), model, {spec.name: _plain(getattr(scenario, spec.name)) for spec in fields(scenario)
                                      if spec.name not in ("source", "place")}])  # fmt: skip


@cache
def _judge() -> str:
    """Our own judge, as its source says."""
    total = hashlib.sha256()
    for path in sorted(Path(harness.judge.__file__).parent.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    """Data as JSON has it, without the places where it was written: a line moved down is the same line."""
    if isinstance(value, Place):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, {spec.name: _plain(getattr(value, spec.name)) for spec in fields(value)}]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return [[_plain(key), _plain(inner)] for key, inner in value.items()]
    if isinstance(value, frozenset | set):
        return sorted(map(_plain, value))
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def outcome_out(outcome: Outcome) -> str:
    """An outcome as JSON."""
    return json.dumps(asdict(outcome), ensure_ascii=True)


def outcome_in(text: str) -> Outcome:
    """The outcome that `outcome_out` wrote. Raises ValueError."""
    try:
        body = json.loads(text)
        body["findings"] = [Finding(**{**one, "verdict": Verdict(one["verdict"])}) for one in body["findings"]]
        body["verdict"] = Verdict(body["verdict"])
        body["explored"] = Explored(**body["explored"]) if body.get("explored") else None
        return Outcome(**body)
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"not an outcome: {text[:80]!r}") from exc
