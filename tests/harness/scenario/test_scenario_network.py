"""The words for what the network does: what each means, and what is said of those that mean nothing."""

from __future__ import annotations

import pytest
from scenario_samples import ASSIGNMENT

from harness.scenario.loader import load_text
from harness.scenario.network import CONDITIONS, BadCondition, Condition, Network, in_vain, parse_condition, under


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("cut 1", Condition("cut", 1, text="cut 1")),
        ("cut  512 bytes", Condition("cut", 512, text="cut 512 bytes")),
        ("glue", Condition("glue", text="glue")),
        ("pass", Condition("pass", text="pass")),
        ("delay 20 ms", Condition("delay", 0.02, text="delay 20 ms")),
        ("reset after 100 bytes", Condition("reset", 100, text="reset after 100 bytes")),
        ("lose 1 in 5", Condition("lose", 5, text="lose 1 in 5")),
        ("repeat the 3rd", Condition("repeat", position=3, text="repeat the 3rd")),
        ("reorder the 12th", Condition("reorder", position=12, text="reorder the 12th")),
        ("lose the 2nd to yoda", Condition("lose", 0, 2, "yoda", "client", "lose the 2nd to yoda")),
        ("cut 1 from yoda", Condition("cut", 1, 0, "yoda", "server", "cut 1 from yoda")),
        ("glue to hall", Condition("glue", 0, 0, "", "server", "glue to hall")),
        ("glue from hall", Condition("glue", 0, 0, "", "client", "glue from hall")),
        ("glue to everyone", Condition("glue", 0, 0, "", "client", "glue to everyone")),
    ],
)
def test_what_a_condition_means(text: str, condition: Condition) -> None:
    """A kind, how much of it, which datagram, whose bytes and which way they travel."""
    assert parse_condition(text, server="hall") == condition


@pytest.mark.parametrize(
    ("text", "what", "meant"),
    [
        ("cutt 1", "unknown network condition 'cutt 1'", "cut N"),
        ("", "unknown network condition '': expected cut, glue, delay, reset, lose, repeat, reorder or pass", ""),
        ("cut", "`cut` is said as `cut N`", ""),
        ("cut one", "`cut` is said as `cut N`, got 'one'", ""),
        ("cut 0", "`cut` of 0 bytes cannot be: expected 1 to 1,000,000,000", ""),
        ("glue 2", "`glue` takes nothing behind it, got '2'", "glue"),
        ("delay 20", "`delay` needs its unit", "delay 20 ms"),
        ("delay 2 s", "`delay` is said as `delay N ms`, got '2 s'", ""),
        ("delay 0 ms", "expected a delay of more than 0 and at most 10,000 ms, got 0", ""),
        ("delay 10001 ms", "expected a delay of more than 0 and at most 10,000 ms, got 10001", ""),
        ("reset 10", "`reset` is said as `reset after N bytes`, got '10'", ""),
        ("reset after 0 bytes", "`reset` of 0 bytes cannot be: expected 1 to 1,000,000,000", ""),
        ("lose 1 in 0", "`lose 1 in 0` cannot be: expected `1 in 2` or more", ""),
        ("lose 1 in 1", "`lose 1 in 1` cannot be: expected `1 in 2` or more", ""),
        ("repeat 1 in 0", "`repeat 1 in 0` cannot be: expected `1 in 1` or more", ""),
        ("lose 2 in 5", "`lose` is said as `lose 1 in N`, got '2 in 5'", "lose 1 in N"),
        ("lose 2", "`lose` is said as `lose 1 in N`, got '2'", "lose the 2nd"),
        ("lose the 2th", "'2th' is no place", "lose the 2nd"),
        ("lose the 0th", "expected a place such as `lose the 2nd`, counted from 1, got '0th'", ""),
        ("lose the first", "expected a place such as `lose the 2nd`, counted from 1, got 'first'", ""),
    ],
)
def test_what_is_no_condition(text: str, what: str, meant: str) -> None:
    """Each mistake has its sentence, and what was probably meant."""
    with pytest.raises(BadCondition) as wrong:
        parse_condition(text)
    assert (str(wrong.value), wrong.value.meant) == (what, meant)


def test_a_network_says_what_it_does() -> None:
    """In the words of the scenario and of the command line, each once."""
    cut = parse_condition("cut 1")
    assert Network().said == ""
    assert Network((cut, cut, parse_condition("delay 20 ms"))).said == "cut 1 and delay 20 ms"


@pytest.mark.parametrize("written", [written for _, written, _ in CONDITIONS])
def test_what_the_page_says_can_be_said(written: str) -> None:
    """Every form of the table, with a number for its N."""
    assert parse_condition(written.replace("N", "3")).kind == written.split()[0]


def test_what_is_about_datagrams_changes_nothing_by_tcp_and_that_is_said() -> None:
    """In silence it would look as if the program had stood it."""
    said = in_vain(["lose 1 in 3", "cut 3", "repeat the 2nd to yoda"], "server", "tcp")
    assert said == ("--network: lose 1 in 3 and repeat the 2nd to yoda are about datagrams, and this task asks for "
                    "TCP: to programs that send none, it changes nothing.")  # fmt: skip
    assert in_vain(["lose 1 in 3"], "server", "udp") == in_vain(["cut 3", "delay 5 ms"], "server", "tcp") == ""


def test_a_condition_may_name_a_crowd() -> None:
    """It is said of each of them, and of nobody else."""
    play = load_text("scenario: s\ncast: {yoda: Yoda, crowd: {people: 3}}\nplay: [everyone logs in]\n", "f.yaml",
                     ASSIGNMENT)[0]  # fmt: skip
    found = under(play, ["cut 1 to crowd"], "server").network
    assert found is not None
    assert [(one.who, one.to, one.kind) for one in found.conditions] == [
        (f"crowd{number}", "client", "cut") for number in (1, 2, 3)]  # fmt: skip
    assert (found.said, found.imposed) == ("cut 1 to crowd", ("cut 1 to crowd",))
