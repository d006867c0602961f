"""After a hang: whether the server still serves somebody new, and where everybody stands, told in the finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from play_builder import ASSIGNMENT, SERVER, Course, finding, of_kind, told

from harness.aftermath import hanging
from harness.events import Event, Exited, Output, Settled, Signalled, Started, Typed
from harness.judge.judge import judge
from harness.recording import Recording
from harness.scenario.loader import scenario_from
from harness.verdict import Verdict

THIRD = "accounts: {file: server/accounts.txt, sample: accounts.txt}\nliveness: hello\n"
SAY = "    def on_say(self, *words):\n"
PEOPLE = "yoda: Yoda, leia: Leia"


def course(folder: Path, on_say: str, above: str = "") -> Course:
    """A door whose server does this with a line that begins with "stick"; a third account, and a liveness line."""
    wrong = SERVER.replace(SAY, f"{SAY}        if words[:1] == ('stick',):\n            {on_say}\n")
    text = ASSIGNMENT.replace("accounts: {file: server/accounts.txt, sample: accounts.txt}\n", THIRD)
    made = Course(folder, server=above + wrong, assignment=text)
    made.write("accounts.txt", "Yoda jedi\nLeia alderaan\nR2D2 beep\n")
    return made


STICK = "- yoda and leia log in\n- yoda: stick\n- leia: hello\n- leia sees: HELLO\n"


def test_a_hang_costs_its_own_step_and_no_other(tmp_path: Path) -> None:
    """Who can go on is judged on their own; the finding says who stands where, and that the server serves others."""
    outcome, recording = course(tmp_path, "self.rfile.readline()").plays(STICK, cast=PEOPLE)
    assert [(f.step, f.code) for f in outcome.findings if f.verdict is Verdict.FAILED] == [(2, "no-answer")]
    likely = finding(outcome).likely
    assert "the server's thread for yoda stands in recv() at server.py:" in likely
    assert "yoda's client stands in recv() at client.py:9" in likely
    assert likely.endswith("afterwards a new client could log in as R2D2, and hello was answered: "
                           "the server still serves others")
    assert [(e.account, e.result) for e in of_kind(recording, "lived")] == [("R2D2", "served")]


def test_a_lock_that_is_never_let_go_stops_the_whole_server(tmp_path: Path) -> None:
    """The next one who needs the lock waits too, a newcomer included; the line of the lock is named."""
    outcome, recording = course(tmp_path, "lock.acquire()").plays(
        "- yoda logs in\n- yoda: stick\n- yoda: stick\n- leia cannot log in\n", cast=PEOPLE)
    likely = finding(outcome).likely
    assert "threads of the server wait for a lock at server.py:" in likely
    assert [e.result for e in of_kind(recording, "lived")] == ["hung"]
    assert likely.endswith("afterwards a new client that wanted to log in as R2D2 had no answer either")


def test_an_exception_that_ended_a_thread_is_the_cause(tmp_path: Path) -> None:
    """Its traceback stands on the server's terminal only; the client, whose connection stays open, shows nothing."""
    threads = """import socket, sys, threading
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
kept = []

def serve(link):
    for line in link.makefile():
        word, *rest = line.split()
        answer = {"name": "known", "password": "yes"}.get(word) or rest[0].upper()
        link.sendall((answer + "\\n").encode())

while True:
    link, _ = listener.accept()
    kept.append(link)
    threading.Thread(target=serve, args=(link,)).start()
""".replace("\\\\n", "\\n")
    outcome, _ = Course(tmp_path, server=threads).plays(
        "- yoda logs in\n- yoda: hello\n- yoda: ''\n- leia logs in\n- leia: hello\n", cast=PEOPLE)
    assert [(f.step, f.code) for f in outcome.findings if f.verdict is Verdict.FAILED] == [(3, "no-answer")]
    said = "an exception ended a thread of the server: IndexError: list index out of range (server.py, line 8)"
    assert finding(outcome).likely.startswith(said)


def test_a_recording_gives_the_same_findings_again(tmp_path: Path) -> None:
    """What was found out afterwards is in the recording: `harness judge` tells it too, and no verdict rests on it."""
    outcome, recording = course(tmp_path, "self.rfile.readline()").plays(STICK, cast=PEOPLE)
    recording.save(tmp_path / "play.jsonl")
    loaded = Recording.load(tmp_path / "play.jsonl")
    again = judge(scenario_from(loaded.began), loaded)
    assert again.findings == outcome.findings
    without = Recording([e for e in loaded.events if e.KIND not in ("asked", "lived")])
    assert [f.verdict for f in judge(scenario_from(loaded.began), without).findings] == [
        f.verdict for f in outcome.findings]


def test_who_should_have_left_is_asked_too(tmp_path: Path) -> None:
    """The line in which it waits is the line to mend. Nobody hung, so nobody new is sent."""
    outcome, recording = course(tmp_path, "pass").plays("- yoda logs in\n- yoda leaves\n", cast="yoda: Yoda")
    assert finding(outcome).code == "did-not-leave"
    assert "yoda's client waits for its keyboard at client.py:" in finding(outcome).likely
    assert not of_kind(recording, "lived")


def test_a_play_without_a_hang_costs_nothing(tmp_path: Path) -> None:
    """Nobody is asked, and nobody new is started."""
    outcome, recording = course(tmp_path, "pass").plays("- yoda logs in\n- yoda: hello\n- yoda: bye\n- yoda leaves\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert not of_kind(recording, "asked")
    assert not of_kind(recording, "lived")


def happened(*what: Event) -> list[str]:
    """Who hangs, of yoda and leia."""
    return hanging([Started(t=0, actor="yoda", argv=[], pid=1), *what], {"yoda", "leia"})


def still(asks: list[str], evidence: str = "still") -> Settled:
    """Everybody is there."""
    return Settled(t=0, evidence=evidence, wall=0, asks=asks, alive=["leia", "server", "yoda"])


TYPED, SAID = Typed(t=0, actor="yoda", data=b"x\n"), Output(t=0, actor="yoda", data=b"y\n")
HANGS = {
    "asks": ([TYPED, still(["yoda", "leia"])], []),
    "waits for something else": ([TYPED, still(["leia"])], ["yoda"]),
    "asked later after all": ([TYPED, still(["leia"]), still(["leia", "yoda"])], []),
    "a poller that answered": ([TYPED, SAID, still([], "steady")], []),
    "a poller that said nothing": ([TYPED, still([], "steady")], ["yoda"]),
    "ended": ([TYPED, still(["leia"]), Exited(t=0, actor="yoda", status=0)], []),
    "paused by the scenario": ([Signalled(t=0, actor="yoda", signal="SIGSTOP"), still(["leia"])], []),
    "resumed, and hung": ([Signalled(t=0, actor="yoda", signal="SIGSTOP"), still(["leia"]),
                           Signalled(t=0, actor="yoda", signal="SIGCONT"), still(["leia"])], ["yoda"]),
}  # fmt: skip


@pytest.mark.parametrize(("events", "who"), HANGS.values(), ids=HANGS)
def test_who_hangs(events: list[Event], who: list[str]) -> None:
    """Neither asks for more, nor has ended, nor stands still because the scenario says so; a poller: not a word."""
    assert happened(*events) == who
