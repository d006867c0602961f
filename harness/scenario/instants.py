"""The instants of a scenario, where several people do something at once; and who is told what they never asked for.

What several threads of a server do then, and in which order, is luck, unless the stage says it (stage/lockstep.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.scenario.model import AnyOf, Do, Expect, Scenario, Sight, Step, Together, Type, first_word, walk


def instants(scenario: Scenario) -> list[Together]:
    """The groups of a (drawn) scenario that begin at one instant, in their order."""
    return [step for step in scenario.play if isinstance(step, Together)]


def alike(group: Together) -> bool:
    """Whether everybody does the same: types the same command, or has the same thing happen to them."""
    return len({what for step in group.steps for what in _done(step)}) <= 1


def _done(step: Step) -> Iterator[str]:
    if isinstance(step, Type):
        yield from (first_word(line) for _, line in step.lines)
    else:
        yield step.deed.value if isinstance(step, Do) else step.text


def rounds(scenario: Scenario) -> list[tuple[Together, int]]:
    """Each group of a (drawn) scenario as its file has it, and how often it is played: rounds stand at one place."""
    groups = instants(scenario)
    often = Counter(group.place for group in groups)
    return [(group, often[group.place]) for group in {group.place: group for group in groups}.values()]


def tells_others(scenario: Scenario) -> bool:
    """Whether somebody should leave for what another one has typed: whom a server tells first is a matter of luck."""
    people = {person.handle for person in scenario.cast}
    typed: set[str] = set()
    for step in scenario.play:
        if isinstance(step, Type | Together):
            typed = {handle for part in walk([step]) if isinstance(part, Type) for handle, _ in part.lines}
        for part in step.steps if isinstance(step, AnyOf) else [step]:
            if isinstance(part, Expect) and part.sight is Sight.LEAVES and set(part.who) & people - typed:
                return True
    return False
