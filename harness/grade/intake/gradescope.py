"""Gradescope's export: folders submission_1234567, and submission_metadata.yml that says whose they are.

The file is Ruby's YAML (`:submitters:`) and may be hundreds of megabytes long, as
all earlier results stand in it. Only the lines of the two keys that are needed
here are read as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from harness.exits import Wrong
from harness.grade.intake.labels import clean
from harness.scenario.mistakes import Collector
from harness.yaml_file import plain, read

METADATA = "submission_metadata.yml"
_SUBMISSION = re.compile(r"(submission_\d+):\s*")
_KEY = re.compile(r"  :(\w+):")
_WANTED = ("submitters", "created_at")
# A line of the kind that is wanted is a name or an address; others are read on, and let go.
_LONGEST_LINE = 4096
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)? ?(Z|UTC|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who handed in: the id is the student's number, else the address."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Whose a folder is (a group's: several), and when it was handed in, as an ISO time."""

    people: Sequence[Person] = ()
    submitted: str = ""


def load_metadata(path: Path) -> tuple[Mapping[str, Uploaded], Sequence[str]]:
    """What the export says of each folder, and remarks on what could not be read. Raises Wrong."""
    found: dict[str, Uploaded] = {}
    remarks: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            for folder, lines in _chapters(_lines(file)):
                found[folder] = _uploaded("".join(lines), path, remarks)
    except OSError as exc:
        raise Wrong(f"{path}: this cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    return found, remarks


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, cut where nobody's name is that long: a program's output of a gigabyte may stand in one."""
    begins = True
    while line := file.readline(_LONGEST_LINE):
        if begins:
            yield line.rstrip("\n") + "\n"
        begins = line.endswith("\n")


def _chapters(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The lines of each submission that are wanted, one after the other."""
    folder, kept, wanted, seen = "", list[str](), False, set[str]()
    for line in lines:
        if found := _SUBMISSION.fullmatch(line.rstrip()):
            if folder:
                yield folder, kept
            folder, kept, wanted, seen = found[1], [], False, set()
            continue
        if key := _KEY.match(line):
            # Once each: what a program printed stands further down, and may look like a key.
            wanted = key[1] in _WANTED and key[1] not in seen
            seen.add(key[1])
        if wanted and (line.startswith("  ") or not line.strip()):
            kept.append(line)
    if folder:
        yield folder, kept


def _uploaded(text: str, path: Path, remarks: list[str]) -> Uploaded:
    """One submission's two keys. What cannot be read is said, and what can be is taken."""
    collector = Collector()
    documents = read(text, str(path), collector)
    if collector.failed:
        remarks.append(f"{path.name}: {collector.mistakes()[0].what}: {text.strip()[:80]!r}")
    data = plain(documents[0]) if documents and documents[0] is not None else {}
    keys = data if isinstance(data, dict) else {}
    people = keys.get(":submitters")
    said = [_person(one) for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    return Uploaded([one for one in said if one is not None], iso_time(str(keys.get(":created_at") or "")))


def _person(said: Mapping[str, object]) -> Person | None:
    texts = {key: str(value).strip() if value else "" for key, value in said.items()}
    number = texts.get(":sid") or texts.get(":email") or texts.get(":name", "")
    return Person(clean(number), clean(texts[":name"]) if texts.get(":name") else "") if number else None


def iso_time(text: str) -> str:
    """Ruby's way to write a time, as ISO 8601 with its zone (UTC where it says none); "" where it is none."""
    found = _TIME.match(text.strip())
    if not found:
        return ""
    day, clock, fraction, zone = found.groups()
    zone = "+00:00" if zone in (None, "Z", "UTC") else zone
    written = f"{day}T{clock}.{(fraction or '0').ljust(6, '0')}{zone}"
    try:
        return datetime.fromisoformat(written).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""
