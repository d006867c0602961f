"""What a student reads of a failure, as a text to hold against: the same for every machine and every play."""

from __future__ import annotations

import pytest

from harness.author.told import VARIES, masked, told, told_differs, told_keeping
from harness.judge.sentences import shown
from harness.verdict import Finding, Outcome, Verdict


def outcome(sentence: str = "the client ended", seen: str = "nothing", expected: str = "") -> Outcome:
    """One that failed with one finding."""
    finding = Finding(Verdict.FAILED, "left", sentence, actor="yoda", expected=expected, seen=seen,
                      likely="it fell over\nin b()")
    return Outcome("A", "a.yaml::A", Verdict.FAILED, [finding])


def test_every_part_that_says_something_is_a_line() -> None:
    """Further lines of a part stand below it, indented; what is empty is left out."""
    assert told([outcome()]) == (
        "code: left\nsentence: the client ended\nseen: nothing\nwhere: yoda\nlikely: it fell over\n    in b()\n"
    )


def test_nothing_is_told_of_what_passed() -> None:
    """There is no finding to tell."""
    assert told([]) == ""
    assert told([Outcome("A", "a.yaml::A", Verdict.PASSED, [])]) == ""


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("pid 4711 waits", "pid N waits"),
        ("no answer within 20.0 s, it ran 3 seconds", "no answer within N s, it ran N s"),
        ("a connection to port 5745 of 127.0.0.1:40112", "a connection to port PORT of 127.0.0.1:PORT"),
        ("Login PASSWORD password=*** port=45191", "Login PASSWORD password=*** port=PORT"),
        ("expected a file /tmp/forum-x1/stage/server/3331", "expected a file …/3331"),
        ("the thread Thread-3 at 0x7f00aa11bb22", "the thread Thread-N at 0xN"),
        ("300,000 bytes of 3331, message 2", "300,000 bytes of 3331, message 2"),
    ],
)  # fmt: skip
def test_what_another_play_would_say_otherwise_is_masked(text: str, same: str) -> None:
    """Pids, times, ports, temporary folders and addresses; what the program did stays."""
    assert masked(text) == same


def test_what_two_plays_do_not_agree_on_is_left_out() -> None:
    """It is a matter of chance: of a race, who came first."""
    assert f"seen: {VARIES}\n" in told([outcome(seen="a, b"), outcome(seen="b, a")])


def test_a_difference_is_shown_as_lines() -> None:
    """Both sides, and nothing that is the same."""
    kept, now = told([outcome()]), told([outcome("the client ended with status 1")])
    assert told_differs(kept, [kept]) == []
    assert list(told_differs(kept, [now]))[3:] == ["-sentence: the client ended",
                                                 "+sentence: the client ended with status 1"]


def test_what_varies_is_held_against_nothing() -> None:
    """Whatever this play says there, it is no difference; a part that is new is one."""
    kept = told([outcome(seen="a, b"), outcome(seen="b, a")])
    assert told_differs(kept, [told([outcome(seen="b, a\nand more")])]) == []
    assert told_differs(kept, ["hint: look\n" + told([outcome()])])
    assert told_keeping(kept, told([outcome("left", "c")])) == kept.replace("the client ended", "left")


def test_of_several_plays_each_part_is_told_by_one() -> None:
    """A race names the one file or the other; that neither of the plays names the kept one is a difference."""
    kept, one, other = (told([outcome(expected=name, seen="none")]) for name in ("left", "right", "left"))
    assert told_differs(kept, [one])
    assert told_differs(kept, [one, other]) == []
    assert told_differs(kept, [one, one])
    assert told_differs(kept, [one, told([outcome(expected="left", seen="half")])]) == []


@pytest.mark.parametrize("folder", ["/tmp/a", "/home/somebody/of/a/long/name/work", "/srv/" + "x" * 120])
def test_a_long_traceback_is_told_alike_whatever_its_paths_are(folder: str) -> None:
    """It is cut where its length says, and paths are part of it; the exception stands at its end."""
    frames = f'  File "{folder}/client.py", line 183, in <module>\n    main()\n' * 7
    seen = shown(f"Traceback (most recent call last):\n{frames}IndexError: list index out of range")
    assert masked(seen) == "'Traceback (most recent call last): … IndexError: list index out of range'"
