"""What comes in, entry by entry; what one submission may be; and what it used up of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from harness.grade.intake.places import told

# So many names of a kind are told; more would hide the sentence.
_NAMED = 3


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


LIMITS = Limits()


@dataclass(slots=True)
class Tally:
    """What one submission has used up of its limits, and what of it was left out."""

    limits: Limits = LIMITS
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
