"""A quiet stage in words: who waits where for what. Pure: a picture in, sentences out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from harness.stage.evidence import Picture
from harness.stage.procfs import Thread


def waits(picture: Picture, only: Collection[str] | None = None) -> list[dict[str, Any]]:
    """One line a waiting thread (of the actors `only`)."""
    return [
        {
            "actor": w.actor, "pid": w.thread.process.pid, "tid": w.thread.tid, "comm": w.thread.name,
            "call": w.wait.call, "on": ", ".join(t.kind for t in w.targets) or w.wait.call,
        }
        for w in picture.waiters if only is None or w.actor in only
    ]  # fmt: skip


def cause(picture: Picture, hung: Collection[str], hottest: tuple[Thread, float] | None) -> str:
    """Why those who were typed to do not ask for more."""
    return ""
