"""Find the programs of a submission: which file is the entry of which role, in which language.

Only names and places are looked at here, nothing is run; `build` makes the
programs startable.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.scenario.assignment import Assignment
from harness.subject.subject import SubjectError

LANGUAGES = {".py": "python", ".java": "java", ".c": "c"}
_SKIP = {"__pycache__", "__MACOSX", "venv", "node_modules", "build", "target"}
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry file of one role: `folder` is what must be copied, `file` lies in it."""

    role: str
    folder: Path
    file: str
    language: str


def find_entries(folder: Path, assignment: Assignment) -> dict[str, Entry]:
    """The entry file of every role, the shallowest first. Raises SubjectError with what was looked for and seen."""
    if not folder.is_dir():
        raise SubjectError(f"{folder}: expected a folder with the programs in it, and there is none")
    sources = sorted(_sources(folder), key=lambda path: (len(path.parts), str(path)))
    found = {}
    for role, wanted in assignment.roles.items():
        path = _best(sources, wanted.entry, role)
        if path is None:
            raise SubjectError(_not_found(folder, wanted.entry, sources))
        found[role] = Entry(role, path.parent, path.name, LANGUAGES[path.suffix.lower()])
    return found


def _best(sources: list[Path], entry: str, role: str) -> Path | None:
    """The file whose name is the entry's, case aside; else the only one whose name holds it."""
    exact = [path for path in sources if path.stem.lower() == entry.lower()]
    # An unfinished Client.java beside the server must not win over client/Client.java.
    homes = [path for path in exact if role.lower() in path.parent.name.lower()]
    loose = [path for path in sources if entry.lower() in path.stem.lower()]
    if homes or exact:
        return (homes or exact)[0]
    return loose[0] if len(loose) == 1 else None


def _sources(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        depth = len(Path(here).relative_to(folder).parts)
        folders[:] = sorted(f for f in folders if f not in _SKIP and not f.startswith(".") and depth < _DEEPEST)
        yield from (Path(here) / name for name in files if Path(name).suffix.lower() in LANGUAGES)


def _not_found(folder: Path, entry: str, sources: list[Path]) -> str:
    endings = ", ".join(f"{entry}{ending}" for ending in LANGUAGES)
    seen = ", ".join(str(path.relative_to(folder)) for path in sources[:8]) or "no source file at all"
    return f"{folder}: expected an entry file such as {endings}, found {seen}"


def command_words(command: str, here: Path) -> list[str]:
    """A command template as words; a word that is a path seen from `here` becomes absolute, as the folder changes."""
    try:
        words = shlex.split(command)
    except ValueError as exc:
        raise SubjectError(f"expected a command, got {command!r}: {str(exc).lower()}") from exc
    if not words:
        raise SubjectError("expected a command, got an empty one")
    return [str((here / word).resolve()) if _is_path(word, here) else word for word in words]


def _is_path(word: str, here: Path) -> bool:
    return not word.startswith("-") and "{" not in word and ("/" in word or "." in word) and (here / word).exists()


def roles_of(entries: Mapping[str, Entry]) -> str:
    """For people: `server: server.py (python), client: client.py (python)`."""
    return ", ".join(f"{role}: {entry.file} ({entry.language})" for role, entry in entries.items())
