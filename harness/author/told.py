"""What a student reads of a saboteur's failure, as a text that can be kept beside it and held against. Pure.

The same for every machine and every play: what chance decides is masked.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from harness.verdict import Finding, Outcome

# Lines of a difference that are worth reading in a list of complaints.
_MOST_LINES = 12
# What differs from one play to the next, and what stands in its place. The first that fits a part of the text wins.
_MASKS = (
    (re.compile(r"\b(pid|process|worker|tid)( \d+|=\d+)"), r"\1 N"),
    (re.compile(r"(/tmp|/var/folders|/private/tmp|/dev/shm)/[^\s'\",:)]*/"), "…/"),
    (re.compile(r"\b127\.0\.0\.1([: ]|', )\d+"), r"127.0.0.1\1PORT"),
    (re.compile(r"\bport \d+"), "port PORT"),
    (re.compile(r"\b(\d+[.,])?\d+ ?(s|ms|seconds?|minutes?)\b"), "N s"),
    (re.compile(r"\b0x[0-9a-f]{6,}\b"), "0xN"),
    (re.compile(r"\b[0-9a-f]{32,}\b"), "HEX"),
    (re.compile(r"\bThread-\d+"), "Thread-N"),
)


def told(outcome: Outcome) -> str:
    """What a student reads of the finding that decided this outcome; "" if nothing went wrong."""
    found = outcome.divergence
    return "".join(f"{label}: {_lines(text)}\n" for label, text in _parts(found) if text.strip()) if found else ""


def _parts(found: Finding) -> Iterator[tuple[str, str]]:
    yield "code", found.code
    yield "sentence", found.sentence
    yield "expected", found.expected
    yield "seen", found.seen
    yield "where", found.where or found.actor
    yield "near", found.near
    yield "likely", found.likely
    yield "hint", found.hint


def _lines(text: str) -> str:
    """One text, masked; where it has several lines, the others stand indented below the first."""
    return "\n    ".join(line.rstrip() for line in masked(text).rstrip("\n").split("\n"))


def masked(text: str) -> str:
    """The text without what another play would say otherwise: pids, ports, times, temporary folders, addresses."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def told_differs(kept: str, now: str) -> Sequence[str]:
    """The lines in which what is told now differs from what was kept; none if it does not."""
    lines = list(difflib.unified_diff(kept.splitlines(), now.splitlines(), "told.txt", "told now", lineterm="", n=0))
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES} lines more"]
    return lines
