"""A program's own way of writing a line that many scenarios read, such as `0. Yoda: hello` for `1 Yoda: hello`. Pure.

It is learnt from lines whose number, name and text are known, and read back: into the line that is asked for. A form
that says less than that (no name, no text) is none. Whoever numbers nothing has the lines counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_NUMBER, _NAME, _TEXT = "{number}", "{name}", "{text}"
_FIELD = re.compile(r"(\{number\}|\{name\}|\{text\})")
_DIGITS = re.compile(r"\d+")
_TOLD = re.compile(r"(?P<template>.*?)(?:, numbered from (?P<first>\d+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Form:
    """How a line is written. `template` holds {name}, {text} and perhaps {number}; `first`: what stands for a 1."""

    template: str
    first: int = 1

    @property
    def told(self) -> str:
        """As a card and a subject file have it: "{number} {name}: {text}, numbered from 0"."""
        return self.template + (f", numbered from {self.first}" if self.first != 1 else "")

    @classmethod
    def from_told(cls, told: str) -> Form:
        """What `told` gave."""
        found = _TOLD.fullmatch(told)
        assert found is not None  # anything fits
        return cls(found["template"], int(found["first"] or 1))

    def described(self) -> dict[str, str | int]:
        """What a recording keeps of it."""
        return {"template": self.template, "first": self.first}

    @classmethod
    def from_described(cls, kept: Mapping[str, object]) -> Form:
        """What `described` gave. Raises KeyError, ValueError."""
        return cls(str(kept["template"]), int(str(kept["first"])))

    def written(self, number: int, name: str, text: str) -> str:
        """A line in this form."""
        values = {_NUMBER: str(number + self.first - 1), _NAME: name, _TEXT: text}
        return "".join(values.get(part, part) for part in _FIELD.split(self.template))

    def read_as(self, asked: Form, text: str, names: Iterable[str]) -> str:
        """`text` with each line of this form, by one of these names, written as `asked`."""
        pattern = self._pattern(names)
        return "".join(_rewritten(self, asked, pattern, text.splitlines(keepends=True)))

    def _pattern(self, names: Iterable[str]) -> re.Pattern[str]:
        """One line of this form. A name that begins like another one must not be taken for it."""
        known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)"
        groups = {_NUMBER: r"(?P<number>\d+)", _NAME: f"(?P<name>{known})", _TEXT: r"(?P<text>.*)"}
        parts = _FIELD.split(self.template)
        return re.compile(r"(?P<before>\s*)" + "".join(groups.get(part, re.escape(part)) for part in parts))


def _rewritten(form: Form, asked: Form, pattern: re.Pattern[str], lines: Iterable[str]) -> Iterator[str]:
    count = 0
    for line in lines:
        bare = line.rstrip("\r\n")
        found = pattern.fullmatch(bare)
        if found is None:
            yield line
            continue
        count += 1
        number = int(found["number"]) - form.first + 1 if _NUMBER in form.template else count
        yield found["before"] + asked.written(number, found["name"], found["text"]) + line[len(bare) :]


def learn_form(shown: str, name: str, texts: Sequence[str]) -> Form | None:
    """The form in which the first two of these texts, numbers 1 and 2 of `name`, stand in `shown`; None: in none.

    A third one is there because a prompt may stand behind the last line of all.
    """
    lines = [_line_of(shown, text) for text in texts[:2]]
    found = [_parts(line, name, text) for line, text in zip(lines, texts, strict=False) if line is not None]
    if len(found) < 2 or None in found:
        return None
    one, two = (parts for parts in found if parts is not None)
    return _numbered(one, two)


def _line_of(shown: str, text: str) -> str | None:
    lines = [line.strip() for line in shown.splitlines() if text in line]
    return lines[0] if len(lines) == 1 else None


def _parts(line: str, name: str, text: str) -> str | None:
    """The line with its fields in place of the name and the text, each of which stands there once."""
    before, _, after = line.partition(text)
    around = before.count(name) + after.count(name)
    if around != 1 or "{" in before + after:
        return None
    return before.replace(name, _NAME) + _TEXT + after.replace(name, _NAME)


def _numbered(one: str, two: str) -> Form | None:
    """The form that gives both, the second of which has a number that is greater by one; or none, if they are alike."""
    if one == two:
        # Where no sign tells a line from any other that begins with a name, none is read as one.
        return Form(one) if re.search(r"[^\w\s]", _FIELD.sub("", one)) else None
    for low, high in zip(_DIGITS.finditer(one), _DIGITS.finditer(two), strict=False):
        template = one[: low.start()] + _NUMBER + one[low.end() :]
        if int(high[0]) == int(low[0]) + 1 and template == two[: high.start()] + _NUMBER + two[high.end() :]:
            return Form(template, int(low[0]))
    return None
