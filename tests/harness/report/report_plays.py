"""One play of every sort that a report must tell, as realistic as the brief's own sessions."""

from __future__ import annotations

from pathlib import Path

from report_builders import PROMPT, Play, begun, report

from harness.events import Capped, Noted, NotTyped, Signalled, Started
from harness.grade.marks import Marks
from harness.grade.rubric import add_up, load_rubric
from harness.report.report import Played, Report, combined
from harness.scenario.model import Person
from harness.verdict import IN_GRADING_ONLY, Verdict

F, P, U, S = Verdict.FAILED, Verdict.PASSED, Verdict.UNDECIDED, Verdict.SKIPPED
RUBRIC = load_rubric(Path(__file__).parents[3] / "scenarios" / "rubric.yaml")


def marks(*played: Played) -> Marks:
    """What these plays earn by the assignment's rubric."""
    return add_up(RUBRIC, [play.outcome for play in played])


def wrong_password() -> Played:
    """A play that passes."""
    play = Play("A wrong password is refused, and the right one then works", "scenarios/login.yaml")
    play.starts("server", "yoda").prints("server", "Waiting for clients\r\n")
    play.step("yoda cannot log in with: nonsense").prints("yoda", "Enter username: ").types("yoda", "Yoda", "name")
    play.prints("yoda", "Enter password: ").types("yoda", "nonsense", "password").prints("yoda", "Invalid password\r\n")
    play.settles().step("yoda logs in").prints("yoda", "Enter username: ").types("yoda", "Yoda", "name")
    play.prints("yoda", "Enter password: ").types("yoda", "jedi*knight", "password")
    play.prints("yoda", f"Welcome to the forum\r\n{PROMPT}").settles()
    ok = [play.found(P, "ok", "yoda cannot log in with: nonsense", 1), play.found(P, "ok", "yoda logs in", 2)]
    return play.played(*ok, clause="2 Authentication", marks=["single.AUTH", "concurrent.AUTH"])


def idle_client_stays() -> Played:
    """A client that cannot hear the shutdown: three terminals, a proved hang, a hint."""
    play = begun("An idle client is told of the shutdown, and leaves by itself", "yoda", "r2d2")
    play.command("yoda", "CRT 3331", "Thread 3331 created")
    play.step("yoda: SHT destroyforum").types("yoda", "SHT destroyforum")
    play.prints("server", "Yoda issued SHT command\r\nServer shutting down\r\n")
    play.prints("yoda", "Goodbye. Server shutting down\r\n").leaves("yoda", "server")
    play.settles("stuck", "r2d2 waits for the keyboard, and 34 bytes of the answer lie unread in its socket")
    play.step("r2d2 leaves").step("yoda and server leave")
    stays = play.found(
        F, "stays", "expected r2d2 to leave, and it still runs: it waits for the keyboard", 4, actor="r2d2",
        expected="r2d2's program ends by itself", seen="it runs, blocked in read() on its terminal",
        where="r2d2's terminal", near="yoda's program left",
        likely="this is what happens when a client hears the server only after the next key press",
        hint="A client that waits in input() cannot hear the server. Wait for the keyboard and the socket at once.",
    )  # fmt: skip
    return play.played(
        play.found(P, "ok", "yoda: CRT 3331", 2), stays, play.found(P, "ok", "yoda and server leave", 5),
        clause="5 SHT", marks=["concurrent.SHT"], recording="out/recordings/0004.jsonl",
    )  # fmt: skip


def message_missing(name: str, title: str, number: int, seed: int = 7) -> Played:
    """RDT shows nothing, in as many scenarios as one likes."""
    play = begun(name, "yoda", file="scenarios/read.yaml", seed=seed)
    play.command("yoda", f"CRT {title}", f"Thread {title} created")
    play.command("yoda", f"MSG {title} Networks is awesome", f"Message posted to {title} thread")
    play.command("yoda", f"RDT {title}", f"Thread {title} is empty").step(f"yoda sees: {number} Yoda: Networks")
    sentence = f"expected '{number} Yoda: Networks is awesome' on yoda's terminal, got 'Thread {title} is empty'"
    miss = play.found(
        F, "not-seen", sentence, 5, actor="yoda", expected=f"{number} Yoda: Networks is awesome",
        seen=f"Thread {title} is empty\n{PROMPT}", where="yoda's terminal",
    )  # fmt: skip
    traceback = play.found(P, "traceback", "the server printed a traceback: KeyError: 'messages' (server.py, line 88)")
    crashed = play.found(F, "crashed", "the server left, exit status 1, in the middle of the play")
    return play.played(miss, crashed, traceback, marks=["single.RDT"])


def wrong_file() -> Played:
    """A thread file that is not as the brief says: texts of several lines."""
    play = begun("Deleting a message renumbers the later ones", "yoda", file="scenarios/delete.yaml")
    play.command("yoda", "DLT 3331 1", "The message has been deleted").step("server/3331 is: |")
    wanted = "Yoda\n1 R2D2: Yes it does\n2 Yoda: This assignment rocks"
    got = "Yoda\n2 R2D2: Yes it does\n3 Yoda: This assignment rocks\n"
    miss = play.found(
        F, "file-differs", "server/3331: expected '1 R2D2: Yes it does' in line 2, got '2 R2D2: Yes it does'", 3,
        expected=wanted, seen=got, where="server/3331", near="only the numbers differ",
    )  # fmt: skip
    return play.played(miss, clause="4 DLT", marks=["single.DLT"])


def machine_too_busy() -> Played:
    """A play that could not be decided, and why."""
    play = begun("Fifty people post, and nothing is lost or doubled", "yoda", file="scenarios/crowd.yaml")
    play.step("yoda: RDT 3331").types("yoda", "RDT 3331").settles("gave-up", "the server was never given a core")
    miss = play.found(
        U, "too-busy", "the machine was too busy to decide this: the programs had 1.2 s of their own time in 200 s", 2,
        actor="yoda", expected="50 lines, each once", seen="no answer yet", where="yoda's terminal",
    )  # fmt: skip
    return play.played(miss, marks=["concurrent.MSG", "concurrent.RDT"], seconds=200.0)


def in_grading_only(command: str = "RDT") -> Played:
    """A play that is all right as far as anybody can tell where the model is not."""
    play = begun(f"Eight people {command} at once, and one order explains every answer", "yoda")
    play.step(f"yoda: {command} 3331").types("yoda", f"{command} 3331").settles("still")
    play.step("one order explains every answer")
    miss = play.found(U, IN_GRADING_ONLY, "whether one order explains every answer is judged in grading only", 3,
                      expected="one order that explains every answer")  # fmt: skip
    return play.played(miss)


def does_not_apply() -> Played:
    """A play that was skipped."""
    play = Play("A lost datagram is sent again", "scenarios/udp.yaml")
    return play.played(play.found(S, "transport", "the assignment's transport is tcp"), seconds=0.0)


def aid_failed() -> Played:
    """A play that came no further than to what it only needs on its way."""
    play = begun("An upload cannot be deleted", "yoda", file="scenarios/delete.yaml")
    play.step("yoda: UPD 3331 test.exe").types("yoda", "UPD 3331 test.exe").settles("stuck")
    told = "'UPD 3331 test.exe' is only an aid here, and is marked under UPD: 'UPD 3331 test.exe' has no answer"
    miss = play.found(S, "aid-failed", told, 2, actor="yoda", expected="an answer", where="yoda's terminal")
    return play.played(miss, marks=["single.DLT"])


def skipped() -> Report:
    """Nothing failed, and a line of the rubric of which nobody could tell."""
    plays = [wrong_password(), aid_failed()]
    return report(*plays, marks=marks(*plays))


def hostile() -> Played:
    """A program, and a scenario, that try to write on the reader's terminal."""
    play = begun("[bold]Names[/] with \x1b]0;owned\x07 and \u202egnihtemos\u202c in them", "yoda")
    play.step("yoda: LST [/]").types("yoda", "LST [/]")
    play.prints("yoda", b"\x1b]0;owned\x07\x1b[2J\x1b[31m[red]no threads[/red]\x1b[0m \xc2\x9b31m \xff\xfe\r\n")
    play.prints("yoda", b"\xe2\x80\xaecba a\tb\x00\x07\x08\r\n[link=http://example.org]click[/link] :smile: \\[x]\r\n")
    play.settles()
    play.step("yoda sees nothing")
    miss = play.found(
        F, "seen", "expected nothing, got '\x1b[31m[red]no threads[/red]' \x9b \ud800", 3, actor="[/]",
        seen="\x1b[2J[/]\u202e\u2028", where="yoda's \x1b[5mterminal", likely="[blink]", hint="[/nothing]",
    )  # fmt: skip
    return play.played(miss, clause="[reverse]4[/]", recording="out/\x1b[1m.jsonl")


def crowd(size: int = 50) -> Played:
    """More terminals than any window has room for; the failing one is somewhere in the middle."""
    people = [f"p{n}" for n in range(1, size + 1)]
    play = begun("Fifty people log in at once", *people, file="scenarios/crowd.yaml")
    play.command("p7", "LST", "No threads to list").step("p7 sees: 3331")
    miss = play.found(F, "not-seen", "expected '3331' on p7's terminal, got 'No threads to list'", 3, actor="p7",
                      expected="3331", seen="No threads to list", where="p7's terminal")  # fmt: skip
    return play.played(miss)


def flood() -> Played:
    """A client that prints without end, a line that has none, and much talk before."""
    play = begun("A long session", "yoda", file="scenarios/flood.yaml")
    for number in range(30):
        play.command("yoda", f"MSG 3331 {number}", "Message posted to 3331 thread")
    play.step("yoda: RDT 3331").types("yoda", "RDT 3331").prints("yoda", "again\r\n" * 5000 + "x" * 3000 + "\r\n")
    play.note(Capped, actor="yoda", limit=65536).settles("spinning").step("yoda sees: 1 Yoda: 0")
    miss = play.found(F, "not-seen", "expected '1 Yoda: 0' on yoda's terminal, got 5,001 other lines", 33, actor="yoda",
                      expected="1 Yoda: 0", seen="again\n" * 5000 + "x" * 3000, where="yoda's terminal")  # fmt: skip
    return play.played(miss)


def every_event() -> Played:
    """Keys, signals, restarts, what could not be typed, and a remark of the harness."""
    play = begun("Who is cut off can come back", "yoda", "r2d2", file="scenarios/robust.yaml")
    play.step("yoda presses: ctrl-d").types("yoda", "\x04", "key").settles()
    play.step('r2d2 sends: "\\x00\\xff"').types("r2d2", "\x00", "raw").settles()
    play.step("yoda is killed").note(Signalled, actor="yoda", signal="SIGKILL").leaves("yoda").settles()
    play.step("yoda logs in").note(Started, actor="yoda", argv=["client"], pid=9, life=2).settles()
    play.step("r2d2: LST").note(NotTyped, actor="r2d2", data=b"LST\n", why="its program is gone")
    play.note(Noted, text="the relay was 20 ms late", fault=True)
    return play.played(play.found(U, "harness-fault", "a fault of the harness, not of the program: the relay was late"))


def mixed() -> Report:
    """Passed, failed, undecided and skipped, with the marks of all."""
    plays = [wrong_password(), idle_client_stays(), machine_too_busy(), does_not_apply(), wrong_file()]
    return report(*plays, marks=marks(*plays))


def one_cause() -> Report:
    """Three scenarios and several plays of one, all for the same reason."""
    plays = [
        message_missing("A message can be read", "3331", 1),
        message_missing("Whose name ends in a digit can be read", "9331", 1, seed=8),
        *(message_missing("Ten messages can be read", "77", 10, seed=seed) for seed in range(9, 12)),
        idle_client_stays(),
    ]
    return report(*plays)


def works_sometimes() -> Report:
    """A download that fails in two of five plays, and a hang that is explained."""
    return report(*combined([_download(seed, seed not in (8, 10)) for seed in range(7, 12)]), _hang())


def _download(seed: int, whole: bool) -> Played:
    play = begun("A file comes back as it was", "yoda", seed=seed)
    play.command("yoda", "DWN 3331 test.exe", "test.exe successfully downloaded")
    play.step("yoda/copy equals: yoda/test.exe")
    differs = "yoda/copy should equal yoda/test.exe: got only the first 1,024 bytes: the end is missing"
    miss = play.found(F, "file-differs", differs, 3, actor="yoda", where="yoda/copy", expected="5,120 bytes",
                      seen="1,024 bytes")  # fmt: skip
    return play.played(*([] if whole else [miss]), marks=["single.DWN"])


def _hang() -> Played:
    play = begun("Who is half-way through a login delays nobody", "yoda").step("r2d2: LST").types("r2d2", "LST")
    play.settles("stuck", "r2d2 waits in recv() for an answer from the server")
    silent = "'LST' has no answer that came to its end: r2d2's client does not ask for the next line"
    likely = (
        "r2d2 waits in recv() for an answer from the server\n"
        "at the end of the play, two threads of the server wait for a lock at server.py:55 and server.py:61, "
        "the server's thread for yoda stands in recv() at server.py:41, r2d2's client stands in recv() at client.py:9\n"
        "afterwards a new client that wanted to log in as hans had no answer either"
    )
    miss = play.found(F, "no-answer", silent, 2, actor="r2d2", where="r2d2's terminal", seen="nothing", likely=likely,
                      expected="an answer, and the next question")  # fmt: skip
    return play.played(miss, marks=["concurrent.LST"])


def somebody() -> Person:
    """One of a cast."""
    return Person("yoda", "Yoda", None)
