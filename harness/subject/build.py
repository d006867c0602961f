"""Make the programs of a submission startable, in folders of our own: byte-compile, javac, make or cc.

Each folder is built by itself, in a copy. *Does not build* is a verdict with the
compiler's words (`DoesNotBuild`); a compiler that this machine lacks is not the
student's fault (`NoCompiler`: not run).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.box.box import Over
from harness.box.once import run_once
from harness.box.words import amount
from harness.scenario.assignment import Assignment
from harness.subject.copying import copy_sources
from harness.subject.find import Entry, command_words, find_entries
from harness.subject.pythons import find_python_2, why_python_2
from harness.subject.subject import COMMAND, Program, Subject, SubjectError

# A build that takes longer is stuck. (The slowest honest one seen took 9 s, on one busy core.)
_BUILD_S = 120
# What is told of a compiler's words: its first complaints are the ones that help.
_WORDS = 20_000
# And where it made the programs all the same, so much of its last line.
_LAST = 160
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
_PACKAGE = re.compile(rb"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_COMPILE = ["-I", "-S", "-m", "compileall", "-q", "-q", "-r", "3", "."]
_MAIN = re.compile(rb"\bmain\s*\(")
# How what a C compiler made begins: ELF, and Mach-O of two sizes.
_COMPILED = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")


_MEND = ("type make in a fresh copy of exactly what is handed in, and take out of its first rule what cannot be made "
         "there")  # fmt: skip


class DoesNotBuild(SubjectError):
    """The submission's own fault, in its compiler's words."""


class NoCompiler(SubjectError):
    """This machine lacks the compiler: nothing is known about the submission."""


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
                _forget_compiled(built[home])
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
        return next((folder for folder in inside if _makefile(folder)), entry.folder)
    if entry.language == "java":
        parts = _package(entry.folder / entry.file)
        root = entry.folder.parents[len(parts) - 1] if parts else entry.folder
        fits = entry.folder.parts[len(entry.folder.parts) - len(parts) :] == tuple(parts)
        return root if fits and root.is_relative_to(submission) else entry.folder
    return entry.folder


def _makefile(folder: Path) -> str:
    return next((name for name in _MAKEFILES if (folder / name).is_file()), "")


def _package(source: Path) -> list[str]:
    found = _PACKAGE.search(source.read_bytes())
    return found[1].decode().split(".") if found else []


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
        run_once([sys.executable, *_COMPILE], folder, within=_BUILD_S, most=0)
        return [sys.executable, entry.file], ""
    if entry.language == "java":
        return _make_java(entry, folder, inside), ""
    return _make_c(entry, folder, inside)


def _python_2(entry: Entry, why: str) -> str:
    python = find_python_2()
    if not python:
        written = f"{entry.file} is written for Python 2 ({why})"
        raise NoCompiler(f"not run: {written}, which this machine does not have")
    return python


def _make_java(entry: Entry, folder: Path, inside: Path) -> list[str]:
    for tool in ("javac", "java"):
        _need(tool, entry)
    sources = [path.read_bytes() for path in folder.rglob("*.java")]
    encoding = "UTF-8" if all(map(_is_utf8, sources)) else "ISO-8859-1"
    # A class that was handed in beside its source may be older than it, or made by a newer Java.
    # With -g a NullPointerException names the variable that was null, and not "<local3>".
    options = ["-g", "-Xprefer:source", "-encoding", encoding, "-nowarn", "-sourcepath", ".", "-d", "."]
    _run(["javac", *options, str(inside)], folder)
    package = _package(folder / inside)
    classes = [path.stem for path in folder.joinpath(*package).glob("*.class")]
    # `class Server` may stand in server.java.
    name = next((name for name in classes if name.lower() == inside.stem.lower()), "")
    if not name:
        raise DoesNotBuild(f"{entry.file}: the build made no class called {inside.stem!r}")
    # Without UsePerfData: it writes to a shared folder by pid, and pids are the same in every box.
    options = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
    return ["java", *options, "-cp", ".", ".".join([*package, name])]


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _make_c(entry: Entry, folder: Path, inside: Path) -> tuple[list[str], str]:
    name, late = inside.stem, ""
    makefile = _makefile(folder)
    _need("cc", entry)
    if makefile:
        _need("make", entry)
        late = _run_make(folder, inside, makefile)
    else:
        _run(["cc", "-O1", "-o", name, *_parts(folder, inside), "-pthread", "-lm"], folder)
    made = next(iter(_programs(folder, inside)), None)
    if made is None:
        raise DoesNotBuild(f"{entry.file}: the build made no program called {name!r}")
    return [f"./{made.relative_to(folder)}"], late


def _run_make(folder: Path, inside: Path, makefile: str) -> str:
    """Run make, until it has made this program; a sentence on what failed all the same, or "".

    Its first rule may make only the other program, or more than the programs: tests that fail afterwards, or want
    what was not handed in, unmake nothing. But whoever types make sees it fail, and that is said.
    """
    failed: DoesNotBuild | None = None
    try:
        _run(["make", "-f", makefile], folder)
    except DoesNotBuild as exc:
        failed = exc
    rule = _rule_of(inside.stem, folder / makefile)
    if rule and not _programs(folder, inside):
        _run(["make", "-f", makefile, rule], folder)
    if failed and not _programs(folder, inside):
        raise failed
    return _late(failed) if failed else ""


def _late(failed: DoesNotBuild) -> str:
    """A build that failed when the programs were there."""
    first, *words = str(failed).splitlines()
    last = f"; its last words were {words[-1].strip()[:_LAST]!r}" if words else ""
    return f"{first.removeprefix('does not build: ')}, although the programs were made and are played{last}"


def _parts(folder: Path, inside: Path) -> Sequence[str]:
    """The entry, and the files beside it that are no programs of their own."""
    beside = sorted(path for path in folder.glob("*.c") if path != folder / inside)
    return [str(inside), *(path.name for path in beside if not _MAIN.search(path.read_bytes()))]


def _forget_compiled(folder: Path) -> None:
    """Take away what was compiled elsewhere: make would take it for its own work, and it may be of another machine."""
    for path in folder.rglob("*"):
        if path.is_file() and path.read_bytes()[:4] in _COMPILED:
            path.unlink()


def _rule_of(name: str, makefile: Path) -> str:
    """The makefile's own rule for a program, case aside; the built-in ones of make do not count."""
    targets = re.findall(r"^([\w ]+?)\s*:(?!=)", makefile.read_text(errors="replace"), re.MULTILINE)
    return next((word for line in targets for word in line.split() if word.lower() == name.lower()), "")


def _programs(folder: Path, inside: Path) -> Sequence[Path]:
    """What the build may have made, the likeliest first. (Server.c may become `server`.)"""
    homes = [folder, (folder / inside).parent]
    made = [path for path in folder.rglob("*") if path.name.lower() == inside.stem.lower()]
    programs = [path for path in made if path.is_file() and os.access(path, os.X_OK)]
    return sorted(programs, key=lambda path: (path.parent not in homes, len(path.parts), str(path)))


def _need(tool: str, entry: Entry) -> None:
    if shutil.which(tool) is None:
        raise NoCompiler(f"not run: {entry.file} needs {tool}, which this machine does not have")


def _run(command: list[str], folder: Path) -> None:
    """Run a build in its copy, in a box: a makefile may do whatever a program may."""
    said = " ".join(command)
    ran = run_once(command, folder, within=_BUILD_S, most=_WORDS)
    if ran.over:
        raise DoesNotBuild(f"does not build: {said} {_took(ran.over[0])}")
    if ran.status is None:
        raise DoesNotBuild(f"{said}: still building after {_BUILD_S} s")
    if ran.status:
        what = f"does not build: {said} ended with status {ran.status}"
        words = ran.words.decode(errors="replace").strip()
        raise DoesNotBuild(f"{what}\n{words}" if words else what)


def _took(over: Over) -> str:
    verb = "had" if over.what == "processes" else "took"
    return f"{verb} more than {amount(over.what, over.bound)} and was ended"
