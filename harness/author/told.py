"""What a student reads of a saboteur's failure, as a text that can be kept beside it and held against. Pure.

The same for every machine and every play: what chance decides is masked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from harness.verdict import Finding, Outcome

# Lines of a difference that are worth reading in a list of complaints.
_MOST_LINES = 12
# Stands in told.txt for what differs from one play to the next as a whole.
VARIES = "(differs from play to play)"
# What differs in part, and what stands in its place. The first that fits a part of the text wins.
_MASKS = (
    # A long one is cut, and where depends on the length of the paths in it. Its last line is always there.
    (re.compile(r"(Traceback \(most recent call last\):)\\n.*\\n"), r"\1 … "),
    (re.compile(r"\b(pid|process|worker|tid)( \d+|=\d+)"), r"\1 N"),
    (re.compile(r"(/tmp|/var/folders|/private/tmp|/dev/shm)/[^\s'\",:)]*/"), "…/"),
    (re.compile(r"\b127\.0\.0\.1([: ]|', )\d+"), r"127.0.0.1\1PORT"),
    (re.compile(r"\bport([ =])\d+"), r"port\1PORT"),
    (re.compile(r"\b(\d+[.,])?\d+ ?(s|ms|seconds?|minutes?)\b"), "N s"),
    (re.compile(r"\b0x[0-9a-f]{6,}\b"), "0xN"),
    (re.compile(r"\b[0-9a-f]{32,}\b"), "HEX"),
    (re.compile(r"\bThread-\d+"), "Thread-N"),
)


def told(plays: Sequence[Outcome]) -> str:
    """What a student reads of the finding that decided these plays of one scenario; "" if nothing went wrong.

    What they do not agree on is a matter of chance, and left out: more than one play finds it out.
    """
    texts = [_parts(outcome.divergence) for outcome in plays if outcome.divergence]
    found = []
    for label in texts[0] if texts else ():
        said = {_lines(text[label]) for text in texts}
        text = said.pop() if len(said) == 1 else VARIES
        found += [f"{label}: {text}\n"] if text.strip() else []
    return "".join(found)


_LABELS = ("code", "sentence", "expected", "seen", "where", "near", "likely", "hint")


def _parts(found: Finding) -> dict[str, str]:
    where = found.where or found.actor
    texts = (found.code, found.sentence, found.expected, found.seen, where, found.near, found.likely, found.hint)
    return dict(zip(_LABELS, texts, strict=True))


def _lines(text: str) -> str:
    """One text, masked; where it has several lines, the others stand indented below the first."""
    return "\n    ".join(line.rstrip() for line in masked(text).rstrip("\n").split("\n"))


def masked(text: str) -> str:
    """The text without what another play would say otherwise: pids, ports, times, temporary folders, addresses."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def told_differs(kept: str, plays: Sequence[str]) -> Sequence[str]:
    """The lines in which what is told in these plays differs from what was kept; none if it does not.

    A part stands if one of them tells it: of two things that both went wrong a race may name the one or the other.
    """
    now = told_keeping(kept, plays[0])
    for other in map(_by_label, plays[1:]):
        old, new = _by_label(kept), _by_label(now)
        now = _joined({**new, **{label: text for label, text in other.items() if text == old.get(label)}})
    lines = list(difflib.unified_diff(kept.splitlines(), now.splitlines(), "told.txt", "told now", lineterm="", n=0))
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES} lines more"]


def told_keeping(kept: str, now: str) -> str:
    """What is told now, without the parts that are known to differ from play to play."""
    old, new = _by_label(kept), _by_label(now)
    varies = {label: text for label, text in old.items() if text.strip() == f"{label}: {VARIES}"}
    return _joined({**new, **varies})


def _joined(parts: Mapping[str, str]) -> str:
    return "".join(parts[label] for label in dict.fromkeys((*_LABELS, *parts)) if label in parts)


def _by_label(text: str) -> dict[str, str]:
    """The parts of a told.txt: what begins at the start of a line, with the indented lines below it."""
    parts: dict[str, str] = {}
    label = ""
    for line in text.splitlines(keepends=True):
        label = label if line.startswith(" ") else line.partition(":")[0]
        parts[label] = parts.get(label, "") + line
    return parts
