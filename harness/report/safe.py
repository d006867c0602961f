"""Text that cannot steer a terminal or deceive a reader: what a program printed is shown, never obeyed."""

from __future__ import annotations

import re

# Control characters (ESC and the C1 range start terminal commands), lone surrogates (no encoding has
# them), and the invisible ones: U+202E turns the rest of a line around, U+2028 ends one, U+200B hides.
# The joiners U+200C and U+200D stay, for scripts and emoji need them. U+FFFE and U+FFFF are not XML.
_RISKY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)


# The folder of a play, with a name of its own in every run: in a traceback nobody can go there any more.
_STAGE = re.compile(r"(?:/[^/\s'\"]+)*/harness-run-\d+-\w+/\w+/")


def safe(text: str) -> str:
    r"""`text` with what is risky as a visible escape, such as `\x1b`. Line feeds and tabs stay.

    Paths begin at the actor's folder ("yoda/client.py"), as in a scenario: then two reports of one mistake are alike.
    """
    return _RISKY.sub(_escape, _STAGE.sub("", text))


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
