"""A file that lies there half: some of another one's bytes in their places, where the play upset its way. Pure.

Without that a file that ends early is only wrong (`file-differs`): it would be so every time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from harness.events import FileSeen, Signalled
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.scenario.model import ExpectFile, FileState, Hold, Plays, Together

# Where a file was made as long as it will be and filled in parts, zeros stand in for what has not come. Fewer than
# these may be what somebody takes for the end of a text, or a byte that was spoilt.
_HOLE = 16

_LIKELY = {
    FileState.GONE: "This is what happens when the bytes are written where others find them as they come: collect them "
                    "in a file of another name, or in memory, and give it its own name once the last one is there; "
                    "throw it away if it never comes.",
    FileState.EQUALS: "This is what happens when one recv() is taken for all that will come, or when a file is read "
                      "while another thread still writes it: count the bytes, and let nobody see the file before.",
}  # fmt: skip


def find_half(view: View, step: ExpectFile, seen: FileSeen, blob: Callable[[FileSeen], bytes | None]) -> Miss | None:
    """Why this file is half of one that somebody had before the play; None if it is something else."""
    if step.state not in _LIKELY or seen.state != "file" or not seen.size or not _upset(view, step):
        return None
    content = blob(seen)
    for whole in _originals(view, seen) if content else ():
        full = blob(whole)
        part = _part(content, full) if content and full else ""
        if part:
            expected = "no such file" if step.state is FileState.GONE else f"the {whole.size:,} bytes of {whole.path}"
            sentence = f"{seen.path} is half a file: it holds {part} of {whole.path}"
            return Miss("file-half", sentence, expected, part, where=seen.path, likely=_LIKELY[step.state])
    return None


def _upset(view: View, step: ExpectFile) -> bool:
    """Whether people did something at once by then, the network kept or changed bytes, or a program was struck."""
    network = view.scenario.network
    if network is not None and any(one.kind != "pass" for one in network.conditions):
        return True
    if any(isinstance(one, Together | Plays | Hold) for one in view.scenario.steps() if one.number <= step.number):
        return True
    return any(isinstance(event, Signalled) for event in view.events[: view.end(step)])


def _originals(view: View, seen: FileSeen) -> list[FileSeen]:
    """Files that people had before: of the same name, or one that this name ends in (a server may put more before)."""
    name = PurePosixPath(seen.path).name
    return [e for e in view.events if isinstance(e, FileSeen) and e.when == "before" and e.state == "file"
            and e.path.partition("/")[0] in view.began.accounts and e.path != seen.path
            and name.endswith(PurePosixPath(e.path).name)]  # fmt: skip


def _part(content: bytes, full: bytes) -> str:
    """Which part of `full` this is: "the first 5 of the 8 bytes"; "" if it is no part, or all of it."""
    if len(content) > len(full) or content == full:
        return ""
    size = f"of the {len(full):,} bytes"
    if full.startswith(content):
        return f"the first {len(content):,} {size}"
    wrong = [at for at, (here, there) in enumerate(zip(content, full, strict=False)) if here != there]
    first, last = wrong[0], wrong[-1]
    if last - first + 1 < _HOLE or any(content[at] for at in wrong) or len(wrong) == len(content):
        return ""
    end = "" if len(content) == len(full) else f", and ends after {len(content):,}"
    return f"zeros from byte {first:,} to {last:,} in place of what should stand there{end}, {size}"
