"""Submissions that cannot be played with: one clear sentence each, of what was expected, seen and to be tried."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import probe_door as door
import pytest
from typer.testing import CliRunner, Result

from harness.cli import app

# A task of one form: what a wrong program does is not tried with other arguments.
ASSIGNMENT = re.sub(r'variant: "1"\n|variants:\n(?s:.*)', "", door.ASSIGNMENT)


def probed(folder: Path, home: Path, *options: str) -> Result:
    """Probe a folder; nothing of ours may crash."""
    course = home / "course" if (home / "course").exists() else door.course(home / "course", ASSIGNMENT)
    result = CliRunner().invoke(app, ["probe", str(folder), "--assignment", str(course), "--json",
                                      str(home / "card.json"), *options])  # fmt: skip
    assert "fault of the harness" not in result.output
    assert "harness/" not in result.output, "no traceback of ours"
    return result


def trouble(folder: Path, home: Path) -> tuple[str, str]:
    """The code and the sentence of the one thing that hinders."""
    result = probed(folder, home)
    assert result.exit_code == 1, result.output
    (told,) = json.loads((home / "card.json").read_text())["troubles"]
    assert told["fatal"]
    assert f"[{told['code']}]" in result.output
    # Where there is no box the port is another one in every play.
    return told["code"], re.sub(r"(port|\.py|udp) \d+", r"\1 5745", told["sentence"])


def folder_of(home: Path, *names: str) -> Path:
    """A folder with these files in it."""
    folder = home / "z5555555"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"\x7fELF\x00\x01")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(("names", "sentence"), [
    ((), "expected an entry file such as server.py, Server.java or server.c, found nothing at all"),
    (("server.py",), "expected an entry file such as client.py, Client.java or client.c, found server.py"),
    (("server", "client"), "found only a program without its source, server (a command can be given with --server)"),
    (("report.pdf",), "found no source file (report.pdf)"),
])  # fmt: skip
def test_a_folder_without_its_programs_is_wrong(tmp_path: Path, names: tuple[str, ...], sentence: str) -> None:
    """What was looked for and what is there instead; exit status 2."""
    result = probed(folder_of(tmp_path, *names), tmp_path)
    assert result.exit_code == 2
    assert sentence in result.output


def test_no_folder_is_wrong(tmp_path: Path) -> None:
    """A file, or nothing, is said to be so."""
    (tmp_path / "file").touch()
    for name, seen in (("file", "there is a file"), ("nothing", "there is none")):
        result = probed(tmp_path / name, tmp_path)
        assert (result.exit_code, seen in result.output) == (2, True), result.output


def test_an_entry_that_leads_out_of_the_folder_is_wrong(tmp_path: Path) -> None:
    """A link to somebody else's server is not followed."""
    folder = door.submission(tmp_path / "z5555555")
    (folder / "server.py").rename(tmp_path / "elsewhere.py")
    (folder / "server.py").symlink_to("../elsewhere.py")
    result = probed(folder, tmp_path)
    assert result.exit_code == 2
    assert "this is a link that leads out of the folder: put the file itself there" in result.output


def test_an_entry_that_is_no_file_is_wrong(tmp_path: Path) -> None:
    """A link to itself is not followed, and nobody waits at a pipe."""
    folder = door.submission(tmp_path / "z5555555")
    for name, what in (("server.py", "a link that leads nowhere"), ("client.py", "no file")):
        (folder / name).unlink()
        if name == "server.py":
            (folder / name).symlink_to(name)
        else:
            (folder / "server.py").unlink()
            (folder / "server.py").touch()
            os.mkfifo(folder / name)
        result = probed(folder, tmp_path)
        assert (result.exit_code, f"{name}: this is {what}: put the file" in result.output) == (2, True), result.output


def test_a_link_that_leads_out_is_left_out_and_said(tmp_path: Path) -> None:
    """The programs are played with all the same."""
    folder = door.submission(tmp_path / "z5555555")
    (folder / "notes").symlink_to("/etc/passwd")
    (folder / "round").symlink_to(".")
    (folder / "itself").symlink_to("itself")
    result = probed(folder, tmp_path)
    assert result.exit_code == 0, result.output
    (told,) = json.loads((tmp_path / "card.json").read_text())["troubles"]
    assert (told["code"], told["fatal"]) == ("link-left-out", False)
    assert told["sentence"].startswith("notes: a link that leads out of the folder")


# Leaves its session before its parent ends, or it would be hung up with it.
DAEMON = """\
import os
told, tell = os.pipe()
if os.fork():
    os._exit(os.read(told, 1) != b"x")
os.setsid()
os.write(tell, b"x")
"""
EXPECTED = "expected the server to listen on tcp port 5745, as it was told"
START = "try `python3 server.py 5745 sesame`"
SERVERS = {
    "a binary": ("\x7fELF\1\2", "server-ends", ["its program ended with status 1 before that, its last words were '",
                                                "non-printable character", START]),
    "one that wants other arguments": (
        "import sys; sys.exit(f'usage: server.py PORT') if len(sys.argv) > 2 else 0", "server-ends",
        ["ended with status 1 before that, its last words were 'usage: server.py PORT'", START]),
    "one that never listens": (
        "import threading; print('thinking', flush=True); threading.Event().wait()", "never-listens",
        ["it runs and never does: ", "(futex)", "its last words were 'thinking'", START]),
    "one that asks at its keyboard": (
        "input('Which port? ')", "never-listens",
        ["it waits in read() for its keyboard", "its last words were 'Which port?'", START]),
    "one that listens on another port": (
        door.rules() + door.TCP.replace("int(sys.argv[1])", "6000"), "other-port",
        ["it listens on tcp 6000: take the port from the arguments (`python3 server.py 5745 sesame`)"]),
    "one that forks away": (
        DAEMON + door.rules() + door.TCP, "forks-away",
        ["and to stay at its terminal; its program ended with status 0 at once and left another running in the "
         "background (", "server.py 5745 sesame", "do not fork away"]),
    "one that forks, and is hung up with its terminal": (
        "import os\nif os.fork(): os._exit(0)\n" + door.rules() + door.TCP, "server-ends",
        ["ended with status 0 before that, without a word (one that puts itself into the background ends with its "
         "terminal): try"]),
    "one that speaks UDP": (
        door.rules() + door.UDP.replace("PORT, =", "PORT, _ ="), "other-transport", ["there it speaks udp (udp 5745)"]),
}  # fmt: skip


@pytest.mark.parametrize(("server", "code", "parts"), SERVERS.values(), ids=SERVERS)
def test_a_server_that_nobody_can_come_to(tmp_path: Path, server: str, code: str, parts: list[str]) -> None:
    """Each is a finding with its code: where it should listen, what it does instead, what to try."""
    found, sentence = trouble(door.submission(tmp_path / "z5555555", server), tmp_path)
    assert found == code
    assert sentence.startswith(EXPECTED)
    for part in parts:
        assert part in sentence


CLIENTS = {
    "one that wants no terminal": (
        "import sys\nif sys.stdin.isatty(): sys.exit('give me a file, no terminal')", "client-ends",
        "expected the client to ask at its terminal who is there; it ended with status 1 before it had asked, its last "
        "words were 'give me a file, no terminal': try `python3 client.py 5745`"),
    "one that crashes at once": (
        "import sys; int(sys.argv[2])", "client-ends",
        "it ended with status 1 before it had asked, its last words were 'IndexError: list index out of range'"),
    "one that reads nothing": (
        "import threading; threading.Event().wait()", "nobody-logs-in",
        "expected 'R2D2' to be let in with the right password; "),
}  # fmt: skip


@pytest.mark.parametrize(("client", "code", "part"), CLIENTS.values(), ids=CLIENTS)
def test_a_client_that_nobody_can_use(tmp_path: Path, client: str, code: str, part: str) -> None:
    """Each is a finding with its code and the client's last words."""
    found, sentence = trouble(door.submission(tmp_path / "z5555555", client=client), tmp_path)
    assert found == code
    assert part in sentence


def test_names_in_latin_1_are_names(tmp_path: Path) -> None:
    """A folder and a file whose names are not UTF-8 are played with, and shown with their bytes."""
    folder = door.submission(tmp_path / os.fsdecode(b"caf\xe9"))
    (folder / os.fsdecode(b"r\xe9sum\xe9.txt")).write_text("notes")
    nested = folder / os.fsdecode(b"d\xe9p\xf4t")
    nested.mkdir()
    (folder / "client.py").rename(nested / "client.py")
    saved = tmp_path / "subject.yaml"
    result = probed(folder, tmp_path, "--save", str(saved))
    assert result.exit_code == 0, result.output
    assert "caf\\udce9" in result.output
    assert "client file: d\\udce9p\\udcf4t/client.py" in saved.read_text(encoding="utf-8")


def test_an_assignment_in_a_submission_is_not_obeyed(tmp_path: Path) -> None:
    """The task is the tutor's: the nearest assignment.yaml is looked for above the submission, never inside."""
    course = door.course(tmp_path / "course", ASSIGNMENT)
    folder = door.submission(course / "z5555555")
    (folder / "assignment.yaml").write_text("assignment: mine\nroles: {}\nreference: .\n")
    result = CliRunner().invoke(app, ["probe", str(folder)])
    assert result.exit_code == 0, result.output
