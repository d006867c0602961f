"""What a run leaves for the next one: the scenarios that failed, for `--failed`, and under which conditions of the
network they were played. Kept in the folder of `--out`."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Container, Iterable, Sequence
from pathlib import Path

_LAST = "last.json"


class Keys(Container[str]):
    """Keys (PATH::NAME) of scenarios, however their path is written."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.absolute = dict.fromkeys(_absolute(key) for key in keys)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and _absolute(key) in self.absolute


def _absolute(key: str) -> str:
    path, sign, name = key.partition("::")
    return f"{os.path.abspath(path)}{sign}{name}"


def remember(folder: Path, failed: Collection[str], played: Collection[str], network: Sequence[str] = (), *,
             interrupted: bool = False) -> None:  # fmt: skip
    """Keep the keys of what failed. An interrupted run knows nothing of the rest: what failed there before stays."""
    before = last_failed(folder) if interrupted else None
    again = Keys(played)
    rest = [key for key in before.absolute if key not in again] if before is not None else []
    folder.mkdir(parents=True, exist_ok=True)
    keys = [*Keys(failed).absolute, *rest]
    text = json.dumps({"failed": keys, "network": list(network)}, indent=1)
    (folder / _LAST).write_text(f"{text}\n", encoding="utf-8")


def last_failed(folder: Path) -> Keys | None:
    """What did not pass last time; None, if no run left its results here."""
    try:
        return Keys(json.loads((folder / _LAST).read_text(encoding="utf-8"))["failed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_network(folder: Path) -> Sequence[str]:
    """The conditions that were asked for last time."""
    try:
        known = json.loads((folder / _LAST).read_text(encoding="utf-8"))["network"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(one for one in known if isinstance(one, str)) if isinstance(known, list) else ()
