"""Which shape of the accounts file a program copes with: its last line ended with a newline, or not.

A new user registers, and comes back to a fresh server that reads what was
written. Where that is not every old line and one new one, so does the last one
of the old file, whose line may have been spoilt. Each comes to a server of its
own: one that serves a single client at a time, or ends when somebody leaves,
has other faults than this.
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
MEND = {
    "newline": "end each line that you write with a newline, instead of beginning it with one, and skip empty lines "
               "when you read",
    "none": "look at the last byte before you append, and write a newline first where there is none; when you read, "
            "strip the newline instead of cutting off the last character",
}  # fmt: skip
# What a shape is worth if everybody comes in, no line was spoilt and the new one stands there.
_ALL = 5


@dataclass(frozen=True, slots=True)
class Copes:
    """How a program coped with one shape of the accounts file: how many of five things went well, and what did not."""

    shape: AccountsEnd
    score: int
    first: Played
    again: Played | None = None
    wrong: str = ""
    back: Played | None = None

    @property
    def well(self) -> bool:
        """Whether nothing went wrong."""
        return self.score == _ALL


def cope(subject: Subject, assignment: Assignment, lab: Laboratory, shape: AccountsEnd) -> Copes:
    """Register, and come back to a server that reads what was written; so does the last of a file that was not kept."""
    if assignment.accounts is None or assignment.login is None:
        played = lab.play("can one come in", subject, assignment, f"{MEMBER} logs in")
        asks = any(MEMBER in settled.asks for settled in played.settled())
        return Copes(shape, _ALL if asks else 0, played)
    name, word = lab.account(-1)
    file, called = assignment.accounts.file, f"accounts {CALLED[shape]}"
    first = lab.play(f"a new user registers, {called}", subject, assignment, f"{NEW} logs in",
                     accounts=lab.ended_so(shape))  # fmt: skip
    if first.server and first.listening is None:
        return Copes(shape, 0, first, wrong="the server does not listen")
    written = first.file(file)
    lines = written.decode("utf-8", "replace").splitlines() if written is not None else []
    now = "\n".join(lines) + ("\n" if _ended(written) else "") if lines else lab.ended_so(shape)
    new, secret = first.recording.began.accounts[NEW]
    # Every old line as it was, and one new one: the server finds nobody spoilt there (each start may cost seconds).
    kept = first.came(NEW) and lines == [*lab.sample.splitlines(), f"{new} {secret}"]
    again = None if kept else lab.play(f"the last of the old file comes, {called}", subject, assignment,
                                       f"{LAST} logs in", accounts=now)  # fmt: skip
    if again is not None and not (first.came(NEW) or again.came(LAST)):
        return Copes(shape, 0, first, again, _refused(first, NEW, "at the first try"))
    when = "on a server that read what was written"
    wrong = [_refused(first, NEW, "at the first try"), _refused(again, LAST, when) if again else ""]
    spoilt = f"the line of {name} was spoilt in {file} when somebody registered"
    wrong.append("" if f"{name} {word}" in lines else spoilt)
    missing = f"no line {new} {secret} stands in {file} when {new} has registered"
    wrong.append("" if f"{new} {secret}" in lines else missing)
    back = None
    if first.came(NEW):
        back = lab.play(f"the new user comes back, {called}", subject, assignment, f"{NEW} logs in", accounts=now)
        wrong.append(_refused(back, NEW, when))
    else:
        wrong.append(wrong[0])
    return Copes(shape, _ALL - sum(map(bool, wrong)), first, again, next(filter(None, wrong), ""), back)


def _ended(written: bytes | None) -> bool:
    return written is not None and written.endswith(b"\n")


def _refused(played: Played, handle: str, when: str) -> str:
    """Why somebody was not let in, "" if they were."""
    if played.came(handle):
        return ""
    tried = played.login(handle)
    account, _ = played.recording.began.accounts[handle]
    return f"{when}, {account} could not log in: {tried.why if tried else 'the server does not listen'}"


def shape_fact(copes: Sequence[Copes], given: Given) -> dict[str, Fact]:
    """How the accounts file is laid out for this program, and how that was seen."""
    if not copes or not (copes[0].again or copes[0].score):
        return {}
    if ENDS in given.values:
        return {ENDS: Fact(given.text(ENDS), f"given in {given.places[ENDS]}")}
    if copes[0].first.recording.began.accounts.get(NEW) is None:
        return {}
    best = max(copes, key=lambda c: c.score)
    well = [c for c in copes if c.well]
    seen = "a new user registered, every line stood there, and on a new start the new user logged in"
    if len(well) > 1:
        seen = f"either will do: {seen}"
    elif not well:
        seen = f"neither shape works: {best.wrong}"
    elif best is not copes[0]:
        seen = f"{seen}; not {CALLED[copes[0].shape]}: {copes[0].wrong}"
    return {ENDS: Fact(best.shape, seen)}
