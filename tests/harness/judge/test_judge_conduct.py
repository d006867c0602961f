"""Crashes, tracebacks and what they cause: named where they explain something, and only there."""

from __future__ import annotations

import pytest
from judge_builder import PROMPT, F, P, Tape

from harness.events import Conduct, Listening, TookTurns
from harness.verdict import Finding, Outcome

TRACEBACK = """Traceback (most recent call last):
  File "/x/server.py", line 9, in handle
    go()
KeyError: '3331'
"""
TOLD = "printed a traceback: KeyError: '3331' (server.py, line 9)"


def of(outcome: Outcome, code: str) -> Finding:
    """The finding of this code."""
    return next(f for f in outcome.findings if f.code == code)


def codes(outcome: Outcome) -> list[str]:
    """The codes of all that is more than a pass of a step."""
    return [f.code for f in outcome.findings if f.code != "ok"]


def test_a_server_that_ends_in_the_middle_has_crashed_in_that_step() -> None:
    """Whatever the step was about, a server that ends while the play goes on failed, there and not at the end."""
    play = "- yoda logs in\n- yoda: READ\n- yoda sees: x\n- yoda: BYE\n"
    tape = Tape(play).logs_in("yoda").step().types("yoda", "READ").prints("yoda", f"x\n{PROMPT}")
    tape.prints("server", TRACEBACK).ends("server", 1).settles().step()
    found = tape.says("yoda", "BYE").finding()
    assert (found.verdict, found.code, found.step, found.place) == (F, "crashed", 2, "f.yaml:5:3")
    assert found.sentence == "the server ended with status 1 in the middle of the play, at 'yoda: READ'"
    assert found.likely == f"the server {TOLD}"


@pytest.mark.parametrize(
    ("play", "crash"),
    [
        ("- yoda logs in\n- yoda: BYE\n- server leaves\n", False),
        ("- yoda logs in\n- yoda: BYE\n- 1 s pass\n- yoda and server leave\n", False),
        ("- yoda logs in\n- yoda: READ\n- yoda: BYE\n- server leaves\n", True),
        ("- yoda logs in\n- yoda: BYE\n- yoda: READ\n", True),
        ("- yoda logs in\n- server is killed\n- yoda: READ\n", True),
        ("- yoda logs in\n- server presses: ctrl-c\n- yoda: READ\n", False),
    ],
)
def test_a_server_may_end_where_the_scenario_expects_it(play: str, crash: bool) -> None:
    """To leave as expected is no crash; to end with an error some steps before, or in a kill's place, is."""
    tape = Tape(play).logs_in("yoda").step().ends("server", 1).settles()
    for _ in tape.scenario.play[2:]:
        tape.step()
    assert ("crashed" in codes(tape.judged())) is crash


def test_a_kill_is_no_crash() -> None:
    """What the scenario kills or restarts has not crashed."""
    tape = Tape("- yoda logs in\n- server restarts\n- yoda: BYE\n").logs_in("yoda").step()
    tape.signalled("server", "SIGKILL").ends("server", signal="SIGKILL").settles().starts("server").settles()
    tape.note(Listening, actor="server", ports=[5000])
    assert tape.says("yoda", "BYE").judged().verdict is P


def test_what_we_end_ourselves_is_no_crash() -> None:
    """After the play the harness ends everything: that says nothing about a program."""
    outcome = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").says("yoda", "READ").over().judged()
    assert outcome.verdict is P
    assert codes(outcome) == []


def test_where_no_thread_may_be_stopped_it_is_said_that_luck_decided() -> None:
    """Once for a play, and nobody loses a mark by it."""
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").says("yoda", "READ")
    for _ in range(2):
        tape.note(TookTurns, actor="server", threads=0, stops=0, why="ptrace was refused: Operation not permitted")
    outcome = tape.over().judged()
    assert (outcome.verdict, outcome.in_turn, codes(outcome)) == (P, False, ["not-in-turn"])
    assert of(outcome, "not-in-turn").sentence == ("the server's threads could not be run one at a time, and ran as it "
                                                   "came: ptrace was refused: Operation not permitted")


def test_a_client_that_ends_by_a_signal_has_crashed() -> None:
    """A segmentation fault is a crash even where nobody looks at that client; an ordinary exit is not."""
    play = "- yoda and r2d2 log in\n- yoda: READ\n"
    crash = Tape(play).logs_in("yoda", "r2d2").ends("r2d2", signal="SIGSEGV").says("yoda", "READ").judged()
    assert of(crash, "crashed").actor == "r2d2"
    quiet = Tape(play).logs_in("yoda", "r2d2").ends("r2d2", 1).says("yoda", "READ").judged()
    assert quiet.verdict is P


def test_a_traceback_while_the_answer_is_awaited_is_the_likely_cause() -> None:
    """The server's traceback between the line and its failure explains it."""
    tape = Tape("- yoda logs in\n- yoda: READ\n- yoda sees: x\n").logs_in("yoda").step().types("yoda", "READ")
    found = tape.prints("server", TRACEBACK).prints("yoda", PROMPT).settles().step().finding()
    assert (found.code, found.likely) == ("empty-answer", f"the server {TOLD}")


def test_a_traceback_from_before_explains_no_wrong_text() -> None:
    """What went wrong some lines ago, and was answered since, is not why this text is wrong."""
    tape = Tape("- yoda logs in\n- yoda: POST\n- yoda: READ\n- yoda sees: x\n").logs_in("yoda")
    tape.step().types("yoda", "POST").prints("server", TRACEBACK).prints("yoda", PROMPT).settles()
    outcome = tape.says("yoda", "READ", "y").step().judged()
    assert of(outcome, "not-seen").likely == ""
    assert of(outcome, "traceback").sentence == f"the server {TOLD}"


def test_a_traceback_from_before_may_explain_silence() -> None:
    """A thread that died some lines ago leaves its client without answers: said, and said to be earlier."""
    tape = Tape("- yoda logs in\n- yoda: POST\n- yoda: READ\n").logs_in("yoda")
    tape.step().types("yoda", "POST").prints("server", TRACEBACK).prints("yoda", PROMPT).settles()
    found = tape.step().types("yoda", "READ").settles([], "stuck", cause="yoda waits for the server").finding()
    assert found.likely == f"yoda waits for the server; the server {TOLD.replace('traceback', 'traceback earlier')}"


def test_a_traceback_of_somebody_else_explains_nothing() -> None:
    """r2d2's client has no part in what yoda sees."""
    tape = Tape("- yoda and r2d2 log in\n- yoda: READ\n- yoda sees: x\n").logs_in("yoda", "r2d2")
    tape.step().types("yoda", "READ").prints("r2d2", TRACEBACK).prints("yoda", PROMPT).settles().step()
    found = tape.finding()
    assert found.likely == ""


def test_who_ended_is_explained_by_its_own_traceback() -> None:
    """A client that is gone knows best why."""
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").step().types("yoda", "READ")
    own = TRACEBACK.replace("server.py", "client.py")
    found = tape.prints("server", TRACEBACK).prints("yoda", own).ends("yoda", 1).settles().finding()
    assert found.likely == f"yoda's client {TOLD.replace('server.py', 'client.py')}"


def test_a_wrong_file_is_explained_by_the_server() -> None:
    """The server's traceback in the step before a file is looked at is its likely cause."""
    tape = Tape("- yoda logs in\n- yoda: POST\n- server/a is: x\n").logs_in("yoda").step().types("yoda", "POST")
    found = tape.prints("server", TRACEBACK).prints("yoda", PROMPT).settles().step().file("server/a").finding()
    assert (found.code, found.likely) == ("file-missing", f"the server {TOLD}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Exception in thread Thread-1 (serve):\n" + TRACEBACK, "KeyError: '3331' (server.py, line 9)"),
        ('Exception in thread "main" java.lang.NullPointerException: x\n\tat Server.run(Server.java:7)\n',
         'Exception in thread "main" java.lang.NullPointerException: x (Server.java, line 7)'),
        ("java.net.SocketException: Connection reset\n\tat java.net.S.read(S.java:1)\n\tat M.main(M.java:7)\n",
         "java.net.SocketException: Connection reset (M.java, line 7)"),
        ("*** stack smashing detected ***: terminated\n", "*** stack smashing detected ***: terminated"),
    ],
)  # fmt: skip
def test_tracebacks_of_other_kinds_are_known(text: str, told: str) -> None:
    """Threads, Java and C speak of their ends in other words."""
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").prints("server", text)
    outcome = tape.says("yoda", "READ").judged()
    assert of(outcome, "traceback").sentence == f"the server printed a traceback: {told}"
    assert outcome.verdict is P


@pytest.mark.parametrize("text", ["KeyboardInterrupt\n", "no error: 0 Exceptions\n", "Traceback\n"])
def test_what_is_no_mistake_is_no_traceback(text: str) -> None:
    """Ctrl-C was asked for, and words alone are no traceback."""
    printed = "Traceback (most recent call last):\n  File \"c.py\", line 1\n" + text if "Key" in text else text
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").prints("yoda", printed)
    outcome = tape.says("yoda", "READ").judged()
    assert codes(outcome) == []


HINTED = "- yoda logs in\n- yoda: READ\n- yoda sees: x\n- yoda: BYE\n"
HINT = "hints: {'yoda sees: x': Count from one.}\n"


def test_a_hint_is_shown_where_its_step_failed_while_the_programs_ran() -> None:
    """The teacher's words stand with the failure they are meant for."""
    found = Tape(HINTED, HINT).logs_in("yoda").says("yoda", "READ", "y").step().says("yoda", "BYE").finding()
    assert found.hint == "Count from one."


def test_no_hint_is_shown_where_the_step_passed_or_stays_open() -> None:
    """A hint for what went well confuses."""
    outcome = Tape(HINTED, HINT).logs_in("yoda").says("yoda", "READ", "x").step().says("yoda", "BYE").judged()
    assert not any(f.hint for f in outcome.findings)


@pytest.mark.parametrize("who", ["server", "yoda"])
def test_no_hint_helps_against_a_crash(who: str) -> None:
    """If the server crashed, or the client itself is gone, the hint about wording is beside the point."""
    tape = Tape(HINTED, HINT).logs_in("yoda").step().types("yoda", "READ").ends(who, 1).settles().step().step()
    failed = [f for f in tape.judged().findings if f.code in ("not-seen", "empty-answer")]
    assert [f.hint for f in failed] == [""]


@pytest.mark.parametrize(("passed", "own", "told"), [
    (0.4, 0.4, ""), (5.8, 5.8, ""), (8.2, 8.2, "8 s"), (19.0, 19.0, "19 s"),
    (1.0, 7.1, ""), (30.0, 7.1, "7 s"), (30.0, 1.0, "")])  # fmt: skip
def test_a_slow_answer_is_a_remark(passed: float, own: float, told: str) -> None:
    """Slow is neither silent nor wrong: the slowest line of each person is named, and costs nothing.

    Neither what it took to prove that no more comes is the program's time, nor what a busy machine took from it.
    """
    tape = Tape("- yoda logs in\n- yoda: POST\n- yoda: READ\n").logs_in("yoda")
    for line, late, took in ("POST", passed, own), ("READ", 0.1, 0.1):
        tape.step().types("yoda", line).passes(late).prints("yoda", PROMPT).settles(own=took)
    outcome = tape.judged()
    said = [f.sentence for f in outcome.findings if f.code == "slow"]
    assert said == ([f"yoda's client took {told} to answer 'POST': slow, though it costs nothing"] if told else [])
    assert outcome.verdict is P


def test_what_is_left_running_is_a_remark() -> None:
    """Processes that outlive their program cost nothing and are told."""
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").says("yoda", "READ").over()
    outcome = tape.note(Conduct, actor="server", cpu=0.1, stayed=["python helper.py"]).judged()
    assert of(outcome, "stayed").sentence == "the server left running: python helper.py"
    assert outcome.verdict is P


def test_a_spinning_program_is_a_remark() -> None:
    """Who keeps a core busy while waiting is told, once."""
    waits = [{"actor": "yoda", "call": "running"}, {"actor": "server", "call": "accept"}]
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").step().types("yoda", "READ").prints("yoda", PROMPT)
    outcome = tape.settles(evidence="spinning", waits=waits).judged()
    assert of(outcome, "spun").sentence == "yoda's client never blocks: it keeps a core busy while it waits"


TAKEN = ["bind: Address already in use", "bind failed. Error: Address already in use",
         "panic: listen tcp 127.0.0.1:5000: bind: address already in use",
         'Os { code: 98, kind: AddrInUse, message: "..." }', "Error: listen EADDRINUSE: 127.0.0.1:5000",
         "java.net.BindException: Address already in use", "OSError: [Errno 98]",
         "Port 5000 is already in use"]  # fmt: skip


@pytest.mark.parametrize("printed", TAKEN)
def test_a_port_that_is_still_taken_is_told_with_what_helps(printed: str) -> None:
    """However the language says it, a server that cannot have its port again lacks SO_REUSEADDR."""
    tape = Tape("- server restarts\n- yoda logs in\n").step().ends("server", signal="SIGKILL", by_us=True)
    found = tape.starts("server").prints("server", printed + "\n").ends("server", 1).settles().finding()
    assert found.code == "not-ready"
    assert printed in found.likely
    assert "set SO_REUSEADDR on the socket before bind()" in found.likely


def test_a_traceback_about_a_taken_port_still_says_where() -> None:
    """The line of the program stands beside what helps."""
    trace = 'Traceback (most recent call last):\n  File "/x/server.py", line 9, in <module>\n    s.bind(a)\n'
    tape = Tape("- server restarts\n- yoda logs in\n").step().ends("server", signal="SIGKILL", by_us=True)
    tape.starts("server").prints("server", f"{trace}OSError: [Errno 98] Address already in use\n").ends("server", 1)
    found = tape.settles().finding()
    assert "Address already in use (server.py, line 9); the system keeps" in found.likely
