"""A pickle taken apart into its operations. It is never loaded: loading one would run what it says."""

from __future__ import annotations

import io
import pickletools
from collections.abc import Iterator
from typing import Any

MAGIC = b"\x80"  # every protocol since the second begins with it
STOP = "STOP"


class Broken(ValueError):
    """These bytes are no pickle, or only the beginning of one. `at`: how far they could be read."""

    def __init__(self, at: int) -> None:
        super().__init__(f"no pickle, or only half of one, at byte {at}")
        self.at = at


def operations(data: bytes, at: int = 0) -> Iterator[tuple[str, Any, int]]:
    """The name, the argument and the end of each operation, up to the one that ends a pickle. Raises Broken."""
    stream = io.BytesIO(data)  # shares the bytes, copies nothing
    stream.seek(at)
    try:
        for code, argument, _ in pickletools.genops(stream):
            yield code.name, argument, stream.tell()
    except ValueError as exc:  # all that its reader raises, UnicodeDecodeError included
        raise Broken(stream.tell()) from exc
