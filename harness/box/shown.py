"""What a program needs of this machine besides the system: the interpreters in use, and what its command names."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

# Folders of commands: what they need lies beside these.
_COMMANDS = {"bin", "sbin", "shims"}
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64")
# In ~/.local lies more than programs.
_OF_A_HOME = ("bin", "lib")


def needed(words: Iterable[str] = ()) -> list[str]:
    """The folders outside the system that a box shows: our Python's, and those of the words of commands."""
    found = dict.fromkeys([*_python(), *(path for word in words for path in _around(word))])
    wanted = [path for path in found if path not in ("/", os.path.expanduser("~"))]
    # What lies in another one is there with it; were it put there first, the other would cover it.
    return [path for path in wanted if not any(path.startswith(f"{other}/") for other in wanted)]


@cache
def _python() -> tuple[str, ...]:
    prefixes = dict.fromkeys([sys.prefix, sys.base_prefix, *_around(os.path.realpath(sys.executable))])
    return tuple(prefix for prefix in prefixes if not _of_system(prefix))


@cache
def _around(word: str) -> tuple[str, ...]:
    """What must be there for a word of a command: where the command was installed, or the folder of the file."""
    return tuple(dict.fromkeys(_folders(word)))


def _folders(word: str) -> Iterator[str]:
    path = word if word.startswith("/") else shutil.which(word) or "" if "/" not in word else ""
    for place in dict.fromkeys([path, os.path.realpath(path)] if path and os.path.exists(path) else []):
        folder = Path(place).parent
        if _of_system(place):
            continue
        if folder.name in _COMMANDS and folder.parent.name == ".local":
            yield from (str(folder.parent / name) for name in _OF_A_HOME)
        elif folder.name in _COMMANDS and str(folder.parent) not in ("/", os.path.expanduser("~")):
            yield str(folder.parent)
        elif Path(place).is_dir() or str(folder) in ("/", "/tmp", os.path.expanduser("~")):
            yield place
        else:
            yield str(folder)


def _of_system(path: str) -> bool:
    return path.startswith(tuple(f"{folder}/" for folder in _SYSTEM)) or path in _SYSTEM
