"""What the seed decides: the same lines for the same seed, and steps like all others."""

from __future__ import annotations

from collections import Counter

from scenario_samples import ASSIGNMENT, CAST

from harness.scenario.drawn import drawn
from harness.scenario.loader import asserts_answer, load_text
from harness.scenario.model import Scenario, Step, Together, Type

MIX = "{commands: 4, mix: {'POST {text}': 3, 'POST {n} by {name}': 1, READ: 1}}"


def loaded(*steps: str) -> Scenario:
    """A scenario of these steps, after everyone has logged in."""
    play = "".join(f"  - {step}\n" for step in ("everyone logs in", *steps))
    return load_text(f"{CAST}play:\n{play}", "f", ASSIGNMENT)[0]


def lines(step: Step) -> list[tuple[str, str]]:
    """Who types what in a round."""
    inner = step.steps if isinstance(step, Together) else (step,)
    return [pair for one in inner if isinstance(one, Type) for pair in one.lines]


def test_one_seed_draws_one_play() -> None:
    """The judge draws again what the director played, from the seed alone; another seed is another play."""
    scenario = loaded(f"everyone plays: {MIX}")
    assert drawn(scenario, 3) == drawn(scenario, 3) == drawn(drawn(scenario, 3), 8)
    assert drawn(scenario, 3) != drawn(scenario, 4)


def test_a_round_is_everybodys_next_line_at_one_instant() -> None:
    """Four commands are four groups, with a line for each person; every step has a number of its own."""
    play = drawn(loaded(f"everyone plays: {MIX}", "yoda: READ"), 1)
    rounds = play.play[1:-1]
    assert [type(step) for step in rounds] == [Together] * 4
    assert [[who for who, _ in lines(step)] for step in rounds] == [["yoda", "r2d2"]] * 4
    numbers = [step.number for step in play.steps()]
    assert numbers == sorted(set(numbers))
    assert rounds[1].text == "everyone plays, round 2"


def test_every_text_is_typed_once() -> None:
    """Also by those who play twice; and none is a part of another."""
    mix = "{commands: 40, mix: {'POST {text}': 1}}"
    play = drawn(loaded(f"everyone plays: {mix}", f"2 times: [everyone plays: {mix}]"), 1)
    texts = [line for step in play.play for _, line in lines(step)]
    assert len(texts) == len(set(texts)) == 240
    assert len({len(text) for text in texts}) == 1


def test_weights_decide_how_often() -> None:
    """Nine to one, give or take what a seed gives."""
    play = drawn(loaded("everyone plays: {commands: 500, mix: {POST: 9, READ: 1}}"), 1)
    counts = Counter(line for step in play.play for _, line in lines(step))
    assert counts["POST"] + counts["READ"] == 1000
    assert 850 < counts["POST"] < 950


def test_what_is_open_in_a_line_is_put_in() -> None:
    """{n} counts the rounds, {name} is who types."""
    play = drawn(loaded("everyone plays: {commands: 2, mix: {'POST {n} by {name}': 1}}"), 1)
    assert [line for step in play.play for _, line in lines(step)] == [
        "POST 1 by Yoda", "POST 1 by R2D2", "POST 2 by Yoda", "POST 2 by R2D2"]  # fmt: skip


def test_in_turn_draws_the_same_lines() -> None:
    """A failure that stays without the race is none."""
    together = drawn(loaded(f"everyone plays: {MIX}"), 5)
    turned = drawn(loaded(f"in turn: [everyone plays: {MIX}]"), 5)
    assert [pair for step in together.play for pair in lines(step)] == [
        pair for step in turned.play for pair in lines(step)]  # fmt: skip
    assert not any(isinstance(step, Together) for step in turned.play)


def test_groups_that_play_at_one_instant_share_their_rounds() -> None:
    """Each with its own mix; what else is done in the group is done in the first round."""
    one, two = "yoda plays: {commands: 3, mix: {POST: 1}}", "r2d2 plays: {commands: 2, mix: {READ: 1}}"
    rounds = drawn(loaded(f"together: [{one}, {two}, yoda is killed]"), 1).play[1:]
    assert [sorted(lines(step)) for step in rounds] == [
        [("r2d2", "READ"), ("yoda", "POST")], [("r2d2", "READ"), ("yoda", "POST")], [("yoda", "POST")]]  # fmt: skip
    first = rounds[0]
    assert isinstance(first, Together)
    assert [inner.text for inner in first.steps if not isinstance(inner, Type)] == ["yoda is killed"]


def test_every_drawn_line_asserts_an_answer() -> None:
    """Like any other line after which nothing is expected."""
    play = drawn(loaded("everyone plays: {commands: 3, mix: {READ: 1}}"), 1)
    assert len(asserts_answer(play)) == 6


def test_a_hint_of_plays_is_one_of_each_drawn_line() -> None:
    """It belongs to whichever of them failed."""
    text = f"{CAST}play: [everyone logs in, {{everyone plays: {MIX}}}]\nhints: {{everyone plays: one at a time}}\n"
    scenario = drawn(load_text(text, "f", ASSIGNMENT)[0], 1)
    assert {step.number for step in scenario.steps()} - {1} <= set(scenario.hints)
