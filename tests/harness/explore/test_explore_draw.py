"""Orders of delivery: how many there are, which come first, and that a seed draws the same ones again."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest
from explore_builder import ASSIGNMENT, group, scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.explore.draw import explored, orders
from harness.explore.orders import Group, Schedule, at_once, every, groups, how_many, settled, turns_of

CALM = settings(deadline=None, max_examples=60)
PEOPLE = ("yoda", "r2d2", "luke")
instants = st.lists(
    st.dictionaries(st.sampled_from(PEOPLE), st.integers(1, 2), min_size=2).map(lambda turns: group(**turns)),
    min_size=1, max_size=2,
)  # fmt: skip


def said(order: Schedule) -> str:
    """An order in letters: `yr|l` is yoda and r2d2 at once, and luke when both are answered."""
    return "".join(one.who[0] + ("|" if one.answered else "") for one in order).rstrip("|")


def count(found: list[Group]) -> int:
    """How many orders there are."""
    return how_many(one.turns for one in found)


@CALM
@given(instants)
def test_so_many_orders_are_counted_as_there_are(found: list[Group]) -> None:
    """Counting does not write them out, and comes to the same."""
    if count(found) < 20_000:
        written = list(every(found))
        assert len(written) == len(set(written)) == count(found)


@CALM
@given(instants, st.integers(0, 5), st.integers(1, 60))
def test_a_seed_draws_the_same_orders_again(found: list[Group], seed: int, many: int) -> None:
    """And fewer of them are the first of more."""
    drawn = explored(found, many, seed)
    assert len(drawn) == many
    assert drawn == explored(found, many + 7, seed)[:many]


@CALM
@given(instants, st.integers(0, 5))
def test_no_order_is_drawn_twice_while_others_are_left(found: list[Group], seed: int) -> None:
    """All there are come before the first is played again."""
    many = min(count(found), 300)
    drawn = explored(found, many, seed)
    assert len(set(drawn)) == many


@CALM
@given(instants, st.integers(0, 5))
def test_every_order_has_every_delivery(found: list[Group], seed: int) -> None:
    """Nothing is left out, whoever sends twice sends twice, and nobody's second waits for no answer to the first."""
    for order in islice(orders(found, seed), 40):
        for one, after in pairwise(order):
            assert one.answered or one.who != after.who
        assert order[-1].answered
        turns: dict[str, int] = {}
        for one in order:
            turns[one.who] = turns.get(one.who, 0) + 1
        assert turns == {who: sum(one.turns.get(who, 0) for one in found) for who in turns}


def test_the_telling_orders_come_first() -> None:
    """All at once, then each permutation in turn with every answer waited for, then the permutations at once."""
    two = [said(order) for order in orders([group(yoda=1, r2d2=1)], 0)]
    assert two == ["yr", "y|r", "r|y", "ry"]
    three = [said(order) for order in islice(orders([group(yoda=1, r2d2=1, luke=1)], 3), 7)]
    assert three == ["yrl", "y|r|l", "y|l|r", "r|y|l", "r|l|y", "l|y|r", "l|r|y"]


def test_what_is_left_to_luck_is_played_again() -> None:
    """When all orders have been played, those come again in which something arrives at once, and no others."""
    again = explored([group(yoda=1, r2d2=1)], 10, 0)[4:]
    assert [said(order) for order in again] == ["yr", "ry"] * 3
    assert all(at_once(order) for order in again)


def test_another_seed_draws_other_orders() -> None:
    """Behind the telling ones."""
    found = [group(yoda=1, r2d2=1, luke=1)] * 5
    one, other = (set(explored(found, 40, seed)[12:]) for seed in (1, 2))
    assert len(one & other) < 10


def test_many_people_are_drawn_in_no_time() -> None:
    """Of fifty people in twenty rounds nobody writes the orders out."""
    found = [group(**{f"p{at}": 1 for at in range(50)})] * 20
    assert len(set(explored(found, 40, 0))) == 40


@pytest.mark.parametrize(("turns", "answered"), [
    ([("yoda", False), ("yoda", False)], [True, True]),
    ([("yoda", False), ("r2d2", False), ("yoda", False)], [False, True, True]),
    ([("yoda", True), ("r2d2", False), ("yoda", False)], [True, False, True]),
])  # fmt: skip
def test_nobody_sends_again_before_the_answer(turns: list[tuple[str, bool]], answered: list[bool]) -> None:
    """A person's next delivery comes of the answer to the one before."""
    assert [waited for _, waited in settled(turns)] == answered


def test_where_there_is_an_order_to_force() -> None:
    """At instants at which two people send something; a line that moves a file is taken to be sent in two."""
    found = groups(scenario("""\
- everyone logs in
- together: [yoda: a, r2d2: SEND b]
- yoda: c
- together: [yoda: d, r2d2 is killed]
- r2d2 restarts
- together: [yoda: e, r2d2 logs in, luke: f]
"""), ASSIGNMENT.moves_files)  # fmt: skip
    assert [one.turns for one in found] == [{"yoda": 1, "r2d2": 2}, {"yoda": 1, "r2d2": 1, "luke": 1}]
    assert [act.line for act in found[1].acts["r2d2"]] == [None]


def test_nothing_to_force_is_one_order() -> None:
    """Where only one person sends, the play is as it comes."""
    found = groups(scenario("- everyone logs in\n- together: [yoda: d, r2d2 is killed]"))
    assert explored(found, 3, 0) == [(), (), ()]


def test_drawn_lines_are_put_in_order_like_all_others() -> None:
    """What `plays` types is written out first: a round is an instant."""
    played = scenario("- everyone logs in\n- everyone plays: {commands: 2, mix: {POST: 1}}")
    found = groups(played)
    assert [one.turns for one in found] == [dict.fromkeys(PEOPLE, 1)] * 2
    order = explored(found, 1, 0)[0]
    assert turns_of(played, order) == [one.turns for one in found]
