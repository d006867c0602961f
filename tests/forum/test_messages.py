"""The vocabulary of the wire."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.messages import MAX_PIECE, BadMessage, Inbox, Message, Status, Value, decode, encode

SAMPLES: dict[type, Value] = {str: "a word", int: 7, list: ["1 Yoda: hi", "2 R2D2: \u00e9"]}


@pytest.mark.parametrize("status", Status)
def test_every_message_survives_the_wire(status: Status) -> None:
    """What was encoded decodes to the same message, on one line."""
    message = Message(status, **{name: SAMPLES[kind] for name, kind in status.fields.items()})
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line.rstrip(b"\n")) == message


@given(st.text())
def test_any_text_survives_the_wire(text: str) -> None:
    """Newlines, NUL and every other character of a text come through, inside one line."""
    line = encode(Message(Status.MSG, title="3331", text=text))
    assert line.count(b"\n") == 1
    assert decode(line[:-1]).text("text") == text


@pytest.mark.parametrize(
    "line",
    [
        b"", b"hello", b"3", b"null", b"[]", b'"CRT"', b"{}", b"\x00\xff", b'{"status":"LST"}', b"[" * 60_000,
        b'{"action":"Command"}', b'{"action":"Command","status":"NOPE"}', b'{"action":"Command","status":["LST"]}',
        b'{"action":"Login","status":"LST"}', b'{"action":null,"status":"LST"}', b'{"action":"Command","status":"CRT"}',
        b'{"action":"Command","status":"CRT","title":3331}', b'{"action":"Command","status":"CRT","title":null}',
        b'{"action":"Command","status":"BYTES","size":true}', b'{"action":"Command","status":"BYTES","size":-1}',
        b'{"action":"Command","status":"BYTES","size":1e3}', b'{"action":"Command","status":"BYTES","size":99999999}',
        b'{"action":"Command","status":"BYTES","size":' + b"9" * 5000 + b"}",
        b'{"action":"Command","status":"THREAD_ACTIVE","titles":[1]}',
    ],
)  # fmt: skip
def test_what_is_no_message_is_one_kind_of_error(line: bytes) -> None:
    """Bad JSON, bad UTF-8, unknown words and wrong types all become BadMessage, which says what was expected."""
    with pytest.raises(BadMessage, match=r"^expected "):
        decode(line)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoder(line: bytes) -> None:
    """Whatever the bytes, the decoder returns a message or raises BadMessage."""
    with suppress(BadMessage):
        decode(line)


RAW = bytes(range(256)) + b'{"action":"Command","status":"LST"}\n'
STREAM = (
    encode(Message(Status.LST))
    + encode(Message(Status.BYTES, size=len(RAW)))
    + RAW
    + encode(Message(Status.BYTES, size=0))
    + encode(Message(Status.FILE_END, title="t", file="f"))
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, len(STREAM)])
def test_raw_bytes_are_never_taken_for_messages(size: int) -> None:
    """A piece of a file may hold newlines and whole messages; it comes out as bytes, wherever TCP cuts."""
    inbox, raw, statuses = Inbox(), b"", []
    for start in range(0, len(STREAM), size):
        inbox.feed(STREAM[start : start + size])
        while (event := inbox.next_event()) is not None:
            if isinstance(event, bytes):
                raw += event
            else:
                statuses.append(event.status)
    assert raw == RAW
    assert statuses == [Status.LST, Status.BYTES, Status.BYTES, Status.FILE_END]


def test_the_inbox_goes_on_behind_a_bad_line() -> None:
    """One bad line costs its sender an error and nothing else."""
    inbox = Inbox()
    inbox.feed(b"rubbish\n" + encode(Message(Status.LST)))
    with pytest.raises(BadMessage):
        inbox.next_event()
    assert inbox.next_event() == Message(Status.LST)


def test_a_piece_has_a_largest_size() -> None:
    """The largest piece is allowed; nothing beyond it is."""
    assert decode(encode(Message(Status.BYTES, size=MAX_PIECE))).number("size") == MAX_PIECE
