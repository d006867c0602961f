"""Who the programs are outside their box, and that what lies in their folder is theirs.

Root is bound by hardly any limit and may read everything, so where the harness runs as root its programs do not.
"""

from __future__ import annotations

import contextlib
import os
import pwd
from functools import cache
from pathlib import Path

# systemd leaves these to nobody (systemd.io/UIDS-GIDS). Runs side by side take different ones, mostly: in a container
# without an own namespace of users the kernel would count the processes of both as one user's.
FIRST, SOME = 60578, 606


# Deeper than any sources lie, and less than what a walk can follow.
_DEEPEST = 200


@cache
def student() -> int:
    """The user that programs are in a box, as seen from outside: a harness that is no root gives them its own."""
    if os.geteuid() != 0:
        return os.geteuid()
    candidates = [FIRST + (os.getpid() + number) % SOME for number in range(SOME)]
    return next((uid for uid in candidates if not _known(uid)), FIRST)


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def hand_over(folder: Path, uid: int) -> None:
    """Give a folder and all in it to this user. Links are given, never what they lead to."""
    for place, folders, files, fd in os.fwalk(folder):
        if place.count("/") > _DEEPEST:
            folders.clear()  # made by a program, and so its own
        with contextlib.suppress(FileNotFoundError):  # who owns it may take it away meanwhile
            if os.fstat(fd).st_uid != uid:
                os.fchown(fd, uid, -1)
            for name in (*folders, *files):
                if os.stat(name, dir_fd=fd, follow_symlinks=False).st_uid != uid:
                    os.chown(name, uid, -1, dir_fd=fd, follow_symlinks=False)
