"""A subject: one program a role, each with its sources and the command that starts it.

Sources are copied into the folder of every actor that plays the role, so that
no program meets another's files and nobody's own folder is written to.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Never copied along: what version control, editors and other runs left.
JUNK = shutil.ignore_patterns(".git", ".hg", ".svn", "__MACOSX", ".DS_Store", ".venv", "venv", "node_modules")


class SubjectError(Exception):
    """This folder or command cannot be played against; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """What plays one role. `argv` may hold {port}, {host} and the assignment's values.

    `sources`: the built folder, whose contents are copied into the actor's; None: nothing is (a command of its own).
    """

    role: str
    argv: Sequence[str]
    language: str = ""
    sources: Path | None = None

    def command(self, values: Mapping[str, str]) -> list[str]:
        """The words to start, with {name} replaced by its value."""
        return [fill(word, values) for word in self.argv]

    def place(self, folder: Path) -> None:
        """Copy the sources into an actor's folder. A file that is there already stays: a scenario put it there."""
        if self.sources is not None:
            shutil.copytree(self.sources, folder, symlinks=True, dirs_exist_ok=True, ignore=JUNK)


@dataclass(frozen=True, slots=True)
class Subject:
    """The submission under test."""

    name: str
    programs: Mapping[str, Program] = field(default_factory=dict)

    def program(self, role: str) -> Program:
        """The program that plays `role`. Raises SubjectError."""
        try:
            return self.programs[role]
        except KeyError:
            raise SubjectError(f"{self.name} has no program for the role {role!r}") from None

    def described(self) -> dict[str, object]:
        """What a recording keeps of it."""
        programs = {role: {"language": p.language, "argv": list(p.argv)} for role, p in self.programs.items()}
        return {"name": self.name, "programs": programs}


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace {name} for the names in `values`, and leave every other brace alone."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
