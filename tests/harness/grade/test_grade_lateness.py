"""What being late costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from marked import U, decided, result, rubric, three

from harness.grade.lateness import lateness
from harness.grade.scheme import Late
from harness.grade.times import duration, moment, said

DUE = "2025-11-20 17:00"


def late(**more: Any) -> Late:
    """Ten percent a started day, and what a test adds."""
    return Late.model_validate({"due": DUE, "percent": 10, **more})


@pytest.mark.parametrize(
    ("rule", "submitted", "days"),
    [
        ({}, "2025-11-20 16:59", 0), ({}, "2025-11-20 17:00", 0), ({}, "2025-11-20 17:00:01", 1),
        ({}, "2025-11-21 17:00", 1), ({}, "2025-11-21 17:01", 2), ({"per": "day"}, "2025-11-21 16:59", 0),
        ({"per": "day"}, "2025-11-21 17:00", 1), ({"grace": "15 min"}, "2025-11-20 17:15", 0),
        ({"grace": "15 min"}, "2025-11-20 17:16", 1), ({"grace": "1 day"}, "2025-11-21 17:01", 2),
    ],
)  # fmt: skip
def test_days_that_count(rule: dict[str, str], submitted: str, days: int) -> None:
    """Started days or whole ones; past the grace it is late since it was due."""
    assert lateness(late(**rule), submitted).days == days


@pytest.mark.parametrize(
    ("extension", "days"),
    [("2 days", 1), ("+48h", 1), ("2025-11-22 17:00", 1), ("2025-11-23T17:00", 0), ("3 days", 0), ("1 day 12 h", 2),
     ("2025-11-01 10:00", 3)],
)  # fmt: skip
def test_an_extension_moves_the_time(extension: str, days: int) -> None:
    """A new time, or how much longer; never an earlier time."""
    assert lateness(late(), "2025-11-23 17:00", extension).days == days


def test_zones() -> None:
    """A time without a zone is in that of `due`; a zone is no help where `due` has none."""
    there = late(due="2025-11-20T17:00+11:00")
    assert lateness(there, "2025-11-20T06:00:00Z").days == 0
    assert lateness(there, "2025-11-20T06:00:01Z").days == 1
    assert lateness(there, "2025-11-20 17:00").days == 0
    assert lateness(late(), "2025-11-20T06:00Z").trouble.startswith("'2025-11-20T06:00Z' has a time zone, and `due`")


@pytest.mark.parametrize(
    ("rule", "submitted", "cost"),
    [
        ({}, "2025-11-21 12:00", 0.6), ({}, "2025-11-22 12:00", 1.2), ({"of": "possible"}, "2025-11-21 12:00", 0.7),
        ({"percent": None, "marks": 0.5}, "2025-11-22 12:00", 1), ({}, "2025-12-31 12:00", 6),
        ({"latest": "2 days"}, "2025-11-22 17:00", 1.2), ({"latest": "2 days"}, "2025-11-22 17:01", 6),
        ({}, "2025-11-20 12:00", 0),
    ],
)  # fmt: skip
def test_what_it_costs(rule: dict[str, Any], submitted: str, cost: float) -> None:
    """Percents of what was earned or was possible, or marks; everything after the latest; never more than there is."""
    given = {key: value for key, value in {"due": DUE, "percent": 10, **rule}.items() if value is not None}
    found = result(rubric(late=given), three(), student={"submitted": submitted})
    assert (found.late_marks, found.total) == (pytest.approx(cost), pytest.approx(6 - cost))


def test_a_tutor_may_forgive_it() -> None:
    """With `late` in the table of decisions."""
    scheme = rubric(late={"due": DUE, "percent": 10})
    assert result(scheme, three(), decided("late", 0), student={"submitted": "2025-11-21 12:00"}).total == 6
    assert result(scheme, three(), decided("late", 2)).total == 4


def test_what_is_not_known_costs_nothing_and_is_told() -> None:
    """No time, or one that cannot be read."""
    found = result(rubric(late={"due": DUE, "percent": 10}), three())
    assert (found.total, found.late.trouble) == (
        6, "when it was handed in is not known, so that nobody can say whether it was late")
    assert "got 'yesterday'" in lateness(late(), "yesterday").trouble
    assert "the extension is not understood" in lateness(late(), DUE, "a bit").trouble


def test_what_is_undecided_may_be_late_too() -> None:
    """The upper bound is what would be earned, less what being late would cost of that."""
    scheme = rubric(late={"due": DUE, "percent": 50})
    found = result(scheme, three(many=U), student={"submitted": "2025-11-21 12:00"})
    assert (found.total, found.most) == (1.5, 3)
    assert found.late.sentence == "19 h late: 1 day counts"


@pytest.mark.parametrize(("text", "seconds"), [("15 min", 900), ("2 days", 172800), ("1 day 12 h", 129600), ("0", 0),
                                               ("90s", 90), ("1.5 h", 5400), ("2 weeks", 1209600)])  # fmt: skip
def test_durations(text: str, seconds: int) -> None:
    """As people write them."""
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "soon", "-2 days", "2", "2 fortnights", "2 days ago", "1e9 days", "9" * 30 + " s"])
def test_what_is_no_duration(text: str) -> None:
    """A bare number has no unit; nobody is given less than nothing."""
    with pytest.raises(ValueError, match="expected a duration"):
        duration(text)


def test_a_day_alone_is_no_moment() -> None:
    """Its beginning, or its end? That is for the course to say."""
    with pytest.raises(ValueError, match="expected a day and a time"):
        moment("2025-11-20")
    assert said(timedelta(days=1, hours=3, minutes=2)) == "1 day 3 h"
