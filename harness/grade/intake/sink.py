"""The one place where bytes of a submission are written: a fresh folder, with caps, and never through a link.

Whatever comes in (a folder, a zip, a tar, one inside of another) arrives as
entries. Only plain files and folders are made; a link becomes a copy of what it
leads to inside, and everything else is left out and said.
"""

from __future__ import annotations

import errno
import functools
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from harness.exits import Wrong
from harness.grade.intake.places import Odd, Parts, led_to, parts_of, told
from harness.subject.subject import JUNK

# Of two submissions with the same bytes the files must be the same, times too: make looks at them.
SAME_TIME = 1_000_000_000
# What compiled caches are called; they hold nothing that their sources do not.
_CACHES = ("__pycache__",)
# So many names of a kind are told; more would hide the sentence.
_NAMED = 3
# Links that lead to links, so many times.
_HOPS = 8
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EMFILE, errno.ENFILE)


class Broken(Exception):
    """There is nothing here that could be graded; the message is one sentence for the tutor."""


class Kind(Enum):
    """What an entry is."""

    FILE = "a file"
    FOLDER = "a folder"
    LINK = "a symbolic link"
    HARD = "a hard link"
    OTHER = "a device, pipe or socket"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a submission: its name as it came, what it is, and for files how to read it, piece by piece."""

    name: str
    kind: Kind
    chunks: Callable[[], Iterable[bytes]] = tuple
    link: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may be. A hundred times what the largest honest one was; a bomb passes all of them."""

    bytes: int = 200_000_000
    entries: int = 20_000
    # What is left out must be named and skipped too: so many names in all, and so many bytes of a stream.
    names: int = 200_000
    stream: int = 1_000_000_000
    listing: int = 8_000_000  # bytes of a zip's list of contents, which takes ten times as much memory
    # A program packs 3:1 to 10:1, a log 20:1, zeros 1000:1. Small things may be as dense as they like.
    ratio: int = 200
    dense: int = 20_000_000
    archives: int = 30  # opened, those inside of others too

    def check_entries(self, count: int) -> None:
        """Raises Broken where there are more files and folders than these."""
        if count > self.entries:
            raise Broken(f"it holds more than {self.entries:,} files and folders: unpack what counts by hand")


@dataclass(slots=True)
class Tally:
    """What one submission has used up of its limits, and what of it was left out."""

    limits: Limits = field(default_factory=Limits)
    bytes: int = 0
    entries: int = 0
    archives: int = 0
    most: int = 0  # bytes, while an archive is open: so many does its own size allow
    junk: dict[str, None] = field(default_factory=dict)
    odd: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # what and why -> the first names
    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def leave_out(self, name: str, why: str) -> None:
        """Take down that this was left out."""
        self.note(name, "left out", why)

    def note(self, name: str, what: str, why: str) -> None:
        """Take something down. However many names it is true of, one sentence says it."""
        self.counts[what, why] = self.counts.get((what, why), 0) + 1
        if self.counts[what, why] <= _NAMED:
            self.odd.setdefault((what, why), []).append(told(name))

    def entry(self) -> None:
        """Count a file or folder. Raises Broken."""
        self.entries += 1
        self.limits.check_entries(self.entries)

    def grow(self, size: int) -> None:
        """Count bytes. Raises Broken."""
        self.bytes += size
        if self.bytes > self.limits.bytes:
            limit = f"{self.limits.bytes // 1_000_000:,} MB"
            raise Broken(f"it unpacks to more than {limit}: unpack what counts by hand")
        if self.most and self.bytes > self.most:
            raise Broken(f"it unpacks to more than {self.limits.ratio} times its size, as only a zip bomb does")

    def open_archive(self, size: int) -> None:
        """Count an archive of this size. Raises Broken."""
        self.archives += 1
        if self.archives > self.limits.archives:
            raise Broken(f"it holds more than {self.limits.archives} archives, one in the other: unpack what counts")
        self.most = self.bytes + max(self.limits.dense, self.limits.ratio * size)

    def remarks(self) -> list[str]:
        """What was left out, as sentences."""
        said = [f"left out: {', '.join(self.junk)}"] if self.junk else []
        for (what, why), names in self.odd.items():
            more = self.counts[what, why] - len(names)
            said.append(f"{what}, as it {why}: {', '.join(names)}{f' and {more:,} more' if more else ''}")
        return said


class Sink:
    """A folder of ours that takes entries in. Raises Broken where a cap is broken, Wrong where nothing can be written.

    The folder must be new, and nobody else may write to it meanwhile: then there is no link on any way in it, and a
    place that `parts_of` gave cannot lead out of it.
    """

    def __init__(self, root: Path, tally: Tally) -> None:
        self.root, self.tally = root, tally
        self._links: dict[Parts, Parts] = {}
        make_folder(root)

    def take(self, entry: Entry, parts: Parts | None = None) -> None:
        """Write one entry, or leave it out and take that down. `parts`: its place, where it is not that of its name."""
        try:
            place = parts_of(entry.name) if parts is None else parts
            if junk := junk_in(place):
                self.tally.junk[junk] = None
            elif place or entry.kind is Kind.OTHER:
                self.tally.entry()
                self._take(entry, place)
        except Odd as exc:
            self.tally.leave_out(entry.name, str(exc))

    def finish(self) -> None:
        """Make what links lead to. Only now: a link may stand before what it leads to."""
        for place in self._links:
            try:
                self._resolve(place)
            except Odd as exc:
                self.tally.leave_out("/".join(place), str(exc))
        self._links = {}

    def _take(self, entry: Entry, place: Parts) -> None:
        if entry.kind is Kind.OTHER:
            raise Odd("is a device, pipe or socket")
        if entry.kind is Kind.FOLDER:
            self._folder(place)
        elif entry.kind is Kind.FILE:
            self._file(place, entry.chunks())
        else:
            self._links[place] = parts_of(entry.link) if entry.kind is Kind.HARD else led_to(place, entry.link)

    def _folder(self, place: Parts) -> Path:
        """The folder at this place, made with all above it. Raises Odd."""
        path = self.root
        for part in place:
            path = path / part
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:
                # A name that stands for many folders counts for many.
                self.tally.entry()
                make_folder(path)
            else:
                if not stat.S_ISDIR(mode):
                    raise Odd("lies in a folder that is a file too")
        return path

    def _file(self, place: Parts, chunks: Iterable[bytes]) -> None:
        path = self._folder(place[:-1]) / place[-1]
        if path.is_dir():
            raise Odd("is a file and a folder too")
        if path.exists():
            # Who adds to an archive puts the newer one behind.
            self.tally.note("/".join(place), "the last one is taken", "is in it several times")
            path.unlink()
        try:
            write_file(path, self._counted(chunks))
        except Odd:
            path.unlink()
            raise

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.tally.grow(len(chunk))
            yield chunk

    def _resolve(self, place: Parts) -> None:
        target = place
        for _ in range(_HOPS):
            if target not in self._links:
                break
            target = self._links[target]
        path = self.root.joinpath(*target)
        if target in self._links or not target or not path.is_file():
            raise Odd("is a link to no file of the submission")
        self._file(place, read_file(path))


def junk_in(place: Parts) -> str:
    """The first part of a place that is junk, such as .git, or ""."""
    return next((part for part in place if _is_junk(part)), "")


@functools.lru_cache(maxsize=10_000)
def _is_junk(name: str) -> bool:
    return name in _CACHES or bool(JUNK("", [name]))


def make_folder(path: Path) -> None:
    """A new folder that others may look into. Raises Wrong."""
    try:
        path.mkdir()
        path.chmod(0o755)
    except OSError as exc:
        raise no_room(path, exc) from exc


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """A new file, never through a link. Raises Wrong; what `chunks` raises goes through.

    Whether it may be run follows from its bytes: then equal files are equal in this too, whatever packed them.
    """
    mode = 0o644
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except OSError as exc:
        raise no_room(path, exc) from exc
    with open(handle, "wb", buffering=0) as file:
        first = b""
        for chunk in chunks:
            first = first or chunk[:4]
            _write_all(file.fileno(), chunk, path)
        mode = 0o755 if first.startswith((b"#!", b"\x7fELF")) else mode
        os.fchmod(handle, mode)
        os.utime(handle, (SAME_TIME, SAME_TIME))


def _write_all(handle: int, chunk: bytes, path: Path) -> None:
    view = memoryview(chunk)
    while view:
        try:
            view = view[os.write(handle, view) :]
        except OSError as exc:
            raise no_room(path, exc) from exc


def no_room(path: Path, exc: OSError) -> Wrong:
    """Nothing can be written any more: the machine's trouble, not that of one student."""
    return Wrong(f"{path}: this cannot be written: {(exc.strerror or str(exc)).lower()}")


# So much of a file is held at a time.
CHUNK = 1 << 16


def read_file(path: Path) -> Iterator[bytes]:
    """A plain file, piece by piece; nothing that waits, and no link. Raises OSError, and Odd for what is no file."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Odd("is no plain file")
        while chunk := file.read(CHUNK):
            yield chunk


def remove(path: Path) -> None:
    """Take a folder of ours away again."""
    shutil.rmtree(path, ignore_errors=True)
