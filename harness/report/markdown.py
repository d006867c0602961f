"""feedback.md: the same page as Markdown, for platforms and editors that show it so. Pure.

A text of a program is never markup: it stands in a block of code, or with every sign that means something escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.report.feedback import Feedback
from harness.report.safe import safe
from harness.report.shown import Cell, Shown
from harness.report.words import SYMBOLS
from harness.verdict import Verdict

_SIGNS = re.compile(r"[\\`*_\[\]|~]")
# What starts a heading, a list, a quotation or a rule, where it stands first.
_FIRST = re.compile(r"^(\s*)([-+#=>]|\d+(?=[.)]))")
_STATES = {"full": "✓", "part": "◐", "none": "✗", "undecided": "?", "sum": ""}


def inline(text: str) -> str:
    """A text within a line of Markdown, with nothing in it that means anything."""
    text = " ".join(safe(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SIGNS.sub(r"\\\g<0>", text)
    return _FIRST.sub(lambda found: found[1] + (found[2] + "\\" if found[2].isdigit() else "\\" + found[2]), text)


def block(text: str) -> str:
    """A text as a block of code; nothing in it can end the block."""
    text = safe(text).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def markdown(of: Feedback) -> str:
    """The page."""
    return "\n".join(_lines(of)).rstrip("\n") + "\n"


def _lines(of: Feedback) -> Iterator[str]:
    yield from (f"# {inline(of.rubric)}", "", inline(" · ".join(filter(None, (of.name, of.id)))), "")
    yield from (f"**{of.total} of {of.possible} marks**", "")
    if of.undecided:
        yield f"? Up to {of.undecided} more are undecided. A person looks at it; no mark is lost by it.\n"
    if of.trouble:
        yield from ("✗ It could not be graded:", "", block(of.trouble), "")
    yield from _marks(of)
    yield from _list("Tutors' decisions", [inline(one) for one in of.decisions])
    yield from _scenarios("What failed", of)
    yield from _list("What was skipped", [f"{inline(title)}: {inline(why)}" for title, why in of.skipped])
    yield from _list("What works", [f"{SYMBOLS[Verdict.PASSED]} {inline(title)}" for title in of.passed])
    yield from _list("What was handed in", [inline(one) for one in of.remarks])


def _marks(of: Feedback) -> Iterator[str]:
    yield from ("## Marks", "", "| item | | marks | of | |", "| --- | --- | ---: | ---: | --- |")
    for line in of.lines:
        strong = "**" if line.sum else ""
        cells = [inline(line.name), f"{strong}{inline(line.title)}{strong}", f"{_STATES[line.state]} {line.earned}",
                 line.possible, "; ".join(map(inline, line.notes))]  # fmt: skip
        yield f"| {' | '.join(cells)} |"
    yield f"| **total** | | **{of.total}** | {of.possible} | |"
    yield ""
    yield from [*(f"- {inline(one)}" for one in of.taken), *([""] if of.taken else [])]


def _list(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from (f"## {heading}", "", *(f"- {line}" for line in lines), "")


def _scenarios(heading: str, of: Feedback) -> Iterator[str]:
    if of.failed:
        yield from (f"## {heading}", "")
        for one in of.failed:
            yield from _scenario(one)
    if of.unclear:
        yield from ("## What could not be decided", "", "A person looks at it; no mark is lost by it.", "")
        for one in of.unclear:
            yield from _scenario(one)


def _scenario(one: Shown) -> Iterator[str]:
    marks = f" ({inline(', '.join(one.marks))})" if one.marks else ""
    yield from (f"### {SYMBOLS[one.verdict]} {one.verdict.value}: {inline(one.title)}{marks}", "")
    if one.decided:
        yield f"A tutor's decision: {inline(one.decided)}\n"
    if one.like[0]:
        yield f"This looks like the same mistake as in “{inline(one.like[1])}”: mend that one first.\n"
    yield f"**{inline(one.sentence)}**\n"
    told = [("", one.often), *one.facts, ("Likely why", one.likely), ("How to mend it", one.hint),
            ("In the brief", one.clause), *(("Noticed", text) for text in one.noticed)]  # fmt: skip
    for label, text in told:
        if text and "\n" in text:
            yield from ("", f"{label}:", "", block(text), "")
        elif text:
            yield f"- {label}{': ' if label else ''}{inline(text)}"
    if one.steps:
        steps = [f"{'▶' if step.here else ' '}{step.number:>4} {step.symbol or ' '} {_after(step.text, 9)}"
                 f"{'   ◀ here' if step.here else ''}" for step in one.steps]  # fmt: skip
        yield from ("", "The play:", "", block("\n".join(steps)), "")
    if one.rows:
        yield from ("On the terminals:", "", block(_terminals(one)), "")
    yield from ("Play it again:", "", block(one.command), "")


def _terminals(one: Shown) -> str:
    """The terminals one below the other in time, each line with its name."""
    wide = max((len(name) for name in one.terminals), default=0)
    return "\n".join(_row(row, one, wide) for row in one.rows)


def _row(row: Cell, one: Shown, wide: int) -> str:
    name = one.terminals[row.column] if row.column >= 0 else ""
    mark = "▶" if row.marked else " "
    return f"{mark}{row.step:>4}  {name:<{wide}}  {_after(row.text, 9 + wide)}"


def _after(text: str, room: int) -> str:
    """A text of several lines, its second under its first."""
    return text.replace("\n", "\n" + " " * room)
