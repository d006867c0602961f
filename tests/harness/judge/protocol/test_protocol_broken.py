"""Who takes one recv() for one message is told so, with the segment that broke it; who reads with care never is."""

from __future__ import annotations

from pathlib import Path

import pytest
from play_builder import Course, finding, told

from harness.verdict import Outcome, Verdict

ASSIGNMENT = """\
assignment: An echo
roles:
  server: {entry: server, arguments: ["{port}"], listens: true}
  client: {entry: client, arguments: ["{port}"]}
accounts: {file: server/accounts.txt, sample: accounts.txt}
timeout: 3
leaving: [bye]
reference: .
"""
SERVER = """\
import json, socketserver, sys

class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        while data := %s:
            try:
                said = json.loads(data)
            except ValueError:
                self.request.sendall(b'{"status": "ERROR"}\\n')
                continue
            self.request.sendall(json.dumps({"status": "OK", "text": said["text"].upper()}).encode() + b"\\n")

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

Server(("127.0.0.1", int(sys.argv[1])), Echo).serve_forever(poll_interval=None)
"""
CLIENT = """\
import json, socket, sys

link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
lines = link.makefile("rb")
while (said := input("say: ")) != "bye":
    link.sendall(json.dumps({"cmd": "SAY", "text": said}).encode() + b"\\n")
    answer = json.loads(%s)
    print(answer.get("text", answer["status"]))
"""
HASTY_SERVER, CAREFUL_SERVER = SERVER % "self.request.recv(1024)", SERVER % "self.rfile.readline()"
HASTY_CLIENT, CAREFUL_CLIENT = CLIENT % "link.recv(1024)", CLIENT % "lines.readline()"
PLAY = """\
- yoda starts
- yoda: hello there
- yoda sees: HELLO THERE
- yoda: again
- yoda sees: AGAIN
"""


def plays(folder: Path, network: str, server: str = CAREFUL_SERVER, client: str = CAREFUL_CLIENT,
          play: str = PLAY) -> Outcome:  # fmt: skip
    """The outcome of a play under this condition."""
    course = Course(folder, server=server, client=client, assignment=ASSIGNMENT)
    return course.plays(play, f"network: {network}\n", cast="yoda: Yoda")[0]


def test_a_server_that_takes_one_recv_for_a_message_is_told_the_segment(tmp_path: Path) -> None:
    """As the first thing, in the words that a student needs."""
    outcome = plays(tmp_path, "cut 1", server=HASTY_SERVER)
    found = finding(outcome)
    assert (found.code, found.step, found.actor) == ("message-cut", 2, "server")
    assert found.sentence.startswith("the server took one recv() for a whole message: it had at most ")
    message = """'SAY text="hello there"'"""
    assert found.sentence.endswith(f" of 38 bytes of {message}, and answered 'ERROR' before the rest had come")
    assert found.seen.startswith("the network (cut 1) had brought no more than bytes ")
    assert "a newline behind it or a length in front" in found.likely
    assert "connection 1, from yoda to the server, at " in found.where


def test_a_client_that_takes_one_recv_for_an_answer_is_told_too(tmp_path: Path) -> None:
    """It prints a traceback, or ends, when half of the answer has come."""
    found = finding(plays(tmp_path, "cut 1", client=HASTY_CLIENT))
    assert (found.code, found.actor) == ("message-cut", "yoda")
    assert found.sentence.startswith("yoda's client took one recv() for a whole message: it had at most ")


@pytest.mark.parametrize("network", ["cut 1", "cut 7", "glue", "delay 20 ms"])
def test_who_reads_with_care_is_never_accused(tmp_path: Path, network: str) -> None:
    """Under no condition."""
    assert plays(tmp_path, network).verdict is Verdict.PASSED


def test_a_careful_program_that_fails_otherwise_is_not_accused_of_it(tmp_path: Path) -> None:
    """A failure of another kind under `cut` is not blamed on the network."""
    outcome = plays(tmp_path, "cut 1", play=PLAY.replace("HELLO THERE", "something else"))
    assert [code for _, _, code, _ in told(outcome)] == ["not-seen"]


_HANDLE, _LINK = "    def handle(self):\n", "lines = link.makefile"
GREETING_SERVER = CAREFUL_SERVER.replace(_HANDLE, f"""{_HANDLE}\
        self.request.sendall(b'{{"hello": "from the server"}}\\n')
        self.rfile.readline()
""")
GREETING_CLIENT = CAREFUL_CLIENT.replace(_LINK, """\
link.sendall(b'{"hello": "from the client"}\\n')
lines = link.makefile""").replace("while (said", "lines.readline()\nwhile (said")


def test_who_greets_before_it_has_read_anything_is_not_accused(tmp_path: Path) -> None:
    """Both ends of a stream of Java objects do: that greetings cross says nothing of how anybody reads."""
    play = PLAY.replace("HELLO THERE", "something else")
    outcome = plays(tmp_path, "cut 3", server=GREETING_SERVER, client=GREETING_CLIENT, play=play)
    assert [code for _, _, code, _ in told(outcome)] == ["not-seen"]
    (tmp_path / "again").mkdir()
    again = plays(tmp_path / "again", "cut 3", server=GREETING_SERVER, client=GREETING_CLIENT)
    assert again.verdict is Verdict.PASSED


def test_who_greets_and_then_reads_in_haste_is_told(tmp_path: Path) -> None:
    """The second message shows what the first does not."""
    server = GREETING_SERVER.replace("self.rfile.readline()\n        while", "self.request.recv(99)\n        while")
    server = server.replace("self.rfile.readline():", "self.request.recv(1024):")
    found = finding(plays(tmp_path, "cut 1", server=server, client=GREETING_CLIENT))
    assert (found.code, found.actor) == ("message-cut", "server")


def test_a_hasty_program_on_a_kind_network_is_not_accused(tmp_path: Path) -> None:
    """It passes, and nobody is told what might have been."""
    outcome = plays(tmp_path, "delay 5 ms", server=HASTY_SERVER, client=HASTY_CLIENT)
    assert outcome.verdict is Verdict.PASSED


def test_a_client_that_needs_two_segments_is_told_when_they_are_glued(tmp_path: Path) -> None:
    """It reads the size with one recv() and the text with the next, and waits for ever."""
    whole = """self.request.sendall(json.dumps({"status": "OK", "text": said["text"].upper()}).encode() + b"\\n")"""
    assert whole in CAREFUL_SERVER
    server = CAREFUL_SERVER.replace(whole, """self.request.sendall(b'{"status": "OK"}\\n')
            self.request.sendall(json.dumps({"text": said["text"].upper()}).encode() + b"\\n")""")
    client = HASTY_CLIENT.replace("    answer =", "    link.recv(1024)\n    answer =")
    found = finding(plays(tmp_path, "glue", server=server, client=client))
    assert (found.code, found.actor) == ("messages-glued", "yoda")
    assert found.sentence == ("yoda's client took one recv() for one message: 2 messages of 17 and 24 bytes came to it "
                              "in one segment, and it acted on what came first")  # fmt: skip


# What it cannot read it throws away, and says nothing.
DEAF_SERVER = HASTY_SERVER.replace("""                self.request.sendall(b'{"status": "ERROR"}\\n')\n""", "")
# It reads with care, and does not answer one text: for a reason of its own.
_READS = "                said = json.loads(data)\n"
MOODY_SERVER = CAREFUL_SERVER.replace(_READS, f"""{_READS}\
                if "hush" in said["text"]:
                    continue
""")
LONG = "a long text that does not fit into fifty bytes"
SWALLOWED = f"- yoda starts\n- yoda: short\n- yoda sees: SHORT\n- yoda: {LONG}\n- yoda sees: {LONG.upper()}\n"


def test_a_server_that_throws_half_a_message_away_in_silence_is_told(tmp_path: Path) -> None:
    """Nothing was answered; one of the same kind, that came whole, was."""
    assert DEAF_SERVER != HASTY_SERVER
    found = finding(plays(tmp_path, "cut 50", server=DEAF_SERVER, play=SWALLOWED))
    assert (found.code, found.step, found.actor) == ("message-cut", 4, "server")
    assert found.sentence == (
        f"""the server does not put together what several recv() bring: 'SAY text="{LONG}"' came to it in 2 """
        "segments, it read all of them, and still waits for more; 'SAY text=short' came in one segment, and was acted "
        "on")  # fmt: skip
    assert found.seen.startswith("the network (cut 50) brought bytes 1 to 50 of ")


def test_silence_is_not_blamed_on_pieces_where_nothing_was_ever_whole(tmp_path: Path) -> None:
    """Every request came in pieces: whether it would be answered whole nobody knows."""
    found = finding(plays(tmp_path, "cut 1", server=DEAF_SERVER, play=f"- yoda starts\n- yoda: {LONG}\n"))
    assert found.code == "no-answer"


@pytest.mark.parametrize("network", ["cut 50", "cut 1", "glue"])
def test_who_put_pieces_together_before_is_silent_for_another_reason(tmp_path: Path, network: str) -> None:
    """A careful server that hangs in the middle is not accused of what it can do."""
    found = finding(plays(tmp_path, network, server=MOODY_SERVER, play=f"{SWALLOWED}- yoda: hush {LONG}\n"))
    assert (found.code, found.step) == ("no-answer", 6)
