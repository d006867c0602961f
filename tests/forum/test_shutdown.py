"""SHT, XIT, Ctrl-C, Ctrl-D and sudden ends."""

import os
import signal
import socket
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from forum_stage import ADMIN, PATIENCE, PROMPT, ROOT, Caller, RunningServer, Terminal, fill_with_answers

from forum.messages import Message, Status

GOODBYE = "Goodbye. Server shutting down"


def test_everybody_leaves_wherever_they_are(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer
) -> None:
    """Idle, with half a line typed, at both login prompts, in the middle of an upload: nobody presses a key."""
    idle, typing, naming, proving, uploading = terminal("Yoda"), terminal("R2D2"), terminal(), terminal(), terminal()
    idle.answer("CRT 3331")
    typing.child.send("MSG 3331 half")
    typing.sees("MSG 3331 half")
    naming.sees("Enter username: ")
    proving.sees("Enter username: ")
    proving.types("leia")
    proving.sees("Enter password: ")
    uploading.sees("Enter username: ")
    uploading.types("Obi-wan")
    uploading.sees("for Obi-wan: ")
    uploading.types("pw")
    uploading.sees(PROMPT)
    with (uploading.folder / "big").open("wb") as file:
        file.truncate(8 << 30)  # sparse: no disk, and no end in sight
    uploading.types("UPD 3331 big")
    server.sees("Obi-wan issued UPD command")
    (server.folder / "notes.txt").write_text("mine")
    (server.folder / "__pycache__").mkdir()
    admin = call("chewbacca")
    assert admin.ask(Status.SHT, password=ADMIN).status is Status.SERVER_CLOSING
    assert admin.ended()
    for who in (idle, typing, naming, proving, uploading):
        assert who.leaves() == 0, who.rest
        assert who.rest.endswith(f"\r\n{GOODBYE}\r\n"), who.rest
    assert server.wait() == 0
    assert server.files() == {"notes.txt", "__pycache__"}
    assert [path.name for path in uploading.folder.iterdir()] == ["big"]


def test_the_port_can_be_bound_again_at_once(call: Callable[..., Caller], server: RunningServer) -> None:
    """Even though its connections were ended by the server."""
    callers = [call(f"user{number}") for number in range(5)]
    callers[0].ask(Status.SHT, password=ADMIN)
    assert all(caller.ended() for caller in callers)
    assert server.wait() == 0
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("", server.port))
        again.listen()


def test_a_client_that_never_reads_does_not_hold_up_the_end(call: Callable[..., Caller], server: RunningServer) -> None:
    """Nor anybody else before it."""
    deaf = _never_reading(call)
    yoda = call("Yoda")
    assert yoda.ask(Status.LST).status is Status.THREAD_ACTIVE
    assert yoda.ask(Status.SHT, password=ADMIN).status is Status.SERVER_CLOSING
    assert server.wait() == 0
    deaf.close()


def test_a_stopped_client_does_not_hold_up_the_end(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer
) -> None:
    """It hears of it when it wakes."""
    stopped = terminal("Yoda")
    os.kill(stopped.child.pid, signal.SIGSTOP)
    assert call("R2D2").ask(Status.SHT, password=ADMIN).status is Status.SERVER_CLOSING
    assert server.wait() == 0
    os.kill(stopped.child.pid, signal.SIGCONT)
    assert stopped.leaves() == 0
    assert GOODBYE in stopped.rest


def test_a_slow_download_is_ended_between_two_pieces(call: Callable[..., Caller], server: RunningServer) -> None:
    """What the client then reads is whole messages, the goodbye last."""
    yoda, slow = call("Yoda"), call("R2D2")
    yoda.ask(Status.CRT, title="3331")
    yoda.upload("3331", "f", bytes(24 << 20))
    slow.say(Status.DWN, title="3331", file="f")
    slow.hear()
    yoda.ask(Status.SHT, password=ADMIN)
    assert server.wait() == 0
    while isinstance(event := slow.hear(), bytes) or event.status is Status.BYTES:
        pass
    assert event == Message(Status.SERVER_CLOSING)


def test_a_wrong_admin_password_changes_nothing(call: Callable[..., Caller], server: RunningServer) -> None:
    """An error, and everything goes on."""
    yoda = call("Yoda")
    yoda.ask(Status.CRT, title="3331")
    assert yoda.ask(Status.SHT, password="monkey").status is Status.WRONG_ADMIN_PASSWORD
    assert yoda.ask(Status.LST).status is Status.THREAD_ACTIVE
    assert server.files() == {"credentials.txt", "3331"}


def test_ctrl_d_is_xit(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """At the command prompt; at a login prompt it leaves as well."""
    yoda, nobody = terminal("Yoda"), terminal()
    yoda.child.send("\x04")
    assert yoda.leaves() == 0
    assert yoda.rest.endswith("Goodbye\r\n")
    server.sees("Yoda exited", "Waiting for clients")
    nobody.sees("Enter username: ")
    nobody.child.send("\x04")
    assert nobody.leaves() == 0
    assert nobody.rest.endswith("Goodbye\r\n")


def test_ctrl_c_leaves_a_client_with_a_goodbye(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """Its status says that it was interrupted."""
    yoda = terminal("Yoda")
    assert yoda.leaves("\x03") == 130
    assert yoda.rest.endswith("\r\nGoodbye\r\n")
    server.sees("Yoda disconnected", "Waiting for clients")


def test_a_dead_server_ends_an_idle_client_at_once(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """With a sentence and status 1, at the command prompt and at a login prompt."""
    yoda, nobody = terminal("Yoda"), terminal()
    nobody.sees("Enter username: ")
    server.process.kill()
    for who in (yoda, nobody):
        assert who.leaves() == 1
        assert who.rest.endswith("\r\nThe server has gone\r\n")


def test_ctrl_c_ends_the_server_and_deletes_nothing(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer
) -> None:
    """It says goodbye to all; without the admin password no file goes."""
    yoda = terminal("Yoda")
    yoda.answer("CRT 3331")
    _never_reading(call)
    server.process.send_signal(signal.SIGINT)
    assert yoda.leaves() == 0
    assert yoda.rest.endswith(f"{GOODBYE}\r\n")
    server.sees("Goodbye")
    assert server.wait() == 130
    assert {"credentials.txt", "3331"} <= server.files()


@pytest.mark.parametrize("typed", ["", "MSG 3331 half"])
def test_the_terminal_is_left_as_it_was(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], typed: str
) -> None:
    """Woken out of the middle of a line, the client gives back a terminal that echoes and edits."""
    yoda = terminal()
    yoda.sees("Enter username: ")
    yoda.types("Yoda")
    yoda.sees("Enter password: ")
    yoda.types("jedi*knight")
    yoda.sees(PROMPT)
    yoda.child.send(typed)
    call("R2D2").ask(Status.SHT, password=ADMIN)
    assert yoda.child.wait() == 0
    modes = termios.tcgetattr(yoda.child.child_fd)[3]
    assert modes & termios.ICANON
    assert modes & termios.ECHO


def test_ctrl_z_leaves_the_shell_and_the_line_as_they_should_be(server: RunningServer, tmp_path: Path) -> None:
    """Stopped and continued, the client shows its line again and edits it; the shell can be typed to meanwhile."""
    shell = pexpect.spawn("sh", ["-i"], cwd=str(tmp_path), env={**os.environ, "PS1": "shell> ", "TERM": "xterm"},
                          dimensions=(40, 500), timeout=PATIENCE, encoding="utf-8")  # fmt: skip
    for question, reply in (
        ("shell> ", f"{sys.executable} {ROOT}/forum/client.py 127.0.0.1 {server.port}"),
        ("username: ", "Yoda"),
        ("password: ", "jedi*knight"),
        (PROMPT, "CRT 33"),
    ):
        shell.expect_exact(question)
        shell.send(reply + ("" if reply == "CRT 33" else "\r"))
    shell.expect_exact("CRT 33")
    shell.send("\x1a")
    shell.expect_exact("shell> ")
    shell.send("fg\r")
    shell.expect_exact(PROMPT + "CRT 33")
    shell.send("x\x7f31\r")
    shell.expect_exact("Thread 3331 created")
    shell.close(force=True)


@pytest.mark.soak
def test_no_client_misses_the_shutdown(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever it is doing when the goodbye comes, such as printing its prompt: 200 times."""
    for _ in range(200):
        path = tmp_path_factory.mktemp("server")
        (path / "credentials.txt").write_text("Yoda jedi*knight\n")
        server = RunningServer(path)
        yoda = Terminal(tmp_path_factory.mktemp("client"), server.port)
        yoda.logs_in("Yoda")
        admin = Caller(server.port)
        admin.log_in("R2D2")
        yoda.types("LST")
        admin.say(Status.SHT, password=ADMIN)
        assert yoda.leaves() == 0, yoda.rest
        assert server.wait() == 0
        server.stop()


def _never_reading(call: Callable[..., Caller]) -> Caller:
    """Return a client whose answers fill every buffer on the way."""
    deaf = call("deaf")
    deaf.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.ask(Status.CRT, title="long")
    deaf.ask(Status.MSG, title="long", text="x" * 50_000)
    fill_with_answers(deaf)
    return deaf
