"""Make the programs of a submission startable, in folders of our own: byte-compile, javac, make or cc.

Each folder is built by itself, in a copy. *Does not build* is a verdict with the
compiler's words (`DoesNotBuild`); a compiler that this machine lacks is not the
student's fault (`NoCompiler`: not run).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.box.once import run_once
from harness.scenario.assignment import Assignment
from harness.subject.compiling import BUILD_S, DoesNotBuild, NoCompiler
from harness.subject.copying import copy_sources
from harness.subject.find import Entry, command_words, find_entries
from harness.subject.interpreter import interpreter
from harness.subject.java import make_java, package
from harness.subject.native import forget_compiled, make_c, makefile_of
from harness.subject.pythons import find_python_2, why_python_2
from harness.subject.subject import COMMAND, Program, Subject

__all__ = ["DoesNotBuild", "NoCompiler", "build", "with_commands"]

_COMPILE = ["-I", "-S", "-m", "compileall", "-q", "-q", "-r", "3", "."]
_MEND = ("type make in a fresh copy of exactly what is handed in, and take out of its first rule what cannot be made "
         "there")  # fmt: skip


def build(folder: Path, assignment: Assignment, workshop: Path, files: Mapping[str, str] = {}) -> Subject:
    """Find and build every role's program of `folder`, in `workshop`. Raises SubjectError.

    `files`: the entry files of some roles, seen from `folder`, where they are known.
    """
    entries = find_entries(folder, assignment, files)
    built: dict[Path, Path] = {}
    programs = {}
    wrong: dict[str, None] = {}  # what failed of builds that made their programs all the same, each once
    for role, entry in entries.items():
        home = _home(entry, folder)
        if home not in built:
            built[home] = workshop / f"{len(built)}-{home.name}"
            copy_sources(home, folder, built[home])
            if entry.language == "c":
                forget_compiled(built[home])
        inside = (entry.folder / entry.file).relative_to(home)
        command, late = _make(entry, built[home], inside)
        wrong |= dict.fromkeys(filter(None, [late]))
        where = str((entry.folder / entry.file).relative_to(folder))
        programs[role] = Program(role, command, entry.language, built[home], assignment.roles[role].arguments, where)
    troubles = [{"code": "build-fails", "sentence": sentence, "mend": _MEND} for sentence in wrong]
    return Subject(folder.name, programs, troubles=troubles)


def _home(entry: Entry, submission: Path) -> Path:
    """The folder that must be copied: where the makefile lies, or where the packages begin; else that of the entry."""
    if entry.language == "c":
        above = [entry.folder, *entry.folder.parents]
        inside = [folder for folder in above if folder.is_relative_to(submission)]
        return next((folder for folder in inside if makefile_of(folder)), entry.folder)
    if entry.language == "java":
        parts = package(entry.folder / entry.file)
        root = entry.folder.parents[len(parts) - 1] if parts else entry.folder
        fits = entry.folder.parts[len(entry.folder.parts) - len(parts) :] == tuple(parts)
        return root if fits and root.is_relative_to(submission) else entry.folder
    return entry.folder


def with_commands(subject: Subject | None, commands: dict[str, str], here: Path) -> Subject:
    """The subject with the programs of some roles replaced by command templates. Raises SubjectError."""
    programs = dict(subject.programs) if subject else {}
    for role, command in commands.items():
        sources = programs[role].sources if role in programs else None
        programs[role] = Program(role, command_words(command, here), COMMAND, sources)
    name = subject.name if subject else ""
    return Subject(" + ".join([name, *commands.values()]).strip(" +"), programs,
                   troubles=subject.troubles if subject else ())


def _make(entry: Entry, folder: Path, inside: Path) -> tuple[list[str], str]:
    """Build one entry in its copy: the words that start it from there, and what failed although it was made ("")."""
    if entry.language == "python":
        if why := why_python_2(folder / inside):
            return [_python_2(entry, why), entry.file], ""
        # Compiled once here, not once per actor: a client with a dozen modules starts in half the time.
        # In a box too: what a compiler is given may be made to bring it down.
        python = interpreter(folder.parent)
        run_once([python, *_COMPILE], folder, within=BUILD_S, most=0)
        return [python, entry.file], ""
    if entry.language == "java":
        return make_java(entry, folder, inside), ""
    return make_c(entry, folder, inside)


def _python_2(entry: Entry, why: str) -> str:
    python = find_python_2()
    if not python:
        written = f"{entry.file} is written for Python 2 ({why})"
        raise NoCompiler(f"not run: {written}, which this machine does not have")
    return python
