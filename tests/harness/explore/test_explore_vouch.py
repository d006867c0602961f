"""What so many plays vouch for: said right, and nothing claimed that was not shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explore_builder import ASSIGNMENT, outcome, scenario

from harness.explore.plays import exploring, tally, under_orders
from harness.explore.vouch import caught, percent, vouched, where
from harness.players import tasks
from harness.verdict import Explored, Outcome, Verdict

TWO = "- everyone logs in\n- together: [{yoda: a}, {r2d2: b}]"
THREE = "- everyone logs in\n- 2 times: [{together: [{yoda: a}, {r2d2: b}, {luke: c}]}]"


def test_forty_plays_catch_one_in_ten() -> None:
    """1 - 0.9^40."""
    assert percent(caught(40)) == "98.5 %"
    assert percent(caught(1)) == "10.0 %"
    assert percent(caught(400)) == "more than 99.9 %"
    assert percent(caught(40, 2)) == "more than 99.9 %"


@pytest.mark.parametrize(("explored", "said"), [
    (Explored(40, None, 25, 0, 15, 0), "a program as bad as 1 in 10 would be caught with 98.5 %"),
    (Explored(40, 576, 25, 0, 13, 0), "a program as bad as 1 in 10 would be caught with 98.1 %"),  # two undecided
    (Explored(4, 4, 2, 0, 2, 0), "a program as bad as 1 in 10 would be caught with 34.3 % (all 4 orders there are)"),
    (Explored(4, 4, 38, 0, 2, 0), "all 4 orders there are were played; a race as bad as 1 in 10 of the 38 plays at "
                                  "once would be caught with 98.1 %"),
    (Explored(1, 1, 40, 0, 0, 0), "there is no other order; a race as bad as 1 in 10 of the 40 plays at once would be "
                                  "caught with 98.5 %"),
    (Explored(3, 24), ""),
])  # fmt: skip
def test_what_is_vouched_for(explored: Explored, said: str) -> None:
    """Orders that were played twice are no new evidence, but for what arrives at once."""
    assert vouched(explored) == said


@pytest.mark.parametrize(("explored", "said"), [
    (Explored(40, None, 20, 7, 20, 0), "it fails 7 of the 20 in which something arrives at once, and none of the 20 in "
                                       "which every answer is waited for: this is a race within the program, not an "
                                       "order of commands"),
    (Explored(40, None, 20, 7, 20, 9), "it fails 7 of the 20 in which something arrives at once, and 9 of the 20 in "
                                       "which every answer is waited for: there is an order of commands that it cannot "
                                       "take"),
    (Explored(40, None, 34, 2, 6, 0), "it fails 2 of the 34 in which something arrives at once, and none of the 6 in "
                                      "which every answer is waited for"),  # which proves nothing
    (Explored(40, None, 20, 20, 20, 20), ""),
    (Explored(40, None, 40, 20), ""),
])  # fmt: skip
def test_a_race_is_told_from_an_order(explored: Explored, said: str) -> None:
    """By where it fails; what fails everywhere is neither."""
    assert where(explored) == said


def test_only_what_is_concurrent_is_explored() -> None:
    """Everything else is played as usual, and so is what says itself in which order it arrives."""
    calm, race = scenario("- everyone logs in\n- yoda: a"), scenario(TWO)
    first = under_orders(race, ASSIGNMENT, orders=1, seed=5)[0]
    plays = tasks([calm, race, first.scenario], ASSIGNMENT, seed=5, repeat=2)
    found = exploring(plays, ASSIGNMENT, orders=6, seed=5)
    assert [(task.seed, task.plays, task.explored) for task in found] == [
        (5, 2, False), (6, 2, False), *[(5, 6, True)] * 6, (5, 2, False), (6, 2, False)
    ]  # fmt: skip
    assert [task.number for task in found] == list(range(10))
    assert len({task.scenario.schedule for task in found[2:8]}) == 4


def test_plays_are_counted_by_how_they_arrive() -> None:
    """What is undecided counts for nothing."""
    plays = under_orders(scenario(THREE), ASSIGNMENT, orders=9, seed=0)
    verdicts = [Verdict.FAILED, *[Verdict.PASSED] * 6, Verdict.FAILED, Verdict.UNDECIDED]
    ended = [(tuple(task.scenario.schedule), outcome(task.scenario, verdict))
             for task, verdict in zip(plays, verdicts, strict=True)]  # fmt: skip
    assert tally(plays[0].scenario, ended) == Explored(9, 576, 2, 2, 6, 0)


def test_how_often_is_said_in_orders() -> None:
    """Seeds tell orders not apart; where orders were played twice, plays are counted."""
    told = Outcome("a", "b", Verdict.FAILED, [], plays=40, failed_plays=[0] * 7, explored=Explored(40, None))
    assert told.often == "failed 7 of 40 orders"
    assert replace(told, undecided_plays=[0]).often == "failed 7 of 40 orders, undecided in 1 of 40"
    assert replace(told, explored=Explored(24, 24)).often == "failed 7 of 40 plays"
