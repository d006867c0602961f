"""The other words of the language: a document's keys, the forms of a step that are no verbs, keys to press."""

from __future__ import annotations

import re

# The keys of a document, in the order in which people write them.
KEYS: dict[str, str] = {
    "scenario": "The behaviour, as a sentence. It is the scenario's name.",
    "clause": "The paragraph of the assignment that asks for it.",
    "marks": "The rubric's item (or items) that it counts for.",
    "aids": "First words of typed lines that it is not about: where one of them fails, the scenario is skipped.",
    "tags": "Words to select by.",
    "variants": "The variants of the assignment that it applies to, by name. The default: all of them.",
    "vary": "`no`: made-up names stay as written, whatever the seed, for their order or the word itself counts.",
    "visible": "`public` (students may read it; the default) or `hidden`.",
    "cast": "Who takes part: `handle: account`, `handle: {account: NAME, password: WORD}` or `crowd: {people: 50}`.",
    "files": "Files that lie in an actor's folder before the play: `actor/path: text`, `{random bytes: 300000}`, "
             "`{random letters: 300000}`.",
    "network": "What the network does to the bytes on their way: `cut 1`, or a list of such conditions (below).",
    "with": "Names and their values: `{title}` stands for the value of `title`.",
    "each": "As `with`, but lists of values: the scenario is played once for each.",
    "play": "The steps, one after the other.",
    "schedule": "In which order what is typed at one instant reaches the server: a list of `NAME: LINE` (below).",
    "hints": "What to tell a student when a step failed: the step's own words, and a sentence.",
}
REQUIRED = ("scenario", "play")
VISIBLE = ("public", "hidden")
VARY = "no"  # the only value of `vary`

# (how it is written, what it means, an example)
FORMS: tuple[tuple[str, str, str], ...] = (
    (
        "NAME: TEXT",
        "Typed at the terminal, followed by Enter, whatever it says. An empty text presses Enter alone.",
        "yoda: POST 1 hello",
    ),
    ("N s pass", "The one fixed wait there is. Nothing else in a play waits for a clock.", "3 s pass"),
    ("N times", "Steps that are repeated; `{n}` counts from 1.", '3 times: [yoda: "POST {n} hello"]'),
    (
        "together",
        "Steps that begin at one instant, before any answer is waited for.",
        "together: [yoda: POST 1 left, r2d2: POST 1 right]",
    ),
    (
        "in turn",
        "Steps of several people, each answered before the next begins: the same as `together`, without the race.",
        "in turn: [yoda: POST 1 left, r2d2: POST 1 right]",
    ),
    (
        "one order explains every answer",
        "There is one order of all that was typed so far in which every answer is right, by the assignment's model.",
        "one order explains every answer",
    ),
    (
        "any of",
        "Several witnesses of one fact: one expectation that holds suffices.",
        "any of: [server/1 is gone, yoda never sees: hello]",
    ),
)
AT_ONCE = "at once"  # of deliveries in a schedule: one behind the other, with no answer between
ONE_ORDER = "one order explains every answer"

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
PASS = re.compile(r"(\d+(?:\.\d+)?) s pass(?:es)?")
TIMES = re.compile(r"(\d+) times?")

PRESSED: dict[str, bytes] = {
    "enter": b"\r",
    "tab": b"\t",
    "escape": b"\x1b",
    "space": b" ",
    "backspace": b"\x7f",
    "delete": b"\x1b[3~",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    **{f"ctrl-{chr(code + 96)}": bytes([code]) for code in range(1, 27)},
    "ctrl-\\": b"\x1c",
    "ctrl-]": b"\x1d",
}

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.)|$)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


def unescape(text: str) -> bytes:
    r"""The bytes that `\x00 \n \r \t \\` and plain letters stand for. Raises ValueError for another escape."""
    out, position = b"", 0
    for match in _ESCAPE.finditer(text):
        out += text[position : match.start()].encode()
        position = match.end()
        if match[1]:
            out += bytes([int(match[1], 16)])
        elif match[2] in _ESCAPES:
            out += _ESCAPES[match[2]].encode()
        else:
            raise ValueError(f"unknown escape {match.group()!r}: expected \\x00, \\n, \\r, \\t or \\\\")
    return out + text[position:].encode()
