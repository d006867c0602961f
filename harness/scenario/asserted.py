"""What a typed line asserts when nothing else is said: that its answer comes to an end, and the client asks again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.scenario.model import AnyOf, Deed, Do, Expect, Hold, Scenario, Sight, Step, Together, Type


def asserts_answer(scenario: Scenario) -> set[tuple[int, str]]:
    """The (step number, handle) of typed lines after which nothing is expected of that person, until they act again.

    An expectation of a group, or inside of `any of`, counts. A line typed by
    somebody paused, over a network that holds it, to a server that is away, or
    at one instant with a kill asserts nothing: no answer is due. Nor does one after which, the assignment
    says, a client may end.
    """
    server_away = False
    paused: set[str] = set()  # and whose bytes are held
    found = set()
    names = {person.handle for person in scenario.cast}
    for index, step in enumerate(scenario.play):
        server_away, paused = _who_is_away(step, names, server_away, paused)
        if server_away:
            continue
        for typed, handle in _last_lines(step):
            if _may_end(scenario, typed, handle):
                continue
            if handle in names - paused and not _expected(handle, scenario.play[index + 1 :]):
                found.add((typed.number, handle))
    return found


def _may_end(scenario: Scenario, typed: Type, handle: str) -> bool:
    return any(line.split(" ", 1)[0] in scenario.leaving for who, line in typed.lines if who == handle)


def _last_lines(step: Step) -> Iterator[tuple[Type, str]]:
    """Each person's last line of this step, unless the same step takes them away from their prompt."""
    inner = step.steps if isinstance(step, Together) else (step,)
    last: dict[str, Type] = {}
    for one in inner:
        if isinstance(one, Type):
            last.update((handle, one) for handle, _ in one.lines)
    acted = {handle for one in inner if isinstance(one, Do) for handle in one.who}
    yield from ((typed, handle) for handle, typed in last.items() if handle not in acted)


def _expected(handle: str, later: Sequence[Step]) -> bool:
    """Whether something is expected of this person before they type again, or something is done to them."""
    for step in later:
        inner = step.steps if isinstance(step, Together | AnyOf) else (step,)
        # That somebody stays says nothing of what they were answered.
        if any(isinstance(one, Expect) and one.sight is not Sight.STAYS and handle in one.who for one in inner):
            return True
        if any(handle in _actors(one) for one in inner):
            return False
    return False


def _actors(step: Step) -> Sequence[str]:
    if isinstance(step, Type):
        return [handle for handle, _ in step.lines]
    return step.who if isinstance(step, Do) else ()


def _who_is_away(step: Step, names: set[str], server_away: bool, paused: set[str]) -> tuple[bool, set[str]]:
    """Whether the server is away after this step, and who is paused."""
    for one in step.steps if isinstance(step, Together) else (step,):
        if isinstance(one, Do):
            server = any(who not in names for who in one.who)
            server_away = one.deed in (Deed.KILL, Deed.PAUSE) if server and _turns(one.deed) else server_away
            people = {who for who in one.who if who in names}
            paused = paused | people if one.deed is Deed.PAUSE else paused - people if _turns(one.deed) else paused
        elif isinstance(one, Hold):
            paused = paused - set(one.who) if one.released else paused | set(one.who)
        elif isinstance(one, Expect) and one.sight is Sight.LEAVES:
            server_away = server_away or any(who not in names for who in one.who)
    return server_away, paused


def _turns(deed: Deed) -> bool:
    """Whether this deed decides if a program runs."""
    return deed not in (Deed.PRESS, Deed.SEND)
