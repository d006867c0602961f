"""What a probe sees of a login is known to the plays: clients whose questions alone would not tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import probe_door as door
import pytest
from typer.testing import CliRunner

from harness.cli import app
from harness.course import Options, open_course, open_subject
from harness.events import LoginTried, Typed
from harness.probe.decide import decide
from harness.probe.experiment import Laboratory
from harness.recording import Recording

SCENARIO = """\
scenario: Wrong passwords, and then the right one
cast: {yoda: Yoda, obiwan: {account: Obi-wan, password: r2d2}}
play:
  - yoda cannot log in with: x
  - yoda logs in
  - yoda: hello
  - yoda sees: hello yourself
  - obiwan logs in
  - obiwan: bye
  - obiwan cannot log in with: x
  - obiwan logs in
---
scenario: One of two
cast: {rey: {account: Rey, password: bb8}, twin: {account: Rey, password: bb8}}
play:
  - together: [1 of rey and twin logs in]
"""
ONE_LOCK = door.rules().replace("def answer(who, line):", "import threading\nlock = threading.Lock()\n\n\n"
                                "def answer(who, line):\n    with lock:\n        return locked(who, line)\n\n\n"
                                "def locked(who, line):").replace(
    "if accounts[name] != password:", "if accounts[name] != password or name in inside.values():")  # fmt: skip
NO_WORDS = door.TALK.replace('"Who is there? "', "").replace('"Your word: " if state == "known" else '
                                                            '"Think of a word: "', "")  # fmt: skip
SAME_SIGN = NO_WORDS.replace("input()", 'input("> ")').replace("Say: ", "> ").replace(
    "while True:\n    line", 'print("Welcome,", name)\nwhile True:\n    line')  # fmt: skip
SAME_WORD = SAME_SIGN.replace('"> "', '"door> "')
CLIENTS = {"no words": NO_WORDS, "one sign": SAME_SIGN, "one word": SAME_WORD}


def played(tmp_path: Path, talk: str, server: str = "", scenario: str = SCENARIO) -> tuple[str, Sequence[Recording]]:
    """What a run told, and its recordings."""
    course = door.course(tmp_path / "course")
    (course / "login.yaml").write_text(scenario)
    folder = door.submission(tmp_path / "work", (server or ONE_LOCK) + door.TCP, door.TCP_CLIENT + talk)
    words = ["run", str(course), "--subject", str(folder), "--out", str(tmp_path / "out"), "--jobs", "1"]
    output = CliRunner().invoke(app, words).output
    return output, [Recording.load(path) for path in sorted((tmp_path / "out" / "recordings").glob("*.jsonl"))]


def results(play: Recording) -> list[str]:
    """How each attempt ended."""
    return [tried.result for tried in play.all(LoginTried)]


@pytest.mark.parametrize("talk", CLIENTS.values(), ids=CLIENTS)
def test_where_questions_do_not_tell_the_probe_does(tmp_path: Path, talk: str) -> None:
    """The very first attempt of a play is known to be refused or let in, though no question says so."""
    output, plays = played(tmp_path, talk)
    assert "✓ 2 passed" in output, output
    assert results(plays[0]) == ["refused", "in", "in", "refused", "in"]
    assert sorted(results(plays[1])) == ["in", "refused"]
    assert {"command prompt", "refusal"} & set(plays[0].began.subject["learnt"])


@pytest.mark.parametrize("talk", CLIENTS.values(), ids=CLIENTS)
def test_who_is_let_in_with_a_wrong_password_is_found(tmp_path: Path, talk: str) -> None:
    """A server that takes any password of somebody whose name it knows is not believed to refuse."""
    lenient = ONE_LOCK.replace("accounts[name] != password or", "len(password) > 1 and accounts[name] != password or")
    _, plays = played(tmp_path, talk, lenient)
    assert results(plays[0])[0] == "in"


CHOOSES = """\
known = input("%s (y/n) ") == "%s"
while True:
    name, password = input("Name: "), input("Password: ")
    state = ask(f"name {name}")
    if state == ("known" if known else "new") and ask(f"word {name} {password}") == "yes":
        break
    print("No.")
    known = input("%s (y/n) ") == "%s"
while True:
    line = input("Say: ")
    print(ask(line))
    if line == "bye":
        break
"""


@pytest.mark.parametrize(("asked", "known", "answers"), [
    ("New here?", "n", "nnynn"), ("Have you an account?", "y", "yynyy"),
])  # fmt: skip
def test_a_choice_before_the_name_is_learnt(tmp_path: Path, asked: str, known: str, answers: str) -> None:
    """It is told what leads in: one thing for who has an account, another for who has none yet."""
    output, plays = played(tmp_path, CHOOSES % (asked, known, asked, known))
    told = [e.data.decode().strip() for e in plays[0].all(Typed) if e.what == "yes"]
    assert "".join(told) == answers, output
    assert results(plays[0]) == ["refused", "in", "in", "refused", "in"]
    assert "choice before the name" in plays[0].began.subject["learnt"]


ON_ONE_LINE = """\
def both(prompt):
    while len(words := input(prompt).split()) != 2:
        print("Your name and your word, with a space between.")
    return words


while True:
    name, word = both("Who (name word): ")
    state = ask(f"name {name}")
    REGISTERS
    if ask(f"word {name} {word}") == "yes":
        break
    print("No.")
while True:
    line = input("Say: ")
    print(ask(line))
    if line == "bye":
        break
"""
NEWCOMERS = {
    "registered by it": "pass",
    "asked for the same": 'name, word = both("Nobody of that name. Register (name word): ") if state == "new" else '
                          '(name, word)',
}  # fmt: skip
BY_HAND = """\
---
scenario: Somebody else comes at the same client
cast: {yoda: Yoda}
play:
  - yoda cannot log in with: x
  - yoda: R2D2
  - yoda: c3p0sucks
  - yoda: hello
  - yoda sees: hello yourself
"""


@pytest.mark.parametrize("registers", NEWCOMERS.values(), ids=NEWCOMERS)
def test_name_and_password_on_one_line_are_learnt(tmp_path: Path, registers: str) -> None:
    """Who is refused after the name alone is tried with both; then every play types both, by hand too."""
    output, plays = played(tmp_path, ON_ONE_LINE.replace("REGISTERS", registers), scenario=SCENARIO + BY_HAND)
    assert "✓ 3 passed" in output, output
    assert results(plays[0]) == ["refused", "in", "in", "refused", "in"]
    assert sorted(results(plays[1])) == ["in", "refused"]
    assert next(plays[0].all(Typed)).data == b"Yoda x\n"
    assert "one line" in plays[0].began.subject["learnt"]


def test_a_newcomer_may_be_asked_the_same_question_for_an_account(tmp_path: Path) -> None:
    """Who is new, and is asked both again in the same words, gives them again."""
    registers = 'if state == "new":\n        name, word = both("You are new. Who (name word): ")'
    output, plays = played(tmp_path, ON_ONE_LINE.replace("REGISTERS", registers))
    assert results(plays[0]) == ["refused", "in", "in", "refused", "in"], output


def test_a_password_that_does_not_count_is_found_on_one_line(tmp_path: Path) -> None:
    """A server that takes any password is told so, however it is typed."""
    lenient = ONE_LOCK.replace("accounts[name] != password or", "len(password) > 1 and accounts[name] != password or")
    _, plays = played(tmp_path, ON_ONE_LINE.replace("REGISTERS", "pass"), lenient)
    assert results(plays[0])[0] == "in"


@pytest.mark.parametrize(("transport", "client", "variant"), [
    (door.TCP, door.TCP_CLIENT, "1"), (door.UDP, door.UDP_CLIENT, "2"),
])  # fmt: skip
def test_one_line_is_learnt_with_the_variant_and_the_shape_of_the_accounts(
    tmp_path: Path, transport: str, client: str, variant: str
) -> None:
    """It takes the last byte of the file for a newline: whom that cuts short cannot show whether one line will do."""
    cuts = door.rules(*door.WANTS_NEWLINE).replace(".read().split", ".read()[:-1].split")
    course = open_course(door.course(tmp_path / "course"), [])
    folder = door.submission(tmp_path / "work", cuts + transport, client + ON_ONE_LINE.replace("REGISTERS", "pass"))
    subject = open_subject(Options([], subject=folder), course, tmp_path / "built")
    found = decide(subject, course.assignment, Laboratory(course.text, course.sample, tmp_path))
    assert (found.assignment.name, found.subject.manners.one_line, found.subject.accounts_end) == (
        variant, True, "newline")  # fmt: skip


@pytest.mark.parametrize(("server", "talk", "more"), [
    (door.rules(), door.TALK, 0), (door.rules(*door.WANTS_NEWLINE), door.TALK, 0),
    (door.rules(), ON_ONE_LINE.replace("REGISTERS", "pass"), 1),
])  # fmt: skip
def test_an_understood_login_is_not_tried_on_one_line(tmp_path: Path, server: str, talk: str, more: int) -> None:
    """Whom the name leads on is not asked for more, not even where the accounts are spoilt; who needs it, once."""
    course = open_course(door.course(tmp_path / "course"), [])
    folder = door.submission(tmp_path / "work", server + door.TCP, door.TCP_CLIENT + talk)
    subject = open_subject(Options([], subject=folder), course, tmp_path / "built")
    lab = Laboratory(course.text, course.sample, tmp_path)
    decision = decide(subject, course.assignment, lab)
    assert [one.name for one in lab.played].count("name and password on one line") == more
    assert decision.subject.manners.one_line is bool(more)
