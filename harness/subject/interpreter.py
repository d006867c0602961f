"""The Python that programs are started with: ours, in an environment of its own that runs no start-up code.

An environment may hold `.pth` files that Python executes whenever it starts, as one into which a project was
installed in place does: that took longer than all else of starting a client, and led programs to our own modules.
"""

from __future__ import annotations

import site
import sys
import venv
from pathlib import Path

FOLDER = "interpreter"


def interpreter(workshop: Path) -> str:
    """The path of a Python in `workshop`, which is made on first use. It finds what is installed beside the harness
    as a package of its own; what was installed in place it does not find.
    """
    home = workshop / FOLDER
    python = home / "bin" / "python3"
    if not python.exists():
        venv.EnvBuilder(symlinks=True, with_pip=False).create(home)
        (packages,) = home.glob("lib/*/site-packages")
        installed = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
        # A line that is a folder is added to sys.path, and the .pth files in there are not read.
        (packages / "installed.pth").write_text("".join(f"{path}\n" for path in installed), encoding="utf-8")
    return str(python)


def is_ours(word: str) -> bool:
    """Whether a word of a command is the Python that programs are started with: to everybody else it is python3."""
    return word == sys.executable or word.endswith(f"/{FOLDER}/bin/python3")
