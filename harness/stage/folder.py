"""What lies in an actor's folder, seen from outside and without trusting it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

# Python writes these on its own; no scenario is about them.
SKIPPED = frozenset({"__pycache__"})
# No program of a course goes deeper; one that goes on for ever must not take us along.
DEEPEST = 64


def look(path: Path, most: int) -> tuple[str, bytes | None]:
    """The state of one file, and its content up to `most` bytes. Never follows a link, never blocks on a fifo."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "gone", None
    except OSError:
        return "other", None
    if stat.S_ISLNK(mode):
        return "link", None
    if stat.S_ISDIR(mode):
        return "folder", None
    return _read(path, most) if stat.S_ISREG(mode) else ("other", None)


def _read(path: Path, most: int) -> tuple[str, bytes | None]:
    # What it was a moment ago need not be what it is now: the program may be swapping it for a fifo or a link.
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return "gone", None
    except OSError:
        return "other", None
    with open(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return "other", None
        content = file.read(most + 1)
    return ("capped", None) if len(content) > most else ("file", content)


def files(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Every entry below `folder` that is not a folder itself, in order of name; of what lies too deep, nothing."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED and depth < DEEPEST:
                yield from files(Path(entry.path), depth + 1)
        else:
            yield Path(entry.path)
