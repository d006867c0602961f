"""A scenario written out as a file says what it said before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from explore_builder import ASSIGNMENT, scenario

from harness.explore.draw import explored
from harness.explore.orders import groups
from harness.explore.written import data_of, folded, same, text_of
from harness.scenario.loader import load_text
from harness.scenario.model import Scenario

CROWD = "{yoda: Yoda, rey: {account: Rey, password: bb8}, crowd: {people: 3}}"
EVERYTHING = r"""
- everyone logs in
- yoda and rey: "POST 1 it is {name}: #1"
- 3 times: [{rey: 'POST {n} "x"'}]
- crowd and yoda play: {commands: 2, mix: {"POST {n} {text}": 1}}
- rey presses: ctrl-d
- rey sends: 'x\x00\n'
- rey restarts
- 1.5 s pass
- crowd1 cannot log in with: "3331"
- together: [1 of yoda and rey log in, crowd2: SEND file]
- yoda and rey see: "on\n{name}"
- yoda sees exactly: " 007 "
- rey sees one of: ["1, 2", "- 3"]
- 1 of yoda and rey sees each once: [a, "b: c"]
- yoda is answered unlike: "POST 1 it is Yoda: #1"
- server/a and server/b are gone
- server/a is exactly: ""
- any of: [{server/c equals: yoda/d}, yoda sees nothing]
- crowd2 never sees: null
- yoda: QUIT
- yoda leaves
- everyone else stays
"""
MORE = """\
files: {yoda/d: "text\\n", rey/e: {random bytes: 1000}, rey/l: {random letters: 9}}
hints: {"yoda sees exactly": one, yoda leaves: two, any of: three}
"""


def again(played: Scenario) -> Scenario:
    """The scenario, written and read."""
    return load_text(text_of(played, ["a comment"]), "again.yaml", ASSIGNMENT)[0]


def test_everything_that_can_be_said_is_said_again() -> None:
    """Whoever reads the file plays the same: unrolled, filled in, drawn."""
    played = scenario(EVERYTHING.replace("1 of yoda and rey log in", "yoda and rey log in"), CROWD, 3, MORE)
    assert data_of(again(played)) == data_of(played)
    assert sorted(again(played).hints.values()) == sorted(played.hints.values())


def test_exactly_one_who_gets_in_is_said_as_that() -> None:
    """`1 of` goes along, and its verb is said of one."""
    played = scenario("- yoda starts\n- r2d2 starts\n- together: [1 of yoda and r2d2 logs in]")
    assert same(again(played), played)
    assert "- 1 of yoda and r2d2 logs in" in text_of(played)


@pytest.mark.parametrize("seed", range(5))
def test_an_order_is_forced_again(seed: int) -> None:
    """Every explored order can be handed on, also where one line is typed again and again."""
    play = "- everyone logs in\n- 3 times: [{together: [{yoda: 'SEND {n}'}, {r2d2: LIST}, {luke: LIST}]}]"
    played = scenario(play)
    for order in explored(groups(played, ASSIGNMENT.moves_files), 40, seed):
        forced = replace(played, schedule=order)
        assert same(again(forced), forced)


def test_another_order_is_not_the_same() -> None:
    """What is forced counts as much as what is typed."""
    played = scenario("- everyone logs in\n- together: [{yoda: a}, {r2d2: a}]")
    one, other = (replace(played, schedule=order) for order in explored(groups(played), 2, 0))
    assert not same(one, other)


def test_a_comment_fits_a_screen_and_a_command_stays_whole() -> None:
    """What is to be copied is never broken."""
    lines = folded(["word " * 60, f"  harness run {'x' * 200}"])
    assert max(map(len, lines[:-1])) <= 110
    assert lines[-1].count("x") == 200
