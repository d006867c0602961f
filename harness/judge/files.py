"""Judge files: what lies in an actor's folder at a step, byte for byte or line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from harness.events import FileSeen
from harness.judge import sentences as say
from harness.judge.halves import find_half
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.scenario.matching import file_differs, lines_differ
from harness.scenario.model import ExpectFile, FileState
from harness.verdict import Verdict

# What is expected of a file without reading it.
_UNREAD = (FileState.THERE, FileState.GONE)

# A content stands with the first event that has it, or else in the blobs; it is asked for by its SHA-256.
Blob = Callable[[str], bytes | None]


def judge_files(view: View, step: ExpectFile, blob: Blob) -> Iterable[tuple[str, Miss | None]]:
    """Each file of the step must be as it says."""
    kept = {e.sha256: e.content for e in view.events if isinstance(e, FileSeen) and e.content is not None}

    def either(digest: str) -> bytes | None:
        return kept[digest] if digest in kept else blob(digest)

    for path in step.paths:
        seen = _at(view, step, path)
        miss = _unreadable(step, path, seen) or _CHECKS[step.state](view, step, path, either)
        if seen is not None and miss is not None and miss.code in ("file-differs", "file-left"):
            miss = find_half(view, step, seen, lambda one: _content(one, either)) or miss
        yield path, miss


def _at(view: View, step: ExpectFile, path: str) -> FileSeen | None:
    return next((e for e in view.within(step) if isinstance(e, FileSeen) and e.path == path), None)


def _unreadable(step: ExpectFile, path: str, seen: FileSeen | None) -> Miss | None:
    if seen is None:
        return Miss("not-looked-at", f"{path} was not looked at", where=path, verdict=Verdict.UNDECIDED)
    return _too_large(path) if seen.state == "capped" and step.state not in _UNREAD else None


def _too_large(path: str) -> Miss:
    return Miss("not-kept", f"{path} is too large to be read", where=path, verdict=Verdict.UNDECIDED)


def _is(view: View, step: ExpectFile, path: str, blob: Blob) -> Miss | None:
    seen, wanted = _at(view, step, path), step.content or ""
    assert seen is not None
    if seen.state != "file":
        return _missing(view, step, path, seen, wanted)
    content = _content(seen, blob)
    if content is None:
        return Miss("not-kept", f"the contents of {path} were not kept", where=path, verdict=Verdict.UNDECIDED)
    content = view.content(content)
    any_order = step.state is FileState.ANY_ORDER
    reason = lines_differ(content, wanted) if any_order else file_differs(content, wanted, step.exactly)
    if reason is None:
        return None
    return Miss("file-differs", f"{path}: {reason}", wanted, content.decode(errors="replace"), where=path)


def _content(seen: FileSeen, blob: Blob) -> bytes | None:
    return blob(seen.sha256) if seen.state == "file" else None


def _missing(view: View, step: ExpectFile, path: str, seen: FileSeen, wanted: str) -> Miss:
    what = _state(seen)
    others = _alike(view, path)
    near = f"there is {say.several(others)}" if others else ""
    return Miss("file-missing", f"expected a file {path}, and {what}", wanted, what, near, path)


def _state(seen: FileSeen) -> str:
    """What stands at a path where no file is."""
    words = {"gone": "there is none", "folder": "it is a folder", "link": "it is a link"}
    return words.get(seen.state, "it is no plain file")


def _alike(view: View, path: str) -> list[str]:
    """Files that were not there before and whose name holds this one's, or the other way round.

    A file that the scenario names itself is no stray: it is not what was made instead of this one.
    """
    named = {p for step in view.scenario.steps() if isinstance(step, ExpectFile) for p in step.paths}
    before = {e.path for e in view.events if isinstance(e, FileSeen) and e.when == "before"}
    folder, _, name = path.partition("/")
    new = [e.path for e in view.events if isinstance(e, FileSeen) and e.when == "after" and e.state == "file"]
    stem = PurePosixPath(name).stem
    return [p for p in new if p not in before and p not in named and p.startswith(folder + "/") and stem in p][:3]


def _equals(view: View, step: ExpectFile, path: str, blob: Blob) -> Miss | None:
    seen, other = _at(view, step, path), _at(view, step, step.other or "")
    assert seen is not None
    if other is not None and other.state == "capped":
        return _too_large(other.path)
    if other is None or other.state != "file":
        return Miss("nothing-to-compare", f"there is no file {step.other} to compare {path} with", where=path,
                    verdict=Verdict.UNDECIDED)
    expected = f"the {_bytes(other.size)} of {step.other}"
    if seen.state != "file":
        return _missing(view, step, path, seen, expected)
    if seen.sha256 == other.sha256:
        return None
    got = _difference(seen, other, blob)
    return Miss("file-differs", f"{path}: expected {expected}, got {got}", expected, got, where=path)


def _difference(seen: FileSeen, other: FileSeen, blob: Blob) -> str:
    """How many bytes, and where the first wrong one is."""
    size = _bytes(seen.size) if seen.size else "an empty file"
    one, two = _content(seen, blob), _content(other, blob)
    if one is None or two is None or not one:
        return size
    same = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    if same == len(one):
        return f"only the first {size}: the end is missing"
    if same == len(two):
        return f"{size}: all of it, and {_bytes(len(one) - len(two))} more"
    return f"{size}, wrong from byte {same:,} on ({one[same]:#04x} where {two[same]:#04x} was expected)"


def _bytes(number: int) -> str:
    return "1 byte" if number == 1 else f"{number:,} bytes"


def _there(view: View, step: ExpectFile, path: str, blob: Blob) -> Miss | None:
    seen = _at(view, step, path)
    assert seen is not None
    return None if seen.state in ("file", "capped") else _missing(view, step, path, seen, "a file")


def _gone(view: View, step: ExpectFile, path: str, blob: Blob) -> Miss | None:
    seen = _at(view, step, path)
    assert seen is not None
    if seen.state == "gone":
        return None
    got = _bytes(seen.size) if seen.state == "file" else _state(seen)
    got = "a large file" if seen.state == "capped" else got
    return Miss("file-left", f"{path} should be gone, and is still there ({got})", "no such file", got, where=path)


def _unchanged(view: View, step: ExpectFile, path: str, blob: Blob) -> Miss | None:
    seen = _at(view, step, path)
    before = next((e for e in view.events if isinstance(e, FileSeen) and e.when == "before" and e.path == path), None)
    assert seen is not None
    if before is None:
        return Miss("nothing-to-compare", f"{path} was not there before the play", where=path,
                    verdict=Verdict.UNDECIDED)
    if (seen.state, seen.sha256) == (before.state, before.sha256):
        return None
    had = _bytes(before.size) if before.state == "file" else "another kind of file"
    if seen.state == "gone":
        return Miss("file-missing", f"{path} should be unchanged, and is gone", f"{had}, as before", "no such file",
                    where=path)
    got = _difference(seen, before, blob) if seen.state == "file" else _state(seen)
    return Miss("file-changed", f"{path} should be unchanged: it had {had}, and now {got}", f"{had}, as before", got,
                where=path)


_CHECKS: dict[FileState, Callable[[View, ExpectFile, str, Blob], Miss | None]] = {
    FileState.IS: _is,
    FileState.ANY_ORDER: _is,
    FileState.EQUALS: _equals,
    FileState.THERE: _there,
    FileState.GONE: _gone,
    FileState.UNCHANGED: _unchanged,
}
