"""What the seed decides: what things are called (varied.py), and the lines of `crowd plays: {commands: 20, mix: …}`,
drawn into steps like all others. Pure.

The director plays the drawn scenario, and the judge draws the same one again from
the seed that the recording tells.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

from harness.scenario.expand import BRACES
from harness.scenario.model import Plays, Scenario, Step, Together, Type
from harness.scenario.varied import renamed, varied


def drawn(scenario: Scenario, seed: int, names: Mapping[str, str] | None = None) -> Scenario:
    """The scenario with every line that this seed draws written out, under the names that it gives. Drawing twice
    changes nothing. `names`: those that a recording tells instead, whatever this harness would draw today."""
    written = _written_out(scenario, seed)
    return varied(written, seed) if names is None else renamed(written, names)


def _written_out(scenario: Scenario, seed: int) -> Scenario:
    if not any(isinstance(step, Plays) for step in scenario.steps()):
        return scenario
    accounts = {person.handle: person.account for person in scenario.cast}
    return replace(scenario, play=tuple(one for step in scenario.play for one in _steps(step, seed, accounts)))


def numbers_of(people: int, commands: int) -> int:
    """How many numbers `plays` takes behind its own: for each round one, and one for each of the people."""
    return commands * (1 + people)


def _steps(step: Step, seed: int, accounts: Mapping[str, str]) -> Iterator[Step]:
    """This step of the play, or the rounds in its place."""
    if isinstance(step, Plays):
        for round_ in _rounds(step, seed, accounts):
            yield from round_.steps if step.in_turn or len(step.who) == 1 else [round_]
    elif isinstance(step, Together) and any(isinstance(inner, Plays) for inner in step.steps):
        yield from _at_once(step, seed, accounts)
    else:
        yield step


def _at_once(group: Together, seed: int, accounts: Mapping[str, str]) -> Iterator[Step]:
    """The rounds of several who play at one instant, merged; what else is done in the group is done in the first."""
    rest = [inner for inner in group.steps if not isinstance(inner, Plays)]
    games = [_rounds(inner, seed, accounts) for inner in group.steps if isinstance(inner, Plays)]
    for at, round_ in enumerate(zip_longest(*games)):
        parts = [part for part in round_ if part is not None]
        steps = [*(rest if at == 0 else []), *(step for part in parts for step in part.steps)]
        steps.sort(key=lambda step: step.number)
        yield replace(parts[0], text=" and ".join(part.text for part in parts), steps=tuple(steps))


def _rounds(play: Plays, seed: int, accounts: Mapping[str, str]) -> list[Together]:
    lines = {handle: _lines(play, handle, seed) for handle in play.who}
    rounds = []
    for at in range(play.commands):
        number = play.number + 1 + at * (1 + len(play.who))
        typed = tuple(_typed(play, number + 1 + place, handle, lines[handle][at], at + 1, accounts)
                      for place, handle in enumerate(play.who))  # fmt: skip
        text = f"{play.text}, round {at + 1}"
        rounds.append(Together(number=number, place=play.place, text=text, steps=typed))
    return rounds


def _lines(play: Plays, handle: str, seed: int) -> list[str]:
    """What this person types. Everybody draws for themselves: one more in a crowd changes nobody else's lines."""
    mix = random.Random(f"{seed} {play.number} {handle}")
    return mix.choices([line for line, _ in play.mix], [weight for _, weight in play.mix], k=play.commands)


def _typed(play: Plays, number: int, handle: str, line: str, count: int, accounts: Mapping[str, str]) -> Type:
    # Each drawn line is a step of its own: its number makes a text that nobody else types. All are of one length,
    # so that none is a part of another.
    own = {"n": str(count), "name": accounts[handle], "text": f"text{number:05d}"}
    said = BRACES.sub(lambda match: own.get(match[1], match[0]), line)
    return Type(number=number, place=play.place, text=f"{handle}: {said}", lines=((handle, said),))
