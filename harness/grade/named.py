"""How people name a scenario in a rubric or a decision: by its name, or by its key as a report shows it."""

from __future__ import annotations

from pathlib import PurePath


def names(said: str, key: str) -> bool:
    """Whether `said` means the scenario of this key (PATH::NAME).

    The name alone will do; that of a scenario with `each` means all of its cases. In front of `::` the end of the
    path suffices, for where one stands when one writes is not where the grader stood.
    """
    file, _, title = key.partition("::")
    before, colons, name = said.rpartition("::")
    if colons and PurePath(file).parts[-len(PurePath(before).parts) or len(file) :] != PurePath(before).parts:
        return False
    return title == name or (title.startswith(f"{name} [") and title.endswith("]") and name != "")


def document(key: str) -> str:
    """The key without the value of `each`: all cases of one scenario have the same."""
    return key.rpartition(" [")[0] if key.endswith("]") and " [" in key else key
