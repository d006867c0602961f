"""Logins, whatever their words: real clients with different dialogues, each let in or refused as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from play_builder import CLIENT, NAME_AND_PASSWORD, SERVER, Course, finding, of_kind, told, tried

from harness.verdict import Verdict

ASKED_AGAIN = """\
name = input("Who are you? ")
ask("name", name)
while ask("password", name, input("And your password? ")) != "yes":
    print("No.")
"""
LEAVES = """\
name = input("User: ")
if ask("name", name) == "busy" or ask("password", name, input("Pass: ")) != "yes":
    print("Go away.")
    sys.exit(1)
"""
REFUSED_LATE = """\
while True:
    name, password = input("login> "), input("password> ")
    if ask("password", name, password) == "yes":
        break
    print("Sorry, no.")
"""
TWO_LINES = """\
while True:
    name = input("Your name, please\\n> ")
    word = input("Your password, please\\n> ")
    if ask("password", name, word) == "yes":
        break
    print("Not you.")
print("Welcome!")
"""
ENDS_IN_NEWLINE = """\
while True:
    print("Enter user name:")
    name = input()
    print("Enter password:")
    if ask("password", name, input()) == "yes":
        break
    print("Invalid")
"""
ON_ONE_LINE = """\
print("Forum 1.0 ", end="")
name = input("Username: ")
while ask("name", name) == "busy" or ask("password", name, input("Password: ")) != "yes":
    name = input("Invalid. Username: ")
"""
BY_GETPASS = """\
import getpass
while True:
    name = input("Name: ")
    if ask("password", name, getpass.getpass("Secret: ")) == "yes":
        break
    print("Wrong")
"""
SLOW = NAME_AND_PASSWORD.replace('print("Wrong.")', 'print("Wrong."); import time; time.sleep(1.3)')
CLEAR = {
    "name and password": NAME_AND_PASSWORD, "password asked again": ASKED_AGAIN, "leaves after a refusal": LEAVES,
    "refused after the password": REFUSED_LATE, "prompts over two lines": TWO_LINES,
    "prompts that end in a newline": ENDS_IN_NEWLINE, "the refusal on the prompt's line": ON_ONE_LINE,
    "getpass": BY_GETPASS, "sleeps after a refusal": SLOW,
}  # fmt: skip


@pytest.mark.parametrize("login", CLEAR.values(), ids=CLEAR)
def test_a_wrong_password_is_refused_and_the_right_one_then_works(tmp_path: Path, login: str) -> None:
    """However a client asks: refused is seen, let in is seen, and what follows is typed at its prompt."""
    play = """\
        - yoda cannot log in with: nonsense
        - yoda logs in
        - yoda: hello
        - yoda sees: HELLO
    """
    outcome, recording = Course(tmp_path, login).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    refusal = "left" if "sys.exit" in login else "refused"
    assert tried(recording) == [("yoda", refusal), ("yoda", "in")]


@pytest.mark.parametrize("login", [CLEAR[name] for name in CLEAR if name != "password asked again"],
                         ids=[name for name in CLEAR if name != "password asked again"])  # fmt: skip
def test_who_is_in_already_is_refused(tmp_path: Path, login: str) -> None:
    """A second client of one name is refused, after the name or after the password."""
    play = """\
        - yoda logs in
        - twin cannot log in
        - yoda: hello
        - yoda sees: HELLO
    """
    outcome, recording = Course(tmp_path, login).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [who for who, _ in tried(recording)] == ["yoda", "twin"]


@pytest.mark.parametrize("login", [NAME_AND_PASSWORD, TWO_LINES, REFUSED_LATE, LEAVES])
def test_who_should_be_refused_and_is_let_in_is_found(tmp_path: Path, login: str) -> None:
    """A server that checks no password is told so."""
    lenient = SERVER.replace("accounts.get(name) != password or ", "")
    outcome, _ = Course(tmp_path, login, server=lenient).plays("- yoda cannot log in with: x\n- yoda: bye\n")
    found = outcome.findings[0]
    assert (found.code, found.step) == ("login-accepted", 1), told(outcome)
    assert found.sentence == "Yoda should be refused, and was let in: it asks 'say:' now"


@pytest.mark.parametrize("login", [NAME_AND_PASSWORD, REFUSED_LATE])
def test_who_should_be_let_in_and_is_refused_is_found(tmp_path: Path, login: str) -> None:
    """A server that knows no password is told what the client asked again."""
    strict = SERVER.replace("accounts.get(name) != password", "True")
    outcome, _ = Course(tmp_path, login, server=strict).plays("- yoda logs in\n- yoda: bye\n")
    prompt = login.split('input("')[1].split('"')[0].strip()
    assert finding(outcome).sentence == (
        f"Yoda should be let in, and was not: after the password it asked {prompt!r} again"
    )


BLURRED = {
    "the same sign for both": NAME_AND_PASSWORD.replace("Name: ", "> ").replace("Password: ", "> "),
    "the same word for all": NAME_AND_PASSWORD.replace("Name: ", "say: ").replace("Password: ", "say: "),
    "no prompt at all": NAME_AND_PASSWORD.replace('"Name: "', "").replace('"Password: "', ""),
}


@pytest.mark.parametrize("login", BLURRED.values(), ids=BLURRED)
def test_where_all_questions_look_alike_a_login_still_works(tmp_path: Path, login: str) -> None:
    """The answers are given in their order; what follows shows that it went well."""
    course = Course(tmp_path, login)
    if "> " in login:
        course.write("client.py", (course.folder / "client.py").read_text().replace('input("say: ")', 'input("> ")'))
    outcome, recording = course.plays("- yoda logs in\n- yoda: hello\n- yoda sees: HELLO\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert tried(recording) == [("yoda", "no-prompt")]


@pytest.mark.parametrize("login", BLURRED.values(), ids=BLURRED)
def test_where_all_questions_look_alike_a_refusal_is_undecided(tmp_path: Path, login: str) -> None:
    """Nobody can tell whether it was refused: said, never guessed; and the next attempt begins with the name."""
    outcome, _ = Course(tmp_path, login).plays("""\
        - yoda cannot log in with: x
        - yoda logs in
        - yoda: hello
        - yoda sees: HELLO
    """)
    bad = [(step, str(verdict), code) for step, verdict, code, _ in told(outcome)]
    assert bad == [(1, "undecided", "login-unclear")]


WORDLESS = """\
print("The door. Name and password, each on a line.")
while True:
    name = input()
    if ask("name", name) == "busy":
        print("That one is in. Once more, from the name.")
        continue
    if ask("password", name, input()) == "yes":
        break
    print("Once more, from the name.")
print("Hello")
"""


def test_who_asks_without_a_word_is_judged_by_how_it_asks_those_who_are_in(tmp_path: Path) -> None:
    """Nothing is asked at the door; but once somebody is in, it is known what is asked inside."""
    play = """\
        - yoda logs in
        - leia cannot log in with: x
        - leia logs in
        - twin cannot log in
        - twin: Yoda
    """
    outcome, recording = Course(tmp_path, WORDLESS).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert tried(recording) == [("yoda", "in"), ("leia", "refused"), ("leia", "in"), ("twin", "refused")]
    typed = [e.data for e in of_kind(recording, "typed") if e.actor == "twin"]
    assert typed == [b"Yoda\n", b"Yoda\n"]  # refused after the name: no password is typed where a name is asked for


def test_who_asks_without_a_word_and_lets_in_is_found(tmp_path: Path) -> None:
    """It asks as it asks those who are in: so who should be refused is in."""
    lenient = SERVER.replace("accounts.get(name) != password or ", "")
    outcome, _ = Course(tmp_path, WORDLESS, server=lenient).plays("- yoda logs in\n- leia cannot log in with: x\n")
    assert (finding(outcome).code, finding(outcome).step) == ("login-accepted", 2)


def test_a_refusal_without_a_question_is_undecided_where_nobody_was_in(tmp_path: Path) -> None:
    """Its words alone are no sign; the next attempt begins with the name, and shows what is asked inside."""
    play = "- yoda cannot log in with: x\n- yoda logs in\n- yoda: hello\n- yoda sees: HELLO\n"
    outcome, recording = Course(tmp_path, WORDLESS).plays(play)
    assert [(step, str(v), code) for step, v, code, _ in told(outcome)] == [(1, "undecided", "login-unclear")]
    assert tried(recording) == [("yoda", "no-prompt"), ("yoda", "in")]


def test_of_two_without_a_question_the_one_who_is_asked_for_a_command_got_in(tmp_path: Path) -> None:
    """At one instant one is let in and the other told otherwise: known, as somebody else was in before."""
    play = "- leia logs in\n- together: [1 of yoda and twin logs in]\n"
    outcome, recording = Course(tmp_path, WORDLESS).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert sorted(result for _, result in tried(recording)) == ["in", "in", "refused"]


OTHER_WORDS = """\
name = input("Name: ")
while True:
    if ask("name", name) == "busy":
        name = input("In use. Choose another: ")
        continue
    if ask("password", name, input("Password: ")) == "yes":
        break
    name = input("Not right, who are you really? ")
"""


def test_a_refusal_that_asks_in_other_words_is_seen(tmp_path: Path) -> None:
    """The name is asked for in three ways: none of them is how a password or a command is asked for."""
    play = "- yoda logs in\n- twin cannot log in\n- leia cannot log in with: x\n- leia logs in\n- leia: hello\n"
    outcome, recording = Course(tmp_path, OTHER_WORDS).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [result for _, result in tried(recording)] == ["in", "refused", "refused", "in"]


REGISTERS = """\
while True:
    name = input("Name: ")
    known = ask("name", name)
    if known == "busy":
        print("You are in already.")
        continue
    if ask("password", name, input("A password for you: " if known == "unknown" else "Password: ")) == "yes":
        break
    print("Wrong.")
"""
_WRONG = "if accounts.get(name) != password or name in inside:"
REGISTERING = SERVER.replace(_WRONG, _WRONG.replace("accounts.get(name)", "accounts.setdefault(name, password)"))


@pytest.mark.parametrize("first", ["", "- yoda logs in\n"], ids=["alone", "with one who is known"])
def test_a_new_user_who_can_come_in_twice_is_found(tmp_path: Path, first: str) -> None:
    """That a known name is answered with other words than a new one is no refusal."""
    play = f"{first}- rey logs in\n- twin cannot log in\n"
    cast = "yoda: Yoda, rey: {account: Rey, password: bb8}, twin: {account: Rey, password: bb8}"
    forgets = REGISTERING.replace("inside.add(name)", 'inside.add(name if name != "Rey" else "")')
    outcome, _ = Course(tmp_path / "wrong", REGISTERS, server=forgets).plays(play, cast=cast)
    assert finding(outcome).sentence == "Rey should be refused, and was let in: it asks 'say:' now", told(outcome)
    outcome, _ = Course(tmp_path / "right", REGISTERS, server=REGISTERING).plays(play, cast=cast)
    assert outcome.verdict is Verdict.PASSED, told(outcome)


YES_OR_NO = """\
while True:
    name = input("Name: ")
    if ask("name", name) == "unknown" and input("Nobody is called that. Come in all the same? (y/n) ") != "y":
        continue
    if ask("password", name, input("Password: ")) == "yes" and input("Shall I remember you, yes or no? ") == "yes":
        break
    print("Wrong.")
"""


def test_a_choice_of_yes_and_no_is_answered_with_yes(tmp_path: Path) -> None:
    """It is no question for the next answer: that is given to the question behind it."""
    course = Course(tmp_path, YES_OR_NO, server=SERVER.replace("accounts.get(name) != password", "password == 'x'"))
    play = "- rey cannot log in with: x\n- rey logs in\n- rey: hello\n- rey sees: HELLO\n"
    outcome, recording = course.plays(play, cast="rey: {account: Rey, password: bb8}")
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [e.data.decode().strip() for e in of_kind(recording, "typed")] == [
        "Rey", "y", "x", "Rey", "y", "bb8", "yes", "hello"
    ]  # fmt: skip


def test_words_above_a_bare_prompt_are_no_choice(tmp_path: Path) -> None:
    """Where it is known how a client asks for a command, what stands above that sign is a greeting or an answer."""
    login = WORDLESS.replace('print("Hello")', 'print("Hello" if name == "Leia" else "Shall we say yes or no?")')
    course = Course(tmp_path, login)
    course.write("client.py", (course.folder / "client.py").read_text().replace('input("say: ")', 'input("> ")'))
    outcome, recording = course.plays("- leia logs in\n- yoda logs in\n- yoda: hello\n- yoda sees: HELLO\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [e.data for e in of_kind(recording, "typed") if e.actor == "yoda"] == [b"Yoda\n", b"jedi\n", b"hello\n"]


def test_a_client_that_hangs_in_its_login_is_found(tmp_path: Path) -> None:
    """A server that never answers the password leaves the client waiting: told with who waits for whom."""
    silent = SERVER.replace('return "yes"', "threading.Event().wait()")
    outcome, recording = Course(tmp_path, server=silent).plays("- yoda logs in\n- yoda: hello\n")
    found = finding(outcome)
    assert (found.verdict, found.code, found.step) == (Verdict.FAILED, "no-answer", 1)
    assert found.sentence == "the login of Yoda came to no end: yoda's client does not ask for anything"
    assert "yoda" in found.likely
    assert tried(recording) == [("yoda", "hung")]


def test_a_client_that_hangs_after_its_name_is_found(tmp_path: Path) -> None:
    """It asked once, so what proves the hang is how it settled after the name, and not before."""
    stops = 'name = input("Name: ")\nimport threading\nthreading.Event().wait()\n'
    outcome, recording = Course(tmp_path, stops).plays("- yoda logs in\n- yoda: hello\n")
    assert finding(outcome).code == "no-answer"
    assert tried(recording) == [("yoda", "hung")]


def test_a_client_that_crashes_in_its_login_is_found(tmp_path: Path) -> None:
    """The exit is told, and the traceback is its likely cause."""
    outcome, _ = Course(tmp_path, 'input("Name: ")\nraise KeyError("jedi")').plays("- yoda logs in\n- yoda: hello\n")
    found = outcome.findings[0]
    assert found.sentence == "Yoda should be let in, and was not: yoda's client ended with status 1"
    assert found.likely.startswith("yoda's client printed a traceback: KeyError: 'jedi' (client.py, line ")


def test_a_client_that_cannot_be_started_is_found(tmp_path: Path) -> None:
    """A client that ends at once never asks for a name."""
    outcome, _ = Course(tmp_path, client="import sys; sys.exit(3)").plays("- yoda logs in\n- yoda: hello\n")
    assert outcome.findings[0].sentence == "Yoda should be let in, and was not: yoda's client ended with status 3"


def test_a_server_on_a_port_of_its_own_is_told_so(tmp_path: Path) -> None:
    """A port that stands in the source is why no client comes in."""
    stubborn = SERVER.replace("int(sys.argv[1])", "int(sys.argv[1]) + 1")
    polite = (CLIENT % NAME_AND_PASSWORD).replace("import socket, sys\n", """import socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])))
except OSError:
    sys.exit("no server there")
""")
    outcome, recording = Course(tmp_path, server=stubborn, client=polite).plays("- yoda logs in\n- yoda: hello\n")
    port = int(recording.began.values["port"])
    assert finding(outcome).likely == f"the server listens on port {port + 1}, and was told to listen on {port}"


def test_of_two_at_one_instant_exactly_one_gets_in(tmp_path: Path) -> None:
    """Both stand at the password; at one instant both give it, and the lock lets one in."""
    play = "- together: [1 of yoda and twin logs in]\n- leia logs in\n- leia: hello\n"
    outcome, recording = Course(tmp_path).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    typed = [e.what for e in of_kind(recording, "typed") if e.actor != "leia"][:4]
    assert typed == ["name", "name", "password", "password"]
    assert sorted(result for _, result in tried(recording)) == ["in", "in", "refused"]


def test_two_that_both_get_in_are_found(tmp_path: Path) -> None:
    """A server that does not look again after the password lets both in."""
    blind = SERVER.replace(" or name in inside:", ":")
    outcome, _ = Course(tmp_path, server=blind).plays("- together: [1 of yoda and twin logs in]\n- leia logs in\n")
    found = finding(outcome)
    assert (found.code, found.seen) == ("not-one", "yoda and twin")


def test_who_is_killed_can_log_in_again(tmp_path: Path) -> None:
    """A new client is started, and its dialogue begins anew."""
    play = "- yoda logs in\n- yoda is killed\n- yoda logs in\n- yoda: hello\n- yoda sees: HELLO\n"
    outcome, recording = Course(tmp_path).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [e.life for e in of_kind(recording, "started") if e.actor == "yoda"] == [1, 2]


def test_who_has_not_left_is_not_logged_in_a_second_time(tmp_path: Path) -> None:
    """A client that should have ended and still is in gets no name typed as a command."""
    stubborn = (Course(tmp_path).folder / "client.py").read_text().replace('!= "bye"', '!= "never"')
    (tmp_path / "two").mkdir()
    play = "- yoda logs in\n- yoda: bye\n- yoda logs in\n- yoda: hello\n- yoda sees: HELLO\n"
    outcome, recording = Course(tmp_path / "two", client=stubborn).plays(play)
    assert [e.data for e in of_kind(recording, "typed")] == [b"Yoda\n", b"jedi\n", b"bye\n", b"hello\n"]
    assert outcome.verdict is Verdict.PASSED, told(outcome)


def test_a_client_that_goes_back_to_its_login_is_logged_in_there(tmp_path: Path) -> None:
    """After leaving, some clients ask for a name again: then the name is typed, and no second client is started."""
    login = "import os\nwhile True:\n" + "".join(f"    {line}\n" for line in (
        NAME_AND_PASSWORD + 'while (said := input("say: ")) != "bye":\n    print(ask("say", said))\nask("leave")\n'
    ).splitlines())  # fmt: skip
    forgetful = SERVER.replace("    def on_say", '    def on_leave(self):\n        inside.discard(self.name)\n'
                               '        return "ok"\n\n    def on_say')  # fmt: skip
    play = "- yoda logs in\n- yoda: bye\n- yoda logs in\n- yoda: hello\n- yoda sees: HELLO\n"
    outcome, recording = Course(tmp_path, login, server=forgetful).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert len([e for e in of_kind(recording, "started") if e.actor == "yoda"]) == 1


def test_a_login_may_ask_for_the_name_alone(tmp_path: Path) -> None:
    """The assignment says what is asked: here only a name."""
    assignment = """\
        assignment: A door
        roles:
          server: {entry: server, arguments: ["{port}"], listens: true}
          client: {entry: client, arguments: ["{port}"]}
        login: {answers: [name]}
        reference: .
    """
    login = 'while (name := input("Name: ")) and ask("password", name, "jedi") != "yes":\n    print("No such name.")\n'
    course = Course(tmp_path, login, assignment="\n".join(line[8:] for line in assignment.splitlines()))
    server = (course.folder / "server.py").read_text().replace('open("accounts.txt")', '["Yoda jedi"]')
    course.write("server.py", server)
    outcome, _ = course.plays("- yoda logs in\n- leia cannot log in\n- yoda: hello\n- yoda sees: HELLO\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)


ONE_AT_A_TIME = SERVER.replace("    def handle(self):\n", "    def handle(self):\n        turn.acquire()\n").replace(
    "set(), threading.Lock()\n", "set(), threading.Lock()\nturn = threading.Lock()\n", 1)
LET_GO = ONE_AT_A_TIME.replace("inside.add(name)\n", "inside.add(name)\n            turn.release()\n")


def test_a_crowd_logs_in_a_round_at_a_time(tmp_path: Path) -> None:
    """All are started, then all give their names, then all their passwords."""
    outcome, recording = Course(tmp_path).plays("- crowd logs in\n- crowd: hello\n- crowd sees: HELLO\n",
                                                cast="crowd: {people: 4}")  # fmt: skip
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    typed = [event.what for event in of_kind(recording, "typed")]
    assert typed == ["name"] * 4 + ["password"] * 4 + ["line"] * 4
    assert [result for _, result in tried(recording)] == ["in"] * 4


def test_a_plain_list_logs_in_in_turn(tmp_path: Path) -> None:
    """Only a crowd comes at one time."""
    _, recording = Course(tmp_path).plays("- yoda and leia log in\n")
    assert [event.what for event in of_kind(recording, "typed")] == ["name", "password"] * 2


def test_a_crowd_comes_in_where_the_server_takes_one_login_at_a_time(tmp_path: Path) -> None:
    """Whoever is not answered while others are waits until nobody can go on: slow is not refused."""
    outcome, recording = Course(tmp_path, server=LET_GO).plays("- crowd logs in\n- crowd: hello\n- crowd sees: HELLO\n",
                                                              cast="crowd: {people: 4}")  # fmt: skip
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [result for _, result in tried(recording)] == ["in"] * 4


def test_of_a_crowd_that_nobody_answers_any_more_each_hangs(tmp_path: Path) -> None:
    """A server that serves one client and no other: one is in, the others hang, and each is said to."""
    _, recording = Course(tmp_path, server=ONE_AT_A_TIME).plays("- crowd logs in\n", cast="crowd: {people: 4}")
    assert sorted(result for _, result in tried(recording)) == ["hung", "hung", "hung", "in"]


def test_a_crowd_is_told_yes_or_no_at_once(tmp_path: Path) -> None:
    """What is asked before the name is answered for all who are asked, and waited for once."""
    login = 'input("New here? (y/n) ")\n' + NAME_AND_PASSWORD
    outcome, recording = Course(tmp_path, login).plays("- crowd logs in\n- crowd: hello\n- crowd sees: HELLO\n",
                                                       cast="crowd: {people: 3}")  # fmt: skip
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    typed = [event.what for event in of_kind(recording, "typed")]
    assert typed == ["yes"] * 3 + ["name"] * 3 + ["password"] * 3 + ["line"] * 3
