"""Find the programs of a submission: which file is the entry of which role, in which language.

Only names and places are looked at here, nothing is run; `build` makes the
programs startable.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from harness.scenario.assignment import Assignment
from harness.subject.subject import SubjectError

LANGUAGES = {".py": "python", ".java": "java", ".c": "c"}
_SKIP = {"__pycache__", "__MACOSX", "venv", "node_modules", "build", "target"}
# A project of Maven in a folder of its own: z5555555/forum/src/main/java/nz/ac/forum/server/Server.java
_DEEPEST = 9
# So many names of what was found instead are told; more would hide the rest of the sentence.
_TOLD = 8
# How alike two names must be to be one, cut short or misspelt: `serve` is `server` (0.91), `clever` is not (0.67).
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry file of one role: `folder` is where it lies, `file` its name there."""

    role: str
    folder: Path
    file: str
    language: str


def find_entries(folder: Path, assignment: Assignment, files: Mapping[str, str] = {}) -> dict[str, Entry]:
    """The entry file of every role, the shallowest first. Raises SubjectError with what was looked for and seen.

    `files`: the entry files of some roles, seen from `folder`, where somebody says which they are.
    """
    if not folder.is_dir():
        what = "a file" if folder.exists() else "none"
        raise SubjectError(f"{folder}: expected a folder with the programs in it, and there is {what}")
    sources = sorted(_sources(folder), key=lambda path: (len(path.parts), str(path)))
    found = {}
    for role, wanted in assignment.roles.items():
        path = _given(files[role], folder) if role in files else _best(sources, folder, wanted.entry, role)
        if path is None:
            raise SubjectError(_not_found(folder, wanted.entry, sources))
        if not path.is_file():
            what = "a link that leads nowhere" if path.is_symlink() else "no file"
            raise SubjectError(f"{path}: this is {what}: put the file itself there")
        if not path.resolve().is_relative_to(folder.resolve()):
            raise SubjectError(f"{path}: this is a link that leads out of the folder: put the file itself there")
        found[role] = Entry(role, path.parent, path.name, LANGUAGES[path.suffix.lower()])
    return found


def _given(name: str, folder: Path) -> Path:
    """The entry file that somebody names."""
    path = folder / name
    if not path.is_file() or path.suffix.lower() not in LANGUAGES:
        what = f"expected a source file ({', '.join(LANGUAGES)})" if path.is_file() else "there is no such file"
        raise SubjectError(f"{path}: {what}")
    return path


def _best(sources: Sequence[Path], folder: Path, entry: str, role: str) -> Path | None:
    """The file whose name is the entry's, case aside; else the only one whose name holds it, or is much like it."""
    exact = [path for path in sources if path.stem.lower() == entry.lower()]
    # An unfinished Client.java beside the server must not win over client/Client.java.
    homes = [path for path in exact if role.lower() in path.relative_to(folder).parent.name.lower()]
    loose = [path for path in sources if entry.lower() in path.stem.lower()]
    if homes or exact:
        return (homes or exact)[0]
    if not loose:
        loose = [path for path in sources if SequenceMatcher(None, path.stem.lower(), entry.lower()).ratio() >= _ALIKE]
    return loose[0] if len(loose) == 1 else None


def _sources(folder: Path) -> Iterator[Path]:
    return (path for path in _files(folder) if path.suffix.lower() in LANGUAGES)


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        depth = len(Path(here).relative_to(folder).parts)
        folders[:] = sorted(f for f in folders if f not in _SKIP and not f.startswith(".") and depth < _DEEPEST)
        yield from (Path(here) / name for name in sorted(files) if not name.startswith("."))


def _not_found(folder: Path, entry: str, sources: Sequence[Path]) -> str:
    expected = f"{folder}: expected an entry file such as {entry}.py, {entry.capitalize()}.java or {entry}.c"
    programs = [path for path in _files(folder) if path.stem.lower() == entry.lower() and os.access(path, os.X_OK)]
    if programs and not [path for path in sources if path in programs]:
        name = programs[0].relative_to(folder)
        return f"{expected}, found only a program without its source, {name} (a command can be given with --{entry})"
    seen = [str(path.relative_to(folder)) for path in (sources or list(_files(folder)))]
    told = ", ".join(seen[:_TOLD]) + (f" and {len(seen) - _TOLD} more" if len(seen) > _TOLD else "")
    return f"{expected}, found {told if sources else f'no source file ({told})' if told else 'nothing at all'}"


def command_words(command: str, here: Path) -> list[str]:
    """A command template as words; a word that is a path seen from `here` becomes absolute, as the folder changes."""
    try:
        words = shlex.split(command)
    except ValueError as exc:
        raise SubjectError(f"expected a command, got {command!r}: {str(exc).lower()}") from exc
    if not words:
        raise SubjectError(f"expected a command, got {'an empty one' if not command else repr(command)}")
    return [str((here / word).resolve()) if _is_path(word, here) else word for word in words]


def _is_path(word: str, here: Path) -> bool:
    return not word.startswith("-") and "{" not in word and ("/" in word or "." in word) and (here / word).exists()
