"""A program's own form of a line is learnt from lines that are known, and read back into what is asked for."""

from __future__ import annotations

import pytest

from harness.scenario.forms import Form, learn_form

ASKED = Form("{number} {name}: {text}")
TEXTS = ["first of three", "another one", "the last"]
NAMES = ["Yoda", "Yo", "R2D2"]
OWN = {
    "a dot": ("1. Yoda: {}\n2. Yoda: {}\n3. Yoda: {}", "{number}. {name}: {text}", 1),
    "from 0": ("0 Yoda: {}\n1 Yoda: {}\n2 Yoda: {}", "{number} {name}: {text}", 0),
    "no number": ("Yoda\nYoda: {}\nYoda: {}\nYoda: {}", "{name}: {text}", 1),
    "brackets and the name behind": ("[9] {} (Yoda)\n[10] {} (Yoda)\n[11] {} (Yoda)", "[{number}] {text} ({name})", 9),
    "a prompt behind the last line": ("#1 Yoda: {}\n#2 Yoda: {}\n#3 Yoda: {}> ", "#{number} {name}: {text}", 1),
    "another number in each line": ("t7 1 Yoda: {}\nt7 2 Yoda: {}\nt7 3 Yoda: {}", "t7 {number} {name}: {text}", 1),
}


@pytest.mark.parametrize(("shown", "template", "first"), OWN.values(), ids=OWN)
def test_a_form_is_learnt_and_read_back(shown: str, template: str, first: int) -> None:
    """What stands for number, name and text is known by their values; the same lines are read as asked for."""
    seen = shown.format(*TEXTS)
    form = learn_form(seen, "Yoda", TEXTS)
    assert form == Form(template, first)
    assert form is not None
    assert form.read_as(ASKED, "\n".join(seen.splitlines()[-3:-1]), NAMES) == (
        "1 Yoda: first of three\n2 Yoda: another one")  # fmt: skip
    assert Form.from_told(form.told) == form
    assert Form.from_described(form.described()) == form


@pytest.mark.parametrize("shown", [
    "", "first of three\nanother one", "12:01 1 Yoda: first of three\n12:02 3 Yoda: another one",
    "1 Yoda: first of three\nanother one", "1 Yoda: first of three\n1 Yoda: first of three\n2 Yoda: another one",
    "Yoda first of three\nYoda another one",
])  # fmt: skip
def test_what_nobody_can_read_is_no_form(shown: str) -> None:
    """Without a name, with two forms, with times in front, or told from no other line: then nothing is read as one."""
    assert learn_form(shown, "Yoda", TEXTS) is None


def test_what_is_right_is_the_form_that_is_asked_for() -> None:
    """A space at the end is no form of its own."""
    assert learn_form("1 Yoda: first of three \n2 Yoda: another one ", "Yoda", TEXTS) == ASKED


def test_only_lines_of_the_form_are_read() -> None:
    """The creator, records of uploads, prompts and lines by nobody of the cast stay as they are; so do their ends."""
    form = Form("{number}) {name}: {text}")
    seen = "Yoda\r\n1) Yo: da: 2) x\r\nYoda uploaded a.b\n2) Rey: hi\n  2) R2D2: \n> "
    assert form.read_as(ASKED, seen, NAMES) == "Yoda\r\n1 Yo: da: 2) x\r\nYoda uploaded a.b\n2) Rey: hi\n  2 R2D2: \n> "


def test_a_gap_stays_a_gap() -> None:
    """Numbers are read, and not counted, where there are any."""
    assert Form("{number} {name}: {text}", 0).read_as(ASKED, "0 Yo: a\n2 Yo: c", NAMES) == "1 Yo: a\n3 Yo: c"


def test_lines_without_numbers_are_counted() -> None:
    """Nobody can be wrong in a number that is not there: it is marked once, where the line is."""
    assert Form("{name}: {text}").read_as(ASKED, "Yo: a\nYo uploaded x\nYo: c", NAMES) == (
        "1 Yo: a\nYo uploaded x\n2 Yo: c")  # fmt: skip
