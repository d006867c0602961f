"""Matchers: each gives its reason, or None. Pure; what was seen against what was wanted.

`visible` (what a terminal shows), `fold` and `near_miss` are made elsewhere and
belong to the same set.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from harness.scenario.nearly import misnumbered, near_miss
from harness.scenario.screen import visible
from harness.scenario.textual import find_lines, find_words, fold, folded_lines, holds

__all__ = ["count", "file_differs", "fold", "lines_differ", "lines_of", "mask", "near_miss", "text_differs", "visible"]

MASK = "…"
_MASKED = re.compile(
    r"""(?<!\w)'[^'\n]*'(?!\w) | (?<!\w)"[^"\n]*"(?!\w) | `[^`\n]*` | “[^”\n]*” | ‘[^’\n]*’ | \d+""", re.VERBOSE
)
_WARNING = re.compile(r"^\S+:\d+: \w*Warning: .*\n?(?:  .*\n?)?", re.MULTILINE)
_RULE = re.compile(r"([^\w\s])\1{2,}")
_MASKS = re.compile(rf"{MASK}(?:[ ,]*{MASK})+")


def text_differs(seen: str, wanted: str, *, exactly: bool = False) -> str | None:
    """Say that `seen` does not show `wanted`, or return None.

    Whole words, white space folded, the lines of `wanted` in their order, other
    lines between them allowed. `exactly`: every space and line break counts.
    """
    # A block of YAML (`|`) ends in a line break that nobody means.
    text = wanted.rstrip("\n")
    same = (not text or find_words(seen, text) >= 0) if exactly else holds(seen, wanted)
    return None if same else f"expected {wanted.rstrip()!r}, got {seen.rstrip()!r}"


def count(seen: str, wanted: str) -> int:
    """How often `wanted` stands in `seen`, as whole words; no two of them overlap."""
    have, want = folded_lines(seen), folded_lines(wanted)
    if len(want) == 1:
        return sum(_count_words(line, want[0]) for line in have)
    times, at = 0, find_lines(have, want) if want else -1
    while at >= 0:
        times, at = times + 1, find_lines(have, want, at)
    return times


def _count_words(line: str, wanted: str) -> int:
    times, at = 0, find_words(line, wanted)
    while at >= 0:
        times, at = times + 1, find_words(line, wanted, at + len(wanted))
    return times


def mask(text: str, names: Iterable[str]) -> str:
    """The text with names, numbers and quoted words masked: what is left is how an answer is worded.

    Python prints a warning (and the line of the source below it) the first time only: it is no part of an answer. How
    long a rule of dashes is says nothing: it may be as long as a name or a title.
    """
    text = _RULE.sub(r"\1\1\1", _WARNING.sub("", text))
    for name in sorted(set(names), key=lambda n: (-len(n), n)):
        if name.strip():
            text = _mask_name(text, name)
    return _MASKS.sub(MASK, _MASKED.sub(MASK, text))


def _mask_name(text: str, name: str) -> str:
    parts, last, at = [], 0, find_words(text, name)
    while at >= 0:
        parts += [text[last:at], MASK]
        last = at + len(name)
        at = find_words(text, name, last)
    return "".join([*parts, text[last:]])


def lines_of(content: bytes) -> list[str]:
    """A file's lines. `line\\n` and `\\nline` are two ways to write the same: empty lines at the end do not count."""
    lines = [line.removesuffix("\r") for line in content.decode("utf-8", errors="replace").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def file_differs(content: bytes, wanted: str, exactly: bool = False) -> str | None:
    """Say how a file differs from what was wanted, by its first wrong line, or return None.

    `exactly`: byte for byte; otherwise how lines end is no difference.
    """
    if exactly and content == wanted.encode():
        return None
    have, want = lines_of(content), lines_of(wanted.encode())
    for number, (got, expected) in enumerate(zip(have, want, strict=False), 1):
        if got != expected:
            return _line_differs(number, got, expected)
    if len(have) < len(want):
        number = len(have) + 1
        return f"expected {_lines(len(want))}, got {len(have)}: line {number}, {want[number - 1]!r}, is missing"
    if len(have) > len(want):
        number = len(want) + 1
        return f"expected {_lines(len(want))}, got {len(have)}: line {number}, {have[number - 1]!r}, is too much"
    return (
        f"the lines are the same, and how they end differs: expected {wanted!r}, got {_text(content)!r}"
        if exactly
        else None
    )


def lines_differ(content: bytes, wanted: str) -> str | None:
    """Say which lines a file lacks and which are too much, in whatever order they stand, or return None."""
    have = Counter(line for line in lines_of(content) if line.strip())
    want = Counter(line for line in lines_of(wanted.encode()) if line.strip())
    lacking, more = list((want - have).elements()), list((have - want).elements())
    parts = [f"{', '.join(map(repr, lacking))} missing"] if lacking else []
    parts += [f"{', '.join(map(repr, more))} too much"] if more else []
    return f"expected {_lines(want.total())} in whatever order, and found {' and '.join(parts)}" if parts else None


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number} lines"


def _line_differs(number: int, got: str, expected: str) -> str:
    near = _near_line(got, expected)
    why = f" ({near})" if near else ""
    if number == 1:
        return f"the first line is {got!r} where {expected!r} was expected{why}"
    return f"line {number}: expected {expected!r}, got {got!r}{why}"


def _near_line(got: str, expected: str) -> str:
    """What is wrong with one line of a file, in a few words."""
    if not got:
        return "an empty line"
    if got.rstrip() == expected.rstrip():
        return "a trailing space" if len(got) > len(expected) else "without the trailing space"
    if got.split() == expected.split():
        return "other white space"
    numbered = misnumbered(got, expected)
    if numbered and got.endswith(expected.lstrip("0123456789 ")):
        return numbered
    if got.casefold() == expected.casefold():
        return "other case"
    return "" if find_words(got, expected) >= 0 else near_miss(got, expected)
