"""From a typed line to a command."""

import pytest

from forum.commands import SYNTAX, NotACommand, parse
from forum.turns import MAY_SAY, State
from forum.wording import PROMPT


@pytest.mark.parametrize(
    ("line", "command", "values"),
    [
        ("CRT 3331", "CRT", ["3331"]),
        ("LST", "LST", []),
        ("LST ", "LST", []),
        ("MSG 3331 Networks is  awesome", "MSG", ["3331", "Networks is  awesome"]),
        ("EDT 3331 1 I PWNED it", "EDT", ["3331", "1", "I PWNED it"]),
        ("UPD 3331 test.exe", "UPD", ["3331", "test.exe"]),
        ("P2P luke hi there", "P2P", ["luke", "hi there"]),
        ("MSG 3331 hi ", "MSG", ["3331", "hi"]),
    ],
)
def test_a_right_line_becomes_a_command(line: str, command: str, values: list[str]) -> None:
    """The text keeps the spaces inside it; those around it are nobody's."""
    parsed, fields = parse(line)
    assert (parsed, list(fields.values())) == (command, values)


@pytest.mark.parametrize("command", SYNTAX)
def test_a_wrong_number_of_arguments_is_a_syntax_error(command: str) -> None:
    """One too few, or one too many where no text takes it, and the command is named."""
    names = SYNTAX[command]
    lines = [" ".join([command, *names[:-1]])] if names else []
    lines += [] if "text" in names else [" ".join([command, *names, "more"])]
    for line in lines:
        with pytest.raises(NotACommand, match=rf"^Incorrect syntax for {command}$"):
            parse(line)


@pytest.mark.parametrize("line", ["HELLO", "lst", "CRTx 1", "crt 3331", "\u00e9"])
def test_anything_else_is_an_invalid_command(line: str) -> None:
    """Commands are upper case only."""
    with pytest.raises(NotACommand, match=r"^Invalid command$"):
        parse(line)


def test_the_tables_agree_on_what_the_commands_are() -> None:
    """The syntax table, the moves of who is logged in and the prompt (which leaves out the extension)."""
    assert tuple(SYNTAX) == ("CRT", "MSG", "DLT", "EDT", "LST", "RDT", "UPD", "DWN", "RMV", "XIT", "SHT", "P2P")
    assert set(SYNTAX) == {status.name for status in MAY_SAY[State.READY]}
    assert all(command in PROMPT for command in SYNTAX if command != "P2P")
