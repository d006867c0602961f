"""Questions, whatever their words: which are the same, and where nobody can tell."""

from __future__ import annotations

import pytest

from harness.subject.prompts import alike, is_bare, question, same_prompt, same_question, yes_to


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", ""), ("Name: ", "Name:"), ("Welcome!\nName: ", "Name:"), ("Name:\n", "Name:"),
        ("Name\n> ", "Name\n>"), ("> ", ">"), ("\n \n", ""),
        ("a\nb\n\n> ", "b\n>"), ("Password for Yoda: ", "Password for *:"), ("Yoda\nPassword: ", "Password:"),
    ],
)  # fmt: skip
def test_the_question_is_what_stands_last(text: str, asked: str) -> None:
    """The last line that is not blank, names masked; a mere sign takes the line above along."""
    assert question(text, ["Yoda"]) == asked


SAME = [
    ("Name:", "Name:"), ("Invalid password. Username:", "Username:"), ("Username:", "Wrong! Username:"),
    ("Forum 1.0 Username:", "Invalid. Username:"), ("Name\n>", "Name\n>"), ("Enter username:", "Enter username:"),
    ("no such user, username:", "username:"),
]  # fmt: skip
OTHER = [
    ("", ""), (">", ">"), ("Name:", "Password:"), ("Username for login:", "Password for login:"),
    ("Name\n>", "Word\n>"),
    ("Name\n>", ">"), ("Name:", ""), ("name:", "username:"), ("Enter name:", "Enter password:"), (":", "Name:"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_question_is_known_behind_a_refusal(one: str, other: str) -> None:
    """A refusal may stand before the question on its line, or a greeting; either way round."""
    assert same_question(one, other)
    assert same_question(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_questions_are_not_taken_for_the_same(one: str, other: str) -> None:
    """A shared ending is not enough, and a sign proves nothing."""
    assert not same_question(one, other)
    assert not same_question(other, one)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [(">", ">", True), ("Name\n>", "Hi\n>", True), ("Name:", "Name:", False), ("", "", True), (">", "$", False)],
)
def test_signs_alone_look_alike(one: str, other: str, told: bool) -> None:
    """Where two questions end in the same sign, nobody can tell whether they are the same."""
    assert alike(one, other) is told


@pytest.mark.parametrize(
    ("text", "bare"), [("forum> ", True), ("Yoda\nforum> ", True), ("No.\nforum> ", False), ("", True), ("\n> ", True)]
)
def test_a_bare_question_has_no_word_of_a_refusal(text: str, bare: bool) -> None:
    """Only the question, the typed name's echo apart."""
    assert is_bare(text, ["Yoda"]) is bare


@pytest.mark.parametrize(
    ("asked", "yes"),
    [
        ("No such user. Create an account? (y/n)", "y"), ("Sure? [Y/n]:", "Y"), ("Go on, yes or no?", "yes"),
        ("Remove it (yes/no) >", "yes"), ("(Y)es/(N)o?", "Y"), ("Sure? <y|n>", "y"), ("y, n?", "y"),
        ("Name:", ""), ("by/name:", ""), ("Choose y/n-coordinates, then a name:", ""), ("yes or nothing:", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_choice_of_yes_and_no_is_seen(asked: str, yes: str) -> None:
    """In any spelling, at the end of the question; what is typed is spelt as it offers."""
    assert yes_to(asked) == yes


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("All: CRT, LST\n>", "3331\n>", True), ("[1] cmd:", "[2] cmd:", True), ("Wrong. Name:", "Name:", True),
        ("once more", "All: CRT, LST\n>", False), ("", ">", False), ("", "", True), ("Name:", "Password:", False),
    ],
)  # fmt: skip
def test_a_prompt_is_known_by_its_last_line(one: str, other: str, told: bool) -> None:
    """What stands above a sign belongs to the answer before; a counter in it changes nothing."""
    assert same_prompt(one, other) is told
    assert same_prompt(other, one) is told
