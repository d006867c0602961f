"""What a reader of a terminal sees of the bytes that a program printed."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-Z\\-_]|\r(?=\n|$)")


def visible(data: bytes) -> str:
    """The text of `data`, terminal control taken out."""
    return _CONTROL.sub("", data.decode("utf-8", "replace"))
