"""Where a message ends, by each way of framing that is known: bytes in, the end of the message out.

A cutter's `take(data, at)` says where the message that begins at `at` ends and which part of it is content; MORE if
it begins like one and its end has not come; None if no message of this kind begins there. It looks at no byte twice.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Protocol

from harness.judge.protocol.pickles import MAGIC, STOP, Broken, operations

MORE = -1
# Nobody sends a message of a forum or a chat as large as that; what claims to be one is no length.
LARGEST = 64 * 1024 * 1024
# A line or a JSON text is looked at so far: of what is sent without an answer between, 64 KiB are kept.
LONGEST = 256 * 1024
# Bytes 1 to 4 and the escape are marks that programs put into text.
_CONTROL = re.compile(rb"[\x00\x05\x06\x0e-\x1a\x1c-\x1f]")
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}\[\]]', re.DOTALL)
DEEPEST = 200
# What tells of the content that follows it is short.
_LONGEST_HEAD = 1024
_LAST_NUMBER = re.compile(rb"[\s:=|,;#]\d{1,10}\Z")
_LENGTH_FIELD = re.compile(rb"(?im)^[^\r\n:=]*length[^\r\n:=]*[:=] *(\d{1,10})(?=\r?$)")


@dataclass(frozen=True, slots=True)
class Taken:
    """A message ends before `end`; its content lies from `begin` to `stop`. (`end` may lie behind what is known.)"""

    end: int
    begin: int
    stop: int


class Cutter(Protocol):
    """One way of framing."""

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """The message that begins at `at`."""


def is_text(data: bytes) -> bool:
    """Whether these bytes could be text in UTF-8, or nearly: no control characters, few bytes that are no letters."""
    if _CONTROL.search(data):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.isascii()
    return True


@dataclass(frozen=True, slots=True)
class Terminated:
    """Text up to a terminator: a newline, an empty line, a zero byte, a word of the program's own."""

    end: bytes

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """A whole line, without its end as content."""
        found = data.find(self.end, at, at + LONGEST)
        stop = found if found >= 0 else min(len(data), at + LONGEST)
        if not is_text(data[at:stop]):
            return None
        if found < 0:
            return MORE if stop == len(data) else None
        return Taken(found + len(self.end), at, found)


@dataclass(frozen=True, slots=True)
class Json:
    """One JSON object or list behind the other, with something that is the same each time between, or nothing."""

    between: bytes = b""

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """From the first bracket to the one that closes it, and what stands between this one and the next."""
        if data[at : at + 1] not in (b"{", b"["):
            return None
        depth = 0
        for token in _JSON_TOKEN.finditer(data, at, at + LONGEST):
            first = data[token.start()]
            if first in b"{[":
                depth += 1
                if depth > DEEPEST:
                    return None
            elif first in b"}]":
                depth -= 1
            if depth == 0:
                stop = token.end()
                if not _is_json(data[at:stop]):
                    return None
                if data.startswith(self.between, stop):
                    return Taken(stop + len(self.between), at, stop)
                return MORE if self.between.startswith(data[stop:]) else None
        return MORE if len(data) < at + LONGEST else None


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Length:
    """A number in `width` bytes at `offset` of each message: what follows it is that long, and `extra` bytes more."""

    offset: int
    width: int
    big: bool
    extra: int

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """As many bytes as the number says."""
        head = at + self.offset + self.width
        if head > len(data):
            return MORE
        size = int.from_bytes(data[at + self.offset : head], "big" if self.big else "little") + self.extra
        if not 0 <= size <= LARGEST:
            return None
        return Taken(head + size, head, head + size)


@dataclass(frozen=True, slots=True)
class Digits:
    """A number in decimal digits behind `offset` bytes: always `width` of them, or (0) as many as there are."""

    offset: int
    width: int
    separator: bytes
    extra: int

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """As many bytes as the number says."""
        begin = at + self.offset
        most = self.width or 10
        stop = begin
        while stop < len(data) and stop - begin < most and 48 <= data[stop] <= 57:
            stop += 1
        if stop == len(data) and stop - begin < most:
            return MORE
        if stop == begin or (self.width and stop - begin != self.width):
            return None
        if not data.startswith(self.separator, stop):
            return MORE if self.separator.startswith(data[stop:]) else None
        head = stop + len(self.separator)
        size = int(data[begin:stop]) + self.extra
        if not 0 <= size <= LARGEST:
            return None
        return Taken(head + size, head, head + size)


@dataclass(frozen=True, slots=True)
class Headed:
    """Text up to `end` that says how long the content behind it is: its last word, or a field of that name. What
    follows is `extra` bytes longer. The text is part of what the message says.
    """

    end: bytes
    extra: int = 0

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """The head, and as many bytes as it says."""
        found = data.find(self.end, at, at + _LONGEST_HEAD)
        stop = found if found >= 0 else min(len(data), at + _LONGEST_HEAD)
        if not is_text(data[at:stop]):
            return None
        if found < 0:
            return MORE if stop == len(data) else None
        size = _told(data[at:stop])
        if size is None or size + self.extra > LARGEST:
            return None
        return Taken(stop + len(self.end) + size + self.extra, at, stop + len(self.end) + size)


def _told(head: bytes) -> int | None:
    """The length that a head tells of."""
    fields = _LENGTH_FIELD.findall(head)
    if fields:
        return int(fields[-1])
    last = _LAST_NUMBER.search(head)
    return int(last.group()[1:]) if last else None


@dataclass(frozen=True, slots=True)
class Pickle:
    """One pickle behind the other. It is only ever taken apart into its operations: loading one would run it."""

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """Up to the operation that ends a pickle."""
        if data[at : at + 1] != MAGIC:
            return None
        end = pickle_end(data, at)
        return None if end is None else end if end == MORE else Taken(end, at, end)


def pickle_end(data: bytes, at: int = 0) -> int | None:
    """Where the pickle that begins here ends; MORE if its end has not come; None if it is none."""
    try:
        return next(end for name, _, end in operations(data, at) if name == STOP)
    except Broken as exc:
        return MORE if exc.at >= len(data) else None


@dataclass(frozen=True, slots=True)
class Record:
    """Messages of one size, all of them."""

    size: int

    def take(self, data: bytes, at: int) -> Taken | int | None:
        """The next `size` bytes."""
        return Taken(at + self.size, at, at + self.size) if at + self.size <= len(data) else MORE

