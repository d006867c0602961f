"""The files of a submission as they are read and written: plain, through no link, and equal where their bytes are."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.exits import Wrong
from harness.grade.intake.places import Odd

# Of two submissions with the same bytes the files must be the same, times too: make looks at them.
SAME_TIME = 1_000_000_000
# So much of a file is held at a time.
CHUNK = 1 << 16


def make_folder(path: Path) -> None:
    """A new folder that others may look into. Raises Wrong."""
    try:
        path.mkdir()
        path.chmod(0o755)
    except OSError as exc:
        raise no_room(path, exc) from exc


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """A new file, never through a link. Raises Wrong; what `chunks` raises goes through.

    Whether it may be run follows from its bytes: then equal files are equal in this too, whatever packed them.
    """
    mode = 0o644
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except OSError as exc:
        raise no_room(path, exc) from exc
    with open(handle, "wb", buffering=0) as file:
        first = b""
        for chunk in chunks:
            first = first or chunk[:4]
            _write_all(file.fileno(), chunk, path)
        mode = 0o755 if first.startswith((b"#!", b"\x7fELF")) else mode
        os.fchmod(handle, mode)
        os.utime(handle, (SAME_TIME, SAME_TIME))


def _write_all(handle: int, chunk: bytes, path: Path) -> None:
    view = memoryview(chunk)
    while view:
        try:
            view = view[os.write(handle, view) :]
        except OSError as exc:
            raise no_room(path, exc) from exc


def no_room(path: Path, exc: OSError) -> Wrong:
    """Nothing can be written any more: the machine's trouble, not that of one student."""
    return Wrong(f"{path}: this cannot be written: {(exc.strerror or str(exc)).lower()}")


def read_file(path: Path) -> Iterator[bytes]:
    """A plain file, piece by piece; nothing that waits, and no link. Raises OSError, and Odd for what is no file."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Odd("is no plain file")
        while chunk := file.read(CHUNK):
            yield chunk


def remove(path: Path) -> None:
    """Take a folder of ours away again."""
    shutil.rmtree(path, ignore_errors=True)
