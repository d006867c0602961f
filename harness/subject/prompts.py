"""How a program asks: what its questions look like, and whether two of them are the same question.

Wording is free, so no question is known beforehand. What is known is the order:
a client that has just started asks for the name; whoever is asked that same
question again was refused. Pure: text in, text out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# A question of fewer letters than this ("> ") tells too little alone: the line above it belongs to it.
_TELLING = 3
_SENTENCES = re.compile(r"[.!?;,] +")
# A choice of yes and no at the end of a question, however it is spelt: (y/n), [Y/n], "yes or no", (y)es/(n)o.
_CHOICE = re.compile(r"\b(y|yes)\s*(?:/|\||,|\bor\b)\s*(no|n)\b[^\w]*$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Manners:
    """How a program treats those who come in, as it was seen before the plays. Names are masked.

    `home`: how somebody is asked who was let in. `welcomes`, `refusals`: all that a terminal shows after the last
    answer of who is let in and of who is not; looked for where all questions look alike, else empty.
    `choices`: what a client is told that asks for yes or no before the name: who has an account, and who has none.
    `one_line`: it wants all answers of its login on one line, with a space between them.
    """

    home: str = ""
    welcomes: Sequence[str] = ()
    refusals: Sequence[str] = ()
    choices: tuple[bool, bool] = (False, True)  # "New here?"
    one_line: bool = False


# Nothing is known beforehand.
UNKNOWN = Manners()


def question(text: str, names: Iterable[str] = ()) -> str:
    """The question at the end of what a terminal shows, with names masked: its last line that is not blank.

    Where that is no more than a sign (`> `), the line above belongs to it.
    """
    lines = _lines(text, names)
    few = lines[-1:] if lines and _tells(lines[-1]) else lines[-2:]
    return "\n".join(few)


def is_bare(text: str, names: Iterable[str] = ()) -> bool:
    """Whether a terminal shows nothing but one question: who is refused is told why, who is asked on need not be."""
    # A line editor shows the name again that was typed: masked, it is a line of its own.
    return len([line for line in _lines(text, names) if line != "*"]) <= 1


def words(text: str, names: Iterable[str] = ()) -> str:
    """All that a terminal shows, names and numbers masked: to be held against what it showed somebody else."""
    return "\n".join(_DIGITS.sub("0", line) for line in _lines(text, names))


def _lines(text: str, names: Iterable[str]) -> list[str]:
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "*")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _tells(line: str) -> bool:
    return sum(map(str.isalpha, line)) >= _TELLING


def same_question(one: str, other: str) -> bool:
    """Whether two questions are the same one; "Invalid password. Username:" still asks for the "Username:"."""
    if one == other:
        return _tells(one)
    return any(_ends_with(long, rest) for long, short in ((one, other), (other, one)) for rest in _questions(short))


def _questions(text: str) -> Iterator[str]:
    """The question, and what it asks behind a sentence that ends before it."""
    yield text
    yield from _SENTENCES.split(text, maxsplit=1)[1:]


def _ends_with(text: str, end: str) -> bool:
    """Whether a text ends in this question, in whole words."""
    before = text.removesuffix(end)
    return "\n" not in end and _tells(end) and text.endswith(end) and not (before[-1:].isalnum() and end[:1].isalnum())


def alike(one: str, other: str) -> bool:
    """Whether two questions end in the same sign, so that nobody can tell if they are the same."""
    last, before = one.rpartition("\n")[2], other.rpartition("\n")[2]
    return last == before and not _tells(last)


def same_prompt(one: str, other: str) -> bool:
    """Whether two prompts of one program may be one and the same: their last lines are, numbers aside."""
    ends = [_DIGITS.sub("0", text.rpartition("\n")[2]) for text in (one, other)]
    return ends[0] == ends[1] or same_question(one, other)


def yes_to(asked: str) -> str:
    """What says yes to a question that holds a choice of yes and no, in its own spelling; "" if it holds none."""
    return choice_in(asked, True)


def choice_in(asked: str, yes: bool) -> str:
    """What says yes (or no) to a question that holds a choice of the two, in its own spelling; "" if it holds none."""
    choice = _CHOICE.search(re.sub(r"[()\[\]<>]", "", asked))
    if choice is None:
        return ""
    said = choice[1 if yes else 2]
    # "(y)es/(n)o" wants the letter.
    return said[0] if re.search(r"[(\[<]y[)\]>]es", asked, re.IGNORECASE) else said
