"""What a network condition does to datagrams: lost, repeated, overtaken, late. No sockets in here."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from harness.scenario.network import Condition

# Which conditions act on datagrams, and in which order.
KINDS = ("lose", "repeat", "reorder", "delay")


class Drop(NamedTuple):
    """A datagram, where it stands in all that was sent, and its fate: passed | lost | repeated | overtaken."""

    data: bytes
    at: int
    fate: str = "passed"


class Weather:
    """One direction of one link. What is lost is handed out too, with that fate: it is taken down and not sent."""

    def __init__(self, conditions: Sequence[Condition], chance: random.Random) -> None:
        self._conditions = [condition for condition in conditions if condition.kind != "delay"]
        self._delay = sum(condition.amount for condition in conditions if condition.kind == "delay")
        self._chance = chance
        self._came = 0
        self._back: deque[Drop] = deque()  # waits for the next one to overtake it
        self._late: deque[tuple[float, Drop]] = deque()  # leaves when its time has come

    def put(self, drop: Drop, now: float) -> None:
        """This one arrived."""
        self._came += 1
        # Each condition draws for each datagram, so that what one of them does to it changes nothing for the next.
        hit = {condition.kind for condition in self._conditions if self._meant(condition)}
        due = now + self._delay
        if "lose" in hit:
            self._late.append((due, drop._replace(fate="lost")))
        elif "reorder" in hit and not self._back:
            self._back.append(drop._replace(fate="overtaken"))
            return
        else:
            self._late.append((due, drop))
            if "repeat" in hit:
                self._late.append((due, drop._replace(fate="repeated")))
        self._late.extend((due, held) for held in self._back)
        self._back.clear()

    def _meant(self, condition: Condition) -> bool:
        if condition.position:
            return self._came == condition.position
        return self._chance.random() * condition.amount < 1

    def take(self, now: float) -> list[Drop]:
        """Those that leave now."""
        drops = []
        while self._late and self._late[0][0] <= now:
            drops.append(self._late.popleft()[1])
        return drops

    @property
    def holds(self) -> bool:
        """Whether anything is to leave yet."""
        return bool(self._back or self._late)

    @property
    def due(self) -> float | None:
        """When the next leaves by itself."""
        return self._late[0][0] if self._late else None

    def let_go(self, now: float) -> bool:
        """Nobody else moves: what waits to be overtaken is not, after all. Says whether there was any."""
        kept, self._back = self._back, deque()
        self._late.extend((now + self._delay, drop) for drop in kept)
        return bool(kept)
