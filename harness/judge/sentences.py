"""The words of findings: how a person, a program and its end are called in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.events import Exited, Settled
from harness.judge.view import View


def theirs(view: View, actor: str, thing: str) -> str:
    """"yoda's terminal", "the server's terminal"."""
    return f"{actor}'s {thing}" if actor in view.began.accounts else f"the {actor}'s {thing}"


def program(view: View, actor: str) -> str:
    """"yoda's client", "the server"."""
    return f"{actor}'s client" if actor in view.began.accounts else f"the {actor}"


def ending(exited: Exited) -> str:
    """"ended with status 1", "was ended by SIGSEGV"."""
    return f"was ended by {exited.signal}" if exited.signal else f"ended with status {exited.status}"


def had_ended(exited: Exited) -> str:
    """"had ended with status 1", "had been ended by SIGSEGV": at a moment that lies back."""
    return f"had been ended by {exited.signal}" if exited.signal else f"had ended with status {exited.status}"


def shown(text: str, most: int = 400) -> str:
    """Text quoted for a sentence; of a long one its beginning and its end, the whole stays in the data.

    The end is what tells: the last line of a traceback, or where a message was cut.
    """
    text = text.strip()
    if not text:
        return "nothing"
    quoted = repr(text)
    if len(quoted) <= most:
        return quoted
    end = most // 4
    return f"{quoted[: most - end - 25]}… ({len(text):,} characters) …{quoted[-end:]}"


def first_line(text: str, other: str = "", most: int = 150) -> str:
    """An answer without the menu behind it: its first line with a word in it, quoted; "…" for what follows.

    Where the `other` answer begins in the same way, the first line that is not in that.
    """
    lines = [line.strip() for line in text.splitlines() if re.search(r"\w", line)]
    own = [line for line in lines if line not in {line.strip() for line in other.splitlines()}]
    line = next(iter([*own, *lines]), text)
    return shown(line, most) + (" …" if lines and line != lines[-1] else "")


def open_because(sentence: str, why: str) -> str:
    """The sentence, with the reason why it stays undecided behind it, where there is one."""
    return f"{sentence} ({why})" if why else sentence


def several(names: Sequence[str], conjunction: str = "and") -> str:
    """"yoda", "yoda and r2d2", "yoda, r2d2 and leia"."""
    return f" {conjunction} ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


# What the stage concludes from where everybody stands, in its words; the most telling first.
_CONCLUSIONS = tuple(map(re.compile, (
    r"a deadlock in |: a deadlock, if ",
    r"has read what .* sent, none of its threads |^no thread of .* listens to ",
    r"waits for its keyboard and not for ",
    r" serves one client at a time$",
)))  # fmt: skip


def cause(settled: Settled | None) -> str:
    """Why nothing more came, from the evidence of the stage: what follows from it first, then where everybody stood."""
    clauses = settled.cause.split("; ") if settled is not None and settled.cause else []
    return "; ".join(sorted(clauses, key=_weight))


def _weight(clause: str) -> int:
    return next((at for at, sign in enumerate(_CONCLUSIONS) if sign.search(clause)), len(_CONCLUSIONS))
