"""Bad input and bad manners: a clear error for who sent it, and no cost to anybody else."""

import os
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from forum_stage import ADMIN, Caller, RunningServer, Terminal, fill_with_answers, wait_until

from forum.messages import Message, Status, encode

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    "line",
    [b"hello", b"", b"\0", b"\0" * 1000, b"[]", b"null", b"\xff\xfe", b"{}", b'{"action":"Login"}', b"[" * 50_000,
     b'{"action":"Command","status":"CRT","title":7}', b'{"action":"Login","status":"CRT","title":"x"}',
     b'{"action":"Command","status":"HELLO"}', b"GET / HTTP/1.1\r"],
)  # fmt: skip
def test_what_is_no_message_is_answered_and_the_connection_goes_on(call: Callable[..., Caller], line: bytes) -> None:
    """The error says what was expected; the next request is answered as if nothing had been."""
    caller = call()
    caller.sock.sendall(line + b"\n")
    answer = caller.hear()
    assert isinstance(answer, Message)
    assert answer.status is Status.BAD_MESSAGE
    assert answer.text("reason").startswith("expected ")
    assert caller.log_in("Yoda").status is Status.WELCOME


@pytest.mark.parametrize("end", [b"\n", b""])
def test_ten_megabytes_without_a_newline_are_an_error(call: Callable[..., Caller], end: bytes) -> None:
    """One error, as soon as the line is too long, and the rest of it is dropped."""
    caller = call()
    caller.sock.sendall(b"x" * 10_000_000 + end)
    answer = caller.hear()
    assert isinstance(answer, Message)
    assert answer.status is Status.BAD_MESSAGE
    caller.sock.sendall(b"" if end else b"\n")
    assert caller.log_in("Yoda").status is Status.WELCOME


@pytest.mark.parametrize("status", [Status.LST, Status.XIT, Status.WELCOME, Status.SERVER_CLOSING, Status.FILE_END])
def test_a_command_before_login_is_out_of_turn(call: Callable[..., Caller], status: Status) -> None:
    """Whatever it is, it changes nothing."""
    caller = call()
    fields = {name: "x" if kind is str else 1 for name, kind in status.fields.items()}
    assert caller.ask(status, **fields).status is Status.OUT_OF_TURN
    assert caller.log_in("Yoda").status is Status.WELCOME


def test_nobody_shuts_down_without_logging_in(call: Callable[..., Caller]) -> None:
    """Not even with the admin password."""
    assert call().ask(Status.SHT, password="destroyforum").status is Status.OUT_OF_TURN


def test_file_pieces_out_of_turn_are_drained(call: Callable[..., Caller]) -> None:
    """One error, and the raw bytes behind the message are not taken for messages."""
    yoda = call("Yoda")
    yoda.sock.sendall(encode(Message(Status.BYTES, size=9)) + b"\n\n\nxx\n{}\n")
    assert isinstance(answer := yoda.hear(), Message)
    assert answer.status is Status.OUT_OF_TURN
    assert yoda.ask(Status.LST).status is Status.THREAD_INACTIVE


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\0b", "\x1b[2J", "\ud800"])
def test_a_message_that_is_no_line_is_refused(call: Callable[..., Caller], server: RunningServer, text: str) -> None:
    """It would fake a line of the thread's file, or move somebody's cursor."""
    yoda = call("Yoda")
    yoda.ask(Status.CRT, title="3331")
    assert yoda.ask(Status.MSG, title="3331", text=text).status is Status.TEXT_NOT_ALLOWED
    assert (server.folder / "3331").read_text() == "Yoda\n"


def test_requests_in_one_packet_are_answered_one_by_one(call: Callable[..., Caller]) -> None:
    """TCP has no messages; and two halves of one request are one request."""
    yoda = call("Yoda")
    crt, lst = encode(Message(Status.CRT, title="3331")), encode(Message(Status.LST))
    yoda.sock.sendall(crt + lst + lst[:7])
    assert [yoda.hear(), yoda.hear()] == [
        Message(Status.THREAD_CREATED, title="3331"),
        Message(Status.THREAD_ACTIVE, titles=["3331"]),
    ]
    yoda.sock.sendall(lst[7:])
    assert yoda.hear() == Message(Status.THREAD_ACTIVE, titles=["3331"])


def test_five_hundred_connections_are_served_beside_each_other(
    call: Callable[..., Caller], server: RunningServer
) -> None:
    """All say nothing, but the one that does is answered; and all can go at once."""
    silent = [call() for _ in range(500)]
    yoda = call("Yoda")
    assert yoda.ask(Status.LST).status is Status.THREAD_INACTIVE
    for caller in silent:
        # Hang up rudely, with a reset.
        caller.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()
    assert yoda.ask(Status.CRT, title="3331").status is Status.THREAD_CREATED
    server.sees(*["Client disconnected"] * 500)


def test_more_connections_than_descriptors_do_not_stop_the_server(
    call: Callable[..., Caller], server: RunningServer
) -> None:
    """Whoever finds no room is hung up on; who is in stays in."""
    import resource

    yoda = call("Yoda")
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (40, 40))
    crowd = [Caller(server.port) for _ in range(60)]
    assert crowd[-1].ended()
    assert yoda.ask(Status.LST).status is Status.THREAD_INACTIVE
    for caller in crowd:
        caller.close()


def test_who_never_reads_delays_nobody(call: Callable[..., Caller]) -> None:
    """Its own worker waits for it, alone; killed, it is forgotten."""
    deaf, yoda = call("deaf"), call("Yoda")
    deaf.ask(Status.CRT, title="long")
    deaf.ask(Status.MSG, title="long", text="x" * 50_000)
    fill_with_answers(deaf)
    assert yoda.ask(Status.RDT, title="long").status is Status.THREAD_READ
    deaf.close()
    late = call()
    while late.log_in("deaf").status is not Status.WELCOME:
        pass


def test_who_hangs_up_in_the_middle_of_an_answer_is_forgotten_at_once(
    call: Callable[..., Caller], server: RunningServer
) -> None:
    """Although the answer can neither arrive nor be refused: the name is free again."""
    deaf = call("deaf")
    deaf.ask(Status.CRT, title="long")
    deaf.ask(Status.MSG, title="long", text="x" * 50_000)
    for _ in range(500):  # 25 MB of answers, more than all buffers hold
        deaf.say(Status.RDT, title="long")
    wait_until(lambda: _unsent(server.port) > MEGABYTE, "the server to wait for the client")
    deaf.sock.shutdown(socket.SHUT_WR)
    server.sees("deaf disconnected")
    assert call().log_in("deaf").status is Status.WELCOME


def _unsent(port: int) -> int:
    """Return how many bytes wait in the kernel for the clients of the server on this port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(line[4].split(":")[0], 16) for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "01")


def test_a_stopped_terminal_of_the_server_delays_one_client_at_most(folder: Path) -> None:
    """The worker that prints into it waits; the others leave their lines to that worker."""
    server = RunningServer(folder)  # whose output we read no further
    unlucky, yoda = Caller(server.port), Caller(server.port)
    unlucky.log_in("R2D2")
    unlucky.sock.settimeout(0.5)
    with suppress(TimeoutError):
        while True:
            unlucky.ask(Status.LST)
    assert yoda.log_in("Yoda").status is Status.WELCOME
    assert yoda.ask(Status.CRT, title="3331").status is Status.THREAD_CREATED
    server.stop()


def test_a_stopped_terminal_of_the_server_keeps_nobody_out(folder: Path) -> None:
    """The worker that accepts never prints; and the shutdown is told before it is printed."""
    server = RunningServer(folder)  # whose output we read no further
    callers = [Caller(server.port)]
    callers[0].log_in("Yoda")
    while True:  # until somebody is not greeted, because the pipe is full
        callers.append(Caller(server.port))
        callers[-1].sock.settimeout(0.5)
        try:
            for _ in range(200):
                callers[-1].ask(Status.USERNAME, user="")
        except TimeoutError:
            break
    late = Caller(server.port)
    assert late.log_in("R2D2").status is Status.WELCOME
    assert late.ask(Status.SHT, password=ADMIN).status is Status.SERVER_CLOSING
    assert all(caller.ended() for caller in callers)
    server.stop()


def test_a_stopped_client_delays_nobody(terminal: Callable[..., Terminal], call: Callable[..., Caller]) -> None:
    """Its name stays taken, for it may wake."""
    stopped = terminal("Yoda")
    os.kill(stopped.child.pid, signal.SIGSTOP)
    assert call("R2D2").ask(Status.LST).status is Status.THREAD_INACTIVE
    assert call().log_in("Yoda").status is Status.ALREADY_LOGGED_IN
