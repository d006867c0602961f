"""A file that appears whole or not at all."""

import os
from contextlib import suppress
from itertools import count

_serial = count(1)
_PREFIX = ".forum"
_SOURCE = "/proc/self/fd/{}"


class NewFile:
    """Bytes on their way to a file of the current folder.

    Until it is published it has no name, so nobody can see half of it, and the kernel
    drops it when we close it or are killed. Where the system has no files without a name
    it lies under one with a space in it, which no title and no typed file name can have.
    """

    def __init__(self) -> None:
        self._temporary: str | None = None
        try:
            self._fd = os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o644)
        except (AttributeError, OSError):  # not Linux, or a file system that cannot
            self._temporary = _temporary_name()
            self._fd = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._fd, rest) :]

    def sync(self) -> None:
        """Wait until the bytes are on the disk, so that even a power cut leaves the old file or this one."""
        os.fsync(self._fd)

    def copy_mode(self, name: str) -> None:
        """Take over the permissions of an existing file, if there is one."""
        with suppress(FileNotFoundError):
            os.fchmod(self._fd, os.stat(name).st_mode & 0o777)

    def publish(self, name: str, replace: bool) -> None:
        """Give the file its name. Unless `replace`, raises FileExistsError if somebody has it already."""
        if not replace:
            self._link(name)
            return
        # A link cannot replace a name, a rename can.
        if self._temporary is None:
            temporary = _temporary_name()
            self._link(temporary)
            self._temporary = temporary
        os.replace(self._temporary, name)
        self._temporary = None

    def close(self) -> None:
        """Let go; what was not published is gone."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if self._temporary is not None:
            os.unlink(self._temporary)
            self._temporary = None

    def _link(self, name: str) -> None:
        if self._temporary is not None:
            os.link(self._temporary, name)
            return
        # src_dir_fd does nothing for an absolute path, but without it Python calls
        # link(), which would link the symbolic link in /proc instead of following it.
        os.link(_SOURCE.format(self._fd), name, src_dir_fd=self._fd, follow_symlinks=True)


def remove_leftovers() -> None:
    """Remove what a server that was killed between two system calls left in the current folder."""
    for name in os.listdir():
        first, *rest = name.split(" ")
        if first == _PREFIX and len(rest) == 2 and all(number.isdecimal() for number in rest):
            os.unlink(name)


def _temporary_name() -> str:
    return f"{_PREFIX} {os.getpid()} {next(_serial)}"
