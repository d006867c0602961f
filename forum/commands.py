"""From a typed line to a command, or to the sentence that says what is wrong with it."""

from .wording import INCORRECT_SYNTAX, INVALID_COMMAND

# A command's arguments; `text` is the rest of the line, spaces included.
SYNTAX: dict[str, tuple[str, ...]] = {
    "CRT": ("title",),
    "MSG": ("title", "text"),
    "DLT": ("title", "number"),
    "EDT": ("title", "number", "text"),
    "LST": (),
    "RDT": ("title",),
    "UPD": ("title", "file"),
    "DWN": ("title", "file"),
    "RMV": ("title",),
    "XIT": (),
    "SHT": ("password",),
    "P2P": ("user", "text"),
}


class NotACommand(Exception):
    """The typed line is no command; the exception's text is for the user."""


def parse(line: str) -> tuple[str, dict[str, str]]:
    """Return the command and its arguments by name. `line` is not blank."""
    word, *rest = line.split(maxsplit=1)
    if word not in SYNTAX:
        raise NotACommand(INVALID_COMMAND)
    names = SYNTAX[word]
    # The text keeps the spaces inside it, so no more is split off than there are names before it.
    splits = len(names) - 1 if "text" in names else -1
    values = rest[0].rstrip().split(maxsplit=splits) if rest else []
    if len(values) != len(names):
        raise NotACommand(INCORRECT_SYNTAX.format(command=word))
    return word, dict(zip(names, values, strict=True))
