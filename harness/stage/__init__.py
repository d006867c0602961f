"""Where a play happens: programs in real terminals, in a box, watched until nothing more can come."""

from harness.stage.box import Level, StageError, best_level
from harness.stage.stage import Limits, Stage

__all__ = ["Level", "Limits", "Stage", "StageError", "best_level"]
