from __future__ import annotations

from typing import Any

import pytest

from harness.events import Started, Typed
from harness.verdict import Verdict
from tests.harness.judge.concurrency.tapes import ACCOUNTS, ASSIGNMENT, Tape, rows

MADE, POSTED, REFUSED, GONE = "Thread made", "Message is in", "Somebody else has it", "Thread is gone"


def _begun() -> Tape:
    """A thread with one message: what was created and posted alone teaches how this program words it."""
    return Tape().says("yoda", "CRT t1", MADE).says("yoda", "MSG t1 first", POSTED)


def test_a_right_play_is_explained() -> None:
    """Two post at once, and everybody reads the same."""
    tape = _begun().at_once(("yoda", "MSG t1 left", POSTED), ("r2d2", "MSG t1 right", POSTED))
    tape.says("luke", "RDT t1", rows(("Yoda", "first"), ("R2D2", "right"), ("Yoda", "left")))
    assert (finding := tape.judged()).verdict is Verdict.PASSED, finding


CASES: dict[str, tuple[Any, str, str]] = {
    "two creators": (
        lambda tape: tape.at_once(("yoda", "CRT t2", MADE, 1, 4), ("r2d2", "CRT t2", MADE, 3, 6)),
        "two-winners", "yoda and r2d2 were both told that they have thread t2, 2 ms apart",
    ),
    "two creators of what had been removed before": (
        lambda tape: tape.says("yoda", "RMV t1", GONE).at_once(
            ("yoda", "CRT t1", MADE, 1, 4), ("r2d2", "CRT t1", MADE, 3, 6)).says("luke", "LST", "t1"),
        "two-winners", "yoda and r2d2 were both told that they have thread t1, 2 ms apart",
    ),
    "two creators of what is removed afterwards": (
        lambda tape: tape.at_once(("yoda", "CRT t2", MADE, 1, 4), ("r2d2", "CRT t2", MADE, 3, 6)).says(
            "yoda", "RMV t2", GONE),
        "two-winners", "yoda and r2d2 were both told that they have thread t2, 2 ms apart",
    ),
    "two creators while a removal is refused": (
        lambda tape: tape.says("luke", "RMV t1", REFUSED).at_once(
            ("yoda", "CRT t2", MADE, 1, 4), ("r2d2", "CRT t2", MADE, 3, 6), ("luke", "RMV t2", REFUSED, 2, 5)),
        "two-winners", "yoda and r2d2 were both told that they have thread t2, 2 ms apart",
    ),
    "three creators and one removal": (
        lambda tape: tape.at_once(("yoda", "CRT t2", MADE, 1, 9), ("r2d2", "CRT t2", MADE, 3, 9),
                                  ("luke", "CRT t2", MADE, 4, 9)).at_once(("yoda", "RMV t2", GONE)),
        "two-winners", "r2d2 and luke were both told that they have thread t2, 1 ms apart",
    ),
    "one number twice": (
        lambda tape: tape.at_once(("yoda", "MSG t1 left", POSTED, 1, 4), ("r2d2", "MSG t1 right", POSTED, 3, 6)).says(
            "luke", "RDT t1", "1 Yoda: first\n2 Yoda: left\n2 R2D2: right"),
        "number-twice", "yoda and r2d2 both got message number 2 in thread t1, 2 ms apart",
    ),
    "a number that nobody has": (
        lambda tape: tape.at_once(("yoda", "MSG t1 left", POSTED), ("r2d2", "MSG t1 right", POSTED)).says(
            "luke", "RDT t1", "1 Yoda: first\n3 R2D2: right\n4 Yoda: left"),
        "number-missing", "luke was shown no message number 2 in thread t1, and later ones",
    ),
    "a lost message": (
        lambda tape: tape.at_once(("yoda", "MSG t1 left", POSTED), ("r2d2", "MSG t1 right", POSTED)).says(
            "luke", "RDT t1", rows(("Yoda", "first"), ("R2D2", "right"))),
        "lost", "yoda's 'MSG t1 left' was carried out, and is missing in thread t1 when luke's 'RDT t1' is answered",
    ),
    "a message twice": (
        lambda tape: tape.at_once(("yoda", "MSG t1 left", POSTED), ("r2d2", "RDT t1", rows(("Yoda", "first")))).says(
            "luke", "RDT t1", rows(("Yoda", "first"), ("Yoda", "left"), ("Yoda", "left"))),
        "doubled", "stands twice in thread t1",
    ),
    "two orders": (
        lambda tape: tape.at_once(("yoda", "MSG t1 left", POSTED, 1, 2), ("r2d2", "MSG t1 right", POSTED, 3, 4)).says(
            "luke", "RDT t1", rows(("Yoda", "first"), ("R2D2", "right"), ("Yoda", "left"))),
        "reordered", "in another order in thread t1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_no_order_explains_is_said_with_its_kind(name: str) -> None:
    """Each kind of race has its code and its sentence."""
    play, code, sentence = CASES[name]
    tape = _begun()
    play(tape)
    finding = tape.judged()
    assert (finding.verdict, finding.code) == (Verdict.FAILED, code), finding
    assert sentence in finding.sentence
    assert finding.seen


def _one_after_the_other(*creators: str) -> Tape:
    """All of these create one thread while yoda, who created it before, removes it."""
    tape = _begun().says("yoda", "CRT t2", MADE)
    moment = [("yoda", "RMV t2", GONE, 1, 9), *((who, "CRT t2", MADE, 2, 9) for who in creators)]
    return tape.at_once(*moment)


def test_who_has_it_after_another_gave_it_back_is_no_second_winner() -> None:
    """One removal between two who created it explains both; of three it explains two."""
    assert _one_after_the_other("r2d2").judged().verdict is Verdict.PASSED
    assert _one_after_the_other("r2d2", "luke").judged().code == "two-winners"


def test_the_picture_of_two_winners_shows_both_and_no_bystander() -> None:
    """Two bars that overlap; what else was asked of that thread is counted only."""
    tape = _begun().at_once(("yoda", "CRT t2", MADE, 1, 4), ("r2d2", "CRT t2", MADE, 3, 6), ("luke", "LST", "t1\nt2"))
    finding = tape.says("luke", "MSG t2 after", POSTED).judged()
    assert [line.split("  ")[1] for line in finding.seen.splitlines()[:2]] == ["yoda: CRT t2", "r2d2: CRT t2"], finding
    assert "look" in finding.likely
    assert "luke" not in finding.seen


def test_the_smallest_part_is_shown() -> None:
    """Of many requests only those are shown that contradict each other; the rest is counted."""
    tape = _begun()
    for number in range(10):
        tape.says("luke", f"MSG t1 n{number}", POSTED)
    tape.at_once(("yoda", "MSG t1 left", POSTED), ("r2d2", "MSG t1 right", POSTED))
    known = [("Yoda", "first"), *(("luke", f"n{number}") for number in range(10))]
    finding = tape.says("luke", "RDT t1", rows(*known, ("R2D2", "right"))).judged()
    assert finding.code == "lost"
    assert len(finding.seen.splitlines()) == 3, finding.seen
    assert "other requests, whatever they were answered" in finding.seen


def test_what_goes_wrong_alone_is_no_race() -> None:
    """A program that loses messages one after the other is told so."""
    tape = _begun().says("r2d2", "MSG t1 right", POSTED).says("luke", "RDT t1", rows(("Yoda", "first")))
    finding = tape.judged()
    assert finding.code == "lost"
    assert "one after the other" in finding.likely


def test_two_who_won_one_after_the_other_raced_nobody() -> None:
    """Although others asked at one time: what is wrong is a rule, and no lock mends it."""
    tape = _begun().at_once(("luke", "MSG t1 a", POSTED, 1, 5), ("yoda", "MSG t1 b", POSTED, 2, 6))
    finding = tape.says("yoda", "CRT t2", MADE).at_once(
        ("luke", "MSG t2 a", POSTED, 1, 5), ("yoda", "MSG t2 b", POSTED, 2, 6)).says("r2d2", "CRT t2", MADE).judged()
    assert finding.code == "two-winners"
    assert finding.likely.startswith("These came one after the other.")


def test_without_contrast_nothing_is_held_against_anybody() -> None:
    """An answer in words that were never seen before may be a refusal, or not."""
    tape = Tape().at_once(("yoda", "CRT t1", "Fine!"), ("r2d2", "CRT t1", "Great!"))
    assert tape.judged().verdict is Verdict.PASSED


def test_one_who_is_refused_after_all_is_right() -> None:
    """Of two who create one title the second is refused, in whatever words."""
    tape = _begun().at_once(("yoda", "CRT t2", MADE), ("r2d2", "CRT t2", REFUSED))
    assert tape.judged().verdict is Verdict.PASSED


def test_a_program_that_words_refusals_like_successes_cannot_be_read() -> None:
    """The same words for both teach nothing."""
    tape = Tape().says("yoda", "CRT t1", "OK").says("r2d2", "CRT t1", "OK")
    tape.at_once(("yoda", "CRT t2", "OK"), ("r2d2", "CRT t2", "OK"))
    assert tape.judged().verdict is Verdict.PASSED


def test_who_never_was_answered_may_have_been_served() -> None:
    """A message without an answer may stand there, or not."""
    for last in ([], [("Yoda", "left")]):
        tape = _begun().at_once(("yoda", "MSG t1 left", None), ("r2d2", "LST", "t1"))
        assert tape.says("luke", "RDT t1", rows(("Yoda", "first"), *last)).judged().verdict is Verdict.PASSED


def test_a_screen_that_cannot_be_read_is_left_open() -> None:
    """A thread in a format of its own is no witness."""
    tape = _begun().at_once(("yoda", "MSG t1 left", POSTED), ("r2d2", "MSG t1 right", POSTED))
    assert tape.says("luke", "RDT t1", "first by Yoda | right by R2D2").judged().verdict is Verdict.PASSED


def test_without_a_model_or_accounts_it_is_not_decided_too_much() -> None:
    """No accounts: logins are left out, and the threads are judged all the same."""
    tape = Tape(accounts=b"a line with more words\n")
    tape.says("yoda", "CRT t1", MADE).at_once(("yoda", "CRT t2", MADE), ("r2d2", "CRT t2", MADE))
    assert tape.judged().code == "two-winners"
    assert len(ACCOUNTS) == 3


def _read(tape: Tape, *screens: str) -> Tape:
    tape.says("yoda", "MSG t1 a long message", POSTED)
    for screen in screens:
        tape.says("luke", "RDT t1", screen)
    return tape


def test_a_piece_of_a_text_is_torn_where_another_saw_all_of_it() -> None:
    """Read while it was written: half a message, and nowhere its other half."""
    first = ("Yoda", "first")
    tape = _read(_begun(), rows(first, ("Yoda", "a long")), rows(first, ("Yoda", "a long message")))
    finding = tape.judged()
    assert (finding.verdict, finding.code) == (Verdict.FAILED, "torn")
    assert finding.sentence == "luke read 'a long' where luke read 'a long message'"


@pytest.mark.parametrize("screens", [
    ["1 Yoda: first\n2 Yoda: a long"],  # a client that cuts texts, for all one knows
    ["1 Yoda: first\n2 Yoda: a long\nNews!\nmessage", "1 Yoda: first\n2 Yoda: a long message"],  # printed into
])  # fmt: skip
def test_a_piece_alone_is_no_proof(screens: list[str]) -> None:
    """A program may show texts in a way of its own, and two of its workers may print at once."""
    assert _read(_begun(), *screens).judged().verdict is Verdict.PASSED


@pytest.mark.parametrize(("data", "what", "why"), [
    (b"MSG t1 x\n", "raw", "sent bytes that are no line"),
    (b"\x1b[A", "key", "sent bytes that are no line"),
    (b"MSG t1 x", "line", "was not typed as one"),
])  # fmt: skip
def test_what_may_have_been_asked_beside_leaves_it_open(data: bytes, what: str, why: str) -> None:
    """Bytes that are no typed line may do anything: nothing is held against anybody then."""
    tape = _begun().note(Typed, actor="yoda", data=data, what=what)
    finding = tape.says("luke", "RDT t1", "").judged()
    assert (finding.verdict, finding.code) == (Verdict.UNDECIDED, "order-open")
    assert why in finding.sentence


def test_who_logged_in_by_hand_leaves_it_open() -> None:
    """A command of somebody who is not in, for all one knows, may be carried out, and may be not."""
    tape = _begun().note(Started, actor="yoda", argv=[], pid=2).note(Typed, actor="yoda", data=b"CRT t2\n")
    assert tape.judged().code == "order-open"


def test_a_server_that_was_started_again_is_not_judged() -> None:
    """What it knew is gone."""
    assert _begun().note(Started, actor="server", argv=[], pid=2).judged().code == "order-open"


@pytest.mark.parametrize(("assignment", "code", "sentence"), [
    (ASSIGNMENT, "order-open", "cannot be told: this recording holds no model"),
    (f"{ASSIGNMENT}withheld: [model]\n".replace("model: model.py", ""), "in-grading-only",
     "is judged in grading only"),
])  # fmt: skip
def test_without_the_model_nothing_is_guessed(assignment: str, code: str, sentence: str) -> None:
    """What students get has no model: a race that grading would find is no pass there, and they read who knows."""
    tape = Tape(model="", assignment=assignment).at_once(("yoda", "CRT t2", MADE, 1, 4), ("r2d2", "CRT t2", MADE, 3, 6))
    finding = tape.judged()
    assert (finding.verdict, finding.code) == (Verdict.UNDECIDED, code)
    assert sentence in finding.sentence


@pytest.mark.parametrize(("stage", "code"), [("box", "reordered"), ("plain", "ok")])
def test_times_of_the_wire_count_only_where_all_traffic_passes_the_relay(stage: str, code: str) -> None:
    """Else two that were typed together overlap until all was still, and either may have come first."""
    tape = Tape(stage=stage).says("yoda", "CRT t1", MADE).says("yoda", "MSG t1 first", POSTED)
    tape.at_once(("yoda", "MSG t1 left", POSTED, 1, 2), ("r2d2", "MSG t1 right", POSTED, 3, 4))
    tape.says("luke", "RDT t1", rows(("Yoda", "first"), ("R2D2", "right"), ("Yoda", "left")))
    assert tape.judged().code == code
