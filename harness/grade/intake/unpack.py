"""Anything that holds files (a folder, a zip, a tar), poured into a sink; and archives inside of what came out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from harness.grade.intake.disk import read_file
from harness.grade.intake.places import told
from harness.grade.intake.sink import Sink, junk_in
from harness.grade.intake.tally import Broken, Entry, Kind, Limits, Tally
from harness.grade.intake.tars import DAMAGED as DAMAGED_TAR
from harness.grade.intake.tars import tar_entries
from harness.grade.intake.zips import DAMAGED as DAMAGED_ZIP
from harness.grade.intake.zips import zip_entries
from harness.subject.find import LANGUAGES

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
# What else people pack with, and only a program of its own opens.
FOREIGN = (".rar", ".7z", ".tar.zst", ".zipx")
# An archive in an archive in an archive: what is deeper nobody handed in by accident.
DEEPEST = 3
_WORDS = 160
_BY_MAGIC = ((b"PK", zip_entries), (b"Rar!", None), (b"7z\xbc\xaf", None), (b"", tar_entries))


def is_archive(name: str) -> bool:
    """Whether a file of this name is opened."""
    return name.lower().endswith(ARCHIVES + FOREIGN)


def stem(name: str) -> str:
    """A name without the ending of its archive."""
    ending = max((end for end in ARCHIVES + FOREIGN if name.lower().endswith(end)), key=len, default="")
    return name[: len(name) - len(ending)]


def entries(path: Path, limits: Limits) -> Iterator[Entry]:
    """What an archive holds, whichever kind it is by its first bytes. Raises Broken and DAMAGED."""
    # By its bytes and not by its name: many a .zip is a RAR, and many a .tar.gz is no gzip.
    with path.open("rb") as file:
        start = file.read(4)
    reader = next(reader for magic, reader in _BY_MAGIC if start.startswith(magic))
    if not start:
        raise Broken("it is empty")
    if reader is None:
        raise Broken("it is a RAR or 7z archive, which cannot be opened here: unpack it by hand into a folder")
    return reader(path, limits)


DAMAGED = (*DAMAGED_TAR, *DAMAGED_ZIP)


def unpack(path: Path, sink: Sink, called: str) -> None:
    """Pour an archive into a sink. Raises Broken, in a sentence with the name it is `called` by."""
    tally = sink.tally
    try:
        tally.open_archive(path.stat().st_size)
        for entry in entries(path, tally.limits):
            sink.take(entry)
        sink.finish()
    except Broken as exc:
        raise Broken(f"{told(called)}: {exc}") from exc
    except DAMAGED as exc:
        raise Broken(f"{told(called)}: it is damaged: {words(exc)}") from exc
    tally.most = 0


def words(exc: Exception) -> str:
    """What a library says, as the end of a sentence of ours. (It may repeat a name of 60 KB.)"""
    said = (getattr(exc, "strerror", None) or str(exc)).strip().rstrip(".") or "its end is missing"
    said = f"{said[:_WORDS]}…" if len(said) > _WORDS else said
    return said[:1].lower() + said[1:] if said[1:2].islower() else said


def pour(folder: Path, sink: Sink) -> None:
    """Copy a folder into a sink. Raises Broken."""
    try:
        for entry in folder_entries(folder):
            sink.take(entry)
        sink.finish()
    except OSError as exc:
        raise Broken(f"{told(str(exc.filename or folder))} cannot be read: {words(exc)}") from exc


def folder_entries(folder: Path, above: str = "") -> Iterator[Entry]:
    """What a folder holds, no link followed. Junk is named once, and not looked into. Raises OSError."""
    # Names in their order: then what is said of two names that get into each other's way is the same every time.
    for item in sorted(os.scandir(folder), key=lambda item: item.name):
        name, mode = above + item.name, item.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            yield Entry(name, Kind.LINK, link=os.readlink(item.path))
        elif stat.S_ISREG(mode):
            yield Entry(name, Kind.FILE, partial(read_file, Path(item.path)))
        elif not stat.S_ISDIR(mode):
            yield Entry(name, Kind.OTHER)
        elif not os.path.lexists(os.path.join(item.path, "pyvenv.cfg")):  # a virtual environment, whatever it is called
            yield Entry(name, Kind.FOLDER)
            if not junk_in((item.name,)):
                yield from folder_entries(Path(item.path), f"{name}/")


def open_all(root: Path, tally: Tally, depth: int = 0) -> None:
    """Unpack, in place, the archives of a folder of ours that holds no program outside of them. Raises Broken."""
    found = list(files_in(root))
    packed = [path for path in found if is_archive(path.name)]
    if any(path.suffix.lower() in LANGUAGES for path in found):
        for path in packed:
            tally.note(path.relative_to(root).as_posix(), "not opened", "is an archive with programs beside it")
        return
    if packed and depth == DEEPEST:
        raise Broken(f"{told(packed[0].name)}: archives lie in it deeper than {DEEPEST}: unpack it by hand")
    for path in packed:
        _open(path, beside(root), tally, alone=len(packed) == 1)
    if packed:
        open_all(root, tally, depth + 1)


def beside(root: Path) -> Path:
    """Where the archives of this folder are unpacked, before they get their place in it."""
    return root.with_name(f"{root.name}-beside")


def _open(path: Path, aside: Path, tally: Tally, *, alone: bool) -> None:
    """Put what an archive holds in its place: beside its neighbours if nothing is in the way, else in a folder."""
    unpack(path, Sink(aside, tally), path.name)
    path.unlink()
    held = list(aside.iterdir())
    if not alone or any((path.parent / one.name).exists() for one in held):
        aside.rename(_free(path.with_name(stem(path.name).strip(". ") or "archive")))
        return
    for one in held:
        one.rename(path.parent / one.name)
    aside.rmdir()


def _free(path: Path) -> Path:
    """A name like this that nothing has."""
    number = 2
    found = path
    while os.path.lexists(found):
        found = path.with_name(f"{path.name}-{number}")
        number += 1
    return found


def files_in(root: Path) -> Iterator[Path]:
    """The files of a folder of ours, in the order of their names."""
    for here, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(here) / name for name in sorted(names))
