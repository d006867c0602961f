"""Network conditions: what they do in themselves, and to programs that read as they should, or should not."""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path

import pytest

from harness.events import Noted, Settled
from harness.recording import Recorder
from harness.scenario.network import Condition, parse_condition
from harness.stage.conditions import CUT_EXACTLY, WITHIN_REACH, Cut, Delay, Fuse, Glue, Reset, chosen
from harness.stage.weather import Drop, Weather
from harness.wire import Segment
from tests.harness.stage.wired import ask, carried, ends, join, opened, segments, serve

PLAYED = pytest.mark.skipif(sys.platform != "linux", reason="the relay looks at sockets through /proc")


def cut(length: int, data: bytes, seed: int = 0) -> list[bytes]:
    """All that a cut lets out, to a receiver that always reads at once."""
    shape = Cut(length, random.Random(seed), lambda: True)
    for start in range(0, len(data), 1000):
        shape.put(data[start : start + 1000], 0.0)
    pieces = []
    while shape.size:
        pieces += shape.take(0.0)
    return pieces


@pytest.mark.parametrize("length", [1, 7, 999, 1000, 1001, 5000])
def test_a_cut_is_exact_at_first(length: int) -> None:
    """Every piece of the first 4 KiB has the length that was asked for, wherever reads ended; nothing is lost."""
    data = random.Random(2).randbytes(3000)
    pieces = cut(length, data)
    assert b"".join(pieces) == data
    assert {len(piece) for piece in pieces[:-1]} <= {length}


def test_a_long_cut_takes_few_pieces_and_the_same_for_the_same_seed() -> None:
    """300,000 bytes one by one would take minutes: past 4 KiB sizes are drawn, small ones among them."""
    data = bytes(300_000)
    sizes = [len(piece) for piece in cut(1, data)]
    assert sizes[:CUT_EXACTLY] == [1] * CUT_EXACTLY
    assert 100 < len(sizes) - CUT_EXACTLY < 600
    assert min(sizes[CUT_EXACTLY:-1]) < 10
    assert sizes == [len(piece) for piece in cut(1, data)] != [len(piece) for piece in cut(1, data, seed=1)]


def test_a_cut_waits_for_its_reader() -> None:
    """Nothing leaves, and nothing stirs, while the piece before lies unread."""
    read = [True]
    shape = Cut(2, random.Random(0), lambda: read[0])
    shape.put(b"abc", 0.0)
    assert (shape.stirs(), shape.take(0.0)) == (True, [b"ab"])
    read[0] = False
    assert (shape.stirs(), shape.take(0.0), shape.size) == (False, [], 1)
    read[0] = True
    assert shape.take(0.0) == [b"c"]
    assert shape.due is None


def test_glue_keeps_until_all_is_still() -> None:
    """Then everything leaves at once; a piece as large as a segment leaves by itself."""
    shape = Glue()
    shape.put(b"a", 0.0)
    shape.put(b"b", 0.01)
    assert (shape.take(0.02), shape.let_go(), shape.take(0.02)) == ([], True, [b"ab"])
    assert not shape.let_go()
    shape.put(b"c", 1.0)
    assert shape.due is not None
    assert shape.take(shape.due) == [b"c"]  # a program that never rests does not hold it for ever
    shape.put(bytes(WITHIN_REACH), 2.0)
    assert shape.stirs()
    assert len(shape.take(2.0)) == 1


def test_delay_keeps_each_for_its_time() -> None:
    """And their order."""
    shape = Delay(0.5)
    shape.put(b"a", 0.0)
    shape.put(b"b", 0.2)
    assert (shape.take(0.4), shape.due) == ([], 0.5)
    assert (shape.take(0.6), shape.due) == ([b"a"], 0.7)
    assert (shape.take(9.0), shape.due) == ([b"b"], None)


def test_a_fuse_counts_both_ways() -> None:
    """What is too much is dropped, and it has blown for both."""
    fuse = Fuse(5)
    up, down = Reset(fuse), Reset(fuse)
    up.put(b"abc", 0.0)
    assert (up.take(0.0), fuse.blown) == ([b"abc"], False)
    down.put(b"defg", 0.0)
    assert (down.take(0.0), fuse.blown) == ([b"de"], True)
    up.put(b"h", 0.0)
    assert up.take(0.0) == []


def test_conditions_are_chosen_for_a_person_and_a_direction() -> None:
    """And act in one order, whatever order they were said in."""
    said = [parse_condition(c) for c in ("cut 1", "glue to yoda", "delay 5 ms from yoda", "lose 1 in 2")]
    assert [c.kind for c in chosen(said, "yoda", "client")] == ["glue", "cut"]
    assert [c.kind for c in chosen(said, "yoda", "server")] == ["delay", "cut"]
    assert [c.kind for c in chosen(said, "r2d2", "server")] == ["cut"]


def through(*conditions: str, count: int = 6, seed: int = 0) -> list[tuple[int, str]]:
    """What becomes of so many datagrams: (which, its fate), and at the end all is still."""
    weather = Weather([parse_condition(c) for c in conditions], random.Random(seed))
    out: list[Drop] = []
    for number in range(count):
        weather.put(Drop(b"%d" % number, number), 0.0)
        out += weather.take(0.0)
    weather.let_go(0.0)
    return [(drop.at, drop.fate) for drop in [*out, *weather.take(0.0)]]


@pytest.mark.parametrize(
    ("condition", "fates"),
    [
        ("lose the 2nd", [(0, "passed"), (1, "lost"), (2, "passed")]),
        ("repeat the 2nd", [(0, "passed"), (1, "passed"), (1, "repeated"), (2, "passed")]),
        ("reorder the 2nd", [(0, "passed"), (2, "passed"), (1, "overtaken")]),
        ("reorder the 3rd", [(0, "passed"), (1, "passed"), (2, "overtaken")]),
    ],
)
def test_one_datagram_by_its_place(condition: str, fates: list[tuple[int, str]]) -> None:
    """Exactly that one; the last that was held back for the next leaves when nothing else comes."""
    assert through(condition, count=3) == fates


def test_what_is_drawn_is_drawn_from_the_seed() -> None:
    """About one in N, the same ones again for the same seed."""
    lost = [fate for _, fate in through("lose 1 in 5", count=1000)].count("lost")
    assert 150 < lost < 250
    first, again, other = (through("lose 1 in 5", count=50, seed=seed) for seed in (0, 0, 1))
    assert first == again != other


@PLAYED
@pytest.mark.parametrize("attempt", range(5))
def test_one_recv_for_one_message_fails_under_cut_1_every_time(
    level: str, recorder: Recorder, tmp_path: Path, attempt: int
) -> None:
    """And not without it: the first byte arrives alone, and is taken for a message."""
    with opened(tmp_path / "1", recorder, level, "cut 1 to server") as stage:
        serve(stage, "one_recv.py")
        join(stage, "yoda")
        assert "not a message" in ask(stage, "yoda", "hello")
    assert set(segments(recorder, "server")) == {1}
    with opened(tmp_path / "2", Recorder(), level) as stage:
        serve(stage, "one_recv.py")
        join(stage, "yoda")
        assert ask(stage, "yoda", "hello") == "HELLO\n> "


@PLAYED
def test_every_segment_is_received_alone(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """The next is sent once the one before has been read: a server that counts its recv()s sees each."""
    with opened(tmp_path, recorder, level, "cut 3") as stage:
        serve(stage, "reads.py")
        join(stage, "yoda", name="says.py")
        assert ask(stage, "yoda", "abcdefgh" * 20) == "3 " * 53 + "2\n> "
    assert segments(recorder, "server")[-2:] == [3, 2]


def test_a_cut_that_takes_long_is_not_silence(recorder: Recorder, tmp_path: Path) -> None:
    """Piece by piece, with rests between as on a machine that has other things to do: nobody has been silent, and
    what the network makes of a second is none of the programs' own time."""
    with opened(tmp_path, recorder, "auto", "cut 1 to server") as stage:
        serve(stage, "slow_reads.py")
        join(stage, "yoda", name="says.py")
        assert ask(stage, "yoda", "abcdefgh") == "1 1 1 1 1 1 1 1 1\n> "
    settled = list(recorder.recording.all(Settled))[-1]
    assert settled.own < settled.wall / 2


@PLAYED
def test_two_messages_arrive_as_one_under_glue(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """What a client sends in two is one segment; and its answers come back."""
    with opened(tmp_path, recorder, level, "glue") as stage:
        serve(stage, "reads.py")
        join(stage, "yoda", name="says.py", before=("apart",))
        assert ask(stage, "yoda", "abc") == "4\n> "
    assert segments(recorder, "server") == [4]


@PLAYED
@pytest.mark.parametrize("condition", ["cut 1", "cut 700", "glue", "delay 20 ms"])
def test_who_reads_with_care_notices_nothing(level: str, recorder: Recorder, tmp_path: Path, condition: str) -> None:
    """300,000 bytes there and back, under every condition: the same."""
    with opened(tmp_path, recorder, level, condition) as stage:
        serve(stage, "counted.py", "serve")
        join(stage, "yoda", name="counted.py", before=("send",))
        assert ask(stage, "yoda", "300000") == "the same\n> "
    for to in ("server", "client"):
        found = [e for e in recorder.recording.all(Segment) if e.to == to]
        assert sum(e.size for e in found) == 300_008
        assert all(one.at + one.size == two.at for one, two in itertools.pairwise(found))


@PLAYED
def test_a_connection_is_reset_after_so_many_bytes(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """Exactly so many are passed on, and the network is said to have done it."""
    with opened(tmp_path, recorder, level, "reset after 25 bytes") as stage:
        serve(stage)
        join(stage, "yoda")
        assert "ConnectionResetError" in ask(stage, "yoda", "hello")
    assert segments(recorder, "server") == [18]
    assert segments(recorder, "client") == [7]
    assert ends(recorder) == [("network", "rst")]
    assert carried(recorder, "client") == b'{"answer": "HELLO"}\n'


@PLAYED
def test_a_receiver_that_does_not_read_stops_the_cut(level: str, recorder: Recorder, tmp_path: Path) -> None:
    """Those bytes are no motion: all is still, or stuck, at once."""
    with opened(tmp_path, recorder, level, "cut 1") as stage:
        serve(stage, "deaf.py")
        join(stage, "yoda", name="says.py")
        stage.type("yoda", b"hello\n")
        settled = stage.settle(typed_to=["yoda"], within=30)
        assert settled.evidence == "stuck"
        assert "1 byte from yoda lies unread in a socket of the server" in settled.cause
    assert segments(recorder, "server") == [1]


@PLAYED
@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        ("lose the 2nd to server", "ONE THREE"),
        ("repeat the 2nd to yoda", "ONE TWO TWO THREE"),
        ("reorder the 1st to server", "TWO ONE THREE"),
        ("reorder the 3rd to yoda", "ONE TWO THREE"),
        ("delay 20 ms", "ONE TWO THREE"),
        ("pass", "ONE TWO THREE"),
    ],
)
def test_datagrams(level: str, recorder: Recorder, tmp_path: Path, condition: str, seen: str) -> None:
    """Lost, repeated, overtaken or late; and what comes of it has come when all is still."""
    with opened(tmp_path, recorder, level, condition) as stage:
        serve(stage, "udp_echo.py")
        join(stage, "yoda", name="udp_client.py")
        assert ask(stage, "yoda", "one two three").split() == seen.split()


def test_a_condition_is_plain_data() -> None:
    """Equal where it says the same: the two directions of a link share a fuse by it."""
    assert parse_condition("reset after 5 bytes") == parse_condition("reset after 5 bytes")
    assert isinstance(hash(Condition("reset", 5.0)), int)


@pytest.mark.parametrize(
    ("server", "client", "idle"),
    [("threaded_server.py", "client.py", "lose 1 in 2"), ("udp_echo.py", "udp_client.py", "cut 1")],
)
def test_a_condition_for_the_other_transport_is_said_to_do_nothing(
    level: str, recorder: Recorder, tmp_path: Path, server: str, client: str, idle: str
) -> None:
    """Once, however many are linked; and one that does something is not named."""
    with opened(tmp_path, recorder, level, "lose 1 in 2", "cut 1", "delay 1 ms") as stage:
        serve(stage, server)
        join(stage, "yoda", "r2d2", name=client)
        ask(stage, "yoda", "hello")
        ask(stage, "r2d2", "hello")
    what = "streams (tcp)" if client == "client.py" else "datagrams (udp)"
    said = [event.text for event in recorder.recording.all(Noted)]
    assert said == [f"the network condition {idle!r} does nothing to {what}"]
