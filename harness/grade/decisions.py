"""decisions.csv: what tutors decided, and which submission each decision was made for.

A decision without a digest holds for the submission that it first met. That is
kept beside the table, in decisions.lock, and the table is never written: it is
open in somebody's spreadsheet. Who changes a line makes a new decision.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.grade.files import write
from harness.grade.table import number, read_table
from harness.scenario.loader import read_text
from harness.scenario.mistakes import Collector, Mistake, Mistakes, nearest
from harness.scenario.model import Place
from harness.verdict import Verdict

# What may stand under `marks` instead of a number.
WORDS = (Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED)
# So much of a digest suffices, where a person copies one.
_ENOUGH = 8
_VERSION = 1
# Spreadsheets take 12e45678 for a number and write another one back; with this in front it is a text.
_KIND = "sha256:"
# The columns of to-decide.csv that say nothing here: who fills that table in may use it as it is.
_TOLD = ("name", "of", "why", "at stake", "evidence")
NOWHERE = Place("decisions.csv", 1, 1)


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of decisions.csv."""

    id: str
    item: str  # a line, an item marked by hand, a scenario, a deduction, "late" or "total"
    marks: float | Verdict | None  # None: as the rubric says
    reason: str
    tutor: str
    digest: str = ""  # of the submission that it is about; "": the one that it first met
    place: Place = NOWHERE

    @property
    def fingerprint(self) -> str:
        """The same as long as nobody changes the line, wherever it stands."""
        said = [self.id, self.item, str(self.marks), self.reason, self.tutor]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]

    @property
    def who(self) -> str:
        """Whose decision it is, for sentences."""
        return self.tutor or "a tutor"


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions, and the submissions for which those without a digest were made."""

    made: Sequence[Decision] = ()
    seen: Mapping[str, str] = field(default_factory=dict)  # fingerprint -> digest

    def of(self, student: str) -> list[Decision]:
        """The decisions about one student."""
        return [decision for decision in self.made if decision.id == student]

    def meet(self, digests: Mapping[str, str]) -> Decisions:
        """The same, bound to these submissions (id -> digest) where they were bound to none so far.

        What is no longer decided is forgotten: who takes a line out and puts it in again decides again.
        """
        met = {one.fingerprint: self.seen.get(one.fingerprint) or digests.get(one.id, "") for one in self.made}
        return replace(self, seen={mark: digest for mark, digest in sorted(met.items()) if digest})

    def stale(self, decision: Decision, digest: str) -> str:
        """The digest that a decision was made for, if that is another than this; otherwise ""."""
        mine = decision.digest or self.seen.get(decision.fingerprint, "")
        return mine if mine and not (digest.startswith(mine) and len(mine) >= min(_ENOUGH, len(digest))) else ""

    def strangers(self, ids: Iterable[str]) -> list[str]:
        """Sentences for those decisions that are about nobody in this class."""
        return strangers(((one.id, one.place) for one in self.made), ids)

    def save(self, table: Path) -> None:
        """Keep beside the table which submissions were met. Raises OSError."""
        body = {"version": _VERSION, "seen": dict(sorted(self.seen.items()))}
        write(lock_of(table), json.dumps(body, indent=1) + "\n")


def strangers(named: Iterable[tuple[str, Place]], ids: Iterable[str]) -> list[str]:
    """A sentence for everybody who is named in a table and is not in the class."""
    known = sorted(set(ids))
    return [str(Mistake(place, f"nobody in this class has the id {who!r}", nearest(who, known)))
            for who, place in named if who not in known]


def shown(digest: str) -> str:
    """The beginning of a digest, as it may be written under `digest`."""
    return f"{_KIND}{digest[:12]}" if digest else "nothing"


def lock_of(table: Path) -> Path:
    """The file that stands beside a table of decisions: decisions.lock."""
    return table.with_suffix(".lock")


def load_decisions(table: Path) -> Decisions:
    """decisions.csv and what is kept beside it. Raises Mistakes, with file:line:column each.

    A line with neither marks nor a reason is not decided yet.
    """
    rows = read_table(table, ("id", "item", "marks", "reason", "tutor"), ("digest", *_TOLD),
                      {"scenario": "item", "item or scenario": "item"})
    found, made = Collector(), list[Decision]()
    for row in rows:
        if not row["marks"] and not row["reason"]:
            continue  # not decided yet
        for column in ("id", "item"):
            if not row[column]:
                found.error(row.place, f"the cell under {column!r} is empty")
        try:
            marks = _marks(row["marks"])
        except ValueError:
            found.error(row.place, f"expected marks, or one of {', '.join(WORDS)}, got {row['marks']!r}",
                        nearest(row["marks"], map(str, WORDS)))
            continue
        digest = row["digest"].lower().removeprefix(_KIND)
        made.append(Decision(row["id"], row["item"], marks, row["reason"], row["tutor"], digest, row.place))
    found.raise_if_failed()
    return Decisions(made, _seen(lock_of(table)))


def _marks(text: str) -> float | Verdict | None:
    if not text:
        return None
    word = next((word for word in WORDS if word == text.lower()), None)
    return number(text) if word is None else word


def _seen(lock: Path) -> Mapping[str, str]:
    if not lock.exists():
        return {}
    try:
        body = json.loads(read_text(lock))
        if body["version"] != _VERSION:
            raise ValueError
        return {str(mark): str(digest) for mark, digest in body["seen"].items()}
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        what = "expected what a grading wrote here; take it away to confirm every decision for today's submissions"
        raise Mistakes([Mistake(Place(str(lock), 1, 1), what)]) from exc
