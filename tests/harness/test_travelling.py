"""A submission that travels to another machine comes back with all that was played, and with what went wrong there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.cohort import Job
from harness.course import Options, open_course
from harness.grade.engines import Ended
from harness.grade.kept import Kept, Known
from harness.grade.rubric import load_rubric
from harness.travelling import Delivery, Parcel, grade_parcel, luggage_of, parcel_of, received
from tests.harness.grade.cohort_builder import cohort, variation


@pytest.fixture(name="parcel")
def a_parcel(tmp_path: Path) -> Parcel:
    """One right submission of the small course, ready to travel."""
    found = cohort(tmp_path)
    folder = variation(found.submissions / "ada", 1)
    options = Options([str(found.course)], found.course)
    job = Job("1", folder, options, load_rubric(found.course / "rubric.yaml"), tmp_path / "out" / "ada",
              root=tmp_path / "out", name="ada")  # fmt: skip
    return parcel_of(job, luggage_of(open_course(found.course, [], "")))


def told(parcel: Parcel, delivery: Delivery) -> list[Any]:
    """What comes of it, in order."""
    return list(received(parcel.job, delivery))


def test_all_that_was_played_comes_back(parcel: Parcel) -> None:
    """How it is known, its plays, their recordings in the folder of results, and that it came to its end."""
    known, *plays, ended = told(parcel, grade_parcel(parcel))
    assert isinstance(known, Known)
    assert [isinstance(one, Kept) for one in plays] == [True] * 3
    assert all((parcel.job.root / one.recording).is_file() for one in plays)
    assert ended == Ended()


def test_a_fault_there_is_told_here_in_full(parcel: Parcel) -> None:
    """With its traceback; and what was known before it is not lost."""
    broken: Any = None
    known, ended = told(parcel, grade_parcel(replace(parcel, job=replace(parcel.job, rubric=broken))))
    assert isinstance(known, Known)
    assert not known.trouble
    assert ended.fault.startswith("Traceback")
    assert ended.fault.endswith("AttributeError: 'NoneType' object has no attribute 'lines'\n")


def test_a_course_that_cannot_be_laid_out_is_a_fault_too(parcel: Parcel) -> None:
    """Nothing was played."""
    (ended,) = told(parcel, grade_parcel(replace(parcel, luggage=replace(parcel.luggage, course=b"no archive"))))
    assert "tarfile.ReadError" in ended.fault


def test_another_version_grades_nothing(parcel: Parcel) -> None:
    """Its verdicts might be others: the sentence says which two there are, and what to do."""
    (ended,) = told(parcel, grade_parcel(replace(parcel, luggage=replace(parcel.luggage, version=("0.1", 2)))))
    assert "and the class is graded with 0.1 (stage 2): the same must be installed on all machines" in ended.fault
