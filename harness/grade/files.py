"""Files that are there whole or not at all: written beside, then renamed, so that no kill leaves half a table."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, data: str | bytes) -> None:
    """Write a file at once; its folder is made if need be. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside it: a rename is at once within one file system only. Two graders never share a name.
    draft = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        # Names of students may hold what no encoding has; it stands there as an escape, and the rest is kept.
        draft.write_bytes(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
