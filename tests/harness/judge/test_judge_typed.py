"""Lines must find a program and an answer; logins must end as the step says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from judge_builder import BUSY, OUT_OF_TIME, PROMPT, F, P, Tape, U

from harness.events import Listening
from harness.verdict import Verdict

Row = tuple[str, str, Callable[[Tape], Tape], Verdict, str, str]
TYPED: list[Row] = [
    ("answered", "READ", lambda t: t.says("yoda", "READ", "fine"), P, "ok", ""),
    ("only the prompt again", "READ", lambda t: t.says("yoda", "READ"), P, "ok", ""),
    ("not even the prompt", "READ", lambda t: t.step().types("yoda", "READ").settles(), F, "no-answer",
     "'READ' has no answer: yoda's client printed nothing at all, not even its prompt"),
    ("not even the prompt, but a flood hides it", "READ",
     lambda t: t.floods("yoda").step().types("yoda", "READ").settles(), P, "ok", ""),
    ("hung", "READ", lambda t: t.step().types("yoda", "READ").settles([], "stuck"), F, "no-answer",
     "'READ' has no answer that came to its end: yoda's client does not ask for the next line"),
    ("printed, but hung", "READ",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "one\n").settles([], "still"), F, "no-answer",
     "'READ' has no answer that came to its end: yoda's client does not ask for the next line"),
    ("spinning", "READ", lambda t: t.step().types("yoda", "READ").settles([], "spinning"), F, "no-answer",
     "'READ' has no answer that came to its end: yoda's client does not ask for the next line"),
    ("out of its own time", "READ", lambda t: t.step().types("yoda", "READ").settles([], **OUT_OF_TIME), F, "too-slow",
     "'READ' has no answer after 20 s, and the programs are still at work: "
     "yoda's client does not ask for the next line"),
    ("too busy", "READ", lambda t: t.step().types("yoda", "READ").settles([], **BUSY), U, "no-answer",
     "'READ' has no answer that came to its end: yoda's client does not ask for the next line "
     "(the machine was too busy to tell: in 200 s the programs could run for 3.2 s)"),
    ("a poller cannot be seen to ask", "READ",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "x\n").settles([], "steady"), P, "ok", ""),
    ("late, after a wait that ended", "READ",
     lambda t: t.step().types("yoda", "READ").settles([], "until", until=2.0).prints("yoda", PROMPT).settles(), P,
     "ok", ""),
    ("never settled", "READ", lambda t: t.step().types("yoda", "READ"), U, "no-answer",
     "'READ' has no answer that came to its end: yoda's client does not ask for the next line "
     "(the play ended before anybody waited for it)"),
    ("an empty line", '""', lambda t: t.step().types("yoda", "").settles([], "stuck"), F, "no-answer",
     "an empty line has no answer that came to its end: yoda's client does not ask for the next line"),
    ("the client ends", "READ", lambda t: t.step().types("yoda", "READ").ends("yoda", 1).settles(), F, "left",
     "yoda's client ended with status 1 after 'READ' was typed, and should ask for the next line"),
    ("the client crashes", "READ", lambda t: t.step().types("yoda", "READ").ends("yoda", signal="SIGSEGV").settles(), F,
     "left", "yoda's client was ended by SIGSEGV after 'READ' was typed, and should ask for the next line"),
    ("a line after which it may end", "BYE", lambda t: t.step().types("yoda", "BYE").ends("yoda").settles(), P, "ok",
     ""),
    ("nobody reads", "READ",
     lambda t: t.step().not_typed("yoda", "READ", "its terminal takes no more: nobody reads it").settles(), F,
     "not-running",
     "'READ' could not be typed: its terminal takes no more: nobody reads it"),
    ("ended before", "READ", lambda t: t.ends("yoda", 1).step().not_typed("yoda", "READ").settles(), F, "not-running",
     "'READ' could not be typed: yoda's client had ended with status 1 after the password was typed"),
    ("killed before", "READ", lambda t: t.ends("yoda", signal="SIGABRT").step().not_typed("yoda", "READ").settles(), F,
     "not-running", "'READ' could not be typed: yoda's client had been ended by SIGABRT after the password was typed"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "act", "verdict", "code", "sentence"), TYPED, ids=[row[0] for row in TYPED])
def test_a_typed_line(name: str, line: str, act: Callable[[Tape], Tape], verdict: Verdict, code: str,
                      sentence: str) -> None:  # fmt: skip
    """A line with nothing else expected asserts that an answer came to its end and the client still asks."""
    outcome = act(Tape(f"- yoda logs in\n- yoda: {line}\n").logs_in("yoda")).judged()
    found = next(f for f in outcome.findings if f.step == 2)
    assert (found.verdict, found.code) == (verdict, code), found
    assert verdict is P or found.sentence == sentence


def test_a_long_line_is_shown_in_part() -> None:
    """A line of thousands of characters does not fill the screen with itself."""
    line = "x" * 5000
    tape = Tape(f"- yoda logs in\n- yoda: {line}\n").logs_in("yoda").step()
    found = tape.not_typed("yoda", line, "its terminal takes lines of up to 4095 bytes, this one has 5000").finding()
    assert len(found.sentence) < 200
    assert found.sentence.startswith("'xxx")
    assert "(5,000 characters)" in found.sentence


def test_a_hang_carries_its_cause() -> None:
    """What the stage found out is the likely cause of a line without an answer."""
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").step().types("yoda", "READ")
    found = tape.settles([], "stuck", cause="the server is blocked in recv()").finding()
    assert found.likely == "the server is blocked in recv()"


def test_what_follows_from_where_everybody_stands_is_told_first() -> None:
    """A deadlock before a lock, a lock before what it makes others do; where who stands comes last, in its order."""
    stands = ["yoda waits in recv() for an answer from the server", "the server is blocked in accept()"]
    read = "the server has read what yoda sent, none of its threads listens to yoda any more, and 1 of them waits"
    clauses = [*stands, "the server serves one client at a time", read, "a deadlock in the server"]
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").step().types("yoda", "READ")
    found = tape.settles([], "stuck", cause="; ".join(clauses)).finding()
    assert found.likely.split("; ") == [clauses[4], read, clauses[2], *stands]


def test_a_key_pressed_at_nobody_fails() -> None:
    """A key needs a program as a line does."""
    tape = Tape("- yoda logs in\n- yoda presses: ctrl-d\n- yoda: READ\n").logs_in("yoda").ends("yoda", 1).step()
    found = tape.not_typed("yoda", "\x04", "its program had ended").step().not_typed("yoda", "READ").finding()
    assert (found.code, found.step) == ("not-running", 2)
    assert found.sentence == (
        "'\\x04' could not be typed: yoda's client had ended with status 1 after the password was typed"
    )


ENDED: list[tuple[str, str, Callable[[Tape], Tape], str]] = [
    ("at its own line", "- yoda: CUT one\n- yoda sees: x\n",
     lambda t: t.step().types("yoda", "CUT one").ends("yoda").settles().step(), "had ended with status 0 after "
     "'CUT one' was typed"),
    ("at somebody else's", "- yoda: READ\n- r2d2: END\n",
     lambda t: t.says("yoda", "READ").step().types("r2d2", "END").ends("r2d2").ends("yoda", 1).settles(),
     "had ended with status 1 after 'END' was typed at r2d2's terminal"),
    ("with the server", "- yoda: READ\n- yoda sees: x\n",
     lambda t: t.step().types("yoda", "READ").ends("server", 1).ends("yoda", 1).settles().step(),
     "had ended with status 1 after 'READ' was typed"),
    ("at an empty line", '- yoda: ""\n- yoda sees: x\n',
     lambda t: t.step().types("yoda", "").ends("yoda").settles().step(), "had ended with status 0 after an empty line "
     "was typed"),
    ("because the server was killed", "- yoda: READ\n- server is killed\n",
     lambda t: t.says("yoda", "READ").step().ends("server", signal="SIGKILL", by_us=True).ends("yoda", 1).settles(),
     "had ended with status 1 before"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "play", "act", "why"), ENDED, ids=[row[0] for row in ENDED])
def test_a_line_for_nobody_names_the_line_after_which_the_program_ended(
    name: str, play: str, act: Callable[[Tape], Tape], why: str
) -> None:
    """The mistake is there, and may have been noticed only steps later."""
    tape = act(Tape(f"- yoda and r2d2 log in\n{play}- yoda: BYE\n").logs_in("yoda", "r2d2"))
    found = next(f for f in tape.step().not_typed("yoda", "BYE").judged().findings if f.code == "not-running")
    assert found.sentence == f"'BYE' could not be typed: yoda's client {why}"


LOGINS: list[Row] = [
    ("in", "yoda logs in", lambda t: t.tried("yoda", "in", "it asks 'board>' now"), P, "ok", ""),
    ("no prompt is no refusal", "yoda logs in", lambda t: t.tried("yoda", "no-prompt", "it asks nothing"), P, "ok", ""),
    ("refused", "yoda logs in", lambda t: t.tried("yoda", "refused", "after the name it asked 'Name:' again"), F,
     "login-refused", "Yoda should be let in, and was not: after the name it asked 'Name:' again"),
    ("left", "yoda logs in", lambda t: t.ends("yoda", 1).tried("yoda", "left"), F,
     "login-refused", "Yoda should be let in, and was not: yoda's client ended with status 1"),
    ("hung", "yoda logs in", lambda t: t.settles([], "stuck").tried("yoda", "hung", "yoda waits for the server"), F,
     "no-answer", "the login of Yoda came to no end: yoda's client does not ask for anything"),
    ("too busy", "yoda logs in", lambda t: t.settles([], **BUSY).tried("yoda", "hung"), U, "no-answer",
     "the login of Yoda came to no end: yoda's client does not ask for anything "
     "(the machine was too busy to tell: in 200 s the programs could run for 3.2 s)"),
    ("rightly refused", "yoda cannot log in", lambda t: t.tried("yoda", "refused", "again"), P, "ok", ""),
    ("refused by leaving", "yoda cannot log in with: x", lambda t: t.ends("yoda", 1).tried("yoda", "left"), P, "ok",
     ""),
    ("wrongly let in", "yoda cannot log in", lambda t: t.tried("yoda", "in", "it asks 'board>' now"), F,
     "login-accepted", "Yoda should be refused, and was let in: it asks 'board>' now"),
    ("cannot be seen", "yoda cannot log in", lambda t: t.tried("yoda", "no-prompt", "it asks nothing"), U,
     "login-unclear", "whether Yoda was refused cannot be seen: it asks nothing"),
    ("neither", "yoda cannot log in", lambda t: t.settles([], "still").tried("yoda", "hung", "why"), F,
     "no-answer", "the login of Yoda came to no end: yoda's client does not ask for anything"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "step", "act", "verdict", "code", "sentence"), LOGINS, ids=[row[0] for row in LOGINS])
def test_a_login(name: str, step: str, act: Callable[[Tape], Tape], verdict: Verdict, code: str, sentence: str) -> None:
    """Who should get in gets in, who should not is refused, and what cannot be seen stays open."""
    tape = act(Tape(f"- {step}\n- yoda: BYE\n").step().starts("yoda").prints("yoda", "Name: ").settles())
    found = tape.step().types("yoda", "BYE").prints("yoda", PROMPT).settles(["yoda"]).judged().findings[0]
    assert (found.verdict, found.code) == (verdict, code), found
    assert verdict is P or found.sentence == sentence


def race(one: str, two: str, **settled: object) -> Tape:
    """Two clients of one account at one instant."""
    tape = Tape("- together: [1 of yoda and twin logs in]\n- yoda: BYE\n").step().inner(0)
    tape.starts("yoda").starts("twin").settles().types("yoda", "x", "password").types("twin", "x", "password").group()
    tape.settles(**settled).tried("yoda", one, "why").tried("twin", two, "why")  # type: ignore[arg-type]
    return tape.step().types("yoda", "BYE").prints("yoda", PROMPT).settles()


@pytest.mark.parametrize(
    ("one", "two", "verdict", "code"),
    [
        ("in", "refused", P, "ok"), ("left", "in", P, "ok"), ("in", "in", F, "not-one"), ("refused", "refused", F,
         "not-one"),
        ("in", "hung", F, "no-answer"), ("hung", "refused", F, "no-answer"),
    ],
)  # fmt: skip
def test_exactly_one_of_two_gets_in(one: str, two: str, verdict: Verdict, code: str) -> None:
    """Two at one instant with one name: one is in, the other refused; nobody is left hanging."""
    found = race(one, two).judged().findings[0]
    assert (found.verdict, found.code) == (verdict, code), found


def test_too_busy_for_the_second_of_two_is_undecided() -> None:
    """One is in and of the other nothing is known: that proves neither."""
    assert race("in", "hung", asks=[], **BUSY).judged().verdict is U


def test_without_a_login_a_program_that_ended_is_not_in() -> None:
    """An assignment without logins: `logs in` is only a start, and a client that ended at once is told."""
    tape = Tape("- yoda logs in\n- yoda: BYE\n").step().starts("yoda").ends("yoda", 2).settles()
    found = tape.step().not_typed("yoda", "BYE").judged().findings[0]
    assert (found.verdict, found.code, found.sentence) == (F, "login-refused", "yoda's client ended with status 2")


def test_a_step_that_only_does_something_passes() -> None:
    """Kills, pauses and waits are done, not judged."""
    play = "- yoda logs in\n- yoda is paused\n- yoda resumes\n- 1 s pass\n- yoda is killed\n- server stays\n"
    tape = Tape(play).logs_in("yoda").step().signalled("yoda", "SIGSTOP").step().signalled("yoda", "SIGCONT")
    outcome = tape.step().step().ends("yoda", signal="SIGKILL").settles().step().judged()
    assert outcome.verdict is P, outcome


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda t: t.starts("server").settles().note(Listening, actor="server", ports=[5000]), ""),
        (lambda t: t.starts("server").settles(), "the server never listened again"),
        (lambda t: t.starts("server").ends("server", 1).settles(),
         "the server ended with status 1 before it listened again"),
    ],
)  # fmt: skip
def test_a_server_that_is_started_again_must_listen_again(act: Callable[[Tape], Tape], sentence: str) -> None:
    """After a restart there must be a server as before."""
    tape = Tape("- yoda logs in\n- server restarts\n- yoda: BYE\n").logs_in("yoda").step()
    found = act(tape.ends("server", signal="SIGKILL").settles()).says("yoda", "BYE").finding()
    assert found.verdict is (F if sentence else P)
    assert not sentence or (found.code, found.sentence) == ("not-ready", sentence)
