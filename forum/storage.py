"""What lies in the server's folder follows what the rules decided.

Under the rules' lock a name is only *wanted* to have some content, or none: no disk is
touched. After the lock `settle` carries that out, and carries out the newest wish
whoever made it. So two workers that leave the lock in one order and reach the disk in
the other cannot put an older print-out over a newer one, nor delete a new thread's file.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Lock

from .newfile import NewFile

# What a name should hold: bytes to print, an upload that has been collected, or nothing.
Content = bytes | NewFile | None


class _Place:
    """One name in the folder: what it should hold, and which wish the disk shows."""

    def __init__(self) -> None:
        self.lock = Lock()  # for this name's disk work alone; never taken under the rules' lock
        self.wish: tuple[int, Callable[[], Content]] = (0, lambda: None)
        self.done = 0
        self.exists = False


class Storage:
    """The files that the server makes in its current folder, and no others."""

    def __init__(self, credentials: str) -> None:
        self._credentials = credentials
        self._places: dict[str, _Place] = {}

    def read_credentials(self) -> bytes:
        """Return the credentials file, or nothing if there is none."""
        place = self._places.setdefault(self._credentials, _Place())
        try:
            with open(self._credentials, "rb") as file:
                place.exists = True
                return file.read()
        except FileNotFoundError:
            return b""

    def is_foreign(self, name: str) -> bool:
        """Say whether a file of this name is not of our making (in this run). Looks at the disk."""
        # A name once ours stays ours: while one worker deletes it, another may create it anew.
        # What somebody else puts there meanwhile is safe all the same, see _print.
        return name == self._credentials or (name not in self._places and os.path.lexists(name))

    def want(self, name: str, content: Callable[[], Content]) -> None:
        """Note what `name` should hold. For the holder of the rules' lock; touches no disk."""
        place = self._places.setdefault(name, _Place())
        place.wish = (place.wish[0] + 1, content)

    def want_nothing(self) -> list[str]:
        """Note that every name of ours should be gone, credentials included, and return them."""
        for name in list(self._places):
            self.want(name, lambda: None)
        return list(self._places)

    def settle(self, name: str) -> None:
        """Return once the disk shows the newest wish for this name, or a newer one."""
        place = self._places[name]
        with place.lock:
            version, content = place.wish
            if place.done < version:
                self._carry_out(name, place, content())
                place.done = version

    def _carry_out(self, name: str, place: _Place, content: Content) -> None:
        if content is None:
            if place.exists:
                _remove(name)
            place.exists = False
            return
        if isinstance(content, NewFile):
            content.publish(name, replace=place.exists)
        else:
            self._print(name, content, place.exists)
        place.exists = True

    def _print(self, name: str, content: bytes, replace: bool) -> None:
        """Write a whole file. What we do not own is never replaced: that raises FileExistsError."""
        file = NewFile()
        try:
            file.write(content)
            if name == self._credentials:  # the one file that must survive a power cut
                file.copy_mode(name)
                file.sync()
            file.publish(name, replace)
        finally:
            file.close()


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):  # somebody tidied up by hand
        os.unlink(name)
