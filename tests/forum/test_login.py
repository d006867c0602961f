"""Logging in: who gets in, who does not, and what becomes of credentials.txt."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from forum_stage import PROMPT, ROOT, Caller, RunningServer, Terminal, wait_until

from forum.messages import Message, Status

SAMPLE = (ROOT / "credentials.txt").read_bytes()


def test_the_dialogue_goes_as_in_the_sample(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """A wrong password leads back to the name; a known and a new user are welcomed; a name is used once."""
    yoda, obi = terminal(), terminal()
    yoda.sees("Enter username: ")
    yoda.types("Yoda")
    yoda.sees("Enter password: ")
    yoda.types("sdrfdfs12")
    yoda.sees("\r\nInvalid password\r\nEnter username: ")
    yoda.types("Yoda")
    yoda.sees("Enter password: ")
    yoda.types("jedi*knight")
    yoda.sees("\r\nWelcome to the forum\r\n" + PROMPT)
    obi.sees("Enter username: ")
    obi.types("Yoda")
    obi.sees("\r\nYoda has already logged in\r\nEnter username: ")
    obi.types("Obi-wan")
    obi.sees("Enter new password for Obi-wan: ")
    obi.types("r2d2")
    obi.sees("\r\nWelcome to the forum\r\n" + PROMPT)
    server.sees("Incorrect password", "Yoda successful login", "Yoda has already logged in", "New user")
    server.sees("Obi-wan successful login")


def test_the_sample_accounts_have_no_final_newline() -> None:
    """The course's sample ends right after R2D2's password."""
    assert SAMPLE.split(b"\n")[-1] == b"R2D2 c3p0sucks"
    assert [
        line.split()[0] for line in SAMPLE.split(b"\n")
    ] == b"hans Yoda vader c3p0 leia luke chewy palpatine R2D2".split()


@pytest.mark.parametrize(("content", "newline"), [(SAMPLE, b""), (SAMPLE + b"\n", b"\n")])
def test_a_new_user_is_the_last_line(folder: Path, content: bytes, newline: bytes) -> None:
    """In both shapes of the file nobody's line is damaged, and everybody can log in after a restart."""
    (folder / "credentials.txt").write_bytes(content)
    first = RunningServer(folder)
    assert Caller(first.port).log_in("Obi-wan", "r2d2").status is Status.WELCOME
    first.stop()
    assert (folder / "credentials.txt").read_bytes() == SAMPLE + b"\nObi-wan r2d2" + newline
    second = RunningServer(folder)
    for user, password in (("R2D2", "c3p0sucks"), ("Obi-wan", "r2d2"), ("hans", "falcon*01")):
        assert Caller(second.port).log_in(user, password).status is Status.WELCOME
    second.stop()


def test_a_line_written_by_hand_meanwhile_is_kept(server: RunningServer, call: Callable[..., Caller]) -> None:
    """A new user is added to the file as it is, not as it was when the server started."""
    path = server.folder / "credentials.txt"
    path.write_bytes(SAMPLE + b"\nby hand\n")
    call("Obi-wan")
    assert path.read_bytes() == SAMPLE + b"\nby hand\nObi-wan pw\n"


def test_a_name_of_any_bytes_can_log_in_and_own_threads(folder: Path) -> None:
    """A credentials file is not always UTF-8; its names stand in threads as they stand there."""
    (folder / "credentials.txt").write_bytes(b"J\xf6rg pw\n")
    server = RunningServer(folder)
    caller = Caller(server.port)
    assert caller.log_in("J\udcf6rg").status is Status.WELCOME
    assert caller.ask(Status.CRT, title="3331").status is Status.THREAD_CREATED
    assert (folder / "3331").read_bytes() == b"J\xf6rg\n"
    server.stop()


def test_keys_that_are_no_text_are_refused_with_a_sentence(terminal: Callable[..., Terminal]) -> None:
    """As a name and as a title; the client goes on."""
    yoda = terminal()
    yoda.sees("Enter username: ")
    os.write(yoda.child.child_fd, b"\xff\xfe\r")
    yoda.sees("A username is letters, digits and punctuation, without spaces\r\n")
    yoda.logs_in("Yoda")
    os.write(yoda.child.child_fd, b"CRT \xff\r")
    yoda.sees("The name ? cannot be used\r\n")


def test_no_password_is_in_the_history(terminal: Callable[..., Terminal]) -> None:
    """Neither the user's nor an attempt at the admin's: the arrow leads to the command before."""
    yoda = terminal("Yoda")
    yoda.answer("LST")
    assert yoda.answer("SHT monkey") == ["Incorrect password"]
    assert yoda.answer("\x1b[A") == ["No threads to list"]
    assert yoda.answer("\x1b[A\x1b[A\x1b[A") == ["No threads to list"]


def test_the_files_permissions_stay(folder: Path) -> None:
    """A credentials file that only its owner may read stays one."""
    (folder / "credentials.txt").chmod(0o600)
    server = RunningServer(folder)
    Caller(server.port).log_in("Obi-wan")
    server.stop()
    assert (folder / "credentials.txt").stat().st_mode & 0o777 == 0o600


def test_without_a_credentials_file_everybody_is_new(folder: Path) -> None:
    """The first to register makes the file."""
    (folder / "credentials.txt").unlink()
    server = RunningServer(folder)
    assert Caller(server.port).log_in("Yoda", "new").status is Status.WELCOME
    server.stop()
    assert (folder / "credentials.txt").read_bytes() == b"Yoda new\n"


def test_of_two_at_one_password_prompt_one_gets_in(call: Callable[..., Caller]) -> None:
    """Who is logged in is asked again after the password."""
    first, second = call(), call()
    for caller in (first, second):
        assert caller.ask(Status.USERNAME, user="Yoda").status is Status.USER_EXIST
    assert first.ask(Status.PASSWORD, password="jedi*knight", port=0).status is Status.WELCOME
    assert second.ask(Status.PASSWORD, password="jedi*knight", port=0).status is Status.ALREADY_LOGGED_IN
    assert second.ask(Status.USERNAME, user="R2D2").status is Status.USER_EXIST


@pytest.mark.parametrize(("user", "password"), [("Yoda", "jedi*knight"), ("Obi-wan", "r2d2")])
def test_of_many_at_one_instant_exactly_one_gets_in(
    call: Callable[..., Caller], folder: Path, user: str, password: str
) -> None:
    """Known name or new one; and a new one has one line in the file."""
    callers = [call() for _ in range(8)]
    answers: list[Message] = []
    barrier = threading.Barrier(len(callers))
    for caller in callers:
        caller.ask(Status.USERNAME, user=user)

    def race(caller: Caller) -> None:
        barrier.wait()
        word = Status.PASSWORD if user == "Yoda" else Status.NEW_PASSWORD
        answers.append(caller.ask(word, password=password, port=0))

    workers = [threading.Thread(target=race, args=(caller,)) for caller in callers]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    statuses = [answer.status for answer in answers]
    assert statuses.count(Status.WELCOME) == 1
    assert statuses.count(Status.ALREADY_LOGGED_IN) == len(callers) - 1
    assert (folder / "credentials.txt").read_text().count(f"{user} ") == 1


def test_a_name_registered_and_left_meanwhile_is_refused(call: Callable[..., Caller]) -> None:
    """Two at the new password prompt: the second cannot overwrite the first one's password."""
    first, second = call(), call()
    for caller in (first, second):
        assert caller.ask(Status.USERNAME, user="Obi-wan").status is Status.NEW_USER
    first.ask(Status.NEW_PASSWORD, password="mine", port=0)
    first.ask(Status.XIT)
    assert second.ask(Status.NEW_PASSWORD, password="stolen", port=0).status is Status.NAME_TAKEN
    assert second.log_in("Obi-wan", "mine").status is Status.WELCOME


@pytest.mark.parametrize("name", ["", "a b", "x\ny", "\u00e9", "a\0b"])
def test_a_name_that_would_damage_the_file_is_refused(call: Callable[..., Caller], name: str) -> None:
    """White space, control characters and nothing at all are no names."""
    assert call().ask(Status.USERNAME, user=name).status is Status.NAME_REFUSED


@pytest.mark.parametrize("password", ["", "a b", "x\nevil pw"])
def test_a_password_that_would_damage_the_file_is_refused(
    call: Callable[..., Caller], folder: Path, password: str
) -> None:
    """And nothing is written."""
    caller = call()
    caller.ask(Status.USERNAME, user="Obi-wan")
    assert caller.ask(Status.NEW_PASSWORD, password=password, port=0).status is Status.PASSWORD_REFUSED
    assert (folder / "credentials.txt").read_bytes() == SAMPLE


def test_somebody_halfway_through_a_login_delays_nobody(call: Callable[..., Caller]) -> None:
    """Nor does the name stay reserved."""
    halfway = call()
    halfway.ask(Status.USERNAME, user="Yoda")
    assert call().log_in("Yoda").status is Status.WELCOME


def test_a_killed_clients_name_is_free_again(terminal: Callable[..., Terminal], call: Callable[..., Caller]) -> None:
    """Its connection ended, and that is enough."""
    killed = terminal("Yoda")
    os.kill(killed.child.pid, signal.SIGKILL)
    wait_until(lambda: call().log_in("Yoda").status is Status.WELCOME, "Yoda's name to be free")


def test_an_exited_users_name_is_free_at_once(call: Callable[..., Caller]) -> None:
    """Before the answer to XIT goes out."""
    first = call("Yoda")
    assert first.ask(Status.XIT).status is Status.EXITED
    assert first.ended()
    assert call().log_in("Yoda").status is Status.WELCOME


def test_a_kill_at_any_moment_leaves_whole_credentials(folder: Path) -> None:
    """Killed again and again while accounts are written, the file is always a whole older or newer one."""
    _kill_while_registering(folder, rounds=8)


@pytest.mark.soak
def test_a_kill_at_any_moment_leaves_whole_credentials_for_long(folder: Path) -> None:
    """The same, 200 times."""
    _kill_while_registering(folder, rounds=200)


def _kill_while_registering(folder: Path, rounds: int) -> None:
    registered: list[str] = []
    for number in range(rounds):
        server = RunningServer(folder)
        worker = threading.Thread(target=_register, args=(server.port, number, registered))
        worker.start()
        target = len(registered) + 1 + number % 5
        _wait_for(registered, target)
        server.process.send_signal(signal.SIGKILL)
        worker.join()
        server.stop()
        lines = (folder / "credentials.txt").read_bytes().split(b"\n")
        assert b"\n".join(lines[:9]) == SAMPLE
        assert all(line.endswith(b" secret") for line in lines[9:])
        # Whoever was welcomed is in the file; at most the one who was not told is there as well.
        assert set(registered) <= {line.split()[0].decode() for line in lines}
        # The kill may fall between the two system calls that give a new file its name.
        RunningServer(folder).stop()
        assert server.files() == {"credentials.txt"}


def _wait_for(registered: list[str], target: int) -> None:
    wait_until(lambda: len(registered) >= target, "some registrations")


def _register(port: int, number: int, registered: list[str]) -> None:
    try:
        for serial in range(1000):
            name = f"n{number}.{serial}"
            if Caller(port).log_in(name, "secret").status is Status.WELCOME:
                registered.append(name)
    except (OSError, EOFError):
        pass
