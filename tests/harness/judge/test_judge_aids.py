"""What a scenario only needs on its way costs it nothing: the play is skipped, and says where that is marked."""

from __future__ import annotations

from judge_builder import F, P, S, Tape, U

from harness.exits import Exit, exit_code
from harness.verdict import Finding

AIDS = "aids: UPD\n"
PLAY = """\
  - yoda logs in
  - yoda: UPD 1 x
  - server/x is: words
  - yoda: DLT 1
  - yoda sees: gone
"""
VACUOUS = """\
  - yoda logs in
  - yoda: UPD 1 x
  - server/x is: words
  - yoda: RMV 1
  - server/x is gone
"""


def told(tape: Tape) -> Finding:
    """The finding that says why a play was skipped."""
    return next(f for f in tape.judged().findings if f.verdict is S)


def uploaded(play: str = PLAY, top: str = AIDS, stored: str | None = "words") -> Tape:
    """Yoda has uploaded; what lies on the server is `stored`."""
    return Tape(play, top).logs_in("yoda").says("yoda", "UPD 1 x", "ok").step().file("server/x", stored)


def test_an_aid_without_an_answer_skips() -> None:
    """What hangs is marked where it is asked for; what failed behind it may only follow from it."""
    tape = Tape(PLAY, AIDS).logs_in("yoda").step().types("yoda", "UPD 1 x").settles([])
    tape.step().file("server/x").step().types("yoda", "DLT 1").settles([]).step()
    outcome = tape.judged()
    assert outcome.verdict is S
    assert outcome.divergence is None
    assert not outcome.bad
    said = told(tape)
    assert (said.code, said.step) == ("aid-failed", 2)
    assert said.sentence.startswith("'UPD 1 x' is only an aid here, and is marked under UPD: 'UPD 1 x' has no answer")


def test_without_aids_the_same_fails() -> None:
    """Nobody said that it is only an aid."""
    tape = Tape(PLAY).logs_in("yoda").step().types("yoda", "UPD 1 x").settles([])
    tape.step().file("server/x").step().types("yoda", "DLT 1").settles([]).step()
    assert tape.judged().verdict is F


def test_a_program_that_ends_while_an_aid_is_answered_skips() -> None:
    """A crash belongs to the line that was being answered."""
    tape = Tape(PLAY, AIDS).logs_in("yoda").step().types("yoda", "UPD 1 x").prints("yoda", "board> ").ends("server", 1)
    tape.settles().step().file("server/x", "words").says("yoda", "DLT 1", "lost").step()
    assert (tape.judged().verdict, "'UPD 1 x' is only an aid here" in told(tape).sentence) == (S, True)


def test_a_crash_at_what_is_asked_for_fails() -> None:
    """An aid excuses nothing that comes behind it."""
    tape = uploaded().step().types("yoda", "DLT 1").ends("server", 1).prints("yoda", "board> ").settles().step()
    assert tape.judged().verdict is F


def test_what_fails_before_an_aid_fails() -> None:
    """The first failure decides."""
    play = PLAY.replace("  - yoda: UPD", "  - yoda: CRT 1\n  - yoda: UPD")
    tape = Tape(play, AIDS).logs_in("yoda").step().types("yoda", "CRT 1").settles([])
    tape.step().types("yoda", "UPD 1 x").settles([]).step().file("server/x").step().types("yoda", "DLT 1").settles([])
    assert tape.step().judged().verdict is F


def test_who_had_left_before_an_aid_is_no_failure_of_the_aid() -> None:
    """A line that nobody read did nothing."""
    play = "  - yoda logs in\n  - yoda: BYE\n  - yoda: UPD 1 x\n"
    tape = Tape(play, AIDS).logs_in("yoda").step().types("yoda", "BYE").ends("yoda").settles([])
    assert tape.step().not_typed("yoda", "UPD 1 x").settles([]).finding().code == "not-running"


def test_whoever_is_gone_because_of_somebody_elses_aid_skips() -> None:
    """r2d2 leaves, the server with him, and so does yoda's client: yoda's line finds nobody."""
    play = "  - everyone logs in\n  - r2d2: BYE\n  - yoda: DLT 1\n  - any of: [server leaves, server stays]\n"
    cast = "aids: BYE\n"
    tape = Tape(play, cast).logs_in("yoda", "r2d2", "twin").step().types("r2d2", "BYE")
    tape.ends("r2d2").ends("server").ends("yoda").settles([]).step().not_typed("yoda", "DLT 1").settles([])
    tape.step().inner(0).inner(1)
    assert (tape.judged().verdict, told(tape).step) == (S, 3)


def test_a_look_right_behind_an_aid_skips_if_the_rest_fails_too() -> None:
    """Nothing was stored, and so nothing could be deleted."""
    tape = uploaded(stored=None).says("yoda", "DLT 1", "no such file").step()
    assert (tape.judged().verdict, told(tape).step) == (S, 3)


def test_a_look_right_behind_an_aid_is_outvoted_by_what_was_shown() -> None:
    """Stored under another name, and deleted all the same: what the scenario is about was right."""
    tape = uploaded(stored=None).says("yoda", "DLT 1", "gone").step()
    assert (tape.judged().verdict, told(tape).code) == (P, "aid-failed")


def test_what_is_gone_was_perhaps_never_there() -> None:
    """That a file is gone shows nothing, where it was never seen."""
    assert uploaded(VACUOUS, stored=None).says("yoda", "RMV 1", "ok").step().file("server/x").judged().verdict is S
    assert uploaded(VACUOUS).says("yoda", "RMV 1", "ok").step().file("server/x").judged().verdict is P
    assert uploaded(VACUOUS).says("yoda", "RMV 1", "ok").step().file("server/x", "words").judged().verdict is F


def test_a_look_behind_several_aids_names_them_all() -> None:
    """Whoever of them was wrong: it is none of what is asked for."""
    play = PLAY.replace("  - server/x", "  - yoda: UPD 1 y\n  - server/x")
    tape = Tape(play, AIDS).logs_in("yoda").says("yoda", "UPD 1 x", "ok").says("yoda", "UPD 1 y", "ok")
    tape.step().file("server/x").says("yoda", "DLT 1", "no").step()
    start = "'UPD 1 x' and 'UPD 1 y' are only aids here, and are marked under UPD: "
    assert told(tape).sentence.startswith(start)


def test_an_aid_that_nobody_can_tell_of_leaves_the_play_undecided() -> None:
    """What failed later may follow from it."""
    busy = {"evidence": "gave-up", "own": 3.2, "wall": 200.0, "within": 20.0}
    tape = Tape(PLAY, AIDS).logs_in("yoda").step().types("yoda", "UPD 1 x").settles([], **busy)  # type: ignore[arg-type]
    tape.step().file("server/x").says("yoda", "DLT 1", "no").step()
    assert tape.judged().verdict is U


def test_skipped_alone_is_no_pass_and_changes_nothing_else() -> None:
    """Nothing could be told, if every scenario was skipped."""
    skipped = uploaded(stored=None).says("yoda", "DLT 1", "no such file").step().judged()
    passed = uploaded().says("yoda", "DLT 1", "gone").step().judged()
    failed = uploaded().says("yoda", "DLT 1", "no").step().judged()
    assert [exit_code(o) for o in ([skipped], [skipped, passed], [skipped, failed])] == [
        Exit.UNDECIDED, Exit.PASSED, Exit.FAILED,
    ]  # fmt: skip
