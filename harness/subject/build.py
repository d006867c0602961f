"""Make the programs of a submission startable, in folders of our own: byte-compile, javac, make or cc.

Each folder is built by itself, in a copy. *Does not build* is a verdict with the
compiler's words (`DoesNotBuild`); a compiler that this machine lacks is not the
student's fault (`NoCompiler`: not run).
"""

from __future__ import annotations

import compileall
import shutil
import subprocess
import sys
from pathlib import Path

from harness.scenario.assignment import Assignment
from harness.subject.find import Entry, command_words, find_entries
from harness.subject.subject import JUNK, Program, Subject, SubjectError

# A build that takes longer is stuck. (The slowest honest one seen took 9 s, on one busy core.)
_BUILD_S = 120


class DoesNotBuild(SubjectError):
    """The submission's own fault, in its compiler's words."""


class NoCompiler(SubjectError):
    """This machine lacks the compiler: nothing is known about the submission."""


def build(folder: Path, assignment: Assignment, workshop: Path) -> Subject:
    """Find and build every role's program of `folder`, in `workshop`. Raises SubjectError."""
    entries = find_entries(folder, assignment)
    built: dict[Path, Path] = {}
    programs = {}
    for role, entry in entries.items():
        if entry.folder not in built:
            built[entry.folder] = _copy(entry, workshop / f"{len(built)}-{entry.folder.name}")
        arguments = assignment.roles[role].arguments
        programs[role] = Program(role, [*_make(entry, built[entry.folder]), *arguments], entry.language,
                                 built[entry.folder])
    return Subject(folder.name, programs)


def with_commands(subject: Subject | None, commands: dict[str, str], here: Path) -> Subject:
    """The subject with the programs of some roles replaced by command templates. Raises SubjectError."""
    programs = dict(subject.programs) if subject else {}
    for role, command in commands.items():
        sources = programs[role].sources if role in programs else None
        programs[role] = Program(role, command_words(command, here), "command", sources)
    name = subject.name if subject else ""
    return Subject(" + ".join([name, *commands.values()]).strip(" +"), programs)


def _copy(entry: Entry, target: Path) -> Path:
    shutil.copytree(entry.folder, target, symlinks=True, ignore=JUNK)
    return target


def _make(entry: Entry, folder: Path) -> list[str]:
    """Build one entry in its copy and return the words that start it from there."""
    if entry.language == "python":
        # Compiled once here, not once per actor: a client with a dozen modules starts in half the time.
        compileall.compile_dir(folder, quiet=2, maxlevels=3)
        return [sys.executable, entry.file]
    if entry.language == "java":
        return _make_java(entry, folder)
    return _make_c(entry, folder)


def _make_java(entry: Entry, folder: Path) -> list[str]:
    for tool in ("javac", "java"):
        _need(tool, entry)
    _run(["javac", "-encoding", "UTF-8", "-nowarn", entry.file], folder)
    return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", ".", Path(entry.file).stem]


def _make_c(entry: Entry, folder: Path) -> list[str]:
    name = Path(entry.file).stem
    makefile = next((f for f in ("Makefile", "makefile", "GNUmakefile") if (folder / f).exists()), None)
    if makefile:
        _need("make", entry)
        _run(["make", "-f", makefile], folder)
    else:
        _need("cc", entry)
        _run(["cc", "-O1", "-o", name, entry.file, "-pthread"], folder)
    if not (folder / name).exists():
        raise DoesNotBuild(f"{entry.file}: the build made no program called {name!r}")
    return [f"./{name}"]


def _need(tool: str, entry: Entry) -> None:
    if shutil.which(tool) is None:
        raise NoCompiler(f"not run: {entry.file} needs {tool}, which this machine does not have")


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, timeout=_BUILD_S, check=False)
    except subprocess.TimeoutExpired as exc:
        raise DoesNotBuild(f"{' '.join(command)}: still building after {_BUILD_S} s") from exc
    if done.returncode:
        words = (done.stderr or done.stdout).strip()
        raise DoesNotBuild(f"does not build: {' '.join(command)} ended with status {done.returncode}\n{words}")
