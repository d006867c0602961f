"""What frames messages is inferred from the bytes of real programs, and no bytes make it stumble."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_traffic import played

from harness.events import Event
from harness.judge.protocol.framing import Framing, Kind, framings, infer
from harness.judge.protocol.streams import Link, Stream, links
from harness.wire import Carried, Linked

PORT = 5000


def dialogue(*said: tuple[str, bytes], transport: str = "tcp") -> list[Link]:
    """One link with these pieces of data: to whom, and what."""
    events: list[Event] = [Linked(t=0.0, link=1, actor="yoda", port=PORT, transport=transport)]
    events += [Carried(t=n / 100, link=1, to=to, size=len(data), data=data) for n, (to, data) in enumerate(said, 1)]
    return links(events)


def of(found: Sequence[Link], to: str = "server") -> Framing:
    """What frames the messages that travel to this side."""
    return framings(found)[found[0].transport, PORT, to]


def asked(*requests: bytes) -> Framing:
    """The framing of requests that are answered one by one."""
    said = [pair for request in requests for pair in (("server", request), ("client", b"ok\n"))]
    return of(dialogue(*said))


# Which program frames how: to the server, and to its clients. Read off their sources (tests/zoo).
REAL = {
    "forum": (Kind.JSON_LINES, Kind.JSON_LINES),
    "asyncio": (Kind.LENGTH, Kind.LENGTH),
    "c-select": (Kind.LINE, Kind.LINE),
    "c-threads": (Kind.LENGTH, Kind.LENGTH),
    "one-folder": (Kind.LINE, Kind.LINE),
    "server-prompts": (Kind.LINE, Kind.NONE),
    "two-line-prompts": (Kind.LENGTH, Kind.LENGTH),
    "udp-threads": (Kind.DATAGRAM, Kind.DATAGRAM),
    "unframed": (Kind.LINE, Kind.PARAGRAPH),
    "yes-no": (Kind.LINE, Kind.LINE),
}


# One whose server looks round twice a second takes long.
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.soak] if name == "server-prompts" else [])
                                  for name in REAL])  # fmt: skip
def test_what_frames_the_messages_of_a_real_program_is_told(name: str) -> None:
    """With a file of all bytes between them, both ways; every turn begins with a message."""
    found = framings(links(played(name).events))
    # Its first port is the one that was named to it; a second one (for files) may speak otherwise.
    (transport, port, _), _ = next(iter(found.items()))
    both = found[transport, port, "server"], found[transport, port, "client"]
    assert tuple(framing.kind for framing in both) == REAL[name], both
    assert {framing.confidence for framing in both} <= {"sure", "likely"}
    tcp = [framing for framing in both if framing.kind not in (Kind.DATAGRAM, Kind.NONE)]
    assert all(framing.confidence == "sure" for framing in tcp)


@pytest.mark.parametrize(("name", "words"), [
    ("asyncio", "a length in front, in 4 bytes, the most significant first"),
    ("c-threads", "a length in front, in 4 bytes, the most significant first at byte 8 of a header"),
    ("unframed", "texts: each ends in an empty line"),
    ("forum", "JSON, one text a line, with files between as raw bytes whose length was told"),
])  # fmt: skip
def test_it_is_told_in_words(name: str, words: str) -> None:
    """As the programs' own comments say it."""
    found = framings(links(played(name).events))
    assert [framing.name for framing in found.values()][1].startswith(words)


TEXTS = ["USER yoda", "PASS jedi*knight", "CRT 3331", "MSG 3331 Networks is awesome", "LST", "RDT 3331"]


def headed(text: bytes, frame: bytes) -> bytes:
    """A text in such a frame: its first word, how long the rest is, the rest."""
    word, _, rest = text.partition(b" ")
    return frame % (word, len(rest), rest)


@pytest.mark.parametrize(("kind", "name", "encode"), [
    (Kind.LENGTH, "in 2 bytes, the least", lambda text: struct.pack("<H", len(text)) + text),
    (Kind.LENGTH, "in 1 byte", lambda text: bytes([len(text)]) + text),
    (Kind.LENGTH, "in 8 bytes, the most", lambda text: struct.pack(">Q", len(text)) + text),
    (Kind.LENGTH, "(it counts itself)", lambda text: struct.pack(">I", len(text) + 4) + text),
    (Kind.DIGITS, "digits up to ':'", lambda text: b"%d:%s" % (len(text), text)),
    (Kind.DIGITS, "in 4 digits", lambda text: b"%04d%s" % (len(text), text)),
    (Kind.DIGITS, "ends in a newline", lambda text: headed(text, b"%s %d\n%s")),
    (Kind.DIGITS, "ends in a newline", lambda text: headed(text, b"%s %d\r\n%s\r\n")),
    (Kind.DIGITS, "ends in an empty line", lambda text: headed(text, b"%s\r\nContent-Length: %d\r\nNo: 1\r\n\r\n%s")),
    (Kind.JSON, "with nothing between", lambda text: json.dumps({"said": text.decode()}).encode()),
    (Kind.PICKLE, "pickles one behind the other", lambda text: pickle.dumps((1, text.decode()))),
    (Kind.LINE, "a zero byte", lambda text: text + b"\0"),
    (Kind.LINE, "'<EOF>'", lambda text: text + b"<EOF>"),
    (Kind.RECORD, "64 bytes each", lambda text: text.ljust(64, b"\0")),
    (Kind.NONE, "nothing", lambda text: text),
])  # fmt: skip
def test_every_way_of_framing_is_known(kind: Kind, name: str, encode: object) -> None:
    """The same texts, framed in all the ways that people choose."""
    found = asked(*(encode(text.encode()) for text in TEXTS))  # type: ignore[operator]
    assert (found.kind, name in found.name) == (kind, True), found


def test_several_messages_in_one_read_are_told_apart() -> None:
    """Glued together they are the same messages."""
    glued = b"".join(json.dumps({"n": n}).encode() for n in range(5))
    assert asked(glued, glued).messages == 10


def test_too_little_is_told_so() -> None:
    """Two different texts prove nothing."""
    found = asked(b"hello", b"you")
    assert (found.kind, found.confidence, found.name) == (Kind.UNKNOWN, "unsure", "cannot be told")
    assert "too little to tell" in found.why


def one_by_one(*requests: bytes) -> list[Link]:
    """A connection for each request, which is answered on it."""
    events: list[Event] = []
    for number, request in enumerate(requests, 1):
        events.append(Linked(t=number, link=number, actor="yoda", port=PORT, transport="tcp"))
        for to, data in (("server", request), ("client", b"YES\r\n")):
            events.append(Carried(t=number, link=number, to=to, size=len(data), data=data))
    return links(events)


def test_a_letter_that_counts_the_rest_of_what_is_said_most_often_is_no_length() -> None:
    """The sixth byte of "STILL%..." is 37, with 38 behind it. What it would claim of others was answered."""
    token, often = b"d8d3a4db4e7cfa9d", b"STILL%2DTHERE d8d3a4db4e7cfa9d\r\nContent: 0\r\n"
    said = b"MSG " + token + b" 3331 Networks%20is%20awesome\r\nContent: 0\r\n"
    file = bytes(range(256)) * 4
    others = [b"LST %s\r\nContent: 0\r\n" % token, b"EDT %s 3331 1 Networks\r\nContent: 0\r\n" % token,
              b"UPD %s 3331 test.exe\r\nContent: %d\r\n%s" % (token, len(file), file)]  # fmt: skip
    found = of(one_by_one(*[often] * 30, said, *others, *[often] * 30))
    assert (found.kind, found.raw) == (Kind.LINE, len(file)), found.name


def test_a_number_within_a_token_is_not_the_length_of_the_line_behind_it() -> None:
    """The token says 12, and the second line has 12 bytes."""
    found = of(one_by_one(*[b"LST ab12cdef4567abab\r\nContent: 0\r\n"] * 4))
    assert (found.kind, found.messages, found.raw) == (Kind.LINE, 8, 0)


def test_a_file_between_lines_is_no_line() -> None:
    """Its length was told; a title that is a number is no length."""
    raw = bytes(range(256)) * 12
    requests = [b"RDT 3072\n", b"DATA %d\n" % len(raw) + raw + b"DONE\n", b"LST\n"]
    found = asked(*requests)
    assert (found.kind, found.raw, found.messages) == (Kind.LINE, len(raw), 4)


def test_what_was_not_kept_is_passed_over() -> None:
    """Past 64 KiB only the length is known: the messages behind are read again where a turn begins."""
    said: list[tuple[str, bytes | None, int]] = [
        ("server", b"LIST\n", 5), ("client", b"ok\n", 3), ("server", b"DATA 100000\n" + b"\x01\x80" * 100, 212),
        ("server", None, 99800), ("client", b"stored\n", 7), ("server", b"BYE\n", 4), ("client", b"bye\n", 4),
    ]  # fmt: skip
    events: list[Event] = [Linked(t=0.0, link=1, actor="yoda", port=PORT, transport="tcp")]
    events += [Carried(t=0.0, link=1, to=to, size=size, data=data) for to, data, size in said]
    found = of(links(events))
    assert (found.kind, found.messages) == (Kind.LINE, 3)
    assert [piece.kind for piece in found.pieces[1]] == ["message", "message", "raw", "message"]


def test_a_pickle_is_never_loaded(tmp_path: object) -> None:
    """It would run what it says; its operations are read, and no more."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return exec, ("raise SystemExit('loaded')",)

    assert asked(pickle.dumps(Trap()), pickle.dumps(("a", 1)), pickle.dumps(["b"])).kind is Kind.PICKLE


SAID = st.lists(st.tuples(st.sampled_from(["server", "client"]), st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b'{"a":1}', b"{", b'"', b"\\", b"[" * 300, b"5\n", b"\x80\x04", b"\x00\x00\x00\x05hello", b"12:",
                     b"size=7\n", b"\n\n", b"\xff\xff\xff\xff", b"0000000007abcdefg", b'{"size": 9}\n', b"\r\n"]),
)), max_size=40)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(SAID)
def test_no_bytes_make_it_stumble_and_none_are_lost(said: list[tuple[str, bytes]]) -> None:
    """Whatever is sent, the pieces of each stream follow each other from its first byte to its last."""
    found = dialogue(*said)
    for stream in found[0].streams:
        framing = infer({1: stream})
        if stream.chunks:
            pieces = framing.pieces[1]
            places = [0, *(piece.end for piece in pieces)]
            assert [piece.at for piece in pieces] == places[:-1]
            assert places[-1] == stream.size
            assert all(piece.at <= piece.begin <= piece.stop <= piece.end for piece in pieces)


@pytest.mark.parametrize("unit", [
    b"{", b'"', b'{"a":"', b"[1,", b"\\\"", b"9", b"\n", b"\x80\x04", b"size=1\n{", b"\x00\x00\x00\x01", b"a", b"\xff",
    b'{"size":1}\n{', b"5 5 5 5\n",
])  # fmt: skip
def test_a_long_stream_of_anything_comes_to_its_end(unit: bytes) -> None:
    """Half a megabyte that fits half of a way of framing everywhere: the work grows as the bytes do."""
    stream = unit * (500_000 // len(unit))
    said = [("server", stream[at : at + 1000]) for at in range(0, len(stream), 1000)]
    framed = of(dialogue(*said))
    turns = [pair for piece in said for pair in (piece, ("client", b"."))]
    assert framed.pieces[1][-1].end == of(dialogue(*turns)).pieces[1][-1].end == Stream("server").size + len(stream)
