"""Where the work of a cohort is done, elsewhere: on the workers of a scheduler of dask.distributed.

A task is the same wherever it runs and however often; a worker that dies is replaced by the engine, and its task begins
again on another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

from harness.exits import Wrong
from harness.grade.engines import Begun, Ended

J = TypeVar("J")
M = TypeVar("M")
P = TypeVar("P")
D = TypeVar("D")

# How many workers may die under a task before it is given up: then it is the task that kills them.
_DEATHS = 4
# How often a task begins again whose process ended without an answer while its worker lives on.
_RETRIES = 2
# How long two of a cluster may take to reach each other while its machines are busy; and how long a scheduler has to
# answer us, that may be starting just now: a port where nobody listens is asked again and again until then.
_CONNECT_S, _ANSWER_S = "20s", "8s"
_LOCAL = "local:"


class Cluster(Generic[J, M, P, D]):
    """An engine of many machines. `pack` makes of a job what travels, `work` is done there, `unpack` is done here: its
    messages, with an Ended behind them where it knows how it ended."""

    def __init__(self, address: str, pack: Callable[[J], P], work: Callable[[P], D],
                 unpack: Callable[[J, D], Iterable[M | Ended]]) -> None:  # fmt: skip
        self._address = address
        self._pack, self._work, self._unpack = pack, work, unpack

    def run(self, jobs: Iterable[J]) -> Iterator[tuple[J, M | Begun | Ended]]:
        """As `Engine` says. Raises Wrong if there is no scheduler, or no dask."""
        distributed = _distributed()
        with _client(distributed, self._address) as client:
            waiting = iter(jobs)
            running: dict[Any, J] = {}
            done = distributed.as_completed(with_results=False)

            def fill() -> Iterator[tuple[J, Begun]]:
                # A few more than there are workers: what travels waits there, not here.
                room = 2 * max(1, len(client.nthreads())) - len(running)
                for job in islice(waiting, max(0, room)):
                    future = client.submit(self._work, self._pack(job), pure=False, retries=_RETRIES)
                    running[future] = job
                    done.add(future)
                    yield job, Begun()

            yield from fill()
            while running:
                future = next(done)
                job = running.pop(future)
                yield from self._said(job, future)
                yield from fill()

    def _said(self, job: J, future: Any) -> Iterator[tuple[J, M | Ended]]:
        fault = future.exception()
        ended = Ended("" if fault is None else f"a worker of the cluster failed: {fault}")
        for message in self._unpack(job, future.result()) if fault is None else ():
            if isinstance(message, Ended):
                ended = message
            else:
                yield job, message
        yield job, ended


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as exc:
        raise Wrong("--cluster needs dask.distributed: pip install '.[cluster]' in the project's folder") from exc
    return distributed


def _client(distributed: Any, address: str) -> Any:
    """A client of the scheduler there, or of one that is started here with so many workers. Raises Wrong."""
    settings = {"distributed.scheduler.allowed-failures": _DEATHS, "distributed.comm.timeouts.connect": _CONNECT_S}
    distributed.config.get("distributed")  # its defaults are read before ours are laid over them
    import dask

    dask.config.set(settings)
    if address.startswith(_LOCAL):
        number = address.removeprefix(_LOCAL)
        if not number.isdigit() or int(number) < 1:
            raise Wrong(f"--cluster {address}: expected local:N with the number of workers, such as local:4")
        return distributed.Client(n_workers=int(number), threads_per_worker=1, processes=True, dashboard_address=None)
    try:
        return distributed.Client(address, timeout=_ANSWER_S)
    except (OSError, ValueError) as exc:
        raise Wrong(f"--cluster {address}: no scheduler answers there ({exc})") from exc
