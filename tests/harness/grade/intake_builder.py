"""Archives as a test wants them, right and wrong ones, and what a folder holds."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.grade.intake.submission import Intake, Submission, take_in
from harness.grade.intake.tally import LIMITS, Limits

PROGRAM = {"server.py": b"print('server')\n", "client.py": b"print('client')\n"}
# Ten times smaller than the real ones: what breaks them is built in a moment.
SMALL = Limits(bytes=2_000_000, entries=200, names=2_000, stream=10_000_000, listing=500_000, dense=200_000)


def zipped(files: Mapping[str, bytes] = PROGRAM, mode: int | None = None) -> bytes:
    """A zip with these files. `mode`: what the system that packed says that each is."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            info.external_attr = (mode if mode is not None else 0o100644) << 16
            made.writestr(info, data)
    return held.getvalue()


def raw_zip(entries: Iterable[tuple[bytes, bytes]], *, flags: int = 0, method: int = 0, declared: int | None = None,
            at: int | None = None) -> bytes:  # fmt: skip
    """A zip written by hand: names in bytes, flags and sizes that are not so. `at`: where each file is said to be."""
    body, listed, count = bytearray(), bytearray(), 0
    for name, data in entries:
        size = len(data) if declared is None else declared
        packed = data if method == 0 else zlib.compress(data, wbits=-15)
        fields = struct.pack("<HHHHHLLLHH", 20, flags, method, 0, 33, zlib.crc32(data), len(packed), size, len(name), 0)
        offset = len(body) if at is None else at
        body += b"PK\x03\x04" + fields + name + packed
        listed += (b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + name)
        count += 1
    end = struct.pack("<HHHHLLH", 0, 0, min(count, 65535), min(count, 65535), len(listed), len(body), 0)
    return bytes(body + listed + b"PK\x05\x06" + end)


def tarred(files: Mapping[str, bytes] = PROGRAM, members: Iterable[tarfile.TarInfo] = (), packed: str = "gz") -> bytes:
    """A tar with these files, and with members that hold nothing."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=f"w:{packed}", format=tarfile.PAX_FORMAT) as made:
        for member in members:
            made.addfile(member)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return held.getvalue()


def member(name: str, kind: bytes, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    """A member of a tar that holds nothing: a link, a device, a pipe."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Files in a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def taken(tmp: Path, files: Mapping[str, bytes], limits: Limits = LIMITS) -> Intake:
    """The intake of a cohort with these files."""
    return take_in(write(tmp / "cohort", files), tmp / "into", limits)


def one(tmp: Path, files: Mapping[str, bytes], limits: Limits = LIMITS) -> Submission:
    """The only submission of a cohort with these files."""
    intake = taken(tmp, files, limits)
    assert len(intake.submissions) == 1
    return intake.submissions[0]


def tree(folder: Path) -> dict[str, str]:
    """All that lies in a folder: what it is, its mode, what it holds. Links are not followed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        held = path.read_bytes().hex() if path.is_file() and not path.is_symlink() and status.st_size < 10**6 else ""
        found[str(path.relative_to(folder))] = f"{status.st_mode:o} {status.st_size if held else ''} {held}"
    return found
