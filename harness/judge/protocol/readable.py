"""The content of a message, as far as people can read it, in one line; and its shape, by which messages are counted.

Content is only ever looked at: JSON is parsed, a pickle is taken apart into its operations, nothing is loaded or run.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from harness.judge.protocol.pickles import MAGIC, Broken, operations

# More of one message is never read: nobody looks at more of it in a table or a picture.
MOST = 4_096
# Keys that say what a message is, in the words that people choose for them.
_KINDS = ("action", "status", "type", "kind", "cmd", "command", "op", "do", "verb", "method", "event", "request",
          "result", "code", "reply", "msg_type", "message_type", "header")  # fmt: skip
_WORD = re.compile(r"[A-Za-z_][\w?!%'-]{0,19}$")
_NUMBER_WORD = re.compile(r"\d{3}[ -]")
_PAIR = re.compile(r"""['"]?(\w{1,20})['"]?\s*[:=]\s*['"]?([\w?!-]{1,20})""")
_RUN = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){2,}")
# In so many bytes there are letters by chance, and nothing to read.
_FEW = 48
_BASE64 = re.compile(r"[A-Za-z0-9+/]{4,}={0,2}$|=$")


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says in one line, and which kind of message it is ("Command POST", "HELLO", "250")."""

    text: str
    shape: str


def content(data: bytes) -> Content:
    """The content of one message, without what frames it."""
    try:
        return _json(data) or _pickle(data[:MOST]) or _text(data[:MOST]) or _binary(data)
    except (ValueError, RecursionError, OverflowError):
        return _binary(data)


def raw(size: int) -> Content:
    """The bytes of a file between messages."""
    return Content(f"({size:,} raw bytes)", "raw bytes")


def _json(data: bytes) -> Content | None:
    if not data.startswith((b"{", b"[")):
        return None
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return Content(_compact(body), "[…]" if len(body) != 1 else _compact(body)[:20])
    kinds = {key: str(value) for key, value in body.items()
             if key.lower() in _KINDS and isinstance(value, str | int | bool)}  # fmt: skip
    rest = [f"{key}={_compact(value)}" for key, value in body.items() if key not in kinds]
    shape = " ".join(kinds.values())[:60] or "{" + ", ".join(list(body)[:6]) + "}"
    return Content(" ".join([*kinds.values(), *rest])[:MOST], shape)


def _compact(value: Any) -> str:
    if isinstance(value, str):
        return value if value and not re.search(r"[\s,=\[\]{}]", value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))[:MOST]


def _pickle(data: bytes) -> Content | None:
    if not data.startswith(MAGIC):
        return None
    said: list[str] = []
    try:
        for name, argument, _ in operations(data):
            if isinstance(argument, bytes | bytearray):
                said.append(f"({len(argument):,} bytes)")
            elif isinstance(argument, str | int | float) and name not in _MACHINERY:
                said.append(str(argument)[:200])
            elif name in _CONSTANTS:
                said.append(_CONSTANTS[name])
            if len(said) > 100:
                break
    except Broken:  # of half of one we tell what could be read
        if not said:
            return None
    text = ", ".join(said)
    return Content(f"pickle: {text}" if text else "pickle", said[0] if said and _WORD.match(said[0]) else "pickle")


# Operations that hold a number or a name for the reader of the pickle, and say nothing to people.
_MACHINERY = frozenset({"PROTO", "FRAME", "BINPUT", "LONG_BINPUT", "PUT", "BINGET", "LONG_BINGET", "GET", "EXT1"})
_CONSTANTS = {"NEWTRUE": "True", "NEWFALSE": "False", "NONE": "None"}


def _text(data: bytes) -> Content | None:
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        if exc.start < len(data) - 3:  # cut in the middle of a letter it is still text
            return None
        text = data[: exc.start].decode("utf-8")
    if not text.strip():
        return Content("(empty)", "(empty)") if text in ("", "\n", "\r\n") else None
    told = _unpacked(text)
    return Content(" ".join(told.split()) if told is not text else text.strip("\r\n"), _shape(told))


def _unpacked(text: str) -> str:
    """Words that are all base64 as what they mean: everybody on the way can read them too."""
    words = text.split()
    if not words or len(words) > 50 or not all(map(_BASE64.match, words)) or max(map(len, words)) < 8:
        return text
    said = []
    for word in words:
        try:
            letters = base64.b64decode(word, validate=True).decode("utf-8") if word != "=" else '""'
        except (binascii.Error, ValueError):
            return text
        if not letters.isprintable():
            return text
        said.append(letters)
    return " ".join(said)


def _shape(text: str) -> str:
    """The first word, or the number that begins an answer, or what a first `key=value` says."""
    if _NUMBER_WORD.match(text):
        return text[:3]
    if text[:1] in "{([" or re.match(r"\w{1,20}=", text):
        pairs = _PAIR.findall(text[:400])
        told = next((value for key, value in pairs if key.lower() in _KINDS), "")
        return told or (pairs[0][1] if pairs else "text")
    first = re.split(r"[\s:|,;/]", text.lstrip(), maxsplit=1)[0]
    return first if _WORD.match(first) else "text" if text.strip() else "(empty)"


def _binary(data: bytes) -> Content:
    """The stretches of letters in it; where there are none, its first bytes."""
    runs = _RUN.findall(data[:MOST])
    if len(data) > _FEW and sum(map(len, runs)) * 2 < len(data[:MOST]):
        return Content(f"({len(data):,} bytes)", "binary")
    words = [run.decode("utf-8", "ignore").strip() for run in runs]
    said = " · ".join(word for word in words if len(word) > 1)
    if said:
        first = re.split(r"[^\w]", said, maxsplit=1)[0]
        return Content(said, first if _WORD.match(first) else "binary")
    shown = data[:8].hex(" ")
    return Content(f"bytes {shown}{' …' if len(data) > 8 else ''}" if data else "(empty)", f"bytes {data[:1].hex()}")
