"""The box that a stage stands in, by the names the stage uses. What it is and does stands in harness/box."""

from __future__ import annotations

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
        box = Box("box")
    except StageError as exc:
        raise Wrong(f"--require-isolation: {exc}") from exc
    box.close()
    if box.lacks:
        raise Wrong(f"--require-isolation: {'; '.join(box.lacks)}")
