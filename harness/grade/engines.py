"""Where the work of a cohort is done: in processes of this machine, one a piece of work, so many at a time.

A piece of work sends messages while it is done. Whoever dies in the middle has said what it said: the messages came
through, and what is missing can be done again.
"""

from __future__ import annotations

import multiprocessing.connection
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Generic, Protocol, TypeVar

from harness.workers import CONTEXT, begin_worker, interruptibly

J = TypeVar("J")
M = TypeVar("M")
M_co = TypeVar("M_co", covariant=True)
Tell = Callable[[M], None]
Work = Callable[[J, Tell[M]], None]


@dataclass(frozen=True, slots=True)
class Begun:
    """A piece of work has begun."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A piece of work is over. `fault`: how it failed, which is our fault; "": it came to its end."""

    fault: str = ""


class Engine(Protocol[J, M_co]):
    """Does pieces of work, somewhere."""

    def run(self, jobs: Iterable[J]) -> Iterator[tuple[J, M_co | Begun | Ended]]:
        """What each of these says, as it comes: Begun, its messages, Ended. A job is taken when it can begin."""


class Processes(Generic[J, M]):
    """An engine of this machine: a process for each piece of work, so that none leaves anything to the next."""

    def __init__(self, work: Work[J, M], at_once: int) -> None:
        self._work = work
        self._at_once = at_once

    def run(self, jobs: Iterable[J]) -> Iterator[tuple[J, M | Begun | Ended]]:
        """As `Engine` says. Whatever ends this early ends every process first."""
        running: dict[Connection, tuple[BaseProcess, J]] = {}
        waiting = iter(jobs)
        try:
            while True:
                for job in islice(waiting, self._at_once - len(running)):
                    ours, process = self._start(job)
                    running[ours] = process, job
                    yield job, Begun()
                if not running:
                    return
                ready = multiprocessing.connection.wait(list(running))
                for ours in [one for one in running if one in ready]:
                    process, job = running[ours]
                    try:
                        said: M | Ended = ours.recv()
                    except (EOFError, OSError):  # it died; OSError: in the middle of a message
                        process.join()
                        said = Ended(_how_it_died(process.exitcode))
                    if isinstance(said, Ended):
                        del running[ours]
                        ours.close()
                        process.join()
                    yield job, said
        finally:
            for process, _ in running.values():
                process.terminate()
            for ours, (process, _) in running.items():
                process.join()
                ours.close()

    def _start(self, job: J) -> tuple[Connection, BaseProcess]:
        ours, theirs = multiprocessing.connection.Pipe(duplex=False)
        process = CONTEXT.Process(target=_do, args=(self._work, job, theirs))
        process.start()
        theirs.close()
        return ours, process


def _do(work: Work[J, M], job: J, to: Connection) -> None:
    begin_worker()
    try:
        interruptibly(work, job, to.send)
    except KeyboardInterrupt:  # whoever began this ends it, and wants to hear nothing more
        return
    except Exception:  # a fault of ours, whatever the work is: with it the next piece goes on
        to.send(Ended(traceback.format_exc()))
    else:
        to.send(Ended())


def _how_it_died(code: int | None) -> str:
    return f"a worker of the harness died (exit status {code})"
