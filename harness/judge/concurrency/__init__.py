"""What happens when several people act at once: does one order of their requests explain every answer?

`check` is for any history and any model (operations.py): a register, a key-value store, a forum. Pure.
"""

from harness.judge.concurrency.check import check
from harness.judge.concurrency.operations import Listing, Model, Operation, Splitting, Steady, Verdict

__all__ = ["Listing", "Model", "Operation", "Splitting", "Steady", "Verdict", "check"]
