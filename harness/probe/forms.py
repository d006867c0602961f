"""A program's own way of writing the lines that many scenarios read: seen once before the plays, and told once.

Only a form that differs from what the assignment asks for is kept. The judge reads it where the line is not what is
marked (judge/own_form.py); nobody gains by it whose lines are as they should be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.probe.experiment import MEMBER, Laboratory
from harness.probe.trouble import Trouble
from harness.scenario.assignment import Assignment
from harness.scenario.forms import Form, learn_form
from harness.subject.learnt import SHOWN, STORED, Fact, Given
from harness.subject.subject import AccountsEnd, Subject

_KEYS = {"stored": STORED, "shown": SHOWN}


def forms(subject: Subject, assignment: Assignment, lab: Laboratory, shape: AccountsEnd) -> dict[str, Form]:
    """The forms of its own, as it stores lines and as it shows them; none where all is as asked, or cannot be told.

    `shape`: that of the accounts file with which somebody comes in.
    """
    written = assignment.written
    if written is None:
        return {}
    lines = [{MEMBER: line} for line in written.typed]
    accounts = lab.ended_so(shape) if assignment.accounts else None
    enters = f"{MEMBER} logs in" if assignment.login is not None else f"{MEMBER} starts"
    played = lab.play("how lines are written", subject, assignment, enters, *lines, accounts=accounts)
    name, _ = played.recording.began.accounts[MEMBER]
    answers = played.answers(MEMBER)
    shown = answers[-1][1] if len(answers) > len(lines) else ""
    stored = (played.file(written.file) or b"").decode("utf-8", "replace")
    asked = Form(written.line)
    found = {where: learn_form(text, name, written.texts) for where, text in (("stored", stored), ("shown", shown))}
    return {where: form for where, form in found.items() if form is not None and form != asked}


def given_forms(given: Given) -> dict[str, Form]:
    """What a subject file says of them."""
    return {where: Form.from_told(given.text(key)) for where, key in _KEYS.items() if key in given.values}


def forms_facts(known: Mapping[str, Form]) -> dict[str, Fact]:
    """The forms as lines of the card."""
    return {_KEYS[where]: Fact(form.told, "two lines were written so, whose number, name and text were known")
            for where, form in known.items()}  # fmt: skip


def forms_troubles(known: Mapping[str, Form], assignment: Assignment) -> Iterator[Trouble]:
    """What a tutor and a student should know of each form, and where it costs marks."""
    if assignment.written is None:
        return
    marked = assignment.written.marked(known)
    for form, command in dict.fromkeys((known[where], marked[where]) for where in known):
        where = " and ".join(one for one in known if (known[one], marked[one]) == (form, command))
        second = assignment.written.texts[1]
        line, own = (one.written(2, "Yoda", second) for one in (Form(assignment.written.line), form))
        yield Trouble("own-form", f"a line is {where} as {own!r}, where {line!r} is asked for. That costs marks under "
                      f"{command} alone: everything else is judged as if the line were written as asked", False,
                      f"write each line as {assignment.written.line}")  # fmt: skip
