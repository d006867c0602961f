"""`harness run --explore`: each concurrent scenario under many orders, and what failed made smaller, in a file."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.course import Course, Options
from harness.exits import Wrong
from harness.explore.found import Failure, Finder, Found, again
from harness.explore.orders import Schedule, at_once
from harness.explore.plays import exploring, is_explored
from harness.explore.shrink import Budget
from harness.players import Setting, Task
from harness.report.console import Console
from harness.report.page import line
from harness.report.report import Played
from harness.scenario.loader import find_assignment
from harness.verdict import Verdict

# Of so many scenarios that failed the order is made smaller; more of them mostly have the same cause.
MADE_SMALLER = 3
# Orders of one scenario that are worth playing; a mistyped number is told, and not played for a week.
MOST = 100_000


def wanted(options: Options) -> None:
    """Whether so many orders can be played at all. Raises Wrong."""
    if options.explore is not None and not 1 <= options.explore <= MOST:
        raise Wrong(f"--explore {options.explore}: expected a number of orders, 1 to {MOST:,}")


def plays_of(plays: Sequence[Task], options: Options, course: Course) -> list[Task]:
    """The plays, with each concurrent scenario under as many orders as was asked for."""
    if options.explore is None:
        return list(plays)
    return exploring(plays, course.assignment, orders=options.explore, seed=options.seed)


def tell_of_nothing(plays: Sequence[Task], options: Options, view: Console) -> None:
    """Say it where there is nothing to explore."""
    if options.explore is not None and not any(is_explored(task.scenario) or task.explored for task in plays):
        view.page([line("--explore: in none of these scenarios anything is done at one instant; they are played as "
                        "usual.")])  # fmt: skip


def made_smaller(plays: Sequence[Played], told: Sequence[Played], setting: Setting, options: Options,
                 view: Console) -> tuple[list[Played], bool]:  # fmt: skip
    """The outcomes, those that failed with the file that shows it again; and whether that was interrupted.

    `plays`: each of them; `told`: those of a scenario taken together.
    """
    found = list(told)
    left = MADE_SMALLER
    try:
        for at, one in enumerate(told):
            mine = [play for play in plays if play.outcome.key == one.outcome.key]
            if left and (failure := _failure(mine)) is not None:
                left -= 1
                found[at] = _smaller(one, failure, setting, options, view)
    except KeyboardInterrupt:
        return found, True
    return found, False


def _failure(plays: Sequence[Played]) -> Failure | None:
    """What to make smaller of the plays of one scenario: an order that fails, where another passes.

    One that waits for its answers is taken first: there no luck decides.
    """
    ended = {verdict: [play for play in plays if play.explored and play.outcome.verdict is verdict]
             for verdict in Verdict}  # fmt: skip
    failed, passed = (sorted(ended[verdict], key=_at_once) for verdict in (Verdict.FAILED, Verdict.PASSED))
    if not failed or not passed:
        return None
    scenario, found = failed[0].scenario, failed[0].outcome.divergence
    if scenario is None or found is None:
        return None
    return Failure(scenario, failed[0].seed, found.code, _order(passed[0]))


def _order(play: Played) -> Schedule:
    return tuple(play.scenario.schedule) if play.scenario is not None else ()


def _at_once(play: Played) -> bool:
    return at_once(_order(play))


def _smaller(told: Played, failure: Failure, setting: Setting, options: Options, view: Console) -> Played:
    with view.busy() as doing:
        found = Finder(setting, options.out, words(options), doing).find(failure, Budget())
    return told if found is None else with_file(told, found, words(options), failure.seed)


def with_file(told: Played, found: Found, behind: str, seed: int) -> Played:
    """The same, with the file that shows its failure, and the command that plays that."""
    explored = told.outcome.explored
    if explored is None:
        return told
    command = again(found.path, behind, seed)
    explored = replace(explored, file=str(found.path), file_failed=found.often.failed, file_plays=found.often.plays,
                       again=command)  # fmt: skip
    return replace(told, outcome=replace(told.outcome, explored=explored))


def words(options: Options) -> str:
    """What stands behind a file below --out to play it: the subject, and the assignment where it is not found alone."""
    if options.assignment is not None or not options.paths:
        return options.again
    mine = find_assignment(Path(options.paths[0].partition("::")[0]))
    alone = find_assignment(options.out)
    rest = "" if alone.exists() and alone.resolve() == mine.resolve() else shlex.join(
        ["--assignment", str(mine.parent)])  # fmt: skip
    return f"{options.again} {rest}".strip()
