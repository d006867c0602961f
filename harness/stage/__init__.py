"""Where a play happens: programs in real terminals, in a box, watched until nothing more can come."""

from harness.stage.box import StageError
from harness.stage.stage import Limits, Stage

__all__ = ["Limits", "Stage", "StageError"]
