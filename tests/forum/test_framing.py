"""Bytes in, lines out."""

import pytest

from forum.framing import LineBuffer, LineTooLong

STREAM = b"one\n\nthree and a half\nx\n"
LINES = [b"one", b"", b"three and a half", b"x"]


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_lines_survive_a_cut_anywhere(cut: int) -> None:
    """TCP may cut the stream in two at any place; the lines come out the same."""
    assert _lines([STREAM[:cut], STREAM[cut:]]) == LINES


@pytest.mark.parametrize("size", [1, 2, 7, len(STREAM)])
def test_lines_survive_any_size_of_piece(size: int) -> None:
    """TCP may hand over any number of bytes; the lines come out the same."""
    assert _lines([STREAM[start : start + size] for start in range(0, len(STREAM), size)]) == LINES


def test_half_a_line_is_no_line() -> None:
    """None means that more bytes are needed."""
    buffer = LineBuffer()
    buffer.feed(b"half")
    assert buffer.next_line() is None


def test_counted_bytes_come_between_lines() -> None:
    """Raw bytes are handed out as they are here, newlines and all, and the next line is found behind them."""
    buffer = LineBuffer()
    buffer.feed(b"size\na\nb")
    assert buffer.next_line() == b"size"
    assert buffer.take(4) == b"a\nb"
    buffer.feed(b"cnext\n")
    assert buffer.take(1) == b"c"
    assert buffer.next_line() == b"next"


@pytest.mark.parametrize("size", [1, 3, 50])
def test_a_line_past_the_limit_is_refused_once_and_dropped(size: int) -> None:
    """The peer hears of its long line as soon as it is too long, and the line behind it is read."""
    stream, buffer, heard = b"x" * 30 + b"\nnext\n", LineBuffer(limit=10), []
    for start in range(0, len(stream), size):
        buffer.feed(stream[start : start + size])
        while (line := _next_or_problem(buffer)) is not None:
            heard.append(line)
    assert heard == [b"too long", b"next"]


def test_a_line_of_exactly_the_limit_passes() -> None:
    """The limit is the longest line that is allowed."""
    buffer = LineBuffer(limit=10)
    buffer.feed(b"x" * 10 + b"\n")
    assert buffer.next_line() == b"x" * 10


def _lines(pieces: list[bytes]) -> list[bytes]:
    buffer, lines = LineBuffer(), []
    for piece in pieces:
        buffer.feed(piece)
        while (line := buffer.next_line()) is not None:
            lines.append(line)
    return lines


def _next_or_problem(buffer: LineBuffer) -> bytes | None:
    try:
        return buffer.next_line()
    except LineTooLong:
        return b"too long"
