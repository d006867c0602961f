"""The box that a stage stands in, by the names the stage uses. What it is and does stands in harness/box."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from harness.box.box import (
    ANSWER_WITHIN,
    BATCH,
    USUAL,
    Bounds,
    Box,
    Gone,
    Level,
    NotSpawned,
    Over,
    Side,
    Spawned,
    StageError,
    best_level,
)
from harness.exits import Wrong

__all__ = ["ANSWER_WITHIN", "BATCH", "USUAL", "Bounds", "Box", "Gone", "Level", "NotSpawned", "Over", "Side", "Spawned",
           "StageError", "best_level", "isolated"]  # fmt: skip


def isolated() -> None:
    """Raises Wrong where no box can be made, or one that lacks something."""
    try:
        lacks = _lacks()
    except StageError as exc:
        raise Wrong(f"--require-isolation: {exc}") from exc
    if lacks:
        raise Wrong(f"--require-isolation: {'; '.join(lacks)}")


def _lacks() -> list[str]:
    """What a box lacks here. Some of it shows only when somebody is started in it."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as words:
        box = Box("box", folder=Path(folder))
        try:
            (Path(folder) / "somebody").mkdir()
            spawned = box.spawn("somebody", ["true"], Path(folder) / "somebody", {"PATH": os.defpath}, words.fileno())
            if isinstance(spawned, Spawned) and spawned.pidfd >= 0:
                os.close(spawned.pidfd)
        finally:
            box.close()
        return box.lacks
