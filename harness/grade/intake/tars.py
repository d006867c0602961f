"""A tar as entries, plain or packed with gzip, bzip2 or xz: read once, from front to end, piece by piece.

tarfile parses one header; the walk from header to header is ours. tarfile's own
takes whatever size an extended header names into memory, and ends without a word
where a header is damaged.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from harness.grade.intake.disk import CHUNK
from harness.grade.intake.tally import Broken, Entry, Kind, Limits

_BLOCK = tarfile.BLOCKSIZE
# A header that carries a long name. Names have a few hundred bytes.
_LONGEST_HEADER = 1 << 16
# What unpacking xz may take. Its largest dictionary, at -9, is 64 MiB; a header may ask for 4 GiB.
_XZ_MEMORY = 128 << 20
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_PAX = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
DAMAGED = (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, ValueError, OverflowError, OSError)


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def tar_entries(path: Path, limits: Limits) -> Iterator[Entry]:
    """What the tar holds; an entry can be read until the next is asked for. Raises Broken and DAMAGED."""
    with path.open("rb") as raw:
        yield from _Walk(_unpacked(raw), limits).entries()


def _unpacked(raw: io.BufferedReader) -> _Reader:
    """The stream under its packing, told by how it begins."""
    start = raw.peek(6)[:6]
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)
    if start.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    if start.startswith(b"\xfd7zXZ\0"):
        return _Xz(raw)
    return raw


class _Xz:
    """xz with a limit on memory, which LZMAFile has not."""

    def __init__(self, raw: io.BufferedReader) -> None:
        self._raw = raw
        self._unpacker = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end. Raises EOFError where the end is missing."""
        while not self._unpacker.eof:
            packed = self._raw.read(CHUNK) if self._unpacker.needs_input else b""
            if not packed and self._unpacker.needs_input:
                raise EOFError("its end is missing")
            if piece := self._unpacker.decompress(packed, size):
                return piece
        return b""


class _Walk:
    """From header to header."""

    def __init__(self, stream: _Reader, limits: Limits) -> None:
        self.stream, self.limits = stream, limits
        self.taken = 0  # bytes of the stream
        self.left = 0  # of the entry at hand, with what fills its last block
        self.names = 0

    def entries(self) -> Iterator[Entry]:
        more: dict[str, str] = {}  # what extended headers say of the next entry
        always: dict[str, str] = {}
        while (header := self._header()) is not None:
            if header.type == tarfile.XGLTYPE:
                always |= _pax(self._whole(header.size))
            elif header.type in _PAX:
                more |= _pax(self._whole(header.size))
            elif header.type == tarfile.GNUTYPE_LONGNAME:
                more["path"] = _text(self._whole(header.size).rstrip(b"\0"))
            elif header.type == tarfile.GNUTYPE_LONGLINK:
                more["linkpath"] = _text(self._whole(header.size).rstrip(b"\0"))
            else:
                yield self._entry(header, {**always, **more})
                self._skip()
                more = {}

    def _header(self) -> tarfile.TarInfo | None:
        """The next header, or None at the end. Raises EOFError where there is neither."""
        block = self._exactly(_BLOCK)
        if not block.strip(b"\0"):
            return None
        self.names += 1
        if self.names > self.limits.names:
            raise Broken(f"it holds more than {self.limits.names:,} files and folders")
        # Never past its type: a size of a folder or of a link stands for nothing that follows.
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")

    def _entry(self, header: tarfile.TarInfo, more: dict[str, str]) -> Entry:
        name = more.get("path", header.name)
        if header.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse") for key in more):
            raise Broken("it holds a file with holes (sparse), which no program needs: unpack it by hand")
        if header.isdir():
            return Entry(name, Kind.FOLDER)
        if header.issym() or header.islnk():
            return Entry(name, Kind.LINK if header.issym() else Kind.HARD, link=more.get("linkpath", header.linkname))
        size = int(more.get("size", header.size))
        if size < 0:
            raise tarfile.HeaderError("a file of less than no bytes")
        self.left = -(-size // _BLOCK) * _BLOCK
        return Entry(name, Kind.FILE, partial(self._chunks, size)) if header.type in _FILES else Entry(name, Kind.OTHER)

    def _chunks(self, size: int) -> Iterator[bytes]:
        while size:
            chunk = self._read(min(size, CHUNK))
            size -= len(chunk)
            self.left -= len(chunk)
            yield chunk

    def _skip(self) -> None:
        while self.left:
            self.left -= len(self._read(min(self.left, CHUNK)))

    def _whole(self, size: int) -> bytes:
        if not 0 <= size <= _LONGEST_HEADER:
            raise Broken(f"one of its headers is {size:,} bytes long")
        return self._exactly(-(-size // _BLOCK) * _BLOCK)[:size]

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self._read(size - len(found))
        return found

    def _read(self, size: int) -> bytes:
        """Some bytes, at least one. Raises EOFError at the end of the stream, which comes after that of the tar."""
        piece = self.stream.read(size)
        self.taken += len(piece)
        if not piece:
            raise EOFError("its end is missing")
        if self.taken > self.limits.stream:
            raise Broken(f"it unpacks to more than {self.limits.stream // 1_000_000:,} MB: unpack what counts by hand")
        return piece


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _pax(raw: bytes) -> dict[str, str]:
    """The records of an extended header: "LENGTH KEY=VALUE\\n" each. Raises ValueError."""
    found = {}
    while raw:
        length, space, _ = raw.partition(b" ")
        size = int(length[:8])
        if not space or not len(length) < size <= len(raw):
            raise ValueError("an extended header is not as long as it says")
        key, _, value = raw[len(length) + 1 : size].removesuffix(b"\n").partition(b"=")
        found[_text(key)] = _text(value)
        raw = raw[size:]
    return found
