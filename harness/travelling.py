"""A submission that is graded on another machine: sent with the course, and its plays and recordings brought back.

The other machine has this harness installed, and nothing else of ours: no file system is shared.
"""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness import __version__
from harness.cohort import Job, Told, play_submission
from harness.course import Course
from harness.grade.engines import Ended
from harness.grade.kept import STAGE
from harness.grade.remote import answer, in_a_process, packed, unpacked

# An assignment names its accounts by a path that may lead up: so deep there is room for that.
_DEEP = Path("a/b/c/d/e")


@dataclass(frozen=True, slots=True)
class Luggage:
    """What is the same for a whole cohort: the course's folder, and its sample accounts by their path from there."""

    course: bytes
    sample: str
    accounts: bytes
    version: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One submission, as it travels."""

    job: Job
    folder: bytes
    luggage: Luggage
    subject_file: bytes | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of it: what is told, and the folder of its recordings. `fault`: how we failed, perhaps half-way."""

    told: list[Told]
    recordings: bytes = b""
    fault: str = ""


def luggage_of(course: Course) -> Luggage:
    """What a course needs on another machine."""
    accounts = course.assignment.accounts
    sample = (course.folder / accounts.sample).read_bytes() if accounts else b""
    return Luggage(packed(course.folder), accounts.sample if accounts else "", sample, (__version__, STAGE))


def parcel_of(job: Job, luggage: Luggage) -> Parcel:
    """A submission, ready to travel."""
    file = job.options.subject_file
    return Parcel(job, packed(job.folder), luggage, file.read_bytes() if file else None)


def grade_parcel(parcel: Parcel) -> Delivery:
    """On the other machine: grade it in a process of its own. Raises RuntimeError."""
    found = in_a_process(__name__, parcel)
    assert isinstance(found, Delivery)
    return found


def received(job: Job, delivery: Delivery) -> Iterator[Told | Ended]:
    """Here again: lay its recordings where they belong, then tell what was told, and how it ended."""
    if delivery.recordings:
        unpacked(delivery.recordings, job.keep)
    yield from delivery.told
    yield Ended(delivery.fault)


def _grade(parcel: Parcel) -> Delivery:
    here, there = (__version__, STAGE), parcel.luggage.version
    if there != here:
        return Delivery([], fault=f"its worker has harness {_named(here)}, and the class is graded with "
                                  f"{_named(there)}: the same must be installed on all machines")  # fmt: skip
    told: list[Told] = []
    fault = ""
    with tempfile.TemporaryDirectory(prefix="harness-parcel-") as name:
        home = Path(name)
        home.chmod(0o711)
        try:
            play_submission(_laid_out(parcel, home), told.append)
        except Exception:  # a fault of ours, whatever the work is: what was played until then is told
            fault = traceback.format_exc()
        keep = _keep(parcel.job, home)
        keep.mkdir(parents=True, exist_ok=True)
        return Delivery(told, packed(keep), fault)


def _named(version: tuple[str, int]) -> str:
    return f"{version[0]} (stage {version[1]})"


def _keep(job: Job, home: Path) -> Path:
    return home / "out" / os.path.relpath(job.keep, job.root)


def _laid_out(parcel: Parcel, home: Path) -> Job:
    """The job as it is here: each of its folders in this one."""
    job, luggage = parcel.job, parcel.luggage
    course, folder = home / _DEEP / "scenarios", home / "submission" / job.folder.name
    unpacked(luggage.course, course)
    unpacked(parcel.folder, folder)
    if luggage.sample:
        accounts = Path(os.path.normpath(course / luggage.sample))
        accounts.parent.mkdir(parents=True, exist_ok=True)
        accounts.write_bytes(luggage.accounts)
    given = home / "subject.yaml"
    if parcel.subject_file is not None:
        given.write_bytes(parcel.subject_file)
    options = replace(job.options, paths=[str(course)], assignment=course,
                      subject_file=given if parcel.subject_file is not None else None)  # fmt: skip
    return replace(job, folder=folder, options=options, root=home / "out", keep=_keep(job, home))


def serve() -> None:
    """The process of its own: grade the one parcel that comes."""
    answer(_grade)
