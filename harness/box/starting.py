"""Starts one program, as the launcher is asked to: its folder, its terminal, its signals."""

from __future__ import annotations

import os
import signal
import sys

# Python ignores these and ignored signals survive exec: a program would see EPIPE where it should die.
DEFAULT_SIGNALS = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP]


def spawn(argv: list[str], folder: str, environment: dict[str, str], slave: int) -> int:
    """Start a program in `folder` with the terminal `slave` as its own, its session and its fds 0 to 2."""
    os.chdir(folder)
    # Opened again by the child, after setsid and without O_NOCTTY: that is what makes it the controlling terminal,
    # and ^C work. A descriptor that is merely handed over does not become one.
    terminal = os.ttyname(slave) if sys.platform != "linux" else f"/proc/self/fd/{slave}"
    opened = [(os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0)]
    copied = [(os.POSIX_SPAWN_DUP2, 0, 1), (os.POSIX_SPAWN_DUP2, 0, 2)]
    try:
        path = find_program(argv[0], environment.get("PATH", ""))
        return os.posix_spawn(
            path, argv, environment, file_actions=[*opened, *copied], resetids=True,
            setsid=True, setsigmask=[], setsigdef=DEFAULT_SIGNALS,
        )  # fmt: skip
    finally:
        os.chdir("/")


def find_program(name: str, path: str) -> str:
    """What the shell would run for `name`. (posix_spawnp searches the launcher's PATH, not the program's.)"""
    if "/" in name:
        return name
    for folder in path.split(":"):
        candidate = os.path.join(folder, name)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError(2, f"no program {name!r} in {path}")
