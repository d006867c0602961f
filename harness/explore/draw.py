"""Which orders are played first: the telling ones, then drawn ones by priority, never one twice. Pure.

Most races need no more than two or three things in an unlucky order. Drawing by
priority finds those with a known chance (probabilistic concurrency testing):
everybody has a random rank, who ranks highest is delivered first, and at a few
points drawn over all deliveries whoever is at it falls to the last rank.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

from harness.explore.orders import Group, Schedule, Turn, at_once, every, how_many, joined

# An unlucky order of so many changes of rank, and one more thing: deeper races are rare.
CHANGES = 3
# How much arrives at once in a drawn order, as a share of the neighbours.
SHARES = (0.25, 0.5, 0.75, 1.0)
# So few orders are all written out, and the rest of them shuffled once drawing by priority yields none that is new.
FEW = 2_000
TRIES = 50
# Of so many people each permutation is telling: one after the other, who is first, second and third.
PERMUTED = 3


def orders(instants: Sequence[Group], seed: int) -> Iterator[Schedule]:
    """Every order once, the telling ones first; the same for the same seed. Of many people it never ends."""
    if not instants:
        yield ()
        return
    there = how_many(group.turns for group in instants)
    seen: set[Schedule] = set()
    for order in itertools.chain(_telling(instants), _drawn(instants, random.Random(f"{seed} orders"), seen, there)):
        if order not in seen:
            seen.add(order)
            yield order
        if len(seen) == there:
            return


def explored(instants: Sequence[Group], plays: int, seed: int) -> list[Schedule]:
    """The orders of so many plays."""
    return list(itertools.islice(endless(instants, seed), plays))


def endless(instants: Sequence[Group], seed: int) -> Iterator[Schedule]:
    """Orders without an end. When all there are have been played, those are played again in which something arrives
    at once: there luck decides, and in the others hardly."""
    played = []
    for order in orders(instants, seed):
        played.append(order)
        yield order
    yield from itertools.cycle([order for order in played if at_once(order)] or played)


def _telling(instants: Sequence[Group]) -> Iterator[Schedule]:
    """All at once; then, of few people, each permutation in turn, every answer waited for; then all at once again."""
    people = list(dict.fromkeys(who for group in instants for who in group.acts))
    few = len(people) <= PERMUTED
    ranks = list(itertools.permutations(people)) if few else [tuple(people), tuple(reversed(people))]
    yield joined(instants, [_ranked(group, ranks[0], answered=False) for group in instants])
    for answered in (True, False):
        for rank in ranks:
            yield joined(instants, [_ranked(group, rank, answered=answered) for group in instants])


def _ranked(group: Group, rank: Sequence[str], *, answered: bool) -> list[Turn]:
    """Everybody's first turn in this order, then everybody's second."""
    turns = group.turns
    rounds = range(max(turns.values()))
    return [(who, answered) for at in rounds for who in rank if at < turns.get(who, 0)]


def _drawn(instants: Sequence[Group], chance: random.Random, seen: set[Schedule], there: int) -> Iterator[Schedule]:
    """Orders by priority while they yield new ones; then the rest by chance alone."""
    vain = 0
    while vain < TRIES:
        order = _by_priority(instants, chance)
        vain = vain + 1 if order in seen else 0
        yield order
    if there <= FEW:
        rest = list(every(instants))
        chance.shuffle(rest)
        yield from rest
    while True:
        yield joined(instants, [_by_chance(group, chance) for group in instants])


def _by_priority(instants: Sequence[Group], chance: random.Random) -> Schedule:
    people = list(dict.fromkeys(who for group in instants for who in group.acts))
    chance.shuffle(people)
    total = sum(sum(group.turns.values()) for group in instants)
    changes = set(chance.sample(range(total), min(total, chance.randint(0, CHANGES))))
    share = chance.choice(SHARES)
    found, count = [], 0
    for group in instants:
        left, turns = group.turns, list[Turn]()
        while any(left.values()):
            who = next(who for who in people if left.get(who))
            left[who] -= 1
            turns.append((who, chance.random() >= share))
            if count in changes:
                people.append(people.pop(people.index(who)))
            count += 1
        found.append(turns)
    return joined(instants, found)


def _by_chance(group: Group, chance: random.Random) -> list[Turn]:
    turns = [who for who, times in group.turns.items() for _ in range(times)]
    chance.shuffle(turns)
    return [(who, chance.random() < 0.5) for who in turns]
