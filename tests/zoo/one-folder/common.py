"""What client and server have in common: how a message looks, and which commands there are.

A message is one line of words. Every word is base64, so it may hold spaces, newlines
and the bytes of a file, and a line's end is always the message's end. An empty word is "=".
"""

import base64

# command: names of its arguments; "..." behind the last one lets it contain spaces
SYNTAX = {
    "crt": "thread",
    "msg": "thread text...",
    "dlt": "thread number",
    "edt": "thread number text...",
    "lst": "",
    "rdt": "thread",
    "upd": "thread file",
    "dwn": "thread file",
    "rmv": "thread",
    "xit": "",
    "sht": "admin-password",
}


def pack(*words):
    """One message as bytes; text is sent as UTF-8."""
    raw = [word.encode() if isinstance(word, str) else word for word in words]
    return b" ".join(base64.b64encode(word) or b"=" for word in raw) + b"\n"


def unpack(line):
    return [b"" if word == b"=" else base64.b64decode(word) for word in line.split()]


class Inbox:
    """Takes bytes as they come, and gives whole messages."""

    def __init__(self):
        self._bytes = bytearray()

    def feed(self, data):
        start = len(self._bytes)
        self._bytes += data
        messages = []
        # Only the new bytes are searched: a big file comes in thousands of pieces.
        end = self._bytes.find(b"\n", start)
        while end >= 0:
            messages.append(unpack(bytes(self._bytes[:end])))
            del self._bytes[:end + 1]
            end = self._bytes.find(b"\n")
        return messages


def parse(line):
    """A typed line as a list of words, the command in small letters. Raises ValueError with a usage text."""
    command, _, rest = line.strip().partition(" ")
    command = command.lower()
    if command not in SYNTAX:
        raise ValueError(f"{command}: try one of {' '.join(SYNTAX).upper()}")
    names = SYNTAX[command].split()
    if names and names[-1].endswith("..."):
        words = rest.split(" ", len(names) - 1)
    else:
        words = rest.split()
    if len(words) != len(names) or not all(words):
        raise ValueError(f"usage: {command.upper()} {SYNTAX[command]}".strip())
    return [command, *words]
