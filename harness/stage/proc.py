"""One /proc, seen through a descriptor: that of a box stays the box's, whatever is mounted here."""

from __future__ import annotations

import os


class Proc:
    """Files below the /proc that `fd` is open on."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def open(self, path: str) -> int:
        """Open a file below this /proc."""
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.fd)

    def path(self, path: str) -> str:
        """A path for the calls that take no dir_fd."""
        return f"/proc/self/fd/{self.fd}/{path}"

    def text(self, path: str) -> str:
        """A small file's text, "" if it is gone."""
        try:
            fd = self.open(path)
        except OSError:
            return ""
        try:
            return os.read(fd, 1 << 16).decode("utf-8", "replace")
        except OSError:
            return ""
        finally:
            os.close(fd)
