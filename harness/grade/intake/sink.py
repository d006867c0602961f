"""The one place where bytes of a submission are written: a fresh folder, with caps, and never through a link.

Whatever comes in (a folder, a zip, a tar, one inside of another) arrives as
entries. Only plain files and folders are made; a link becomes a copy of what it
leads to inside, and everything else is left out and said.
"""

from __future__ import annotations

import functools
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.grade.intake.disk import make_folder, read_file, write_file
from harness.grade.intake.places import Odd, Parts, led_to, parts_of
from harness.grade.intake.tally import Entry, Kind, Tally
from harness.subject.subject import JUNK

# What compiled caches are called; they hold nothing that their sources do not.
_CACHES = ("__pycache__",)
# Links that lead to links, so many times.
_HOPS = 8


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
