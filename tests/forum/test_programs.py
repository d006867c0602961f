"""The two programs as a person meets them: arguments, help, where they may lie, what they need."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from forum_stage import (
    ADMIN,
    PROMPT,
    ROOT,
    Caller,
    RunningServer,
    Terminal,
    full_listener,
    is_connecting,
    wait_until,
)

from forum.describe import describe
from forum.messages import Status

PROGRAMS = ["server.py", "client.py"]


def run(program: str, *arguments: str, typed: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with no terminal."""
    command = [sys.executable, str(ROOT / "forum" / program), *arguments]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=30, cwd=cwd, check=False)


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_says_something_useful(program: str) -> None:
    """The arguments, and every command of the client, P2P included."""
    result = run(program, "--help")
    assert result.returncode == 0
    assert f"usage: {program}" in result.stdout
    if program == "client.py":
        assert all(
            f"  {word} " in result.stdout
            for word in ["CRT", "LST", "MSG", "RDT", "EDT", "DLT", "UPD", "DWN", "RMV", "P2P", "XIT", "SHT"]
        )


@pytest.mark.parametrize("arguments", [[], ["5000"], ["5000", "x", "y"], ["port", "x"], ["80", "x"], ["65536", "x"]])
def test_wrong_arguments_of_the_server_say_what_right_ones_are(arguments: list[str], tmp_path: Path) -> None:
    """With exit status 2, and without starting."""
    result = run("server.py", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("server: expected ")


@pytest.mark.parametrize("arguments", [[], ["127.0.0.1"], ["127.0.0.1", "x"], ["127.0.0.1", "-1"], ["a", "b", "c"]])
def test_wrong_arguments_of_the_client_say_what_right_ones_are(arguments: list[str]) -> None:
    """With exit status 2."""
    result = run("client.py", *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("client: expected ")


def test_a_taken_port_is_named(server: RunningServer, tmp_path: Path) -> None:
    """The second server says so and ends."""
    result = run("server.py", str(server.port), "x", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr == f"server: cannot start: port {server.port} is taken\n"


def test_a_client_without_a_server_says_so() -> None:
    """And ends with status 1."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        result = run("client.py", "127.0.0.1", str(port))
    assert result.returncode == 1
    assert f"no server at 127.0.0.1 port {port}" in result.stderr


@pytest.mark.parametrize("host", ["", "a..b", "x" * 300, "\u00e9.invalid", "999.1.1.1"])
def test_a_host_that_is_none_is_said(host: str) -> None:
    """With a sentence, whatever was typed."""
    result = run("client.py", host, "5000")
    assert result.returncode == 1
    assert result.stderr.startswith(f"client: no server at {host} port 5000: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("password", ["", " ", "two words", "x "])
def test_an_admin_password_that_nobody_could_type_is_refused(password: str, tmp_path: Path) -> None:
    """SHT takes one word."""
    result = run("server.py", "5000", password, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == f"server: expected an admin password without spaces, got {password!r}\n"


def test_ctrl_c_while_connecting_is_a_goodbye(tmp_path: Path) -> None:
    """A server that does not answer the door can be left like any other."""
    listener, crowd = full_listener()
    client = Terminal(tmp_path, listener.getsockname()[1])
    wait_until(lambda: is_connecting(client.child.pid), "the client to knock")
    client.child.send("\x03")
    assert client.leaves() == 130
    assert client.rest == "^C\r\nGoodbye\r\n"
    for sock in (listener, *crowd):
        sock.close()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "| true"])
def test_a_client_needs_no_standard_file(server: RunningServer, call: Callable[..., Caller], closed: str) -> None:
    """A socket never takes the place of the terminal, and nobody reading is no error."""
    command = f"exec {sys.executable} {ROOT}/forum/client.py 127.0.0.1 {server.port} {closed}"
    result = subprocess.run(
        ["sh", "-c", command], input="Yoda\njedi*knight\nCRT 3331\n", capture_output=True, text=True, timeout=30,
        check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    server.sees("Client connected")
    if "<" not in closed:
        server.sees("Yoda successful login", "Yoda issued CRT command", "Thread 3331 created", "Yoda exited")


def test_a_client_works_without_a_terminal(server: RunningServer, tmp_path: Path) -> None:
    """Lines from a pipe, the end of the file is XIT, and passwords may come that way too."""
    result = run("client.py", "127.0.0.1", str(server.port), typed="Yoda\njedi*knight\nCRT 3331\nLST\n", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout == (
        f"Enter username: Enter password: Welcome to the forum\n{PROMPT}Thread 3331 created\n"
        f"{PROMPT}The list of active threads:\n3331\n{PROMPT}\nGoodbye\n"
    )


def test_a_client_on_a_pipe_hears_of_the_shutdown(server: RunningServer, call: Callable[..., Caller]) -> None:
    """It leaves although its input stays open."""
    client = subprocess.Popen(
        [sys.executable, str(ROOT / "forum/client.py"), "127.0.0.1", str(server.port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    server.sees("Client connected")
    assert client.stdin is not None
    assert client.stdout is not None
    assert os.read(client.stdout.fileno(), 100) == b"Enter username: "
    call("R2D2").ask(Status.SHT, password=ADMIN)
    assert client.wait(30) == 0
    assert client.stdout.read() == b"\nGoodbye. Server shutting down\n"
    client.stdin.close()
    client.stdout.close()


@pytest.mark.parametrize("name", ["copy", "no.package 1", "forum"])
def test_copied_files_run_from_any_folder(tmp_path: Path, folder: Path, name: str) -> None:
    """Server, client and helpers lie beside each other, in the folder they also run in."""
    place = tmp_path / name
    place.mkdir()
    for path in (ROOT / "forum").glob("*.py"):
        shutil.copy(path, place)
    shutil.copy(folder / "credentials.txt", place)
    before = {path.name for path in place.iterdir()}
    server = RunningServer(place, ("server.py",))
    client = subprocess.run(
        [sys.executable, "client.py", "127.0.0.1", str(server.port)], cwd=place, capture_output=True, text=True,
        input=f"Yoda\njedi*knight\nCRT server.py\nCRT board.py\nCRT 3331\nSHT {ADMIN}\n", timeout=30, check=False,
    )  # fmt: skip
    assert client.returncode == 0, client.stderr
    assert "The name server.py cannot be used" in client.stdout
    assert "The name board.py cannot be used" in client.stdout
    assert server.wait() == 0
    server.stop()
    assert {path.name for path in place.iterdir()} - {"__pycache__"} == before - {"credentials.txt"}


@pytest.mark.parametrize("command", [("server.py",), ("-m", "forum.server")])
def test_a_thread_is_never_taken_for_a_module(tmp_path: Path, folder: Path, command: tuple[str, ...]) -> None:
    """Its title may end in .py and its creator's name be Python; the server runs neither, now or after a restart."""
    if command == ("server.py",):
        for path in (ROOT / "forum").glob("*.py"):
            shutil.copy(path, folder)
    for title in ("hmac.py", "socket.py"):
        server = RunningServer(folder, command)
        mallory, yoda = Caller(server.port), Caller(server.port)
        mallory.log_in("1/0")
        assert mallory.ask(Status.CRT, title=title).status is Status.THREAD_CREATED
        yoda.log_in("Yoda", port=9)
        assert mallory.ask(Status.P2P, user="Yoda").status is Status.PEER_FOUND
        server.stop()


def test_a_download_is_never_taken_for_a_module(server: RunningServer, tmp_path: Path) -> None:
    """Neither by the client that runs, in the folder it lies in, nor when it starts again."""
    for path in (ROOT / "forum").glob("*.py"):
        shutil.copy(path, tmp_path)
    for name in ("hmac.py", "socket.py", "selectors.py"):
        (tmp_path / name).write_text("1/0")
    client = subprocess.run(
        [sys.executable, "client.py", "127.0.0.1", str(server.port)], cwd=tmp_path, capture_output=True, text=True,
        input="Yoda\njedi*knight\nLST\n", timeout=30, check=False,
    )  # fmt: skip
    assert (client.returncode, client.stderr) == (0, "")


def test_the_server_runs_as_a_module(folder: Path) -> None:
    """As python -m forum.server."""
    server = RunningServer(folder, ("-m", "forum.server"))
    assert Caller(server.port).log_in("Yoda").status is Status.WELCOME
    server.stop()


def test_the_protocol_is_described_as_it_is() -> None:
    """docs/protocol.md is what the tables say: python3 -m forum.describe > docs/protocol.md."""
    assert (ROOT / "docs/protocol.md").read_text() == describe()
