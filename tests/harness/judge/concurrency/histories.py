"""Models, random histories and the slowest check there is: what every faster one is held against."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from harness.judge.concurrency import Model, Operation


class Register:
    """One value. ("write", x) is answered None or "ok"; ("read",) the value; ("swap", a, b) whether it was a."""

    initial: Any = 0

    def step(self, state: Any, request: Any, reply: Any) -> Any | None:
        """See the class."""
        match request:
            case ("write", value):
                return value
            case ("swap", old, new):
                return (new if state == old else state) if reply in (None, state == old) else None
        return state if reply in (None, state) else None

    def key(self, request: Any) -> Hashable | None:
        """There is only one."""
        return "it"


class Store(Register):
    """A register for each key, which is a request's last word."""

    def step(self, state: Any, request: Any, reply: Any) -> Any | None:
        """As a register: each key's requests come alone."""
        return super().step(state, request[:-1], reply)

    def key(self, request: Any) -> Hashable | None:
        """The last word."""
        return str(request[-1])


class SteadyStore(Store):
    """The same, and it knows that reads change nothing, nor swaps that were refused."""

    def changes(self, request: Any, reply: Any) -> bool:
        """Writes do."""
        return request[0] == "write" or (request[0] == "swap" and reply is not False)


class Queue:
    """("put", x), and ("take",) answered with the oldest, or "empty"."""

    initial: Any = ()

    def step(self, state: Any, request: Any, reply: Any) -> Any | None:
        """See the class."""
        if request[0] == "put":
            return (*state, request[1])
        first = state[0] if state else "empty"
        return state[1:] if reply in (None, first) else None

    def key(self, request: Any) -> Hashable | None:
        """There is only one."""
        return "it"


def brute(history: Sequence[Operation], model: Model) -> bool:
    """Every order that is true to the times, one after the other."""

    def possible(left: frozenset[int], state: Any) -> bool:
        if all(history[at].pending for at in left):
            return True
        due = min(returned for at in left if (returned := history[at].returned) is not None)
        for at in left:
            op = history[at]
            if op.invoked <= due:
                after = model.step(state, op.request, op.reply)
                if after is not None and possible(left - {at}, after):
                    return True
        return False

    return possible(frozenset(range(len(history))), model.initial)


def played(model: Model, requests: Callable[[random.Random, int], Any], chance: random.Random, *, size: int,
           clients: int, answer: Callable[[Any, Any], Any], lost: float = 0.1, wrong: float = 0.5,
           spoil: Callable[[random.Random, Any, Any], Any] = lambda chance, request, reply: reply) -> list[Operation]:
    """A right history of random requests, some of them without an answer; sometimes with an answer changed.

    `answer` is what a state answers to a request. Each operation's instant lies somewhere inside of its times.
    """
    free = [0.0] * clients
    drawn = []
    for number in range(size):
        who = chance.randrange(clients)
        invoked = free[who] + chance.random()
        at = invoked + chance.random() * 3
        free[who] = returned = at + chance.random() * 3
        gone = chance.random() < lost
        never = gone and chance.random() < 0.5
        drawn.append((at, who, requests(chance, number), invoked, None if gone else returned, never))
        if gone:
            free[who] += 10_000  # nobody goes on who waits for an answer
    history, state = [], model.initial
    for _, who, request, invoked, returned, never in sorted(drawn, key=lambda one: one[0]):
        reply = answer(state, request)
        if not never:
            state = model.step(state, request, reply)
        history.append(Operation(f"p{who}", request, reply if returned is not None else None, invoked, returned))
    if chance.random() < wrong:
        at = chance.randrange(size)
        op = history[at]
        if op.returned is not None:
            reply = spoil(chance, op.request, op.reply)
            history[at] = Operation(op.process, op.request, reply, op.invoked, op.returned)
    return history
