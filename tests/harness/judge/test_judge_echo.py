"""What is an echo of the typed line, and what is an answer that happens to be equal to it."""

from __future__ import annotations

import pytest
from judge_builder import P, Tape

from harness.judge.echo import Said, is_echo

ASKED = "board> "
UNECHOED, ECHOED = Said("READ", ASKED, f"fine\n{ASKED}"), Said("READ", ASKED, f"READ\nfine\n{ASKED}")
BARE = Said("hello", ASKED, f"hello\n{ASKED}")


@pytest.mark.parametrize(
    ("said", "others", "echo"),
    [
        (ECHOED, [], True),
        (BARE, [], False),
        (BARE, [ECHOED], True),
        (BARE, [BARE], False),
        (BARE, [Said("Yoda", "Name: ", "Yoda\nPassword: ", "name")], True),
        (BARE, [Said("Yoda", "Name: ", "Password: ", "name")], False),
        (ECHOED, [UNECHOED], False),
        (ECHOED, [Said("Yoda", "Name: ", "Password: \nName: ", "name")], True),
        (ECHOED, [Said("READ", ASKED, "the server has gone\n")], True),
        (ECHOED, [Said("READ " * 50, ASKED, f"<AD READ \n{ASKED}")], True),
        (ECHOED, [Said("", ASKED, ASKED)], True),
        (Said("", ASKED, f"\n{ASKED}"), [], False),
        (Said("Yoda", "Name: ", "Yoda is online\nName: ", "name"), [], False),
    ],
    ids=["an answer follows", "only the question follows", "another line is echoed", "all lines say the same",
         "the name is echoed", "the name is not echoed", "another line is not echoed", "an editor after the login",
         "unread lines say nothing", "long lines are scrolled", "an empty line says nothing", "nothing was typed",
         "more than the line"],
)  # fmt: skip
def test_what_an_echo_is(said: Said, others: list[Said], echo: bool) -> None:
    """Whoever edits lines shows every line; something comes after an echo, sooner or later."""
    assert is_echo(said, others) is echo


def logged_in(play: str) -> Tape:
    """Yoda is in; the play goes on with these steps."""
    return Tape(f"- yoda logs in\n{play}").logs_in("yoda")


def test_an_answer_that_equals_the_typed_line_is_kept_where_nothing_is_echoed() -> None:
    """A program that says back what it hears has no line editor: its other lines come without an echo."""
    tape = logged_in("- yoda: READ\n- yoda: hello\n- yoda sees: hello\n").says("yoda", "READ", "fine")
    assert tape.says("yoda", "hello", "hello").step().finding().verdict is P


def test_an_answer_that_equals_the_typed_line_is_kept_where_only_the_question_follows() -> None:
    """An echo is followed by an answer, sooner or later."""
    tape = logged_in("- yoda: hello\n- yoda sees: hello\n").says("yoda", "hello", "hello")
    assert tape.step().finding().verdict is P


def test_an_echo_with_an_empty_answer_is_known_by_the_other_lines() -> None:
    """Whoever echoes one line echoes all of them."""
    tape = logged_in("- yoda: READ\n- yoda: POST\n- yoda never sees: POST\n").says("yoda", "READ", "READ\nfine")
    assert tape.says("yoda", "POST", "POST").step().finding().verdict is P
