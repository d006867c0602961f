"""Work that travels: folders as bytes, and a process of its own on the machine where the work is done.

A worker of a cluster runs many threads, and may have no children of the ordinary kind: so each piece of work is done
by a process that is started for it, and that ends when whoever started it has gone.
"""

from __future__ import annotations

import io
import os
import pickle
import shutil
import struct
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">Q")
# The exit status of a process that ended because whoever asked for its work had gone.
_GONE = 75


def packed(folder: Path) -> bytes:
    """A folder's files as bytes; nothing that they lead to, and nobody's name."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        tar.add(folder, ".", filter=_nobodys)
    return out.getvalue()


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info if info.isfile() or info.isdir() else None


def unpacked(data: bytes, folder: Path) -> None:
    """Lay a folder out again. Raises OSError, and tarfile.TarError for what leads out of it too."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        for info in tar:
            _lay(tar, info, folder)


def _lay(tar: tarfile.TarFile, info: tarfile.TarInfo, folder: Path) -> None:
    """One file or folder. (By hand: the filters of tarfile are not in every 3.11.)"""
    name = Path(info.name)
    source = tar.extractfile(info) if info.isfile() else None
    if name.is_absolute() or ".." in name.parts or not (info.isdir() or source):
        raise tarfile.TarError(f"{info.name!r} does not belong into a folder that travelled")
    target = folder / name
    if source is None:
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    target.chmod(0o755 if info.mode & 0o100 else 0o644)


def in_a_process(module: str, parcel: object) -> Any:
    """What `serve()` of this module, started as a program, makes of this parcel. Raises RuntimeError if it dies."""
    data = pickle.dumps(parcel)
    # Not with -m: what is pickled by a program's main module can be read nowhere else.
    argv = [sys.executable, "-c", f"import {module} as m; m.serve()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(_LENGTH.pack(len(data)) + data)
        process.stdin.flush()  # and stays open: when it closes, whoever wanted this has gone
        answer = process.stdout.read()
    if process.returncode or not answer:
        raise RuntimeError(f"the process that graded it ended with exit status {process.returncode}")
    return pickle.loads(answer)


def answer(work: Callable[[Any], object]) -> None:
    """The other end of `in_a_process`: do the one piece of work that comes, answer, and go."""
    target = os.dup(1)
    os.dup2(2, 1)  # whatever is printed meanwhile is no answer
    with os.fdopen(os.dup(0), "rb", buffering=0) as source:
        try:
            parcel = pickle.loads(_exactly(source, _LENGTH.unpack(_exactly(source, _LENGTH.size))[0]))
        except EOFError:  # a worker that was killed; nobody wants to hear of it
            os._exit(_GONE)
    done = threading.Event()
    threading.Thread(target=_end_with_who_asked, args=(done,), daemon=True).start()
    with os.fdopen(target, "wb") as out:
        found = pickle.dumps(work(parcel))
        # Whoever asked has gone as soon as the answer is there, and we have still to clear up.
        done.set()
        out.write(found)


def _exactly(source: BinaryIO, size: int) -> bytes:
    """So many bytes. Raises EOFError."""
    parts = []
    while size:
        part = source.read(min(size, 1 << 20))
        if not part:
            raise EOFError("whoever wanted this has gone")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _end_with_who_asked(done: threading.Event) -> None:
    # Not by a buffered reader: the interpreter cannot end while a thread is inside of one.
    while os.read(0, 1):
        pass
    if not done.is_set():
        os._exit(_GONE)
