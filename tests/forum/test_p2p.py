"""Messages straight from client to client."""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import pytest
from forum_stage import (
    ADMIN,
    PASSWORDS,
    PROMPT,
    Caller,
    RunningServer,
    Terminal,
    full_listener,
    is_connecting,
    wait_until,
)

from forum.messages import Message, Status, encode
from forum.peer import TicketCheck, seal


def test_a_message_arrives_and_both_go_on(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """The sender is told, the receiver sees who speaks, and the server has only introduced them."""
    yoda, r2d2 = terminal("Yoda"), terminal("R2D2")
    assert yoda.answer("P2P R2D2 do or do  not") == ["Message sent to R2D2"]
    r2d2.sees("Message from Yoda: do or do  not\r\n")
    server.sees("Yoda issued P2P command", "Yoda introduced to R2D2")
    r2d2.sees(PROMPT)
    assert r2d2.answer("P2P Yoda beep") == ["Message sent to Yoda"]
    yoda.sees("Message from R2D2: beep\r\n")


def test_who_cannot_be_reached_is_told_clearly(terminal: Callable[..., Terminal]) -> None:
    """Offline, unknown, oneself, and a command without a text."""
    yoda = terminal("Yoda")
    assert yoda.answer("P2P leia hi") == ["leia is not logged in"]
    assert yoda.answer("P2P nobody hi") == ["User nobody does not exist"]
    assert yoda.answer("P2P Yoda hi") == ["You cannot send a message to yourself"]
    assert yoda.answer("P2P leia") == ["Incorrect syntax for P2P"]
    assert yoda.answer("P2P") == ["Incorrect syntax for P2P"]


@pytest.mark.parametrize("columns", [500, 80, 40])
def test_what_arrives_does_not_tear_the_line_being_typed(terminal: Callable[..., Terminal], columns: int) -> None:
    """The message stands above; the prompt and what was typed so far stand below, and go on."""
    yoda, r2d2 = terminal("Yoda"), terminal("R2D2", columns) if columns == 500 else _narrow(terminal, columns)
    r2d2.child.send("CRT 33")
    r2d2.sees("33")
    yoda.answer("P2P R2D2 hello")
    r2d2.sees("Message from Yoda: hello\r\n")
    shown = r2d2.sees("CRT 33") + "CRT 33"
    assert "Enter one of the following commands:" in shown
    r2d2.child.send("31\r")
    r2d2.sees("Thread 3331 created\r\n")


def _narrow(terminal: Callable[..., Terminal], columns: int) -> Terminal:
    """Log in on a terminal where the prompt wraps, so that its text cannot be looked for as one line."""
    narrow = terminal("", columns)
    for question, reply in (("username: ", "R2D2"), ("password: ", PASSWORDS["R2D2"])):
        narrow.sees(question)
        narrow.types(reply)
    narrow.sees("SHT: ")
    return narrow


def test_many_messages_arrive_in_whole_lines(terminal: Callable[..., Terminal]) -> None:
    """However fast they come."""
    yoda, r2d2 = terminal("Yoda"), terminal("R2D2")
    for number in range(20):
        yoda.types(f"P2P R2D2 number {number}.")
    for number in range(20):
        r2d2.sees(f"Message from Yoda: number {number}.\r\n")
    r2d2.sees(PROMPT)
    r2d2.types("LST")
    r2d2.sees("LST\r\nNo threads to list\r\n")


def test_a_stopped_receiver_does_not_hold_up_the_sender(terminal: Callable[..., Terminal]) -> None:
    """The message waits for it."""
    yoda, r2d2 = terminal("Yoda"), terminal("R2D2")
    os.kill(r2d2.child.pid, signal.SIGSTOP)
    assert yoda.answer("P2P R2D2 wake up") == ["Message sent to R2D2"]
    os.kill(r2d2.child.pid, signal.SIGCONT)
    r2d2.sees("Message from Yoda: wake up\r\n")


def test_a_receiver_that_has_gone_is_named(terminal: Callable[..., Terminal], call: Callable[..., Caller]) -> None:
    """The server knew it a moment ago, but nobody listens there."""
    caller = call()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert caller.log_in("R2D2", port=closed.getsockname()[1]).status is Status.WELCOME
    assert terminal("Yoda").answer("P2P R2D2 hi") == ["R2D2 cannot be reached"]


@pytest.mark.parametrize("port", [-1, 65536, 10**30])
def test_a_port_that_is_none_is_no_message(call: Callable[..., Caller], port: int) -> None:
    """Or the clients of others would be sent there."""
    caller = call()
    assert caller.log_in("mallory", port=port).status is Status.BAD_MESSAGE
    assert caller.ask(Status.NEW_PASSWORD, password="pw", port=0).status is Status.WELCOME


def test_a_receiver_that_takes_no_calls_does_not_keep_the_sender_from_leaving(
    terminal: Callable[..., Terminal], call: Callable[..., Caller]
) -> None:
    """The shutdown is heard in the middle of a P2P command."""
    listener, crowd = full_listener()
    mallory, yoda = call(), terminal("Yoda")
    mallory.log_in("mallory", port=listener.getsockname()[1])
    yoda.types("P2P mallory hi")
    wait_until(lambda: is_connecting(yoda.child.pid), "the client to knock")
    mallory.ask(Status.SHT, password=ADMIN)
    assert yoda.leaves() == 0
    assert yoda.rest.endswith("P2P mallory hi\r\nGoodbye. Server shutting down\r\n")
    for sock in (listener, *crowd):
        sock.close()


def test_nobody_can_speak_as_somebody_else(terminal: Callable[..., Terminal], call: Callable[..., Caller]) -> None:
    """Forged, stolen, used and misdirected tickets are ignored; so is whoever says rubbish or nothing."""
    yoda, mallory, luke = terminal("Yoda"), call("mallory"), call()
    luke.log_in("luke-the-2nd", port=9)
    introduction = mallory.ask(Status.P2P, user="Yoda")
    port, ticket = introduction.number("port"), introduction.text("ticket")
    elsewhere = mallory.ask(Status.P2P, user="luke-the-2nd").text("ticket")
    number = int(ticket.split(".")[0])
    silent = _knock(port, b"")
    for sender, bad in [
        ("R2D2", ticket),
        ("mallory", elsewhere),
        ("mallory", seal("0" * 64, "mallory", number)),
        ("mallory", f"{number + 1}.{ticket.split('.')[1]}"),
        ("mallory", ""),
        ("mallory", "x.y"),
        ("\ud800", ticket),
    ]:
        _say(port, sender, bad, "FORGED")
    for rubbish in (b"\n", b"rubbish\n", b"x" * 200_000, encode(Message(Status.SERVER_CLOSING)), b"\0\xff\n"):
        _knock(port, rubbish).close()
    _say(port, "mallory", ticket, "first")
    _say(port, "mallory", ticket, "REPLAYED")
    _say(port, "mallory", mallory.ask(Status.P2P, user="Yoda").text("ticket"), "line\nMessage from luke: FAKED")
    before = yoda.sees("Message from mallory: first\r\n")
    before += yoda.sees("Message from mallory: line?Message from luke: FAKED\r\n")
    assert "FORGED" not in before
    assert "REPLAYED" not in before
    silent.close()


def test_a_hundred_silent_peers_block_nobody(terminal: Callable[..., Terminal], call: Callable[..., Caller]) -> None:
    """Whoever knocks and says nothing is dropped for those who come after."""
    yoda, luke = terminal("Yoda"), call("luke-the-2nd")
    port = luke.ask(Status.P2P, user="Yoda").number("port")
    silent = [_knock(port, b"") for _ in range(100)]
    introduction = luke.ask(Status.P2P, user="Yoda")
    _say(port, "luke-the-2nd", introduction.text("ticket"), "hello")
    yoda.sees("Message from luke-the-2nd: hello\r\n")
    for sock in silent:
        sock.close()


def test_a_ticket_works_once_and_for_its_owner_only() -> None:
    """The seal covers the sender and the number, under the receiver's key."""
    check = TicketCheck()
    ticket = seal("key", "Yoda", 1)
    assert not check.accepts("Yoda", ticket)
    check.key = "key"
    assert not check.accepts("luke", ticket)
    assert check.accepts("Yoda", ticket)
    assert not check.accepts("Yoda", ticket)
    assert not check.accepts("Yoda", "0" + ticket)
    assert check.accepts("Yoda", seal("key", "Yoda", 2))
    assert not check.accepts("Yoda", seal("other key", "Yoda", 3))


def _knock(port: int, data: bytes) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    with suppress(OSError):  # it has hung up on so much rubbish
        sock.sendall(data)
    return sock


def _say(port: int, sender: str, ticket: str, text: str) -> None:
    _knock(port, encode(Message(Status.PEER_MESSAGE, user=sender, ticket=ticket, text=text))).close()
