"""Compilers at work on a submission's copy, in a box; and what can be wrong with that."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from harness.box.box import Over
from harness.box.once import run_once
from harness.box.words import amount
from harness.subject.find import Entry
from harness.subject.subject import SubjectError

# A build that takes longer is stuck. (The slowest honest one seen took 9 s, on one busy core.)
BUILD_S = 120
# What is told of a compiler's words: its first complaints are the ones that help.
_WORDS = 20_000


class DoesNotBuild(SubjectError):
    """The submission's own fault, in its compiler's words."""


class NoCompiler(SubjectError):
    """This machine lacks the compiler: nothing is known about the submission."""


def need(tool: str, entry: Entry) -> None:
    """Raises NoCompiler where this machine does not have it."""
    if shutil.which(tool) is None:
        raise NoCompiler(f"not run: {entry.file} needs {tool}, which this machine does not have")


def run(command: Sequence[str], folder: Path) -> None:
    """Run a build in its copy, in a box: a makefile may do whatever a program may. Raises DoesNotBuild."""
    said = " ".join(command)
    ran = run_once(list(command), folder, within=BUILD_S, most=_WORDS)
    if ran.over:
        raise DoesNotBuild(f"does not build: {said} {_took(ran.over[0])}")
    if ran.status is None:
        raise DoesNotBuild(f"{said}: still building after {BUILD_S} s")
    if ran.status:
        what = f"does not build: {said} ended with status {ran.status}"
        words = ran.words.decode(errors="replace").strip()
        raise DoesNotBuild(f"{what}\n{words}" if words else what)


def _took(over: Over) -> str:
    verb = "had" if over.what == "processes" else "took"
    return f"{verb} more than {amount(over.what, over.bound)} and was ended"
