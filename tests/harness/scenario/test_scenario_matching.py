"""Matchers: what matches, what does not, and the exact sentence."""

from __future__ import annotations

import pytest

from harness.scenario.matching import (
    count,
    file_differs,
    fold,
    lines_of,
    mask,
    near_miss,
    text_differs,
    visible,
)

TEN = "\n".join(f"{n} yoda: post" for n in range(1, 11))


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"a\nb", "a\nb"),
        (b"10%\r50%\r100%\r\n", "100%\n"),
        (b"a longer one\rshort\r\n", "shortger one\n"),
        (b"hello\rHE\x1b[K", "HE"),
        (b"ab\x08\x08X", "Xb"),
        (b"\x08\x08a", "a"),
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]0;a title\x07x", "x"),
        (b"\x1b]0;a title\x1b\\x", "x"),
        (b"\x1bPdevice control\x1b\\x", "x"),
        (b"\x1b]never closed", ""),
        (b"\x1b[?2004hx\x1b[?2004l", "x"),
        (b"\x1b(Bx\x1b=y\x1b7", "xy"),
        (b"ac\x1b[Db", "ab"),
        (b"ab\x1b[3Cc", "ab   c"),
        (b"abcd\x1b[2G\x1b[2P", "ad"),
        (b"one\x1b[2Jtwo", "one\ntwo"),
        (b"one\x1b[5;1Htwo", "one\ntwo"),
        (b"a\x07\x00b\tc", "ab\tc"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ("é…".encode(), "é…"),
        (b"\x1b", ""),
        (b"\x1b[", ""),
        (b"\x1b[999999999999Cx\x1b[99999999Dy", "yx"),
        (b"", ""),
    ],
)
def test_what_a_reader_sees(data: bytes, shown: str) -> None:
    """Control is obeyed or dropped, never shown; what was overwritten is gone, what was cleared stays."""
    assert visible(data) == shown


def test_a_flood_is_shown_in_time() -> None:
    """Megabytes take no more than a moment, coloured or not."""
    assert len(visible(b"\x1b[32m0123456789\x1b[0m 0123456789 0123456789\r\n" * 10_000)) > 300_000
    assert len(visible(b"0123456789 0123456789 0123456789 0123456789\r\n" * 50_000)) > 2_000_000


def test_white_space_is_folded() -> None:
    """Runs of it are one space, lines keep their ends, blank lines do not count."""
    assert fold("  a \t b\n\n \n c\xa0d  ") == "a b\nc d"


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ("thread 33 created", "33"),
        ("33", "33"),
        ("(33)", "33"),
        ("right #2", "#2"),
        ("right#2", "#2"),
        ("1 Yoda: hi", "Yoda:"),
        ("cmd: 1  Yoda:   hi ", "1 Yoda: hi"),
        ("header\n3331\n9331\ncmd:", "3331\n9331"),
        ("3331\nsomething\n9331", "3331\n9331\n"),
        ("3331 3331\n3331", "3331\n3331"),
        ("anything", ""),
    ],
)
def test_texts_that_match(seen: str, wanted: str) -> None:
    """Whole words, lines in order, other lines between them."""
    assert text_differs(seen, wanted) is None


@pytest.mark.parametrize(
    ("seen", "wanted", "sentence", "near"),
    [
        ("3331", "33", "expected '33', got '3331'", "it stands there only as part of a longer word"),
        ("a, b", "a b", "expected 'a b', got 'a, b'", "would match without the comma"),
        ("hi there", "hi there.", "expected 'hi there.', got 'hi there'", "would match without the full stop"),
        ("<a> {b}", "a b", "expected 'a b', got '<a> {b}'", "right words, other punctuation"),
        ("Hello", "hello", "expected 'hello', got 'Hello'", "right text, other case"),
        ("a\nb", "b\na", "expected 'b\\na', got 'a\\nb'", "the lines are there in another order"),
        ("a b", "a\nb", "expected 'a\\nb', got 'a b'", "right text, other line breaks"),
        ("a", "a\na", "expected 'a\\na', got 'a'", "a line is there too seldom"),
        ("Yoda:hi", "Yoda: hi", "expected 'Yoda: hi', got 'Yoda:hi'", "right letters, other white space"),
        ("2 Yoda: hi", "1 Yoda: hi", "expected '1 Yoda: hi', got '2 Yoda: hi'", "numbered 2 where 1 was expected"),
        ("cmd: 2. hi", "1 hi", "expected '1 hi', got 'cmd: 2. hi'", "numbered 2 where 1 was expected"),
        ("thread 3331 creatd", "thread 3331 created", "expected 'thread 3331 created', got 'thread 3331 creatd'",
         "'creatd' where 'created' was expected"),
        ("completely different", "x", "expected 'x', got 'completely different'", ""),
        ("", "x", "expected 'x', got ''", ""),
    ],
)  # fmt: skip
def test_texts_that_differ(seen: str, wanted: str, sentence: str, near: str) -> None:
    """The sentence holds all that was seen; the near miss says how little was wrong."""
    assert text_differs(seen, wanted) == sentence
    assert near_miss(seen, wanted) == near


def test_lines_that_are_missing_are_named() -> None:
    """Nine of ten lines are not nothing."""
    assert near_miss(TEN.replace("7 yoda: post\n", ""), TEN) == "only 9 of 10 lines: missing '7 yoda: post'"
    assert near_miss("1 yoda: post\n2 yoda: post", TEN).startswith("only 2 of 10 lines: missing '3 yoda: post', ")
    assert near_miss(TEN.replace("10 y", "11 y"), TEN) == "numbered 11 where 10 was expected"


@pytest.mark.parametrize(
    ("seen", "wanted", "same"),
    [
        ("a  b", "a  b", True),
        ("a b", "a  b", False),
        ("x\na\nb\ny", "a\nb\n", True),
        ("a\nx\nb", "a\nb", False),
        ("a\n\nb", "a\nb", False),
        ("cmd: a", "a", True),
        ("aa", "a", False),
        ("x", "\n", True),
    ],
)
def test_exactly(seen: str, wanted: str, same: bool) -> None:
    """With `exactly` every space and line break counts, and lines stand directly under each other."""
    assert (text_differs(seen, wanted, exactly=True) is None) is same
    assert same or near_miss(seen, wanted) or seen == "aa"


@pytest.mark.parametrize(
    ("seen", "wanted", "times"),
    [
        ("a a aa\na", "a", 3), ("a\nb\na\nb", "a\nb", 2), ("a\na\nb", "a\nb", 1), ("x", "a", 0), ("x", "", 0),
        ("crowd1: hi\ncrowd10: hi", "crowd1: hi", 1), ("a  b\na b", "a b", 2), ("a a a", "a a", 1),
    ],
)  # fmt: skip
def test_how_often_a_text_is_seen(seen: str, wanted: str, times: int) -> None:
    """Whole words, none of them counted twice."""
    assert count(seen, wanted) == times


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ("Thread 3331 created", "Thread 9 created", []),
        ("Thread 3331 created", "Thread abc created", ["3331", "abc"]),
        ("posted by Yoda", "posted by Obi-wan", ["Yoda", "Obi-wan", "Obi"]),
        ("Thread 'my talk' exists", 'Thread "x" exists', []),
        ("Posted: hello world", "Posted: hi", ["hello", "world", "hi"]),
        ("2 new", "14 new", ["", " "]),
        ("Made 33\n----", "Made 3331\n------", []),
    ],
)
def test_answers_alike_but_for_names_and_numbers(one: str, other: str, names: list[str]) -> None:
    """Masked, two answers are the same if they differ in names, numbers and quoted words alone."""
    assert mask(one, names) == mask(other, names)


def test_a_refusal_stays_unlike_a_success() -> None:
    """The mask leaves the words that make the difference."""
    assert mask("Thread 1 created", ["Yoda"]) != mask("Thread 1 exists", ["Yoda"])
    assert mask("Yodas", ["Yoda"]) == "Yodas"
    assert mask("Made.", []) != mask("Made...", [])


@pytest.mark.parametrize("content", [b"a\nb\n", b"a\nb", b"a\r\nb\r\n", b"a\nb\n\n"])
def test_how_a_file_ends_its_lines_is_no_difference(content: bytes) -> None:
    """`line\\n` and `\\nline` are two ways to write the same file."""
    assert lines_of(content) == ["a", "b"]
    assert file_differs(content, "a\nb\n") is None


def test_lines_of_nothing() -> None:
    """An empty file has no lines; an empty first line is one."""
    assert lines_of(b"") == lines_of(b"\n") == []
    assert lines_of(b"\na") == ["", "a"]
    assert lines_of("a\u2028b\x0cc".encode()) == ["a\u2028b\x0cc"]


@pytest.mark.parametrize(
    ("content", "wanted", "sentence"),
    [
        (b"Started by: Yoda\n", "Yoda", "the first line is 'Started by: Yoda' where 'Yoda' was expected"),
        (b"Yoda\n2 Yoda: hi", "Yoda\n1 Yoda: hi",
         "line 2: expected '1 Yoda: hi', got '2 Yoda: hi' (numbered 2 where 1 was expected)"),
        (b"Yoda\n1 Yoda: hi \n", "Yoda\n1 Yoda: hi",
         "line 2: expected '1 Yoda: hi', got '1 Yoda: hi ' (a trailing space)"),
        (b"Yoda\nYoda  uploaded x", "Yoda\nYoda uploaded x",
         "line 2: expected 'Yoda uploaded x', got 'Yoda  uploaded x' (other white space)"),
        (b"Yoda\n\n1 Yoda: hi", "Yoda\n1 Yoda: hi", "line 2: expected '1 Yoda: hi', got '' (an empty line)"),
        (b"Yoda", "Yoda\nx", "expected 2 lines, got 1: line 2, 'x', is missing"),
        (b"Yoda\nx", "Yoda", "expected 1 line, got 2: line 2, 'x', is too much"),
        (b"", "Yoda", "expected 1 line, got 0: line 1, 'Yoda', is missing"),
        (b"yoda", "Yoda", "the first line is 'yoda' where 'Yoda' was expected (other case)"),
    ],
)  # fmt: skip
def test_files_that_differ(content: bytes, wanted: str, sentence: str) -> None:
    """The first wrong line is named, with what is nearly right about it."""
    assert file_differs(content, wanted) == sentence


def test_files_byte_for_byte() -> None:
    """With `exactly` a line end is a difference, and is said to be the only one."""
    assert file_differs(b"a\n", "a\n", exactly=True) is None
    assert file_differs(b"a\r\n", "a\n", exactly=True) == (
        "the lines are the same, and how they end differs: expected 'a\\n', got 'a\\r\\n'"
    )
    assert file_differs(b"b", "a", exactly=True) == "the first line is 'b' where 'a' was expected"
