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

__all__ = ["ANSWER_WITHIN", "BATCH", "USUAL", "Bounds", "Box", "Gone", "Level", "NotSpawned", "Over", "Side", "Spawned",
           "StageError", "best_level"]  # fmt: skip
