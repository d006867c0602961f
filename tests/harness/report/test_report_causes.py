"""Which failures are told as one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_builders import begun
from report_plays import idle_client_stays, machine_too_busy, message_missing, wrong_password

from harness.report.causes import causes, masked, typed_before
from harness.report.report import Played
from harness.verdict import Verdict


def failing(sentence: str = "expected 'x', got nothing", code: str = "not-seen", line: str = "LST") -> Played:
    """A play that fails with this sentence after this line."""
    play = begun(f"{sentence} {code} {line}", "yoda").command("yoda", line, "").step("yoda sees: x")
    return play.played(play.found(Verdict.FAILED, code, sentence, 3, actor="yoda"))


def test_same_sentence_but_for_people_and_numbers_is_one_cause() -> None:
    """Names of the cast and numbers do not make two mistakes of one."""
    plays = [message_missing("a", "3331", 1), message_missing("b", "9331", 12), idle_client_stays()]
    found = causes(plays, Verdict.FAILED)
    assert [(cause.first, list(cause.same)) for cause in found] == [(plays[0], [plays[1]]), (plays[2], [])]


def test_what_costs_marks_is_told_first() -> None:
    """And shown by a play that costs some, although another one was met before."""
    def costing(play: Played, *marks: str) -> Played:
        return replace(play, outcome=replace(play.outcome, marks=marks))

    other, free, dear = failing("another", line="RDT"), failing(), costing(failing(line="LST 1"), "single.LST")
    found = causes([other, free, dear], Verdict.FAILED)
    assert [(cause.first, list(cause.same)) for cause in found] == [(dear, [free]), (other, [])]


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (failing(), True),
        (failing(line="LST 3331"), True),
        (failing(line="RDT"), False),
        (failing(code="file-differs"), False),
        (failing("expected 'y', got nothing"), False),
    ],
)
def test_code_sentence_and_command_must_agree(other: Played, together: bool) -> None:
    """Another finding, another text or another command is another mistake."""
    assert len(causes([failing(), other], Verdict.FAILED)) == (1 if together else 2)


def test_only_the_verdict_asked_for_is_told() -> None:
    """Passed plays have no cause; undecided ones are told apart from failures."""
    plays = [wrong_password(), idle_client_stays(), machine_too_busy()]
    assert [cause.first for cause in causes(plays, Verdict.FAILED)] == [plays[1]]
    assert [cause.first for cause in causes(plays, Verdict.UNDECIDED)] == [plays[2]]


def test_people_are_masked_as_whole_words() -> None:
    """`yoda` and `Yoda` are somebody; `yodas` is a word."""
    play = wrong_password()
    assert masked("yoda's terminal: 12 Yoda and R2D2", play) == "SOMEBODY's terminal: 0 SOMEBODY and SOMEBODY"
    assert masked("yodas", play) == "yodas"


def test_the_line_typed_before_is_the_actors_own() -> None:
    """What the person of the finding typed last counts, whatever others typed since."""
    play = begun("x", "yoda", "r2d2").command("yoda", "LST", "none").command("r2d2", "RDT 1", "none")
    played = play.step("yoda sees: x").command("yoda", "XIT", "bye").played()
    assert typed_before(played, 4, "yoda") == "LST"
    assert typed_before(played, 4, "server") == "RDT 1"
    assert typed_before(played, None, "yoda") == "XIT"
    assert typed_before(wrong_password(), 1, "yoda") == ""
