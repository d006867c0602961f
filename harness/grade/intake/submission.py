"""A class's submissions, each unpacked into a folder of ours; what cannot be taken in says so, and the others go on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from harness.exits import Wrong
from harness.grade.intake.cohort import Candidate, open_cohort
from harness.grade.intake.disk import make_folder, read_file, remove
from harness.grade.intake.gradescope import Person
from harness.grade.intake.labels import file_names
from harness.grade.intake.places import told
from harness.grade.intake.sink import Sink
from harness.grade.intake.tally import LIMITS, Broken, Entry, Kind, Limits, Tally
from harness.grade.intake.tidy import drop_classes, drop_environments, unwrapped
from harness.grade.intake.unpack import beside, files_in, open_all, pour, unpack

# Where things lie while they are unpacked. No student's folder begins with a dot.
_ASIDE, _WORK = ".aside", ".work"
# What the folder of results has for itself, where the submissions' recordings lie in folders of the same names.
_TAKEN = ("gradescope", "faults", "marks.csv", "marks.db", "marks.db-wal", "marks.db-shm", "moodle.csv",
          "moodle-feedback.zip", "to-decide.csv", "class.html", "decisions.csv", "by-hand.csv")
_UNCLEAR = "several submissions"


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student handed in, as it is graded."""

    id: str
    name: str
    folder: Path  # ours: plain files and folders, and nothing else writes there; a group's members share one
    source: Path  # where it came from
    digest: str  # of the files that count; "" with trouble: what cannot be graded is the same as nothing
    files: Mapping[str, str] = field(default_factory=dict)  # path -> SHA-256
    remarks: Sequence[str] = ()  # what was left out or odd, in sentences
    trouble: str = ""  # why there is nothing to grade; then the folder is empty
    submitted: str = ""  # an ISO time, where the platform says it


@dataclass(frozen=True, slots=True)
class Intake:
    """All submissions, by id, each id once; and what is to be said of the cohort as a whole."""

    submissions: Sequence[Submission]
    remarks: Sequence[str] = ()


def take_in(submissions: Path, into: Path, limits: Limits = LIMITS) -> Intake:
    """Unpack a cohort (a folder, a zip or a tar) into `into`, a folder a student. Raises Wrong.

    `into` is made if it is not there, and must be empty. Nothing is written outside of it.
    """
    _ready(into)
    try:
        cohort = open_cohort(submissions, into / _ASIDE, into.resolve(), limits)
        theirs = {who: newest(those) for who, those in _by_person(cohort.candidates).items()}
        needed = {id(one): one for those in theirs.values() for one in those}
        names = _names(needed)
        got = {key: receive(one, into / names[key], limits) for key, one in needed.items()}
    finally:
        remove(into / _ASIDE)
    found = [_submission(who, [(one, got[id(one)]) for one in those]) for who, those in theirs.items()]
    used = {submission.folder for submission in found}
    for one in got.values():
        if one.folder not in used:
            remove(one.folder)
    doubled = [f"{one.id} has {remark}" for one in found for remark in one.remarks if remark.startswith(_UNCLEAR)]
    return Intake(sorted(found, key=lambda one: one.id), [*cohort.remarks, *doubled])


def _ready(into: Path) -> None:
    try:
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()):
            raise Wrong(f"{into}: expected an empty folder to unpack the submissions into")
    except OSError as exc:
        raise Wrong(f"{into}: submissions cannot be unpacked here: {(exc.strerror or str(exc)).lower()}") from exc


def _by_person(candidates: Sequence[Candidate]) -> Mapping[Person, Sequence[Candidate]]:
    """Everybody's submissions, their groups' too. An id is one student: the first name that came with it holds."""
    people: dict[str, Person] = {}
    theirs: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        for person in candidate.people:
            people.setdefault(person.id, person)
            theirs.setdefault(person.id, []).append(candidate)
    return {people[who]: those for who, those in theirs.items()}


def newest(those: Sequence[Candidate]) -> Sequence[Candidate]:
    """The newest of one student's submissions, as the platform says; all of them where it does not say."""
    last = max(one.order for one in those)
    found = [one for one in those if one.order == last]
    return found if len(found) == 1 else those


def _names(needed: Mapping[int, Candidate]) -> Mapping[int, str]:
    """The folder of each: called by its student, with a number where that has several."""
    keys: dict[str, int] = {}
    for key, one in needed.items():
        who, number = one.people[0].id, 2
        name = who
        while name in keys:
            name, number = f"{who} {number}", number + 1
        keys[name] = key
    return {keys[name]: file for name, file in file_names(keys, [_ASIDE, *_TAKEN]).items()}


@dataclass(frozen=True, slots=True)
class Received:
    """A candidate that was unpacked."""

    folder: Path
    digest: str
    files: Mapping[str, str]
    remarks: Sequence[str]
    trouble: str


def receive(candidate: Candidate, folder: Path, limits: Limits) -> Received:
    """Unpack one submission into a new folder. What hinders that is its trouble, and then the folder is empty."""
    tally, work = Tally(limits), folder.with_name(_WORK)
    trouble = candidate.trouble
    try:
        if not trouble:
            _fill(candidate, work, tally)
            unwrapped(work).rename(folder)
    except Broken as exc:
        trouble = str(exc)
    finally:
        for left in (work, beside(work)):
            remove(left)
    if not folder.exists():
        make_folder(folder)
    digest, files = digest_of(folder)
    if not files and not trouble:
        trouble = f"{told(candidate.source.name)}: there is no file in it"
    said = [remark for child, _ in candidate.pieces for remark in child.remarks]
    return Received(folder, digest if files else "", files, list(dict.fromkeys([*said, *tally.remarks()])), trouble)


def _fill(candidate: Candidate, work: Path, tally: Tally) -> None:
    sink = Sink(work, tally)
    for child, name in candidate.pieces:
        if child.path.is_dir():
            pour(child.path, sink)
        elif name:
            sink.take(Entry(name, Kind.FILE, partial(read_file, child.path)))
        else:
            unpack(child.path, sink, child.path.name)
    open_all(work, tally)
    drop_environments(work, tally)
    drop_classes(work, tally)


def _submission(who: Person, those: Sequence[tuple[Candidate, Received]]) -> Submission:
    """The one that is graded: the first in which there is something, where there are several."""
    sound = [(one, got) for one, got in those if not got.trouble]
    one, got = (sound or those)[0]
    remarks = [*_several(one, [other for other, _ in those], len({had.digest for _, had in those}) == 1), *got.remarks]
    if len(one.people) > 1:
        others = ", ".join(person.id for person in one.people if person.id != who.id)
        remarks.append(f"handed in together with {others}")
    return Submission(who.id, who.name, got.folder, one.source, got.digest, got.files, remarks, got.trouble,
                      one.submitted)


def _several(one: Candidate, those: Sequence[Candidate], same: bool) -> Sequence[str]:
    """What is to be said where a student has several submissions, and the platform does not say which one counts."""
    others = ", ".join(told(other.source.name) for other in those if other is not one)
    if not others:
        return []
    if same:
        return [f"handed in several times, the same files: {told(one.source.name)} and {others}"]
    return [f"{_UNCLEAR}, and nothing says which is the newest: {told(one.source.name)} is graded, {others} not; "
            "take away what does not count and grade again"]  # fmt: skip


def digest_of(folder: Path, besides: Mapping[str, str] = {}) -> tuple[str, Mapping[str, str]]:
    """The SHA-256 of a folder of ours, and those of its files. `besides`: more that counts, by name."""
    files = {}
    for path in files_in(folder):
        total = hashlib.sha256()
        for chunk in read_file(path):
            total.update(chunk)
        files[path.relative_to(folder).as_posix()] = total.hexdigest()
    # No name has a newline in it: two lists of files never make the same lines.
    lines = [f"{digest} {name}\n" for name, digest in sorted({**files, **besides}.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest(), dict(sorted(files.items()))
