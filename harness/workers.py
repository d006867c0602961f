"""Work in processes of our own: several at a time, none that outlives us, none that Ctrl-C ends in the middle.

Workers share nothing, so nothing that one of them does can change what another finds.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# How processes are made here: a copy of this one takes 2 ms, a fresh one must load everything again.
CONTEXT = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")


def in_workers(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[R]:
    """What `work` makes of each of these, in their order, `jobs` at a time. Raises what it raises."""
    if min(jobs, len(items)) <= 1:
        yield from map(work, items)
        return
    with pool(min(jobs, len(items))) as workers:
        yield from workers.map(partial(as_task, work), items)


@contextlib.contextmanager
def pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """So many workers; give them `as_task` to do."""
    workers = ProcessPoolExecutor(jobs, mp_context=CONTEXT, initializer=begin_worker)
    with _stopped(workers):
        yield workers


@contextlib.contextmanager
def _stopped(workers: ProcessPoolExecutor) -> Iterator[None]:
    """Whatever happens, no worker stays: each ends its stage first."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            for process in list((workers._processes or {}).values()):
                process.terminate()
        workers.shutdown(wait=True, cancel_futures=not done)


def begin_worker() -> None:
    """Ctrl-C reaches the whole foreground group, and only the parent decides what it means; without it we end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()  # what was loaded before stays: it is not looked through again and again
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed cannot stop its workers, and they would wait for its next task for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def interruptibly(work: Callable[..., R], *args: object) -> R:
    """Do it in a worker; a parent that was interrupted ends it, and its stage is cleared before the worker goes."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return work(*args)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def as_task(work: Callable[..., R], *args: object) -> R:
    """The same for a worker of a pool, which would go back to wait for its next task: interrupted, it ends.

    The pool's own SIGTERM may have come while the stage was being cleared, and was not heard: nobody sends another one.
    """
    try:
        return interruptibly(work, *args)
    except KeyboardInterrupt:
        os._exit(128 + signal.SIGTERM)


def _interrupt(*_: object) -> None:
    # Once only: what clears up must not be interrupted.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
