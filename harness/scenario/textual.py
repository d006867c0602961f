"""Text as people compare it: white space folded, lines in order, whole words."""

from __future__ import annotations

from collections.abc import Sequence


def fold(text: str) -> str:
    """Every run of white space as one space, none at the ends of a line, no blank lines."""
    return "\n".join(folded_lines(text))


def folded_lines(text: str) -> list[str]:
    """The lines of `fold`."""
    folded = (" ".join(line.split()) for line in text.split("\n"))
    return [line for line in folded if line]


def find_words(text: str, wanted: str, start: int = 0) -> int:
    """Where `wanted` stands in `text` as whole words, or -1.

    A word ends where a letter or digit meets something else: `33` is not in
    `3331`, and `#2` is in `right#2`.
    """
    if not wanted:
        return -1
    at = text.find(wanted, start)
    while at >= 0 and not _whole(text, at, at + len(wanted)):
        at = text.find(wanted, at + 1)
    return at


def _whole(text: str, start: int, end: int) -> bool:
    return not _inside_word(text, start) and not _inside_word(text, end)


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def find_lines(seen: Sequence[str], wanted: Sequence[str], start: int = 0) -> int:
    """The index behind the last of `wanted`'s lines, found in `seen` in this order, or -1.

    Each must be a whole line or a part of one, in whole words; other lines may
    stand between.
    """
    at = start
    for line in wanted:
        while at < len(seen) and find_words(seen[at], line) < 0:
            at += 1
        if at == len(seen):
            return -1
        at += 1
    return at


def has_lines(seen: str, wanted: str) -> bool:
    """Whether `seen` has these as whole lines, one right below the other; white space folded, blank lines left out."""
    have, want = folded_lines(seen), folded_lines(wanted)
    return any(have[at : at + len(want)] == want for at in range(len(have) - len(want) + 1))


def holds(seen: str, wanted: str) -> bool:
    """Whether `seen` shows `wanted`: its lines in order, white space folded, in whole words."""
    lines = folded_lines(wanted)
    return not lines or find_lines(folded_lines(seen), lines) >= 0
