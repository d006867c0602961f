"""What lies in a cohort: its folder listed, or its archive unpacked, and each thing in it held to be somebody's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.exits import Wrong
from harness.grade.intake.disk import make_folder
from harness.grade.intake.gradescope import METADATA, Person, Uploaded, load_metadata
from harness.grade.intake.labels import Label, read_label
from harness.grade.intake.places import Odd, Parts, parts_of, told
from harness.grade.intake.sink import Sink, junk_in
from harness.grade.intake.tally import Broken, Entry, Limits, Tally
from harness.grade.intake.unpack import DAMAGED, entries, is_archive, stem, words
from harness.grade.intake.zips import DAMAGED as DAMAGED_ZIP

# A cohort's archive comes from the platform, not from a student. What one student has of it is held to `Limits`.
_COHORT = Limits(entries=5_000_000, names=5_000_000, stream=500_000_000_000, listing=500_000_000)
# So many names of what was found instead are told.
_TOLD = 8


@dataclass(frozen=True, slots=True)
class Child:
    """One thing that lies in a cohort. `source`: where a person finds it; `trouble`: why it came out half."""

    path: Path
    source: Path
    remarks: Sequence[str] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One submission, before it is looked into: whose it is, and the folders, archives and files that it is made of.

    `pieces`: each with the name of its file, "" for what is poured out (a folder, an archive).
    """

    label: Label
    pieces: Sequence[tuple[Child, str]]
    people: Sequence[Person] = ()
    submitted: str = ""
    attempt: int = 0
    trouble: str = ""

    @property
    def source(self) -> Path:
        """Where a person finds it."""
        return self.pieces[0][0].source

    @property
    def order(self) -> tuple[str, int]:
        """What the platform says of when it came; ("", 0) where it says nothing."""
        return self.submitted, self.attempt


@dataclass(slots=True)
class Cohort:
    """All candidates, and what else is to be said."""

    candidates: list[Candidate] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def open_cohort(submissions: Path, aside: Path, without: Path, limits: Limits) -> Cohort:
    """The candidates of a folder or of an archive, which is unpacked into `aside`. Raises Wrong.

    `without`: a folder of ours, which is no submission although it may lie there. `limits`: of one submission.
    """
    try:
        if submissions.is_dir():
            return _candidates(_listed(submissions, without), submissions)
        if submissions.is_file() and is_archive(submissions.name):
            return _candidates(_staged(submissions, aside, limits), submissions)
    except OSError as exc:
        raise Wrong(f"{submissions}: this cannot be read: {words(exc)}") from exc
    except (Broken, *DAMAGED) as exc:
        raise Wrong(f"{submissions}: {exc if isinstance(exc, Broken) else f'it is damaged: {words(exc)}'}") from exc
    what = "neither a folder nor a zip or tar" if submissions.exists() else "not there"
    raise Wrong(f"{submissions}: expected a folder or an archive with submissions, and it is {what}")


def _listed(folder: Path, without: Path) -> list[Child]:
    """What lies in the folder, or in the one folder around it all."""
    found = [folder / name for name in sorted(os.listdir(folder)) if not _hidden(name)]
    only = found[0] if len(found) == 1 and found[0].is_dir() and not found[0].is_symlink() else None
    if only and wraps(only.name, os.listdir(only)):
        return _listed(only, without)
    return [Child(path, path) for path in found if not without.is_relative_to(path.resolve())]


def _hidden(name: str) -> bool:
    return name.startswith(".") or bool(junk_in((name,)))


def wraps(name: str, names: Iterable[str]) -> bool:
    """Whether the one folder of a cohort, with these names in it, is around all submissions, and not one itself.

    It is if most names in it are of a form that platforms give: `server` and `client` in a folder `ada` are not.
    """
    inside = [one for one in names if not _hidden(one) and one != METADATA]
    known = [one for one in inside if read_label(stem(one)).known]
    return not read_label(stem(name)).known and len(known) * 2 > len(inside)


def _staged(archive: Path, aside: Path, limits: Limits) -> list[Child]:
    """The cohort's archive unpacked, each submission into a folder of its own and held to its own limits."""
    depth = _depth(archive)
    make_folder(aside)
    sinks: dict[str, Sink] = {}
    troubles: dict[str, str] = {}
    for entry in entries(archive, _COHORT):
        place = _place(entry)
        if len(place) <= depth or place[depth] in troubles:
            continue
        whose = place[depth]
        if whose not in sinks:
            sinks[whose] = Sink(aside / str(len(sinks)), Tally(limits))
        try:
            sinks[whose].take(entry, place[depth:])
        except (Broken, *DAMAGED_ZIP) as exc:
            # One student's trouble. (What is damaged in a tar ends the walk, with the next step.)
            troubles[whose] = f"{told(whose)}: {exc if isinstance(exc, Broken) else f'it is damaged: {words(exc)}'}"
    for sink in sinks.values():
        sink.finish()
    return [Child(sink.root / whose, archive / whose, sink.tally.remarks(), troubles.get(whose, ""))
            for whose, sink in sorted(sinks.items()) if not _hidden(whose)
            and (whose in troubles or (sink.root / whose).exists())]  # fmt: skip


def _place(entry: Entry) -> Parts:
    try:
        return parts_of(entry.name)
    except Odd:
        # Nobody's: the platform names folders by its students, and what it cannot have written is not one of them.
        return ()


def _depth(archive: Path) -> int:
    """How many folders are around all submissions: none, or one."""
    tops: dict[str, set[str]] = {}
    for entry in entries(archive, _COHORT):
        place = _place(entry)
        if place and not _hidden(place[0]):
            tops.setdefault(place[0], set()).update(place[1:2])
    return 1 if len(tops) == 1 and all(wraps(name, inside) for name, inside in tops.items()) else 0


def _candidates(children: Sequence[Child], submissions: Path) -> Cohort:
    cohort = Cohort()
    metadata = _metadata(children, cohort)
    parted: dict[Label, list[tuple[Child, Label, str]]] = {}
    for child in children:
        if child.path.name == METADATA:
            continue
        label, file = _label(child), child.path.is_file()
        if child.path.is_symlink() or (file and not is_archive(child.path.name) and not label.rest):
            _strange(child, label, cohort)
        elif label.parted:
            name = label.rest if file and not is_archive(child.path.name) else ""
            parted.setdefault(replace(label, rest="", text_only=False), []).append((child, label, name))
        else:
            cohort.candidates.append(_candidate(child, label, metadata))
    cohort.candidates += [_of_parts(label, parts) for label, parts in parted.items()]
    if not cohort.candidates:
        names = [child.path.name for child in children]
        more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
        found = ", ".join(map(told, names[:_TOLD])) + more if names else "nothing at all"
        raise Wrong(f"{submissions}: expected a folder, a zip or a tar for each student, found {found}")
    return cohort


def _label(child: Child) -> Label:
    name = child.path.name
    return read_label(stem(name) if is_archive(name) and not child.path.is_dir() else name)


def _strange(child: Child, label: Label, cohort: Cohort) -> None:
    """What is no submission. The slip of paper that Blackboard lays beside each is not worth a word."""
    what = "a link" if child.path.is_symlink() else "neither a folder nor an archive"
    if not label.parted:
        cohort.remarks.append(f"{told(child.path.name)} is left out: it is {what}")


def _metadata(children: Sequence[Child], cohort: Cohort) -> Mapping[str, Uploaded]:
    file = next((child.path for child in children if child.path.name == METADATA and child.path.is_file()), None)
    if file is None:
        return {}
    found, remarks = load_metadata(file)
    cohort.remarks += remarks
    there = {child.path.name for child in children}
    lacking = [name for name in found if name not in there]
    cohort.remarks += [f"{METADATA} names {name}, and there is no such folder" for name in lacking]
    return found


def _candidate(child: Child, label: Label, metadata: Mapping[str, Uploaded]) -> Candidate:
    uploaded = metadata.get(stem(child.path.name), Uploaded())
    number = label.id.removeprefix("submission_")
    attempt = int(number) if uploaded.people and number.isdigit() else label.attempt
    people = uploaded.people or [Person(label.id, label.name)]
    return Candidate(label, [(child, "")], people, uploaded.submitted, attempt, child.trouble)


def _of_parts(label: Label, parts: Sequence[tuple[Child, Label, str]]) -> Candidate:
    """One submission whose files the platform hands out one by one; what was typed into its page is no program."""
    pieces = [(child, name) for child, said, name in parts if not said.text_only]
    trouble = "" if pieces else "no file was handed in, only text that was typed into the platform's page"
    broken = next((child.trouble for child, _ in pieces if child.trouble), trouble)
    people = [Person(label.id, label.name)]
    return Candidate(label, pieces or [(parts[0][0], "")], people, label.submitted, label.attempt, broken)
