"""How a program asks: what its questions look like, and whether two of them are the same question.

Wording is free, so no question is known beforehand. What is known is the order:
a client that has just started asks for the name; whoever is asked that same
question again was refused. Pure: text in, text out.
"""

from __future__ import annotations

from collections.abc import Iterable

# Questions shorter than this many letters ("> ") are compared whole: "forum> " ends in "> " too.
_TELLING = 3


def question(text: str, names: Iterable[str] = ()) -> str:
    """The question at the end of what a terminal shows: its last line that is not blank, with names masked."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    for name in sorted(names, key=len, reverse=True):
        last = last.replace(name, "*")
    return last


def same_question(one: str, other: str) -> bool:
    """Whether two questions are the same one; "Invalid password. Username:" still ends in "Username:"."""
    short, long = sorted((one, other), key=len)
    if not short:
        return False
    return short == long or (sum(map(str.isalpha, short)) >= _TELLING and long.endswith(short))
