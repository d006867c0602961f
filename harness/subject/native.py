"""Programs in C: made by their makefile, or compiled with the files beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from harness.subject.compiling import DoesNotBuild, need, run
from harness.subject.find import Entry

# Of a build that made the programs all the same, so much of its last line is told.
_LAST = 160
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_MAIN = re.compile(rb"\bmain\s*\([^;{}]*\)\s*\{")
# How what a C compiler made begins: ELF, and Mach-O of two sizes.
_COMPILED = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")


def make_c(entry: Entry, folder: Path, inside: Path) -> tuple[list[str], str]:
    """Build the program of an entry, `inside` its copy `folder`: the words that start it, and what failed although it
    was made (""). Raises SubjectError."""
    name, late = inside.stem, ""
    makefile = makefile_of(folder)
    need("cc", entry)
    if makefile:
        need("make", entry)
        late = _run_make(folder, inside, makefile)
    else:
        run(["cc", "-O1", "-o", name, *_parts(folder, inside), "-pthread", "-lm"], folder)
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
        run(["make", "-f", makefile], folder)
    except DoesNotBuild as exc:
        failed = exc
    rule = _rule_of(inside.stem, folder / makefile)
    if rule and not _programs(folder, inside):
        run(["make", "-f", makefile, rule], folder)
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
    return [str(inside), *(path.name for path in beside if not _is_program(path.read_bytes()))]


def _is_program(source: bytes) -> bool:
    """Whether it defines main(). (That a comment speaks of it makes no program.)"""
    return _MAIN.search(_COMMENT.sub(b" ", source)) is not None


def forget_compiled(folder: Path) -> None:
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


def makefile_of(folder: Path) -> str:
    """The name of the makefile here, or ""."""
    return next((name for name in _MAKEFILES if (folder / name).is_file()), "")
