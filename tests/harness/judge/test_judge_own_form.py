"""A line in a form of the program's own costs the marks of one command, and no other scenario anything."""

from __future__ import annotations

import pytest
from judge_builder import ASSIGNMENT, F, P, Tape

WRITTEN = """\
written: {line: "{number} {name}: {text}", typed: [NEW 1, ADD 1 a, GET 1], texts: [a, b], file: server/1,
          stored: ADD, shown: GET}
"""
FROM_0 = {"template": "{number} {name}: {text}", "first": 0}
PLAY = """\
  - yoda logs in
  - yoda: CUT 1 2
  - yoda sees: "1 Yoda: a\\n2 Yoda: c"
  - server/1 is: "Yoda\\n1 Yoda: a\\n2 Yoda: c"
"""
NEVER = """\
  - yoda logs in
  - yoda: CUT 1 2
  - yoda never sees: "2 Yoda: b"
"""


def tape(marks: str, answer: str, kept: str = "", play: str = PLAY, **forms: object) -> Tape:
    """Yoda cuts out a message; the answer shows what is left, and so does the file (after the name of its creator)."""
    made = Tape(play, f"marks: {marks}\n", assignment=ASSIGNMENT + WRITTEN, forms=forms)
    made.logs_in("yoda").says("yoda", "CUT 1 2", answer).step()
    return made.step().file("server/1", "Yoda\n" + (kept or answer)) if play is PLAY else made


BOTH = {"stored": FROM_0, "shown": FROM_0}


@pytest.mark.parametrize(("marks", "verdict"), [("x.CUT", P), ("x.ADD", F), ("x.GET", P), ("'x.CUT, x.ADD'", F)])
def test_it_is_marked_where_it_is_stored(marks: str, verdict: object) -> None:
    """Who shows what is stored has shown it right: the command that stores it pays, and no other."""
    marks = marks.replace("'x.CUT, x.ADD'", "[x.CUT, x.ADD]")
    assert tape(marks, "0 Yoda: a\n1 Yoda: c", **BOTH).judged().verdict is verdict


@pytest.mark.parametrize(("marks", "verdict"), [("x.CUT", P), ("x.ADD", P), ("x.GET", F)])
def test_what_only_the_terminal_has_is_marked_where_it_is_shown(marks: str, verdict: object) -> None:
    """The file is right: then the command that shows it pays."""
    made = tape(marks, "0 Yoda: a\n1 Yoda: c", "1 Yoda: a\n2 Yoda: c", shown=FROM_0)
    assert made.judged().verdict is verdict


@pytest.mark.parametrize("answer", ["0 Yoda: a\n2 Yoda: c", "0 Yoda: a\n1 Yoda: b\n2 Yoda: c", "0 R2D2: a\n1 Yoda: c"])
def test_what_is_wrong_in_its_own_form_fails(answer: str) -> None:
    """A gap, a message that is left and a wrong author are wrong in any form; the sentence says how they were read."""
    outcome = tape("x.CUT", answer, **BOTH).judged()
    assert outcome.verdict is F
    assert "read here as if they were written as asked" in outcome.divergence.sentence


def test_lines_that_are_as_asked_pass_beside_a_form() -> None:
    """Either will do: what was learnt may have been true of two lines alone."""
    assert tape("x.CUT", "1 Yoda: a\n2 Yoda: c", **BOTH).judged().verdict is P


@pytest.mark.parametrize(("answer", "verdict"), [("1 Yoda: b", F), ("2 Yoda: b", F), ("1 Yoda: c", P)])
def test_what_must_not_be_seen_is_seen_in_neither_form(answer: str, verdict: object) -> None:
    """Nobody hides a message by numbering it otherwise."""
    assert tape("x.CUT", answer, play=NEVER, shown=FROM_0).judged().verdict is verdict


def test_without_a_form_all_is_exact() -> None:
    """Who writes lines as they are asked for is held to them everywhere."""
    outcome = tape("x.CUT", "0 Yoda: a\n1 Yoda: c").judged()
    assert outcome.verdict is F
    assert "read here" not in outcome.divergence.sentence
