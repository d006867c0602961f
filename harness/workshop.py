"""A folder for everything that a run makes and nobody needs afterwards.

It is gone when the run ends. A run that was killed cannot clean up, so the
next one removes what belongs to nobody any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "harness-run-"
_LOCK = ".lock"
# Every actor gets a copy of its program: dozens of small files a play, ten times faster where they stay in memory.
_MEMORY = Path("/dev/shm")
_ENOUGH = 2 << 30  # bytes that must be free there; a container may give it 64 MB, which one big upload would fill


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """A fresh folder of this process, removed at the end."""
    for home in _homes():
        _sweep(home)
    home = next(_homes())
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=home))
    # Actors may run as another user (a box without root): they must be able to reach their own folders.
    folder.chmod(0o711)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            remove(folder)


def stage_folder(folder: Path, *, on_disk: bool) -> Path:
    """A fresh folder for one play, in this workshop or, `on_disk`, beside it where files do not lie in memory.

    Whoever looks for races wants a disk: a program that reads a file, changes it and writes it back loses an update
    when two of its workers meet between. Of 20 plays at one instant that were 20 on a disk, and 5 in memory.
    """
    disk = Path(tempfile.gettempdir())
    if not on_disk or folder.parent == disk:
        return Path(tempfile.mkdtemp(dir=folder))
    # It has no lock: it belongs to this process as long as that runs.
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=disk))


def remove(folder: Path) -> None:
    """Remove a folder that a program had, whatever it made of it."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:  # folders in folders, a thousand deep
        subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)


def _homes() -> Iterator[Path]:
    """Where it may be made, the best first."""
    if "TMPDIR" not in os.environ and _MEMORY.is_dir():
        room = os.statvfs(_MEMORY)
        usable = os.access(_MEMORY, os.W_OK) and not room.f_flag & os.ST_NOEXEC
        if usable and room.f_bavail * room.f_frsize >= _ENOUGH:
            yield _MEMORY
    yield Path(tempfile.gettempdir())


def _sweep(home: Path) -> None:
    """Remove the folders of runs that are over."""
    for folder in home.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
            if not _in_use(folder):
                remove(folder)


def _in_use(folder: Path) -> bool:
    """Whether a run holds this folder: the kernel lets go of its lock when the last of its processes has ended."""
    if not (folder / _LOCK).exists():
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        return not pid.isdigit() or _runs(int(pid))
    with (folder / _LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
