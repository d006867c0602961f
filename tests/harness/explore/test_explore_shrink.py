"""A failing order is made smaller: only what the failure needs stays. What fails for another reason does not count."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

from explore_builder import outcome, program, scenario

from harness.explore.draw import explored
from harness.explore.orders import at_once, every, groups
from harness.explore.shrink import Budget, Often, Shrinker, tamed
from harness.explore.smaller import smaller
from harness.scenario.model import Delivery, Scenario, Together, Type
from harness.scenario.network import Network, under
from harness.verdict import Outcome, Verdict

PLAY = """\
- everyone logs in
- yoda: create
- 3 times:
    - together: [{yoda: "a {n}"}, {r2d2: "b {n}"}, {luke: "c {n}"}]
    - yoda sees: fine
- luke: aside
- yoda: read
- yoda stays
"""


def typed(played: Scenario) -> list[str]:
    """Every line that is typed."""
    return [line for step in played.steps() if isinstance(step, Type) for _, line in step.lines]


def arrives(played: Scenario, line: str) -> int | None:
    """At which place of the schedule a line arrives."""
    return next((at for at, one in enumerate(played.schedule) if one.line == line), None)


def wrong_order(played: Scenario) -> bool:
    """A program that loses what r2d2 types if it comes before yoda's; without `create` everything fails."""
    b, a = arrives(played, "b 2"), arrives(played, "a 2")
    return "create" not in typed(played) or (b is not None and a is not None and b < a and "read" in typed(played))


def failing(whole: Scenario) -> Scenario:
    """The scenario under the first order that makes it fail."""
    orders = explored(groups(whole), 40, 0)
    return next(one for order in orders if wrong_order(one := replace(whole, schedule=order)))


def shrinker(whole: Scenario, play: object = None, **more: object) -> Shrinker:
    """One that knows the order in which everything waits for its answer."""
    tame = next(order for order in explored(groups(whole), 2, 0) if not at_once(order))
    return Shrinker(play or program(wrong_order), "not-seen", tame, **more)  # type: ignore[arg-type]


def test_only_what_the_failure_needs_stays() -> None:
    """Two lines that arrive in the wrong order, what makes the thread and what shows the loss."""
    whole = scenario(PLAY)
    found, often = shrinker(whole, budget=Budget(plays=1000)).shrink(failing(whole))
    assert often == Often(5, 5)
    assert typed(found) == ["create", "a 2", "b 2", "read"]
    assert [(one.who, one.line, one.answered) for one in found.schedule] == [
        ("r2d2", "b 2", True), ("yoda", "a 2", True)
    ]  # fmt: skip
    assert {person.handle for person in found.cast} == {"yoda", "r2d2"}


def test_what_fails_without_its_cause_does_not_count() -> None:
    """A smaller scenario that fails one after the other, too, fails for a reason of its own."""
    whole = scenario(PLAY)
    found, _ = shrinker(whole, budget=Budget(plays=1000)).shrink(failing(whole))
    assert "create" in typed(found)


def test_another_failure_does_not_count() -> None:
    """What fails with another code is another failure."""
    whole = scenario(PLAY)

    def play(played: Scenario) -> Outcome:
        code = "not-seen" if "aside" in typed(played) else "no-answer"
        return outcome(played, Verdict.FAILED if wrong_order(played) else Verdict.PASSED, code)

    found, _ = shrinker(whole, play, budget=Budget(plays=1000)).shrink(failing(whole))
    assert "aside" in typed(found)


def test_a_race_is_given_its_luck() -> None:
    """What fails in one play of three is played several times before it is believed not to fail."""
    whole, luck = scenario(PLAY), random.Random(4)

    def race(played: Scenario) -> bool:
        return "create" not in typed(played) or (
            {"a 1", "b 1", "read"} <= {*typed(played)} and any(isinstance(step, Together) for step in played.play)
            and (not played.schedule or at_once(played.schedule)) and luck.random() < 0.34
        )  # fmt: skip

    found, often = shrinker(whole, program(race), budget=Budget(plays=2000)).shrink(
        replace(whole, schedule=explored(groups(whole), 1, 0)[0])
    )
    assert 0 < often.failed < often.plays
    assert {"create", "a 1", "b 1", "read"} <= {*typed(found)}
    assert len(typed(found)) <= 6
    assert not found.schedule


def test_what_does_not_fail_again_is_kept_whole() -> None:
    """Luck did not come back: nothing is left out, and nothing claimed."""
    whole = scenario(PLAY)
    hurt = failing(whole)
    found, often = shrinker(whole, program(lambda _: False)).shrink(hurt)
    assert (found, often) == (hurt, Often(0, 5))


def test_no_more_is_played_than_was_allowed() -> None:
    """Plays and seconds both end it, and what was found until then stands."""
    whole = scenario(PLAY)
    plays = []

    def play(played: Scenario) -> Outcome:
        plays.append(played)
        return program(wrong_order)(played)

    found, _ = shrinker(whole, play, budget=Budget(plays=12)).shrink(failing(whole))
    assert len(plays) == 12
    assert wrong_order(found)
    clock = iter(range(1000))
    plays.clear()
    seconds = Budget(plays=1000, seconds=10, clock=lambda: float(next(clock)))
    shrinker(whole, play, budget=seconds).shrink(failing(whole))
    assert 8 <= len(plays) <= 10


def test_what_cannot_be_written_down_is_no_candidate() -> None:
    """It is not even played."""
    whole = scenario(PLAY)
    found, _ = shrinker(whole, fits=lambda _: False, budget=Budget(plays=50)).shrink(hurt := failing(whole))
    assert found == hurt


def test_where_everything_fails_no_step_is_left_out() -> None:
    """With no order in which it passes nobody can tell what a smaller one fails for: only the schedule shrinks."""
    whole = scenario(PLAY)
    hurt = failing(whole)
    found, _ = Shrinker(program(wrong_order), "not-seen", None, budget=Budget(plays=1000)).shrink(hurt)
    assert typed(found) == typed(hurt)
    assert len(found.schedule) == 2


def test_every_candidate_is_smaller_and_keeps_to_itself() -> None:
    """No schedule speaks of a line that is gone, no group acts at one instant alone, and somebody is waited for."""
    whole = failing(scenario(PLAY))
    for candidate in smaller(whole, steps=True):
        lines = {(who, line) for step in candidate.steps() if isinstance(step, Type) for who, line in step.lines}
        assert {(one.who, one.line) for one in candidate.schedule} <= lines
        assert all(one.answered for one in candidate.schedule[-1:])
        for step in candidate.play:
            assert not isinstance(step, Together) or len(step.steps) > 1


def test_an_order_is_tamed_with_its_network() -> None:
    """Nothing provokes any more: no condition, and the order that passes, as far as its lines are there."""
    whole = under(scenario("- everyone logs in\n- together: [{yoda: a}, {r2d2: b}]"), ["cut 1"], "server")
    order = explored(groups(whole), 2, 0)[1]
    gone = Delivery("luke", "c", 99, whole.place)
    found = tamed(whole, (*order, gone))
    assert found.network == Network()
    assert found.schedule == order


def test_what_an_order_leaves_free_does_not_matter() -> None:
    """A line between two others mends it: as long as it is left to luck, luck is not believed."""
    whole = scenario("- everyone logs in\n- together: [{yoda: a}, {r2d2: b}, {luke: c}]\n- yoda: read")

    def neighbours(played: Scenario) -> bool:
        """It loses what comes right behind `b`, if that is `a`; what is left free comes last, on this machine."""
        forced = [one.line for one in played.schedule]
        order = [*forced, *(line for line in ("a", "b", "c") if line in typed(played) and line not in forced)]
        return "read" in typed(played) and ("b", "a") in list(pairwise(order))

    ordered = {"".join(str(one.line) for one in order): order for order in every(groups(whole)) if not at_once(order)}
    hurt = replace(whole, schedule=ordered["bac"])
    mine = Shrinker(program(neighbours), "not-seen", ordered["abc"], budget=Budget(plays=1000))
    found, _ = mine.shrink(hurt)
    assert [one.line for one in found.schedule] == ["b", "a"]
    assert "c" not in typed(found)
    there = Shrinker(program(neighbours), "not-seen", ordered["abc"], lambda one: "c" in typed(one))
    assert [one.line for one in there.shrink(hurt)[0].schedule] == ["b", "a", "c"]
