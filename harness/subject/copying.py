"""Copy a submission into a folder of our own: its files, and nothing that leads out of it."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from harness.subject.subject import JUNK, SubjectError


def copy_sources(folder: Path, submission: Path, target: Path) -> None:
    """Copy `folder`, a part of `submission`. Links become what they lead to; those that lead out are left out."""
    target.mkdir(parents=True)
    names = os.listdir(folder)
    for name in sorted(set(names) - JUNK(str(folder), names)):
        path = folder / name
        try:
            _copy(path, submission.resolve(), target / name)
        except OSError as exc:
            raise SubjectError(f"{exc.filename or path}: this cannot be read: {(exc.strerror or '').lower()}") from exc


def _copy(path: Path, submission: Path, target: Path) -> None:
    if path.is_symlink() and not (path.exists() and path.resolve().is_relative_to(submission)):
        return
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        # Its time goes along: compiled files are held against it.
        shutil.copy2(path, target)
    elif stat.S_ISDIR(mode) and not path.is_symlink():
        copy_sources(path, submission, target)
