"""In which order everything is played that may provoke a program."""

from __future__ import annotations

from itertools import islice

import pytest
from explore_builder import ASSIGNMENT, scenario

from harness.exits import Wrong
from harness.explore.plan import STREAMS, Kind, Trial, conditions_of, covering, plan
from harness.scenario.model import Scenario
from harness.stressing import seconds_of

WIRE = scenario("- yoda logs in\n- yoda: SEND a", more="network: cut 3\n")
LONG = scenario("- yoda logs in\n- yoda: POST a\n- yoda: READ\n- yoda: READ")
SHORT = scenario("- yoda logs in\n- yoda: POST a\n- yoda: READ")
OTHER = scenario("- yoda logs in\n- yoda: LIST")
CROWD = scenario("- everyone logs in\n- together: [everyone: POST a]", "{crowd: {people: 5}}")
PAIR = scenario("- everyone logs in\n- together: [everyone: POST a]", "{yoda: Yoda, r2d2: R2D2}")
KNOWN = ASSIGNMENT.model_copy(update={"commands": ["POST", "READ", "LIST", "SEND"]})


def trials(*scenarios: Scenario, most: int = 1000) -> list[Trial]:
    """The first trials of a plan."""
    return list(islice(plan(scenarios, KNOWN, 0), most))


def test_the_most_telling_come_first() -> None:
    """The network, what is concurrent one thread at a time, at once, the small first; then its orders and the rest."""
    found = trials(CROWD, LONG, SHORT, OTHER, PAIR, WIRE, most=23)
    assert [trial.said for trial in found[:9]] == ["cut 3", *(said for said in STREAMS for _ in (SHORT, OTHER))]
    assert [(trial.kind, trial.more, len(trial.scenario.cast)) for trial in found[9:13]] == [
        (Kind.IN_TURN, more, people) for more in (0, 1) for people in (2, 5)]  # fmt: skip
    assert [(trial.kind, len(trial.scenario.cast)) for trial in found[13:15]] == [(Kind.AT_ONCE, 2), (Kind.AT_ONCE, 5)]
    assert [trial.said for trial in found[15:]] == [
        "order 2", "order 2", "cut 1", "cut 1", "order 3", "order 3", "cut 1", "glue"
    ]  # fmt: skip


def test_the_rest_is_played_under_every_condition() -> None:
    """Nothing is left out, and nothing is played twice."""
    said = [(trial.said, trial.scenario.play) for trial in trials(LONG, SHORT, OTHER, PAIR, most=200)
            if trial.kind is Kind.WIRE]  # fmt: skip
    assert len(said) == len(STREAMS) * 4
    assert len({(what, str(play)) for what, play in said}) == len(said)


def test_where_nothing_is_concurrent_the_plan_ends() -> None:
    """Time is not needed to end it."""
    assert len(trials(SHORT, OTHER)) == 2 * len(STREAMS)


def test_orders_go_on_for_ever() -> None:
    """When all there are have been played, those at once come again: time ends it."""
    assert len(trials(PAIR, most=200)) == 200


def test_few_scenarios_cover_every_command() -> None:
    """The short ones, and none for what is typed elsewhere already, or is no command."""
    odd = scenario("- yoda logs in\n- yoda: hello")
    assert covering([LONG, SHORT, OTHER, odd], [], KNOWN) == [SHORT, OTHER]
    assert covering([LONG, SHORT, OTHER], [SHORT], KNOWN) == [OTHER]
    assert covering([odd], [], ASSIGNMENT) == [odd]
    assert covering([], [], KNOWN) == []


def test_a_lost_datagram_is_the_tasks_to_say() -> None:
    """What TCP may do is done to everybody; datagrams are lost only where a scenario loses them for all."""
    udp = KNOWN.model_copy(update={"transport": "udp"})
    said = "network: [lose 1 in 5, lose the 2nd, repeat 1 in 3 to yoda]\n"
    lossy = scenario("- yoda logs in\n- yoda: READ", more=said)
    assert conditions_of([lossy], KNOWN) == [*STREAMS]
    assert conditions_of([lossy], udp) == [*STREAMS, "lose 1 in 5"]
    assert conditions_of([], udp) == [*STREAMS]


@pytest.mark.parametrize(("text", "seconds"), [
    ("90s", 90), ("5m", 300), ("1.5h", 5400), ("90", 90), ("5 m", 300), ("24h", 86400)
])  # fmt: skip
def test_how_long_it_is_looked(text: str, seconds: float) -> None:
    """Seconds, minutes and hours."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["soon", "", "5 minutes", "-5m", "5d", "1e3"])
def test_what_is_no_time(text: str) -> None:
    """It is said how a time is written."""
    with pytest.raises(Wrong, match=r"^--for .*: expected a time such as 90s, 5m or 1h$"):
        seconds_of(text)


@pytest.mark.parametrize("text", ["0", "0m", "0.0s", "25h", "999999999h"])
def test_no_time_and_too_long(text: str) -> None:
    """More than nothing, and at most a day."""
    with pytest.raises(Wrong, match="expected more than nothing and at most 24h"):
        seconds_of(text)
