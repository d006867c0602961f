"""What a reader of a terminal sees: bytes in, lines out. Control sequences are obeyed or dropped, never shown."""

from __future__ import annotations

import re

# OSC, DCS, SOS, PM and APC carry text that no reader sees (window titles, for one).
_STRINGS = re.compile(r"\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b)|\Z)")
_SEQUENCE = re.compile(
    r"\x1b\[(?P<csi>[0-?]*)[ -/]*(?P<final>[@-~]|\Z)|\x1b[ -/]*(?:[0-Z\\^-~]|\Z)|(?P<char>[^\x1b])|\x1b"
)
# A line without these is shown as it is. (A tab stays: white space is folded later.)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Sequences that put the cursor on another line: what follows must not be glued to what stands here.
_ELSEWHERE = frozenset("ABEFHSTdf")
# No terminal of ours is wider; a program that asks for more must not make us build it.
_WIDEST = 10_000


def visible(data: bytes) -> str:
    """The text that stands on a terminal after these bytes, line by line.

    Backspace and a lone `\\r` move the cursor, and what follows overwrites
    (progress bars, readline's redisplay). Bytes that are not UTF-8 become
    U+FFFD. A cleared screen clears nothing here: what was shown was shown.
    """
    text = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
    if "\x1b" in text:
        text = _STRINGS.sub("", text)
    return "\n".join(_line(line) if _CONTROL.search(line) else line for line in text.split("\n"))


def _line(line: str) -> str:
    """One line after all its cursor movements (several, if it moves to another line)."""
    cells: list[str] = []
    done: list[str] = []
    at = 0
    for match in _SEQUENCE.finditer(line.rstrip("\r")):
        char, final = match["char"], match["final"]
        if char is not None:
            at = _put(cells, at, char)
        elif final and (final in _ELSEWHERE or (final == "J" and match["csi"] in ("2", "3"))):
            done += ["".join(cells)] if cells else []
            cells, at = [], 0
        elif final:
            at = _move(cells, at, final, match["csi"])
    return "\n".join([*done, "".join(cells)])


def _put(cells: list[str], at: int, char: str) -> int:
    """Write one character, or obey one control character; return where the cursor then is."""
    if char == "\r":
        return 0
    if char == "\b":
        return max(0, at - 1)
    if _CONTROL.match(char):
        return at
    cells += " " * (at - len(cells))
    cells[at : at + 1] = [char]
    return at + 1


def _move(cells: list[str], at: int, final: str, parameters: str) -> int:
    """Obey a control sequence of line editing; return where the cursor then is. Colours and the rest do nothing."""
    first = parameters.split(";")[0]
    number = min(int(first), _WIDEST) if first.isascii() and first.isdigit() and len(first) < 10 else 0
    count = max(1, number)
    if final == "K":
        cells[:] = cells[:at] if number == 0 else [] if number == 2 else [" "] * (at + 1) + cells[at + 1 :]
    elif final == "J" and number == 0:
        del cells[at:]
    elif final == "P":
        del cells[at : at + count]
    elif final == "@":
        cells[at:at] = " " * count
    elif final == "C":
        return min(at + count, _WIDEST)
    elif final == "D":
        return max(0, at - count)
    elif final == "G":
        return count - 1
    return at
