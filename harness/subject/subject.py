"""A subject: one program a role, each with its sources and the command that starts it.

Sources are copied into the folder of every actor that plays the role, so that
no program meets another's files and nobody's own folder is written to.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from harness.scenario.forms import Form
from harness.subject.prompts import UNKNOWN, Manners

# Never copied along: what version control, editors and other runs left (a run leaves `.harness` where it was called,
# and that may be the submission's own folder).
JUNK = shutil.ignore_patterns(".git", ".hg", ".svn", "__MACOSX", ".DS_Store", ".venv", "venv", "node_modules",
                              ".harness")

# The "language" of a program that was given as a command.
COMMAND = "command"
# How the accounts file ends: its last line with a newline, or without.
AccountsEnd = Literal["", "newline", "none"]


class SubjectError(Exception):
    """This folder or command cannot be played against; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Source:
    """One entry of a program's sources, read once for all of its actors. `content` None: a folder or a link."""

    name: str
    mode: int
    mtime_ns: int
    content: bytes | None = None
    link: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest() if self.content is not None else ""

    def write(self, folder: Path) -> None:
        """Make the same in `folder`. The time goes along: Python's compiled files are held against it."""
        target = folder / self.name
        if self.link:
            target.symlink_to(self.link)
        elif self.content is None:
            target.mkdir(exist_ok=True)
        else:
            target.write_bytes(self.content)
            os.utime(target, ns=(self.mtime_ns, self.mtime_ns))
            target.chmod(self.mode)


@functools.lru_cache(maxsize=8)
def _sources(folder: Path) -> tuple[_Source, ...]:
    """All that lies in a built folder, folders before what is in them."""
    return tuple(_source(path, folder) for path in sorted(folder.rglob("*")))


def _source(path: Path, folder: Path) -> _Source:
    status = path.lstat()
    name, mode = str(path.relative_to(folder)), stat.S_IMODE(status.st_mode)
    if path.is_symlink():
        return _Source(name, mode, status.st_mtime_ns, link=os.readlink(path))
    return _Source(name, mode, status.st_mtime_ns, path.read_bytes() if path.is_file() else None)


@dataclass(frozen=True, slots=True)
class Program:
    """What plays one role. `argv` and `arguments` may hold {port}, {host} and the assignment's values.

    `argv` starts it; `arguments` are what the assignment gives to it (none, if a command was given that has all).
    `sources`: the built folder, whose contents are copied into the actor's; None: nothing is (a command of its own).
    """

    role: str
    argv: Sequence[str]
    language: str = ""
    sources: Path | None = None
    arguments: Sequence[str] = ()
    entry: str = ""  # its file, as it lies in the submission

    @property
    def template(self) -> list[str]:
        """The words to start, before any value stands in them."""
        return [*self.argv, *self.arguments]

    def command(self, values: Mapping[str, str]) -> list[str]:
        """The words to start, with {name} replaced by its value."""
        return [fill(word, values) for word in self.template]

    def place(self, folder: Path) -> None:
        """Write the sources into an actor's folder. Never as links: a program may write to its own files."""
        if self.sources is not None:
            for source in _sources(self.sources):
                source.write(folder)

    def digests(self) -> set[str]:
        """The SHA-256 of each source file."""
        return {source.digest for source in _sources(self.sources)} if self.sources is not None else set()


@dataclass(frozen=True, slots=True)
class Subject:
    """The submission under test, and what was found out about it before the plays: `learnt` goes into recordings."""

    name: str
    programs: Mapping[str, Program] = field(default_factory=dict)
    accounts_end: AccountsEnd = ""  # the shape of the accounts file that it copes with; "": leave it as it is
    learnt: Mapping[str, str] = field(default_factory=dict)
    manners: Manners = UNKNOWN  # how it treats those who come in
    forms: Mapping[str, Form] = field(default_factory=dict)  # its own way of writing lines (probe/forms.py)
    troubles: Sequence[Mapping[str, str]] = ()  # what a tutor should know of it: code, sentence, what to mend

    def program(self, role: str) -> Program:
        """The program that plays `role`. Raises SubjectError."""
        try:
            return self.programs[role]
        except KeyError:
            raise SubjectError(f"{self.name} has no program for the role {role!r}") from None

    @property
    def words(self) -> Sequence[str]:
        """The words of all its commands: what must be there where it runs."""
        return tuple(word for program in self.programs.values() for word in program.template)

    def described(self) -> dict[str, object]:
        """What a recording keeps of it."""
        programs = {role: {"language": p.language, "argv": p.template} for role, p in self.programs.items()}
        learnt = {"learnt": dict(self.learnt)} if self.learnt else {}
        troubles = {"troubles": [dict(trouble) for trouble in self.troubles]} if self.troubles else {}
        forms = {"forms": {where: form.described() for where, form in self.forms.items()}} if self.forms else {}
        return {"name": self.name, "programs": programs, **learnt, **forms, **troubles}

    def with_arguments(self, arguments: Mapping[str, Sequence[str]]) -> Subject:
        """The same, its programs started with these arguments (a command that was given has its own)."""
        programs = {role: replace(program, arguments=arguments[role])
                    if role in arguments and program.language != COMMAND else program
                    for role, program in self.programs.items()}  # fmt: skip
        return replace(self, programs=programs)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace {name} for the names in `values`, and leave every other brace alone."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
