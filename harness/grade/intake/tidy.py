"""A submission that has been unpacked, put in order: no folder around all of it, nothing that a compiler left."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.grade.intake.tally import Tally
from harness.grade.intake.unpack import files_in

# The folder of the platform, of the archive, of the project, of its sources, and one to spare.
_WRAPPED = 6
_PACKAGE = re.compile(rb"^\s*package\s+(\w+)", re.MULTILINE)
# A package statement stands at the top of its file, under a comment at most.
_TOP = 1 << 16


def drop_environments(root: Path, tally: Tally) -> None:
    """Take away virtual environments, whatever they are called. (In a tar they are known only when all is read.)"""
    for config in list(root.rglob("pyvenv.cfg")):
        if config.parent != root and config.parent.is_dir():
            shutil.rmtree(config.parent)
            tally.junk[config.parent.name] = None


def drop_classes(root: Path, tally: Tally) -> None:
    """Take away Java's class files whose source is there; a class without one may be all that there is."""
    files = list(files_in(root))
    sources = {path.stem for path in files if path.suffix == ".java"}
    for path in files:
        if path.suffix == ".class" and path.stem.partition("$")[0] in sources:
            path.unlink()
            tally.junk["class files"] = None


def unwrapped(root: Path) -> Path:
    """The folder that the submission really is: the first that holds more than one other folder.

    A folder that is the beginning of a Java package stays: `javac` looks for `server/Server.java` under its name.
    """
    packages = set(_packages(root))
    for _ in range(_WRAPPED):
        held = list(root.iterdir())
        if len(held) != 1 or not held[0].is_dir() or held[0].name in packages:
            break
        root = held[0]
    return root


def _packages(root: Path) -> Iterator[str]:
    """The first words of the packages that its Java files say they are in."""
    for path in files_in(root):
        if path.suffix == ".java":
            with path.open("rb") as file:
                if found := _PACKAGE.search(file.read(_TOP)):
                    yield found[1].decode(errors="replace")
