"""In which orders what is typed at one instant can arrive at the server, and how many there are. Pure.

An order is a `Scenario.schedule`. Of two neighbours in it, the second arrives at
once behind the first (a race within the program), or after the first was
answered (an order between commands): these are two different orders.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.scenario.model import Deed, Delivery, Do, Place, Plays, Scenario, Together, Type, first_word

Schedule = tuple[Delivery, ...]
# What arrives next: a person, and whether their answer is waited for.
Turn = tuple[str, bool]
# Past so many people the orders of one instant are not counted exactly: there are more than anybody plays.
COUNTED = 6


@dataclass(frozen=True, slots=True)
class Act:
    """A line typed at one instant with others (None: a login). `turns`: how often its program is taken to send."""

    who: str
    line: str | None
    step: int
    place: Place
    turns: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """All that is typed at one instant: the acts of each person, in the order of the play."""

    acts: Mapping[str, tuple[Act, ...]]

    @property
    def turns(self) -> dict[str, int]:
        """How many deliveries each person has."""
        return {who: sum(act.turns for act in acts) for who, acts in self.acts.items()}

    def deliveries(self, turns: Iterable[Turn]) -> Iterator[Delivery]:
        """These turns as a schedule says them."""
        queues = {who: [act for act in acts for _ in range(act.turns)] for who, acts in self.acts.items()}
        for who, answered in settled(turns):
            act = queues[who].pop(0)
            yield Delivery(who, act.line, act.step, act.place, answered)


def is_concurrent(scenario: Scenario) -> bool:
    """Whether anything in it is done at one instant."""
    return any(isinstance(step, Together | Plays) for step in scenario.steps())


def groups(scenario: Scenario, moves_files: Collection[str] = ()) -> list[Group]:
    """The instants of a (drawn) scenario at which two or more people send something: only there is an order to force.

    A line that moves a file is taken to be sent in two: the request, and the bytes or the word that they may come.
    """
    found = []
    for step in scenario.play:
        acts: dict[str, tuple[Act, ...]] = {}
        for act in _acts(step, moves_files) if isinstance(step, Together) else ():
            acts[act.who] = (*acts.get(act.who, ()), act)
        if len(acts) > 1:
            found.append(Group(acts))
    return found


def _acts(group: Together, moves_files: Collection[str]) -> Iterator[Act]:
    for step in group.steps:
        if isinstance(step, Type):
            for who, line in step.lines:
                yield Act(who, line, step.number, step.place, 2 if first_word(line) in moves_files else 1)
        elif isinstance(step, Do) and step.deed is Deed.LOG_IN:
            yield from (Act(who, None, step.number, step.place) for who in step.who)


def settled(turns: Iterable[Turn]) -> list[Turn]:
    """The turns, with an answer waited for where it must be: at the end, and before one person's next turn."""
    found = list(turns)
    now: set[str] = set()
    for at, (who, answered) in enumerate(found):
        now.add(who)
        after = found[at + 1][0] if at + 1 < len(found) else None
        if answered or after is None or after in now:
            found[at] = who, True
            now = set()
    return found


def at_once(schedule: Sequence[Delivery]) -> bool:
    """Whether anything in it arrives without waiting for the answer before it."""
    return any(not one.answered for one in schedule)


def was_drawn(scenario: Scenario) -> bool:
    """Whether its order was drawn: then no file says it, and each delivery stands where its line stands."""
    place = {step.number: step.place for step in scenario.steps()}
    return bool(scenario.schedule) and all(place.get(one.step) == one.place for one in scenario.schedule)


def how_many(instants: Iterable[Mapping[str, int]]) -> int:
    """How many different orders there are of these turns at each instant; of very many people, at least so many."""
    return math.prod(_ways(tuple(sorted(turns.values()))) for turns in instants)


def turns_of(scenario: Scenario, schedule: Sequence[Delivery]) -> list[dict[str, int]]:
    """How many deliveries of each person a whole schedule has, at each instant."""
    instant = {inner.number: at for at, step in enumerate(scenario.play) if isinstance(step, Together)
               for inner in step.steps}  # fmt: skip
    found: dict[int, dict[str, int]] = {}
    for one in schedule:
        mine = found.setdefault(instant[one.step], {})
        mine[one.who] = mine.get(one.who, 0) + 1
    return list(found.values())


def _ways(turns: tuple[int, ...]) -> int:
    if len(turns) > COUNTED:
        return math.factorial(len(turns)) << (len(turns) - 1)
    return _rest(turns, frozenset())


@functools.lru_cache(maxsize=100_000)
def _rest(turns: tuple[int, ...], now: frozenset[int]) -> int:
    """In how many ways these turns can follow, behind a run at once of these people."""
    if not any(turns):
        return 1
    ways = 0
    for who, left in enumerate(turns):
        if left:
            after = (*turns[:who], left - 1, *turns[who + 1 :])
            ways += _rest(after, frozenset({who}))  # behind an answer, or at the very beginning
            ways += _rest(after, now | {who}) if now and who not in now else 0
    return ways


def every(instants: Sequence[Group]) -> Iterator[Schedule]:
    """Each order there is, once."""
    ways = [[tuple(group.deliveries(turns)) for turns in _every(group.turns, ())] for group in instants]
    for parts in itertools.product(*ways):
        yield tuple(itertools.chain.from_iterable(parts))


def _every(turns: Mapping[str, int], before: tuple[Turn, ...]) -> Iterator[tuple[Turn, ...]]:
    if not any(turns.values()):
        yield before
        return
    run = set(_run(before))
    for who, left in turns.items():
        if left:
            after = {**turns, who: left - 1}
            yield from _every(after, (*before, (who, True)))
            if run and who not in run:
                *rest, (last, _) = before
                yield from _every(after, (*rest, (last, False), (who, True)))


def _run(turns: Sequence[Turn]) -> Iterator[str]:
    """The people of the run at once that ends here."""
    for at, (who, answered) in enumerate(reversed(turns)):
        if answered and at:
            return
        yield who


def joined(instants: Sequence[Group], turns: Iterable[Iterable[Turn]]) -> Schedule:
    """The turns of each instant as one schedule."""
    return tuple(one for group, mine in zip(instants, turns, strict=True) for one in group.deliveries(mine))


def waiting(schedule: Sequence[Delivery]) -> Schedule:
    """The same order, and every answer is waited for."""
    return tuple(replace(one, answered=True) for one in schedule)
