"""What the system call that a thread is about to begin has to do with files: does it look at one, or change one?"""

from __future__ import annotations

import os
import platform
import stat
from enum import Enum

from harness.stage import ptrace

# Numbers of system calls: (x86_64, aarch64), -1 where there is no such call.
_HERE = 1 if platform.machine() in ("aarch64", "arm64") else 0
_OPEN, _OPENAT, _FSTATAT = ((2, -1)[_HERE], (257, 56)[_HERE], (262, 79)[_HERE])
# Opening calls, and those that write: which argument has the flags, or the descriptor.
OPENS = {_OPEN: 1, _OPENAT: 2}
WRITES = {pair[_HERE]: argument for pair, argument in (
    ((1, 64), 0), ((18, 68), 0), ((20, 66), 0),  # write, pwrite64, writev
    ((40, 71), 0), ((326, 285), 2),  # sendfile, copy_file_range
)}  # fmt: skip
CHANGES = {pair[_HERE] for pair in (
    (82, -1), (264, 38), (316, 276), (87, -1), (263, 35), (84, -1), (83, -1), (258, 34),  # rename, unlink, rmdir, mkdir
    (76, 45), (77, 46), (86, -1), (265, 37), (85, -1),  # truncate, ftruncate, link, linkat, creat
)}  # fmt: skip
LOOKS = {pair[_HERE] for pair in (
    (4, -1), (6, -1), (332, 291), (21, -1), (269, 48), (439, 439),  # stat, lstat, statx, access, faccessat, faccessat2
)} | {_FSTATAT}  # fmt: skip
_EMPTY_PATH = 0x1000  # AT_EMPTY_PATH: fstatat() of a file that is open already is no look at one by its name


class Call(Enum):
    """What a call does with files."""

    NEITHER = "neither"
    LOOK = "look"  # opens one to read it, or asks for it by its name
    CHANGE = "change"  # changes one, or which there are


def what_begins(tid: int) -> Call:
    """What the call that this thread is about to begin does with files."""
    begun = ptrace.begins(tid)
    if begun is None:
        return Call.NEITHER
    number, args = begun
    if number in OPENS:
        return Call.CHANGE if args[OPENS[number]] & (os.O_CREAT | os.O_TRUNC) else Call.LOOK
    if number in CHANGES:
        return Call.CHANGE
    if number in WRITES and _is_file(tid, args[WRITES[number]]):
        return Call.CHANGE
    of_open_file = number == _FSTATAT and args[3] & _EMPTY_PATH
    return Call.LOOK if number in LOOKS and not of_open_file else Call.NEITHER


def _is_file(tid: int, descriptor: int) -> bool:
    try:
        return stat.S_ISREG(os.stat(f"/proc/{tid}/fd/{descriptor}").st_mode)
    except OSError:  # closed, or no descriptor at all
        return False
