"""What the two programs have in common before they start: arguments, help, one way to print."""

import os


class BadArguments(Exception):
    """The command line is wrong; the exception's text says what a right one is."""


def port_number(text: str) -> int:
    """Return the port that `text` names."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1024 <= int(text) <= 65535):
        raise BadArguments(f"expected a port from 1024 to 65535, got {text!r}")
    return int(text)


def two_arguments(arguments: list[str], usage: str) -> tuple[str, str]:
    """Return the two arguments, or raise BadArguments with the line that shows them."""
    if len(arguments) != 2:
        raise BadArguments(f"expected 2 arguments, got {len(arguments)}\n{usage}")
    return arguments[0], arguments[1]


def say(*lines: str) -> None:
    """Print lines at once and together.

    One system call: nothing stays in a buffer, no other worker's line comes between, and
    a worker that is stopped inside it holds no lock that the others need.
    """
    write("".join(f"{line}\n" for line in lines))


def write(text: str) -> None:
    """Print text as it is."""
    data = text.encode(errors="backslashreplace")
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:  # nobody looks at our output any more; the forum goes on
        pass
