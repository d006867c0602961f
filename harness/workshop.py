"""A folder for everything that a run makes and nobody needs afterwards.

It is gone when the run ends. A run that was killed cannot clean up, so the
next one removes what belongs to nobody any more.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "harness-run-"


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """A fresh folder of this process, removed at the end."""
    home = Path(tempfile.gettempdir())
    _sweep(home)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=home))
    # Actors may run as another user (a box without root): they must be able to reach their own folders.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(home: Path) -> None:
    """Remove the folders of runs that are over: their process is gone."""
    for folder in home.glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).split("-", 1)[0]
        if pid.isdigit() and not _runs(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
