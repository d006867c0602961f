"""What was nearly right: the difference between "wrong" and "you are one comma away"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.scenario.mistakes import nearest
from harness.scenario.textual import find_lines, find_words, fold, folded_lines, holds

_NUMBER = re.compile(r"\d+")
_LEADING = re.compile(r"\s*(\d+)\b[ .):]*(.*)", re.DOTALL)
_MARKS = {
    ",": "comma", ".": "full stop", ":": "colon", ";": "semicolon", "!": "exclamation mark", "?": "question mark",
    "-": "hyphen", "'": "quote", '"': "quote", "(": "bracket", "[": "bracket", "*": "asterisk", "#": "#",
}  # fmt: skip
# Comparing all with all is for what people read, not for a flood.
_READABLE = 200


def near_miss(seen: str, wanted: str) -> str:
    """How `seen` nearly shows `wanted`, in a few words, or an empty text. Ask only if it does not show it."""
    if not fold(wanted) or not fold(seen):
        return ""
    return next(_reasons(seen, wanted), "")


def _reasons(seen: str, wanted: str) -> Iterator[str]:
    if holds(seen, wanted):
        yield "right text, other white space"
    elif holds(seen.casefold(), wanted.casefold()):
        yield "right text, other case"
    yield from _lines(seen, wanted)
    yield from _punctuation(seen, wanted)
    bare_seen, bare_wanted = ("".join(text.split()) for text in (seen, wanted))
    if find_words(bare_seen, bare_wanted) >= 0:
        yield "right letters, other white space"
    if fold(wanted) in fold(seen):
        yield "it stands there only as part of a longer word"
    yield from _resembling(seen, wanted)


def _lines(seen: str, wanted: str) -> Iterator[str]:
    """Lines in another order, wrongly numbered, in one, or missing."""
    have, want = folded_lines(seen), folded_lines(wanted)
    missing = [line for line in want if find_lines(have, [line]) < 0]
    if len(want) > 1 and find_words(" ".join(have), " ".join(want)) >= 0:
        yield "right text, other line breaks"
    if len(want) > 1 and not missing:
        yield "the lines are there in another order" if len(set(want)) == len(want) else "a line is there too seldom"
    other = [line for line in have if line not in want][:_READABLE]
    for line in missing[:_READABLE]:
        numbered = next(filter(None, (misnumbered(got, line) for got in other)), "")
        if numbered:
            yield numbered
    if 0 < len(missing) < len(want):
        names = ", ".join(map(repr, missing[:3])) + (", …" if len(missing) > 3 else "")
        yield f"only {len(want) - len(missing)} of {len(want)} lines: missing {names}"


def misnumbered(seen: str, wanted: str) -> str:
    """`numbered 2 where 1 was expected`, for lines that are the same but for the number at their start."""
    want = _LEADING.fullmatch(wanted)
    if want is None or not want[2].strip():
        return ""
    at = find_words(seen, want[2])
    number = _NUMBER.findall(seen[:at]) if at > 0 else []
    if number and number[-1] != want[1] and seen[:at].rstrip(" .):").endswith(number[-1]):
        return f"numbered {number[-1]} where {want[1]} was expected"
    return ""


def _punctuation(seen: str, wanted: str) -> Iterator[str]:
    for mark, name in _MARKS.items():
        if (mark in wanted or mark in seen) and holds(seen.replace(mark, ""), wanted.replace(mark, "")):
            yield f"would match without the {name}"
    bare_seen, bare_wanted = (re.sub(r"[^\w\s]", "", text) for text in (seen, wanted))
    if fold(bare_wanted) and holds(bare_seen, bare_wanted):
        yield "right words, other punctuation"


def _resembling(seen: str, wanted: str) -> Iterator[str]:
    lines = folded_lines(seen)
    for line in folded_lines(wanted)[:1]:
        like = nearest(line, lines, 0.8) if len(lines) <= _READABLE else ""
        if like and len(lines) == 1:  # it is quoted anyway: say where it differs
            yield from _one_word(like, line)
        elif like:
            yield f"nearly: {like!r}"


def _one_word(seen: str, wanted: str) -> Iterator[str]:
    have, want = seen.split(), wanted.split()
    other = [pair for pair in zip(have, want, strict=False) if pair[0] != pair[1]]
    if len(have) == len(want) and len(other) == 1:
        yield f"{other[0][0]!r} where {other[0][1]!r} was expected"
