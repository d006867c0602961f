"""What the two programs have in common before they start."""

import os


class BadArguments(Exception):
    """The command line is wrong; the exception's text says what a right one is."""


def port_number(text: str) -> int:
    """Return the port that `text` names."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1024 <= int(text) <= 65535):
        raise BadArguments(f"expected a port from 1024 to 65535, got {text!r}")
    return int(text)


def admin_word(text: str) -> str:
    """Return the admin password, which must be one word, or nobody could type it behind SHT."""
    if len(text.split()) != 1 or text != text.strip():
        raise BadArguments(f"expected an admin password without spaces, got {text!r}")
    return text


def two_arguments(arguments: list[str], usage: str) -> tuple[str, str]:
    """Return the two arguments, or raise BadArguments with the line that shows them."""
    if len(arguments) != 2:
        raise BadArguments(f"expected 2 arguments, got {len(arguments)}\n{usage}")
    return arguments[0], arguments[1]


def fill_standard_files() -> None:
    """Open /dev/null for each standard file that is closed: a socket in its place would be taken for the terminal."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
