"""The director plays what the scenario says, whatever the programs do, and takes it all down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from play_builder import ASSIGNMENT, CLIENT, NAME_AND_PASSWORD, SERVER, Course, finding, of_kind, told

from harness.props import put
from harness.stage import best_level
from harness.verdict import Verdict

SAID = "- yoda logs in\n- yoda: hello\n- yoda sees: HELLO\n"


def test_a_play_is_taken_down_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    """The recording holds all that the judge needs: scenario, assignment, accounts, steps, files, exits."""
    _, recording = Course(tmp_path).plays(SAID)
    began = recording.began
    assert (began.scenario, began.seed, began.values["motto"]) == ("s", 0, "open sesame")
    assert began.accounts["yoda"] == ["Yoda", "jedi"]
    assert began.assignment == ASSIGNMENT
    assert [e.step for e in of_kind(recording, "step")] == [1, 2, 3]
    assert [e.data for e in of_kind(recording, "typed")] == [b"Yoda\n", b"jedi\n", b"hello\n"]
    assert {e.actor for e in of_kind(recording, "exited") if e.by_us} == {"server", "yoda"}
    assert {e.path for e in of_kind(recording, "file") if e.when == "before"} == {"server/accounts.txt"}
    assert of_kind(recording, "ended")[-1].why == "played"
    assert [e.t for e in recording.events] == sorted(e.t for e in recording.events)


SERVERS = {
    "exits at once": ("import sys; print('no'); sys.exit(4)",
                      "the server ended with status 4 before it listened on a port; it printed 'no'"),
    "crashes at once": ("raise ValueError('x')", "the server ended with status 1 before it listened on a port"),
    "waits for its keyboard": ("input('go? ')", "the server never listened on a port; it printed 'go?'"),
    "waits for ever": ("import threading; threading.Event().wait()",
                       "the server never listened on a port; it printed nothing"),
    "leaves a child and ends": ("import os\nif os.fork(): os._exit(0)\nimport threading; threading.Event().wait()",
                                "the server ended with status 0 before it listened on a port; it printed nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("server", "sentence"), SERVERS.values(), ids=SERVERS)
def test_without_a_server_nothing_is_played(tmp_path: Path, server: str, sentence: str) -> None:
    """A server that never listens is the one failure there is; the steps are skipped, and nothing stays running."""
    outcome, recording = Course(tmp_path, server=server).plays(SAID)
    assert (finding(outcome).code, finding(outcome).sentence) == ("not-ready", sentence)
    assert {f.verdict for f in outcome.findings if f.step} == {Verdict.SKIPPED}
    assert not [e for e in of_kind(recording, "started") if e.actor == "yoda"]


@pytest.mark.parametrize("late", ["time.sleep(1.2)", "[time.sleep(0.05) for _ in range(9)]"])
def test_a_server_that_listens_late_is_waited_for(tmp_path: Path, late: str) -> None:
    """A slow start is no fault."""
    outcome, _ = Course(tmp_path, server=f"import time; {late}\n{SERVER}").plays(SAID)
    assert outcome.verdict is Verdict.PASSED, told(outcome)


def test_a_client_that_answers_late_is_waited_for(tmp_path: Path) -> None:
    """Whoever sleeps for longer than a second before it asks again is slow, and not without an answer."""
    slow = (CLIENT % NAME_AND_PASSWORD).replace('print(ask("say", said))',
                                                'import time; time.sleep(1.2); print(ask("say", said))')  # fmt: skip
    play = "- yoda logs in\n- yoda: one\n- yoda: two\n- yoda sees: TWO\n"
    outcome, recording = Course(tmp_path, client=slow).plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [e.data for e in of_kind(recording, "typed")][2:] == [b"one\n", b"two\n"]


def test_a_poller_that_sleeps_for_six_seconds_in_short_naps_is_slow_and_not_silent(tmp_path: Path) -> None:
    """Nobody can see that its count of naps will end; healthy programs have been seen to take so long."""
    naps = """import os, select, sys, time
def line():
    text = b""
    while not text.endswith(b"\\n"):
        time.sleep(0.05)
        if select.select([0], [], [], 0)[0]:
            text += os.read(0, 1)
    return text.decode().strip()
print("say: ", end="", flush=True)
while True:
    said = line()
    for nap in range(60):
        time.sleep(0.1)
    print(said.upper() + "\\nsay: ", end="", flush=True)
"""
    course = Course(tmp_path, assignment=ASSIGNMENT.replace("login: {answers: [name, password]}\n", ""))
    course.write("client.py", naps)
    outcome, _ = course.plays("- yoda starts\n- yoda: hello\n- yoda sees: HELLO\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)


def test_a_poller_that_never_says_a_word_is_silent(tmp_path: Path) -> None:
    """Not all of a step's time is waited for: everything was read, nothing lies anywhere, and it only beats."""
    mute = """import os, select, time
print("say: ", end="", flush=True)
while True:
    time.sleep(0.05)
    if select.select([0], [], [], 0)[0]:
        os.read(0, 100)
"""
    course = Course(tmp_path, assignment=ASSIGNMENT.replace("login: {answers: [name, password]}\n", ""))
    course.write("client.py", mute)
    outcome, recording = course.plays("- yoda starts\n- yoda: hello\n- yoda sees: HELLO\n")
    assert finding(outcome).code == "no-answer", told(outcome)
    assert of_kind(recording, "settled")[-1].evidence == "steady"
    assert "yoda's client stands in sleep() at client.py:4" in finding(outcome).likely


def test_who_leaves_at_its_next_heartbeat_has_left(tmp_path: Path) -> None:
    """A client that looks every 1.3 seconds whether the server lives is given that time."""
    heart = """\
        import os, socket, sys, threading, time
        def beat():
            while True:
                time.sleep(1.3)
                try:
                    socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
                except OSError:
                    os._exit(0)
        threading.Thread(target=beat, daemon=True).start()
        while True:
            input("say: ")
    """
    course = Course(tmp_path, assignment=ASSIGNMENT.replace("login: {answers: [name, password]}\n", ""))
    course.write("client.py", heart)
    outcome, _ = course.plays("- yoda starts\n- server is killed\n- yoda leaves\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)


def test_values_are_filled_in_where_they_are_typed(tmp_path: Path) -> None:
    """{motto} is the assignment's; a brace that names nothing stays."""
    outcome, _ = Course(tmp_path).plays("""\
        - yoda logs in
        - yoda: say {motto}
        - yoda sees: SAY OPEN SESAME
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)


def test_a_server_is_killed_and_restarted(tmp_path: Path) -> None:
    """In the same folder, on the same port; who logs in afterwards finds it."""
    outcome, recording = Course(tmp_path).plays("""\
        - yoda logs in
        - server restarts
        - yoda is killed
        - yoda logs in
        - yoda: hello
        - yoda sees: HELLO
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [e.life for e in of_kind(recording, "started") if e.actor == "server"] == [1, 2]
    first, second = (e.ports for e in of_kind(recording, "listening"))
    assert first == second


def test_a_server_without_reuse_addr_comes_up_again(tmp_path: Path) -> None:
    """It closed a connection itself, which would keep its port from it for a minute: in a box nothing does."""
    if best_level() != "box":
        pytest.skip("only a network of its own can forget")
    hangs_up = SERVER.replace("allow_reuse_address = True", "allow_reuse_address = False").replace(
        "word, *rest = line.decode().split()",
        "word, *rest = line.decode().split()\n            if rest == ['go']: return")
    outcome, recording = Course(tmp_path, server=hangs_up).plays("""\
        - yoda logs in
        - yoda: go
        - yoda: bye
        - server restarts
        - yoda logs in
        - yoda: hello
        - yoda sees: HELLO
    """)
    assert not [e.data for e in of_kind(recording, "output") if b"in use" in e.data]
    assert outcome.verdict is Verdict.PASSED, told(outcome)


def test_a_server_that_does_not_come_up_again_is_found(tmp_path: Path) -> None:
    """A lock file left behind by the kill stops the second start: the restart fails, and not some later line."""
    once = 'import os, sys\nif os.path.exists("lock"): sys.exit(5)\nopen("lock", "w").close()\n' + SERVER
    outcome, _ = Course(tmp_path, server=once).plays("- yoda logs in\n- server restarts\n- yoda: bye\n")
    found = finding(outcome)
    assert (found.step, found.sentence) == (2, "the server ended with status 5 before it listened again")


def test_a_paused_client_sees_nothing_and_goes_on_later(tmp_path: Path) -> None:
    """What was typed while it was paused is answered when it resumes."""
    outcome, _ = Course(tmp_path).plays("""\
        - yoda and leia log in
        - yoda is paused
        - leia: hello
        - leia sees: HELLO
        - yoda sees nothing
        - yoda resumes
        - yoda: there
        - yoda sees: THERE
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)


def test_keys_and_bytes_reach_the_program(tmp_path: Path) -> None:
    """Ctrl-C arrives as a signal, raw bytes as they are; neither counts as a crash."""
    caught = 'import signal\nsignal.signal(signal.SIGINT, lambda *_: print("caught"))\n'
    client = (CLIENT % NAME_AND_PASSWORD).replace("while (said", f"{caught}while (said")
    outcome, recording = Course(tmp_path, client=client).plays(r"""
        - yoda logs in
        - yoda presses: ctrl-c
        - yoda sees: caught
        - yoda sends: 'raw\n'
        - yoda sees: RAW
        - yoda presses: ctrl-d
        - yoda leaves
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [(e.what, e.data) for e in of_kind(recording, "typed")][2:] == [
        ("key", b"\x03"), ("raw", b"raw\n"), ("key", b"\x04")
    ]  # fmt: skip


def test_a_line_for_nobody_is_taken_down(tmp_path: Path) -> None:
    """Who is killed cannot type: the line is not typed, and the play goes on."""
    course = Course(tmp_path, client=(CLIENT % NAME_AND_PASSWORD).replace("print(ask", "sys.exit(3)\n    print(ask"))
    outcome, recording = course.plays("- yoda logs in\n- yoda: one\n- yoda: two\n- server stays\n")
    assert [e.data for e in of_kind(recording, "not-typed")] == [b"two"]
    assert [(step, code) for step, _, code, _ in told(outcome)] == [(2, "left"), (3, "not-running")]


def test_what_begins_together_is_typed_before_anybody_answers(tmp_path: Path) -> None:
    """All lines of a group are typed, and wait for each other on the wire, before anybody is answered."""
    outcome, recording = Course(tmp_path).plays("""\
        - yoda and leia log in
        - together: [yoda: left, leia: right]
        - yoda sees: LEFT
        - leia sees: RIGHT
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    kinds = ("typed", "settled", "output", "held", "carried")
    group = [e.KIND for e in recording.events if e.step in (2, 3, 4) and e.KIND in kinds]
    assert group[:6] == ["held", "typed", "typed", "carried", "carried", "settled"]
    assert group[6] == "held"
    assert group.count("settled") == 2


def test_a_login_and_a_line_begin_together(tmp_path: Path) -> None:
    """The login comes to its password first; then both are typed, and let through at one instant."""
    outcome, recording = Course(tmp_path).plays("""\
        - leia logs in
        - together: [yoda logs in, leia: right]
        - leia sees: RIGHT
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    group = [e for e in recording.events if e.step in (2, 3, 4) and e.KIND in ("typed", "settled")]
    kinds = [(e.KIND, getattr(e, "what", "")) for e in group]
    assert kinds[-4:] == [("typed", "line"), ("typed", "password"), ("settled", ""), ("settled", "")]


def test_a_kill_and_a_line_begin_together(tmp_path: Path) -> None:
    """At one instant one is killed and what the other says goes through: nobody waits between."""
    outcome, recording = Course(tmp_path).plays("""\
        - yoda and leia log in
        - together: [yoda is killed, leia: right]
        - leia sees: RIGHT
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    some = ("typed", "settled", "signalled", "held")
    kinds = [e.KIND for e in recording.events if e.step in (2, 3, 4) and e.KIND in some]
    assert kinds == ["held", "typed", "settled", "signalled", "held", "settled"]


def test_what_is_held_arrives_once_it_is_released(tmp_path: Path) -> None:
    """The one who typed later is answered first, and nobody waits for an answer that cannot come."""
    outcome, recording = Course(tmp_path).plays("""\
        - yoda and leia log in
        - network holds: from yoda
        - yoda: first
        - yoda sees nothing
        - leia: second
        - leia sees: SECOND
        - network releases: from yoda
        - yoda sees: FIRST
    """)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert [(e.actor, e.to, e.released) for e in of_kind(recording, "held")] == [
        ("yoda", "server", False), ("yoda", "server", True)]  # fmt: skip
    printed = [(e.actor, word) for e in of_kind(recording, "output") for word in ("FIRST", "SECOND")
               if word.encode() in e.data]  # fmt: skip
    assert printed == [("leia", "SECOND"), ("yoda", "FIRST")]


def test_what_is_never_released_hinders_nobody_else(tmp_path: Path) -> None:
    """As behind a cable that was cut: no answer is due, and nothing is said to hang."""
    outcome, recording = Course(tmp_path).plays("""\
        - yoda and leia log in
        - network holds: to yoda
        - yoda: first
        - leia: second
        - everyone stays
    """, cast="yoda: Yoda, leia: Leia")  # fmt: skip
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert not of_kind(recording, "lived")


def test_a_condition_is_played_and_taken_down(tmp_path: Path) -> None:
    """What the scenario asks of the network happens on the wire."""
    outcome, recording = Course(tmp_path).plays(SAID, "network: cut 1\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    cut = [e for e in of_kind(recording, "segment") if e.to == "server"]
    assert {(e.size, e.condition) for e in cut} == {(1, "cut 1")}


def test_drawn_lines_are_typed_and_judged_like_all_others(tmp_path: Path) -> None:
    """A round is a group; the judge finds in the recording what the seed drew."""
    play = "- yoda and leia log in\n- yoda and leia play: {commands: 3, mix: {'one {text}': 2, two: 1}}\n"
    outcome, recording = Course(tmp_path).plays(play, seed=4)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    assert len({f.step for f in outcome.findings if f.step}) == 7
    lines = [e.data for e in of_kind(recording, "typed") if e.what == "line"]
    _, other = Course(tmp_path / "other").plays(play, seed=4)
    assert lines == [e.data for e in of_kind(other, "typed") if e.what == "line"]
    assert len(lines) == 6


def test_without_a_login_everybody_is_ready_at_the_start(tmp_path: Path) -> None:
    """An assignment whose clients ask for nothing: they start at one instant, and that is all."""
    course = Course(tmp_path, "", assignment=ASSIGNMENT.replace("login: {answers: [name, password]}\n", ""))
    play = "- together: [yoda starts, leia starts]\n- yoda: hello\n- yoda sees: HELLO\n"
    outcome, recording = course.plays(play)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    kinds = [e.KIND for e in recording.events if e.step in (1, 2, 3) and e.KIND in ("started", "settled")]
    assert kinds == ["started", "started", "settled"]


def test_the_files_of_a_scenario_lie_there_before(tmp_path: Path) -> None:
    """Text as it is, random bytes from the seed: the same again for the same seed, others for another file or seed."""
    top = "files: {yoda/a.bin: {random bytes: 1000}, yoda/b.bin: {random bytes: 1000}, yoda/sub/c.txt: hi,\n"
    top += "        yoda/d: {random letters: 1000}}\n"
    course = Course(tmp_path)
    seen = []
    for seed in (1, 1, 2):
        _, recording = course.plays("- yoda logs in\n- yoda: bye\n", top, seed=seed)
        seen.append({e.path: e.content for e in of_kind(recording, "file") if e.when == "before"})
    assert seen[0] == seen[1]
    assert seen[0]["yoda/a.bin"] != seen[2]["yoda/a.bin"]
    assert seen[0]["yoda/a.bin"] != seen[0]["yoda/b.bin"]
    assert seen[0]["yoda/sub/c.txt"] == b"hi"
    assert set(seen[0]["yoda/d"]) == set(b"abcdefghijklmnopqrstuvwxyz\n")


@pytest.mark.parametrize("text", ["Yoda jedi", "Yoda jedi\n"])
def test_a_crowd_gets_accounts_and_the_file_keeps_its_shape(tmp_path: Path, text: str) -> None:
    """With a newline at its end or without: each of the crowd has a line of its own."""
    top = f"files: {{server/accounts.txt: {text!r}}}\n".replace("'", '"')
    course = Course(tmp_path)
    outcome, recording = course.plays("- everyone logs in\n- crowd: hello\n", top, cast="crowd: {people: 3}")
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    before = {e.path: e.content for e in of_kind(recording, "file") if e.when == "before"}
    written = before["server/accounts.txt"]
    assert written.decode().splitlines()[0] == "Yoda jedi"
    assert len(written.decode().splitlines()) == 4
    assert written.endswith(b"\n") is text.endswith("\n")


def test_a_file_is_put_in_place_of_what_a_submission_brought(tmp_path: Path) -> None:
    """A link does not lead us out of the folder, and a folder or a read-only file does not stop us."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "accounts.txt").write_text("precious")
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "accounts.txt").symlink_to(outside / "accounts.txt")
    (folder / "sub").symlink_to(outside)
    (folder / "note").mkdir()
    (folder / "note" / "x").write_text("")
    for name in ("accounts.txt", "sub/accounts.txt", "note"):
        put(folder, name, b"ours")
        assert (folder / name).read_bytes() == b"ours"
    (folder / "note").chmod(0o444)
    put(folder, "note", b"again")
    assert (folder / "note").read_bytes() == b"again"
    assert (outside / "accounts.txt").read_text() == "precious"


def test_whatever_a_program_leaves_behind_is_gone(tmp_path: Path) -> None:
    """A server that starts children and ends, a client that ignores signals: after the play nothing of it runs."""
    rude = "import os, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nif not os.fork():\n    os.setsid()\n" \
           "    open('child', 'w').write(str(os.getpid()))\n    import threading; threading.Event().wait()\n" + SERVER
    outcome, _ = Course(tmp_path, server=rude).plays(SAID)
    assert outcome.verdict is Verdict.PASSED, told(outcome)
    tag = str(tmp_path / "course").encode()
    alive = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if tag in line and int(pid) != os.getpid():
            alive.append(line)
    assert not alive


def test_a_program_that_asks_whether_it_should_is_told_yes(tmp_path: Path) -> None:
    """ "Are you sure? (y/n)" is answered, and what comes then is the answer to the line before."""
    careful = """\
        while True:
            line = input("> ")
            if line.startswith("drop"):
                if input("Are you sure? (y/n) ") != "y":
                    print("nothing done")
                    continue
            print("did", line)
    """
    course = Course(tmp_path, assignment=ASSIGNMENT.replace("login: {answers: [name, password]}\n", ""))
    course.write("client.py", careful)
    outcome, _ = course.plays("- yoda starts\n- yoda: drop it\n- yoda sees: did drop it\n- yoda: keep it\n"
                              "- yoda sees: did keep it\n- yoda never sees: drop\n")
    assert outcome.verdict is Verdict.PASSED, told(outcome)
