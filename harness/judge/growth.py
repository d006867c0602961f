"""Judge what a server keeps of clients that have left: threads, processes, sockets, descriptors that only grow. Pure.

Held against a server is only what cannot be anything else: at every single leave, four at least, it grows by one for
each who left, and it never falls back. What is made once and kept (a cache, the first worker), what is collected late,
and a pool that fills and is then full all leave that line somewhere. Where threads wake by themselves, they may yet
find out that nobody is there any more: then nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.events import Census, Settled, Started
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.verdict import Verdict

# A scenario with this tag is about it: there a leak fails. Elsewhere it is a remark.
ABOUT = "leaks"
# So many leaves in a row must each add to it.
LEAST = 4
# What all stands still by proof: threads that wake by themselves might still end by themselves.
_PROVED = ("still", "stuck")
_LIKELY = {
    "process": "this is what happens when a child that has ended is never waited for, or never learns that its client "
               "is gone",
    "socket": "this is what happens when the server's end of a connection is not closed once recv() has brought "
              "nothing: close it in a `finally` or a `with`",
    "thread": "this is what happens when a worker waits for something that only its client could bring, or that nobody "
              "brings any more: it should end when its client has left",
    "descriptor": "this is what happens when a file is opened for each client and not closed: open it in a `with`",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Growth:
    """One kind of thing, how many of it there were after each leave, and how many at least each leave added."""

    kind: str
    counts: Sequence[int]
    each: int

    @property
    def amount(self) -> str:
        """"2 threads"."""
        return _many(self.each, self.kind)


def kept(view: View) -> Iterator[tuple[str, Miss]]:
    """A finding about each server that keeps something of every client that has left."""
    for censuses in _series(view):
        grown = [found for kind in _LIKELY if (found := _growth(kind, censuses))]
        if grown:
            verdict = Verdict.FAILED if ABOUT in view.scenario.tags else Verdict.PASSED
            yield censuses[0].actor, _told(view, censuses, grown, verdict)
            return


def _series(view: View) -> list[list[Census]]:
    """The censuses that can be compared: of one life of the server, with the same people there, after somebody left."""
    series: dict[tuple[int, tuple[str, ...]], list[Census]] = {}
    life, first = 0, True
    for event in view.events:
        if isinstance(event, Started) and event.actor not in view.began.accounts:
            life, first = life + 1, True
        elif isinstance(event, Census):
            # The first is that of its start: what the first client makes it build says nothing of the next.
            if not first and event.evidence in _PROVED:
                series.setdefault((life, tuple(event.alive)), []).append(event)
            first = False
    return sorted(series.values(), key=len, reverse=True)


def _growth(kind: str, censuses: Sequence[Census]) -> Growth | None:
    """How much of this kind each leave added, if every one did."""
    counts = [_count(kind, census) for census in censuses]
    leaves = [later.ended - earlier.ended for earlier, later in pairwise(censuses)]
    added = [later - earlier for earlier, later in pairwise(counts)]
    if len(leaves) < LEAST or any(more < max(1, left) for more, left in zip(added, leaves, strict=True)):
        return None
    return Growth(kind, counts, min(more // left for more, left in zip(added, leaves, strict=True)))


def _count(kind: str, census: Census) -> int:
    if kind == "process":
        return len(census.processes)
    return sum(int(process.get(f"{kind}s", 0)) for process in census.processes)


def _told(view: View, censuses: Sequence[Census], grown: Sequence[Growth], verdict: Verdict) -> Miss:
    # A process that stays has a thread, and descriptors, too: they are not told beside it.
    told = [one for one in grown if one.kind == "process"] or list(grown)
    who = say.program(view, censuses[0].actor)
    kinds = say.several([one.amount for one in told])
    first, last = (say.several([_many(one.counts[at], one.kind) for one in told]) for at in (0, -1))
    sentence = (f"{who} keeps {kinds} for every client that has left: it held {first} when {_clients(censuses[0])} had "
                f"left, and {last} when {_clients(censuses[-1])} had")  # fmt: skip
    rows = [f"{_clients(census)} left: " + ", ".join(_many(one.counts[at], one.kind) for one in told)
            for at, census in enumerate(censuses)]  # fmt: skip
    stands = _stand(view, [one for one in told if one.kind == "thread"])
    return Miss("leak", sentence, "as many after every client that comes and goes as before it", "\n".join(rows),
                likely="; ".join([*stands, *(_LIKELY[one.kind] for one in told)]), verdict=verdict)


def _stand(view: View, threads: Sequence[Growth]) -> Iterator[str]:
    """What the threads wait in that are there for nobody, as far as it is the same for most of them."""
    last = next((e for e in reversed(view.events) if isinstance(e, Settled) and e.evidence in _PROVED), None)
    if not threads or last is None:
        return
    told = [str(wait["told"]) for wait in last.waits if wait.get("actor") not in view.began.accounts and "told" in wait]
    for how in dict.fromkeys(told):
        if told.count(how) > threads[0].counts[-1] - threads[0].counts[0]:
            yield f"{told.count(how)} of its threads wait {how}"


def _clients(census: Census) -> str:
    return _many(census.ended, "client")


def _many(number: int, kind: str) -> str:
    plural = f"{kind}es" if kind.endswith("s") else f"{kind}s"
    return f"{number} {kind if number == 1 else plural}"
