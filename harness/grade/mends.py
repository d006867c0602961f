"""What a tutor mended so that a submission can be graded: `--mend DIR`, with a folder for each student.

    mends/
      z1234567/
        mend.yaml       reason: it listened on the port of its client     (always; one line that the student reads)
                        deduction: 0.5                                    (marks; none if it is left out)
        subject.yaml    what the harness could not find out by itself     (as `harness probe --save` writes it)
        src/server.py   any other file takes the place of the student's, or is added

The folder is named by the student's id, and what is in it lies as it lies in the
submission (with the folders around all of that, or without): all that belongs to
one student is in one place, and can be looked at.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from harness.exits import Wrong
from harness.grade.intake.disk import no_room, read_file, write_file
from harness.grade.intake.places import Odd
from harness.grade.intake.sink import Sink, junk_in
from harness.grade.intake.submission import Submission, digest_of
from harness.grade.intake.tally import Broken, Tally
from harness.grade.intake.unpack import files_in, pour
from harness.grade.roster import folded
from harness.scenario.checked import checked
from harness.scenario.loader import read_text
from harness.scenario.mistakes import Collector, Mistakes, nearest
from harness.scenario.model import Place

WHY, SUBJECT = "mend.yaml", "subject.yaml"


class _Why(BaseModel):
    """mend.yaml, checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reason: str = Field(min_length=1)
    deduction: float = Field(default=0, ge=0, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Mend:
    """What was mended for one student. `patches`: files seen from `folder`, as they lie in the submission."""

    id: str
    folder: Path
    subject_file: Path | None
    patches: Sequence[Path]
    deduction: float
    reason: str


def load_mends(folder: Path) -> Mapping[str, Mend]:
    """The mends by the names of their folders. Raises Mistakes, all of them at once, and Wrong."""
    found = Collector()
    mends: dict[str, Mend] = {}
    try:
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or junk_in((path.name,)):
                continue
            if not path.is_dir():
                found.error(Place(str(path), 1, 1), "expected folders named by the ids of students, and this is a file")
            elif (mend := _load(path, found)) is not None:
                mends[mend.id] = mend
    except OSError as exc:
        raise Wrong(f"{exc.filename or folder}: this cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    found.raise_if_failed()
    return mends


def _load(folder: Path, found: Collector) -> Mend | None:
    file = folder / WHY
    if not file.is_file():
        what = "this is missing: expected `reason:` and, where it costs marks, `deduction:`"
        found.error(Place(str(file), 1, 1), what)
        return None
    try:
        why = checked(_Why, read_text(file), str(file))
    except Mistakes as exc:
        for mistake in exc.mistakes:
            found.error(mistake.place, mistake.what, mistake.meant)
        return None
    subject = folder / SUBJECT
    inside = [path.relative_to(folder) for path in files_in(folder)]
    patches = [path for path in inside if str(path) not in (WHY, SUBJECT) and not junk_in(path.parts)]
    for path in patches:
        if not os.path.realpath(folder / path).startswith(os.path.realpath(folder) + os.sep):
            what = "this is a link that leads out of the folder: put the file itself there"
            found.error(Place(str(folder / path), 1, 1), what)
    return Mend(folder.name, folder, subject if subject.is_file() else None, patches, why.deduction, why.reason)


def fitted(mends: Mapping[str, Mend], submissions: Iterable[Submission]) -> Mapping[str, Mend]:
    """The mends by the ids of their submissions. Raises Mistakes: a mend for nobody mends nothing, and is told."""
    found = Collector()
    submissions = list(submissions)
    ids = {one.folder.name: one.id for one in submissions} | {one.id: one.id for one in submissions}
    alike: dict[str, list[str]] = {}
    for one in submissions:
        alike.setdefault(folded(one.id), []).append(one.id)
    fit: dict[str, Mend] = {}
    for name, mend in mends.items():
        near = alike.get(folded(name), [])
        who = ids.get(name) or (near[0] if len(near) == 1 else None)
        place = Place(str(mend.folder), 1, 1)
        if who is None:
            found.error(place, f"nobody who handed in has the id {name!r}", nearest(name, set(ids.values()), 0.8))
        elif who in fit:
            found.error(place, f"{who} has two mends, this and {fit[who].folder}")
        else:
            fit[who] = mend
    found.raise_if_failed()
    return fit


def mended(submission: Submission, mend: Mend, into: Path) -> Submission:
    """The submission as the mend makes it, in a folder of its own under `into`. Raises Mistakes and Wrong.

    Its digest is new: what was played of it as it was handed in says nothing about it any more. What hindered it is
    over if there is a file now.
    """
    folder = into / submission.folder.name
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise no_room(into, exc) from exc
    try:
        pour(submission.folder, Sink(folder, Tally()))
        around = _around(mend.patches, submission.files)
        done = [_patch(folder, mend.folder / path, path.relative_to(around)) for path in mend.patches]
    except (Broken, OSError) as exc:
        raise Wrong(f"{mend.folder}: this cannot be put into the submission: {exc}") from exc
    besides = {}
    if mend.subject_file is not None:
        # No file of a submission is called so: the tutor's word never counts as the student's.
        besides = {f"\n{SUBJECT}": hashlib.sha256(mend.subject_file.read_bytes()).hexdigest()}
        done.append(f"{SUBJECT} given")
    digest, files = digest_of(folder, besides)
    cost = f", for {mend.deduction:g} marks" if mend.deduction else ""
    remark = f"mended by a tutor{cost} ({'; '.join(done) or 'no file'}): {mend.reason}"
    return replace(submission, folder=folder, digest=digest if files else "", files=files,
                   remarks=[*submission.remarks, remark], trouble="" if files else submission.trouble)


def _around(patches: Sequence[Path], files: Mapping[str, str]) -> Path:
    """The folders around all the patches that the submission had around all of its files, and lost at the intake."""
    around = Path()
    while patches and not any(str(path.relative_to(around)) in files for path in patches):
        tops = {path.relative_to(around).parts[:-1][:1] for path in patches}
        if len(tops) > 1 or tops == {()}:
            return Path()
        around = around.joinpath(*tops.pop())
    return around


def _patch(folder: Path, source: Path, path: Path) -> str:
    """Put one file in its place, and say how that changed the submission."""
    target = folder / path
    there = target.is_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise FileExistsError
        target.unlink(missing_ok=True)
        write_file(target, read_file(source.resolve()))
    except (FileExistsError, NotADirectoryError, Odd):
        what = "a file stands where the submission has a folder, or a folder where it has a file"
        raise _mistake(source, what) from None
    return f"{path.as_posix()} {'replaced' if there else 'added'}"


def _mistake(path: Path, what: str) -> Mistakes:
    found = Collector()
    found.error(Place(str(path), 1, 1), what)
    return Mistakes(found.mistakes())
