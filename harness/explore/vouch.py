"""What so many plays can vouch for: how surely a program that fails sometimes would have been caught. Pure.

A program that fails each play with a chance of p, whatever happened before,
passes N plays with a chance of (1 - p)^N. This bound also holds for different
orders, drawn one after the other, of which a share p is wrong: drawing none
twice only makes it surer. It says nothing of orders that were played twice.
"""

from __future__ import annotations

import math

from harness.verdict import Explored

# How bad a program is that is spoken of: it fails one play in so many.
ONE_IN = 10
# What would be so by chance alone in more than one case of twenty, proves nothing.
CHANCE = 0.05


def caught(plays: int, one_in: float = ONE_IN) -> float:
    """How surely a program that fails one play in so many would have failed at least one of these."""
    return 1 - (1 - 1 / one_in) ** plays


def percent(share: float) -> str:
    """A share as people read it, never rounded up: "98.5 %"."""
    tenths = math.floor(share * 1000 + 1e-9)
    return "more than 99.9 %" if tenths > 999 or (tenths == 999 and share > 0.999) else f"{tenths / 10:.1f} %"


def vouched(explored: Explored) -> str:
    """What the plays vouch for, as a sentence without its beginning; "" if they were none."""
    decided = explored.at_once + explored.in_turn
    repeated = decided > explored.orders
    if not decided:
        return ""
    if not repeated:
        there = f" (all {explored.orders} orders there are)" if explored.all and explored.orders > 1 else ""
        return f"a program as bad as 1 in {ONE_IN} would be caught with {percent(caught(decided))}{there}"
    # What arrives one after the other is decided by the order alone: the same order again tells nothing new.
    said = "there is no other order" if explored.orders == 1 else f"all {explored.orders} orders there are were played"
    if not explored.at_once:
        return said
    race = f"a race as bad as 1 in {ONE_IN} of the {explored.at_once} plays at once"
    return f"{said}; {race} would be caught with {percent(caught(explored.at_once))}"


def where(explored: Explored) -> str:
    """In which kind of order it failed, where that tells something: a race within the program, or an order between
    commands."""
    if not explored.at_once or not explored.in_turn:
        return ""
    race = f"{explored.at_once_failed} of the {explored.at_once} in which something arrives at once"
    order = f"{explored.in_turn_failed} of the {explored.in_turn} in which every answer is waited for"
    if explored.at_once_failed and not explored.in_turn_failed:
        none = f"it fails {race}, and none of {order[5:]}"
        # If the order made no difference, it would have failed there as often; too few plays cannot tell.
        by_chance = (1 - explored.at_once_failed / explored.at_once) ** explored.in_turn
        meant = "this is a race within the program, not an order of commands"
        return f"{none}: {meant}" if by_chance <= CHANCE else none
    if explored.in_turn_failed and explored.in_turn_failed < explored.in_turn:
        return f"it fails {race}, and {order}: there is an order of commands that it cannot take"
    return ""
