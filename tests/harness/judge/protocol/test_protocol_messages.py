"""Messages are listed with what they say and whom they are for, of real programs; no password is ever shown."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_traffic import played
from test_protocol_framing import REAL

from harness.events import Began, Event, Settled, Typed
from harness.judge.protocol.figures import connections, readable_passwords, trips
from harness.judge.protocol.messages import HIDDEN, Message, Wire
from harness.judge.protocol.readable import MOST, content
from harness.wire import Carried, Linked, Unlinked

# What each program sends for this line holds these words, whatever its protocol is.
LINE, WORDS = b"MSG 3331 Networks is awesome\n", "Networks"


def of_line(wire: Wire, line: bytes) -> list[Message]:
    """The messages that belong to a typed line."""
    return [m for m in wire.messages if m.typed is not None and getattr(wire.events[m.typed], "data", b"") == line]


@pytest.mark.parametrize("name", REAL)
def test_messages_of_a_real_program_belong_to_the_line_that_was_typed(name: str) -> None:
    """A request with the words of the line in it goes out, and an answer comes back."""
    wire = Wire(played(name).events)
    mine = of_line(wire, LINE)
    assert mine[0].to == "server"
    assert WORDS in mine[0].text or WORDS in mine[0].text.replace("%20", " ")
    assert {message.to for message in mine} == {"server", "client"}
    assert {message.actor for message in mine} == {"yoda"}


@pytest.mark.parametrize("name", REAL)
def test_no_password_is_shown_and_each_is_noticed(name: str) -> None:
    """It is readable for anybody on the way, and for nobody in the report."""
    wire = Wire(played(name).events)
    for message in wire.messages:
        for secret in ("jedi*knight", "c3p0sucks", "jedi%2Aknight", "amVkaSprbmlnaHQ="):
            assert secret not in message.text
            assert secret not in message.shape
    assert {one.actor for one in readable_passwords(wire)} == {"yoda", "r2d2"}


@pytest.mark.parametrize("name", REAL)
def test_round_trips_and_connections_are_counted(name: str) -> None:
    """A command is one request and its answer; an upload asks first, and so do downloads with a link of their own."""
    wire = Wire(played(name).events)
    cost = {trip.line: trip.round_trips for trip in trips(wire) if trip.line}
    assert {cost["CRT 3331"], cost["LST"], cost["RDT 3331"], cost[LINE.decode().strip()]} == {1}
    assert cost["UPD 3331 test.exe"] == 2
    assert cost["DWN 3331 test.exe"] in (1, 2)
    found = connections(wire)
    assert (found.opened, found.left, found.reset, found.refused) == (2, 0, 0, 0)


def test_what_is_sent_again_and_again_is_nobodys_line() -> None:
    """A client that asks five times a second whether the forum stands: that costs no typed line a round trip."""
    wire = Wire(played("reconnecting").events)
    beats = [message for message in wire.messages if message.beat]
    assert len(beats) > 10
    assert not [message for message in beats if "CRT" in message.text]
    assert {trip.round_trips for trip in trips(wire) if trip.line == "LST"} == {1}


def test_the_pieces_of_a_file_are_no_question_that_is_asked_again() -> None:
    """Of a program that polls nobody knows when its answer is there: a file may still be on its way then."""
    file = bytes(range(256)) * 8
    events: list[Event] = []
    for number, name in enumerate(("yoda", "r2d2", "leia"), 1):
        said = [("server", b"UPD 3331 %s 2048\n" % name.encode()), ("client", b"SEND\n"), ("server", file[:1500]),
                ("server", file[1500:]), ("client", b"DONE\n")]  # fmt: skip
        carried = [Carried(t=number, link=number, to=to, size=len(data), data=data) for to, data in said]
        events += [Linked(t=number, link=number, actor=name, port=5000, transport="tcp"),
                   Typed(t=number, actor=name, data=b"UPD 3331 file\n"), *carried[:2],
                   Settled(t=number, evidence="steady", wall=1.0, asks=[]), *carried[2:]]  # fmt: skip
    wire = Wire(events)
    assert [message.size for message in wire.messages if message.kind == "raw"] == [len(file)] * 3
    assert not [message for message in wire.messages if message.beat]


def test_a_file_is_shown_as_bytes() -> None:
    """Its bytes are no messages, and are counted."""
    wire = Wire(played("forum").events)
    raw = [message for message in wire.messages if message.kind == "raw"]
    assert [(message.to, message.size, message.text) for message in raw] == [
        ("server", 3000, "(3,000 raw bytes)"), ("client", 3000, "(3,000 raw bytes)")]  # fmt: skip


@pytest.mark.parametrize(("data", "text", "shape"), [
    (b'{"action":"Command","status":"CRT","title":"3331"}', "Command CRT title=3331", "Command CRT"),
    (b'{"name": "Yoda", "n": 3}', "name=Yoda n=3", "{name, n}"),
    (pickle.dumps(("enter", "Yoda", 7, None, True, b"123")), "pickle: enter, Yoda, 7, None, True, (3 bytes)", "enter"),
    (b"250 done, thank you", "250 done, thank you", "250"),
    (b"MSG 3331 hi\r\n", "MSG 3331 hi", "MSG"),
    (b"bXNn MzMzMQ== TmV0d29ya3MgaXMgYXdlc29tZQ==", "msg 3331 Networks is awesome", "msg"),
    (b"cmd=CRT&title=3331", "cmd=CRT&title=3331", "CRT"),
    (b"{'do': 'LOGIN', 'user': 'yoda'}", "{'do': 'LOGIN', 'user': 'yoda'}", "LOGIN"),
    (b"\x00\x03CRT\x00\x043331", "CRT · 3331", "CRT"),
    (b"\x06", "bytes 06", "bytes 06"),
    (b"", "(empty)", "(empty)"),
    (bytes(range(256)) * 4, "(1,024 bytes)", "binary"),
])  # fmt: skip
def test_content_is_read_as_far_as_it_can_be(data: bytes, text: str, shape: str) -> None:
    """JSON, pickles (never loaded), text, base64 that is text, letters in binary; else the first bytes."""
    found = content(data)
    assert (found.text, found.shape) == (text, shape)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode), st.sampled_from([
    b"[" * 100_000, b'{"a":' * 5_000, b'{"a":' + b"9" * 5_000 + b"}", b"\x80\x04\x8a\xff" + b"\xff" * 255 + b".",
    b'{"a": 1e999}', b'"\\ud800"', b'{"k": "\\ud800"}', b"\x80\x04" + b"\x8b\xff\xff\xff\x7f"])))  # fmt: skip
def test_any_content_can_be_told(data: bytes) -> None:
    """In a bounded line, with a kind."""
    found = content(data)
    assert found.shape
    assert len(found.text) <= 2 * MOST


def test_a_short_password_is_hidden_where_it_was_typed() -> None:
    """Elsewhere it may be a part of another word."""
    said = [("2:r2d2", "password"), ("use r2d2x now", "line"), ("r2d2", "line")]
    events: list[Event] = [
        Began(t=0, scenario="", file="", source="", document=0, case=0, assignment="", subject={}, stage="box", seed=0,
              wall="", versions={}, accounts={"obi": ["Obi-wan", "r2d2"]}),
        Linked(t=0, link=1, actor="obi", port=1, transport="tcp")]  # fmt: skip
    for text, what in said:
        events += [Typed(t=0, actor="obi", data=b"x\n", what=what),
                   Carried(t=0, link=1, to="server", size=len(text) + 1, data=text.encode() + b"\n"),
                   Carried(t=0, link=1, to="client", size=3, data=b"ok\n"),
                   Settled(t=0, evidence="still", wall=0, asks=["obi"])]  # fmt: skip
    shown = [message.text for message in Wire(events).messages if message.to == "server"]
    assert shown == [f"2:{HIDDEN}", "use r2d2x now", HIDDEN]


def test_ends_are_told_by_who_was_first() -> None:
    """In order, by a reset, refused, or never."""
    events: list[Event] = [Linked(t=0, link=n, actor="a", port=1, transport="tcp") for n in (1, 2, 3, 4)]
    ends = [(1, "client", "fin"), (1, "server", "fin"), (2, "server", "rst"), (3, "server", "refused")]
    events += [Unlinked(t=0, link=link, by=by, how=how) for link, by, how in ends]
    found = connections(Wire(events))
    assert (found.opened, found.most, found.by_client, found.by_server) == (4, 4, 1, 1)
    assert (found.reset, found.refused, found.left) == (1, 1, 1)
