"""Which shape of the accounts file a program copes with: its last line ended with a newline, or not.

A new user registers and the last one of the file logs in; then both once more,
on a server that reads what was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.probe.experiment import LAST, MEMBER, NEW, Laboratory, Played
from harness.scenario.assignment import Assignment
from harness.subject.learnt import ENDS, Fact, Given
from harness.subject.subject import AccountsEnd, Subject

SHAPES: tuple[AccountsEnd, ...] = ("newline", "none")
CALLED = {"newline": "with a newline at its end", "none": "without a newline at its end"}
# What a shape is worth if everybody comes in, before and after the file was read again, and no line was spoilt.
_ALL = 5


@dataclass(frozen=True, slots=True)
class Copes:
    """How a program coped with one shape of the accounts file: how many of five things went well, and what did not."""

    shape: AccountsEnd
    score: int
    first: Played
    again: Played | None = None
    wrong: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing went wrong."""
        return self.score == _ALL


def cope(subject: Subject, assignment: Assignment, lab: Laboratory, shape: AccountsEnd) -> Copes:
    """Register, log in the last of the file, and both again on a server that reads what was written."""
    if assignment.accounts is None or assignment.login is None:
        played = lab.play("can one come in", subject, assignment, f"{MEMBER} logs in")
        asks = any(MEMBER in settled.asks for settled in played.settled())
        return Copes(shape, _ALL if asks else 0, played)
    name, word = lab.account(-1)
    first = lab.play(f"a new user registers, accounts {CALLED[shape]}", subject, assignment,
                     f"{NEW} logs in", f"{LAST} logs in", accounts=lab.ended_so(shape))  # fmt: skip
    wrong = [_refused(first, handle, "after a new user had registered") for handle in (NEW, LAST)]
    written = first.file(assignment.accounts.file)
    lines = written.decode("utf-8", "replace").splitlines() if written is not None else []
    if f"{name} {word}" not in lines:
        wrong.append(f"after a new user had registered, the line of {name} was spoilt in {assignment.accounts.file}")
    again = None
    if first.came(NEW) or first.came(LAST):
        again = lab.play(f"the file is read again, accounts {CALLED[shape]}", subject, assignment, f"{LAST} logs in",
                         f"{NEW} logs in", accounts="\n".join(lines) + ("\n" if _ended(written) else ""))  # fmt: skip
        wrong += [_refused(again, handle, "on a server that read what was written") for handle in (LAST, NEW)]
    else:
        wrong = [next(filter(None, wrong), "nobody was let in")] * _ALL
    told = next(filter(None, wrong), "")
    return Copes(shape, _ALL - sum(map(bool, wrong)), first, again, told)


def _ended(written: bytes | None) -> bool:
    return written is not None and written.endswith(b"\n")


def _refused(played: Played, handle: str, when: str) -> str:
    """Why somebody was not let in, "" if they were."""
    if played.came(handle):
        return ""
    tried = played.login(handle)
    return f"{when}, {tried.account if tried else handle} could not log in: {tried.why if tried else 'no server'}"


def shape_fact(copes: Sequence[Copes], given: Given) -> dict[str, Fact]:
    """How the accounts file is laid out for this program, and how that was seen."""
    if not copes or (copes[0].again is None and not copes[0].score):
        return {}
    if ENDS in given.values:
        return {ENDS: Fact(given.text(ENDS), f"given in {given.places[ENDS]}")}
    if copes[0].first.recording.began.accounts.get(NEW) is None:
        return {}
    best = max(copes, key=lambda c: c.score)
    well = [c for c in copes if c.well]
    seen = "a new user registered, then the last of the file and the new one logged in, also after a new start"
    if len(well) > 1:
        seen = f"either will do: {seen}"
    elif not well:
        seen = f"neither shape works: {best.wrong}"
    elif best is not copes[0]:
        seen = f"{seen}; not {CALLED[copes[0].shape]}: {copes[0].wrong}"
    return {ENDS: Fact(best.shape, seen)}
