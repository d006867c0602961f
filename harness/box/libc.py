"""Calls of the C library that Python (3.11) does not offer."""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False  # typing would cost each start of a box three milliseconds
if TYPE_CHECKING:
    from typing import Any

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

_libc = ctypes.CDLL(None, use_errno=True)


def call(function: str, *arguments: Any) -> None:
    """Call a function of the C library. Raises OSError."""
    if getattr(_libc, function)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{function}() was refused: {os.strerror(code)}")


def write(path: str, text: str) -> None:
    """Write one of the kernel's files, at once."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path: str) -> str:
    """The text of one of the kernel's files."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
