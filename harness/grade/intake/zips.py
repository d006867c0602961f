"""A zip as entries: looked at as a whole first, then unpacked piece by piece. Nothing in its headers is believed."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from harness.grade.intake.disk import CHUNK
from harness.grade.intake.sink import junk_in
from harness.grade.intake.tally import Broken, Entry, Kind, Limits

# The end of a zip is found within so many bytes from its end: 22, and a comment of at most 65,535.
_END = 22 + 65_535
_END_MARK = b"PK\x05\x06"
_END64_MARK = b"PK\x06\x07"  # of the locator, which stands right in front of it
_LOCAL = 30  # bytes of the header that stands in front of each file
_ENCRYPTED, _UTF8 = 0x1, 0x800
# zipfile gives out what these two hold in pieces; bzip2 and LZMA it unpacks at a stroke, a gigabyte from a few KB.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OTHERS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd", 99: "AES"}
_LONGEST_LINK = 4096
# All that zipfile is known to raise for a file that is no zip, or half of one.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError,
           struct.error, IndexError)  # fmt: skip


def zip_entries(path: Path, limits: Limits) -> Iterator[Entry]:
    """What the zip holds. Raises Broken and DAMAGED, and so do its chunks."""
    # zipfile reads the whole list at once, some 500 bytes an entry.
    if (size := _list_size(path)) > limits.listing:
        raise Broken(f"its list of contents alone is {size:,} bytes long")
    with zipfile.ZipFile(path) as opened:
        infos = _looked_at(opened.infolist(), limits)
        environments = _environments(infos)
        for info in infos:
            if not info.filename.startswith(environments):
                yield _entry(opened, info)


def _list_size(path: Path) -> int:
    """How long the list of contents says that it is. Raises BadZipFile."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END))
        tail = file.read()
        at = tail.rfind(_END_MARK)
        if at < 0 or at + 22 > len(tail):
            raise zipfile.BadZipFile("its end is missing")
        listed = int(struct.unpack_from("<L", tail, at + 12)[0])
        if at < 20 or tail[at - 20 : at - 16] != _END64_MARK:
            return listed
        # The large form has a second end; where this is no such thing, zipfile says so itself.
        file.seek(struct.unpack_from("<Q", tail, at - 12)[0])
        end = file.read(56)
        return max(listed if listed != 0xFFFFFFFF else 0, struct.unpack_from("<Q", end, 40)[0]) if len(end) == 56 else 0


def _looked_at(infos: Sequence[zipfile.ZipInfo], limits: Limits) -> Sequence[zipfile.ZipInfo]:
    """The entries, unless what they say of themselves cannot be. Raises Broken."""
    if len(infos) > limits.names:
        raise Broken(f"it lists {len(infos):,} files and folders")
    # Known before the first is written. (A cohort's archive has no limit of its own here.)
    limits.check_entries(sum(not junk_in(tuple(info.filename.split("/"))) for info in infos))
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise Broken("it is encrypted: unpack it by hand with the student's password")
    placed = sorted(infos, key=lambda info: info.header_offset)
    for one, following in pairwise(placed):
        if one.header_offset + _LOCAL + one.compress_size > following.header_offset:
            raise Broken("several of its files are the same bytes of it: no program that packs makes such a zip")
    return infos


def _environments(infos: Sequence[zipfile.ZipInfo]) -> tuple[str, ...]:
    """The folders that are virtual environments, whatever they are called."""
    return tuple(info.filename.removesuffix("pyvenv.cfg") for info in infos if info.filename.endswith("/pyvenv.cfg"))


def _entry(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    name = _name(info)
    mode = info.external_attr >> 16
    if name.endswith(("/", "\\")) or stat.S_ISDIR(mode):
        return Entry(name, Kind.FOLDER)
    if stat.S_ISLNK(mode):
        return Entry(name, Kind.LINK, link=os.fsdecode(next(_chunks(opened, info), b"")[:_LONGEST_LINK]))
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Entry(name, Kind.OTHER)
    return Entry(name, Kind.FILE, partial(_chunks, opened, info))


def _chunks(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    if info.compress_type not in _METHODS:
        what = _OTHERS.get(info.compress_type, f"method {info.compress_type}")
        raise Broken(f"it is packed with {what} and not with deflate, as zips are: unpack it by hand")
    with opened.open(info) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _name(info: zipfile.ZipInfo) -> str:
    """The name as the zip says it. (`filename` ends at a NUL, and so may look harmless.)"""
    if info.flag_bits & _UTF8:
        return info.orig_filename
    try:
        # Finder writes UTF-8 and does not say so; zipfile took it for what DOS wrote.
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename
