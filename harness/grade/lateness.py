"""What being late costs: the rubric's rule, a student's own time and extension in, marks out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from harness.grade.scheme import Late
from harness.grade.times import DAY, duration, moment, said


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late somebody is and what that costs. `trouble`: why it cannot be told, and then it costs nothing."""

    by: timedelta = timedelta()
    days: int = 0  # those that count
    too_late: bool = False  # past the latest: nothing is earned
    extended: str = ""
    trouble: str = ""

    @property
    def sentence(self) -> str:
        """What is to be said of it; "" for who was in time."""
        if not self.by:
            return ""
        counted = "1 day counts" if self.days == 1 else f"{self.days} days count"
        if self.too_late:
            counted = "past the last time to hand in"
        return f"{said(self.by)} late: {counted}"


def lateness(rule: Late | None, submitted: str, extension: str = "") -> Lateness:
    """How late this is. `extension`: a new time, or how much longer one has ("2 days")."""
    if rule is None:
        return Lateness()
    if not submitted:
        return Lateness(extended=extension, trouble="when it was handed in is not known, so that nobody can say "
                                                    "whether it was late")
    try:
        due = moment(rule.due)
        until = _extended(due, extension)
        by = _at(submitted, due) - until
    except (ValueError, OverflowError) as exc:
        return Lateness(extended=extension, trouble=str(exc))
    if by <= duration(rule.grace):
        return Lateness(extended=extension)
    whole = by // DAY
    days = whole if rule.per == "day" or not by % DAY else whole + 1
    return Lateness(by, days, rule.latest is not None and by > duration(rule.latest), extension)


def late_cost(rule: Late, late: Lateness, earned: float, possible: float) -> float:
    """The marks that this lateness takes from what was earned; never more than that."""
    if late.too_late:
        return earned
    base = earned if rule.of == "earned" else possible
    each = rule.marks if rule.marks is not None else base * (rule.percent or 0.0) / 100
    return min(earned, each * late.days)


def _extended(due: datetime, extension: str) -> datetime:
    if not extension:
        return due
    try:
        return due + duration(extension)
    except ValueError:
        pass
    try:
        return max(due, _at(extension, due))
    except ValueError as exc:
        raise ValueError(f"the extension is not understood: expected a time or `2 days`, got {extension!r}") from exc


def _at(text: str, due: datetime) -> datetime:
    """The moment. Who names no zone means that of `due`; where `due` has none, a zone is no help."""
    found = moment(text)
    if found.tzinfo is None:
        return found.replace(tzinfo=due.tzinfo)
    if due.tzinfo is None:
        raise ValueError(f"{text!r} has a time zone, and `due` of the rubric has none: "
                         f"write it there, such as 2025-11-20T17:00+11:00")
    return found
