"""credentials.txt."""

import pytest

from forum.accounts import Accounts, is_word

LINES = b"hans a\nR2D2 c3p0sucks"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LINES, LINES + b"\nluke x"),
        (LINES + b"\n", LINES + b"\nluke x\n"),
        (b"", b"luke x\n"),
        (b"hans a\r\nR2D2 b\r\n", b"hans a\r\nR2D2 b\r\nluke x\r\n"),
        (b"\nno-pair\n\xff\xfe b\nhans a\n\n", b"\nno-pair\n\xff\xfe b\nhans a\n\nluke x\n"),
    ],
)
def test_a_new_account_is_the_last_line_and_damages_no_other(before: bytes, after: bytes) -> None:
    """With or without a final newline, the file keeps its shape and every byte it had."""
    accounts = Accounts(before)
    accounts.add("luke", "x")
    assert accounts.print_out(before) == after
    assert accounts.print_out(after) == after
    assert Accounts(after).matches("luke", "x")


def test_known_names_and_passwords_are_told_apart() -> None:
    """Case matters, and the last line counts without its newline."""
    accounts = Accounts(LINES)
    assert "R2D2" in accounts
    assert "r2d2" not in accounts
    assert accounts.matches("R2D2", "c3p0sucks")
    assert not accounts.matches("R2D2", "c3p0sucks\n")
    assert not accounts.matches("nobody", "")


@pytest.mark.parametrize(
    "line", [b"hans a \r", b" hans a", b"hans  a", b"\xef\xbb\xbfhans a"], ids=["tail", "indent", "gap", "mark"]
)
def test_what_an_editor_may_have_put_around_a_pair_is_no_part_of_it(line: bytes) -> None:
    """White space, a carriage return, and the mark that some write at the beginning of a file."""
    assert Accounts(line + b"\n").matches("hans", "a")


def test_what_was_written_by_hand_meanwhile_stays() -> None:
    """The file is taken as it is now, and an account is added once."""
    accounts = Accounts(LINES)
    accounts.add("luke", "x")
    assert accounts.print_out(LINES + b"\nby hand") == LINES + b"\nby hand\nluke x"


@pytest.mark.parametrize("line", ["a b=c:d~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/", "x a\x0bb"])
def test_passwords_are_taken_as_they_are(line: str) -> None:
    """No special character ends one."""
    name, password = line.split(" ", 1)
    assert Accounts(line.encode()).matches(name, password)


@pytest.mark.parametrize(
    ("word", "fine"),
    [("Obi-wan", True), ("~|\\", True), ("", False), ("a b", False), ("a\nb", False), ("\u00e9", False)],
)
def test_only_visible_ascii_can_stand_in_the_file(word: str, fine: bool) -> None:
    """A space or a newline would make two words or two lines of one."""
    assert is_word(word) is fine
