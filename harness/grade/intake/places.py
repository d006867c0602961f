"""Names that came with a submission, as places inside of a folder. Pure: no file is touched here.

A name is data. It becomes a place only part by part, and a part can be no `..`,
no root, no drive and nothing that the system would cut or refuse.
"""

from __future__ import annotations

import re

# What Linux allows for one name, in bytes; and a depth and length that no honest submission comes near.
_LONGEST_PART = 255
_LONGEST = 1_000
_DEEPEST = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DRIVE = re.compile(r"[A-Za-z]:")
# Past this a name is evidence in nobody's eyes.
_TOLD = 80

Parts = tuple[str, ...]


class Odd(Exception):
    """A name that cannot be a place in a folder of ours; the message says why, and follows the name in a sentence."""


def readable(name: str) -> str:
    """The name as text that can be written as UTF-8: bytes that were none are read as Latin-1."""
    raw = name.encode("utf-8", "surrogateescape") if _escaped(name) else name.encode("utf-8", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _escaped(name: str) -> bool:
    """Whether every surrogate stands for a byte. A pair that was torn apart otherwise can be no bytes at all."""
    return all("\udc80" <= char <= "\udcff" for char in name if "\ud800" <= char <= "\udfff")


def told(name: str) -> str:
    """A name in a sentence: in quotes, harmless in a terminal, and cut where nobody reads on."""
    name = readable(name)
    return repr(name if len(name) <= _TOLD else f"{name[:_TOLD]}…")


def parts_of(name: str) -> Parts:
    """The parts of the place that a name means, () for the folder itself. Raises Odd.

    Backslashes part too, as Windows writes them. A root or a drive in front is dropped, as tar does it: who packed
    with whole paths handed in something all the same.
    """
    if _CONTROL.search(name):
        raise Odd("has a control character in its name")
    text = _CONTROL.sub("", readable(name)).replace("\\", "/")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if parts and _DRIVE.match(parts[0]):
        parts[:1] = [rest] if (rest := parts[0][2:]) not in ("", ".") else []
    if ".." in parts:
        raise Odd("leads out of the submission")
    if any(len(part.encode()) > _LONGEST_PART for part in parts) or len("/".join(parts).encode()) > _LONGEST:
        raise Odd("has a name that is too long")
    if len(parts) > _DEEPEST:
        raise Odd(f"lies deeper than {_DEEPEST} folders")
    return tuple(parts)


def led_to(link: Parts, target: str) -> Parts:
    """What a symbolic link at this place leads to, by its words alone. Raises Odd where that is outside."""
    if _CONTROL.search(target) or target.startswith(("/", "\\")) or _DRIVE.match(target):
        raise Odd("is a link that leads out of the submission")
    parts = list(link[:-1])
    for part in readable(target).replace("\\", "/").split("/"):
        if part == ".." and not parts:
            raise Odd("is a link that leads out of the submission")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts_of("/".join(parts))
