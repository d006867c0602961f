"""Files, byte for byte or line by line: what they are, what they should be, and what lies there instead."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from judge_builder import F, P, Tape, U

from harness.verdict import Verdict

Row = tuple[str, str, Callable[[Tape], Tape], Verdict, str, str]
FILES: list[Row] = [
    ("is", 'server/a is: "one\\ntwo\\n"', lambda t: t.file("server/a", "one\ntwo"), P, "ok", ""),
    ("is: other line", 'server/a is: "one\\ntwo\\n"', lambda t: t.file("server/a", "one\n2\n"), F, "file-differs",
     "server/a: line 2: expected 'two', got '2'"),
    ("is: wrongly numbered", "server/a is: 1 hello", lambda t: t.file("server/a", "2 hello\n"), F, "file-differs",
     "server/a: the first line is '2 hello' where '1 hello' was expected (numbered 2 where 1 was expected)"),
    ("is: a line too much", "server/a is: one", lambda t: t.file("server/a", "one\ntwo\n"), F, "file-differs",
     "server/a: expected 1 line, got 2: line 2, 'two', is too much"),
    ("is: missing", "server/a is: one", lambda t: t.file("server/a"), F, "file-missing",
     "expected a file server/a, and there is none"),
    ("is: a folder", "server/a is: one", lambda t: t.file("server/a", state="folder"), F, "file-missing",
     "expected a file server/a, and it is a folder"),
    ("is: a link", "server/a is: one", lambda t: t.file("server/a", state="link"), F, "file-missing",
     "expected a file server/a, and it is a link"),
    ("is: too large", "server/a is: one", lambda t: t.file("server/a", state="capped"), U, "not-kept",
     "server/a is too large to be read"),
    ("is: lost blob", "server/a is: one", lambda t: t.big_file("server/a", "f" * 64, 70_000), U, "not-kept",
     "the contents of server/a were not kept"),
    ("is: not looked at", "server/a is: one", lambda t: t, U, "not-looked-at", "server/a was not looked at"),
    ("in any order", 'server/a is in any order: "one\\ntwo"', lambda t: t.file("server/a", "two\n\none"), P, "ok", ""),
    ("in any order: another line", 'server/a is in any order: "one\\ntwo\\ntwo"',
     lambda t: t.file("server/a", "two\nthree\none\n"), F, "file-differs",
     "server/a: expected 3 lines in whatever order, and found 'two' missing and 'three' too much"),
    ("in any order: no file", "server/a is in any order: one", lambda t: t.file("server/a"), F, "file-missing",
     "expected a file server/a, and there is none"),
    ("is exactly", 'server/a is exactly: "one\\n"', lambda t: t.file("server/a", "one"), F, "file-differs",
     "server/a: the lines are the same, and how they end differs: expected 'one\\n', got 'one'"),
    ("equals", "server/a equals: yoda/a", lambda t: t.file("server/a", b"\0\xff").file("yoda/a", b"\0\xff"), P, "ok",
     ""),
    ("equals: cut", "server/a equals: yoda/a", lambda t: t.file("server/a", b"\0").file("yoda/a", b"\0\xff"), F,
     "file-differs", "server/a: expected the 2 bytes of yoda/a, got only the first 1 byte: the end is missing"),
    ("equals: empty", "server/a equals: yoda/a", lambda t: t.file("server/a", b"").file("yoda/a", b"\0\xff"), F,
     "file-differs", "server/a: expected the 2 bytes of yoda/a, got an empty file"),
    ("equals: more", "server/a equals: yoda/a", lambda t: t.file("server/a", b"\0\xffEND").file("yoda/a", b"\0\xff"), F,
     "file-differs", "server/a: expected the 2 bytes of yoda/a, got 5 bytes: all of it, and 3 bytes more"),
    ("equals: other byte", "server/a equals: yoda/a", lambda t: t.file("server/a", b"ab\x0a").file("yoda/a",
     b"ab\x0d"), F,
     "file-differs",
     "server/a: expected the 3 bytes of yoda/a, got 3 bytes, wrong from byte 2 on (0x0a where 0x0d was expected)"),
    ("equals: missing", "server/a equals: yoda/a", lambda t: t.file("server/a").file("yoda/a", b"\0\xff"), F,
     "file-missing", "expected a file server/a, and there is none"),
    ("equals: nothing to compare", "server/a equals: yoda/a", lambda t: t.file("server/a", b"x").file("yoda/a"), U,
     "nothing-to-compare", "there is no file yoda/a to compare server/a with"),
    ("equals: the other too large", "server/a equals: yoda/a",
     lambda t: t.file("server/a", b"x").file("yoda/a", state="capped"), U, "not-kept",
     "yoda/a is too large to be read"),
    ("there, too large", "server/a is there", lambda t: t.file("server/a", state="capped"), P, "ok", ""),
    ("there", "server/a is there", lambda t: t.file("server/a", b""), P, "ok", ""),
    ("not there", "server/a is there", lambda t: t.file("server/a"), F, "file-missing",
     "expected a file server/a, and there is none"),
    ("a folder is there", "server/a is there", lambda t: t.file("server/a", state="folder"), F, "file-missing",
     "expected a file server/a, and it is a folder"),
    ("gone", "server/a is gone", lambda t: t.file("server/a"), P, "ok", ""),
    ("not gone", "server/a is gone", lambda t: t.file("server/a", b"12345"), F, "file-left",
     "server/a should be gone, and is still there (5 bytes)"),
    ("not gone, a folder", "server/a is gone", lambda t: t.file("server/a", state="folder"), F, "file-left",
     "server/a should be gone, and is still there (it is a folder)"),
    ("not gone, too large", "server/a is gone", lambda t: t.file("server/a", state="capped"), F, "file-left",
     "server/a should be gone, and is still there (a large file)"),
    ("unchanged", "server/n is unchanged", lambda t: t.file("server/n", b"note"), P, "ok", ""),
    ("changed", "server/n is unchanged", lambda t: t.file("server/n", b"nose"), F, "file-changed",
     "server/n should be unchanged: it had 4 bytes, and now 4 bytes, "
     "wrong from byte 2 on (0x73 where 0x74 was expected)"),
    ("emptied", "server/n is unchanged", lambda t: t.file("server/n", b""), F, "file-changed",
     "server/n should be unchanged: it had 4 bytes, and now an empty file"),
    ("wiped", "server/n is unchanged", lambda t: t.file("server/n"), F, "file-missing",
     "server/n should be unchanged, and is gone"),
    ("unchanged, but never there", "server/x is unchanged", lambda t: t.file("server/x", b"note"), U,
     "nothing-to-compare", "server/x was not there before the play"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "step", "act", "verdict", "code", "sentence"), FILES, ids=[row[0] for row in FILES])
def test_a_file(name: str, step: str, act: Callable[[Tape], Tape], verdict: Verdict, code: str, sentence: str) -> None:
    """Every way for a file to be right, wrong or unknown has its code and its sentence."""
    tape = Tape(f"- yoda logs in\n- {step}\n").file("server/n", b"note", when="before").logs_in("yoda").step()
    found = act(tape).finding()
    assert (found.verdict, found.code) == (verdict, code), found
    assert verdict is P or found.sentence == sentence


def test_a_large_file_is_compared_through_its_blob() -> None:
    """Contents past the recording's own limit lie beside it, and are read by their SHA-256."""
    content = b"x" * 70_000
    digest = hashlib.sha256(content).hexdigest()
    tape = Tape('- yoda logs in\n- server/a is: "x"\n').logs_in("yoda").step().big_file("server/a", digest, 70_000)
    assert tape.finding({digest: content}).code == "file-differs"


def test_a_content_that_stands_once_is_found_wherever_it_stands() -> None:
    """A recording keeps each content once: the second file of the same bytes is read from the first."""
    tape = Tape('- yoda logs in\n- server/a is: "same\\n"\n').file("yoda/a", b"same\n", when="before").logs_in("yoda")
    assert tape.step().file("server/a", b"same\n").finding().verdict is P


def test_a_file_of_another_name_is_a_near_miss() -> None:
    """The title with an ending is what was made instead."""
    tape = Tape("- yoda logs in\n- server/3331 is: Yoda\n").file("server/note.txt", "", when="before").logs_in("yoda")
    tape.step().file("server/3331").over().file("server/3331.txt", "Yoda", when="after")
    tape.file("server/note.txt", "", when="after")
    assert tape.finding().near == "there is server/3331.txt"


def test_a_file_that_the_scenario_names_is_not_what_was_made_instead() -> None:
    """Where a wrong name is a witness too, the file of the right name is no near miss of it."""
    tape = Tape("- yoda logs in\n- any of:\n    - server/3331 is: Yoda\n    - server/3331.txt is: Yoda\n")
    tape.logs_in("yoda").step().inner(0).file("server/3331", "R2D2").inner(1).file("server/3331.txt").over()
    tape.file("server/3331", "R2D2", when="after")
    found = tape.finding()
    assert (found.code, found.near) == ("file-differs", "")


def test_each_file_of_a_step_has_its_own_finding() -> None:
    """Two files in one step: each is judged."""
    tape = Tape("- yoda logs in\n- server/a and server/b are gone\n").logs_in("yoda").step()
    findings = tape.file("server/a").file("server/b", b"x").judged().findings
    assert [(f.actor, f.verdict) for f in findings if f.step == 2] == [("server/a", P), ("server/b", F)]


BIG = bytes(range(1, 251)) * 4
HALF = [
    (BIG[:300], "server/t-big is half a file: it holds the first 300 of the 1,000 bytes of yoda/big"),
    (BIG[:100] + bytes(50) + BIG[150:], "server/t-big is half a file: it holds zeros from byte 100 to 149 in place of "
                                        "what should stand there, of the 1,000 bytes of yoda/big"),
    (BIG[:100] + bytes(50) + BIG[150:400], "server/t-big is half a file: it holds zeros from byte 100 to 149 in place "
                                           "of what should stand there, and ends after 400, of the 1,000 bytes of "
                                           "yoda/big"),
]  # fmt: skip


def _upload(step: str, content: bytes, top: str = "network: reset after 500 bytes from yoda\n", name: str = "big"
            ) -> Tape:  # fmt: skip
    tape = Tape(f"- yoda logs in\n- {step}\n", top).file(f"yoda/{name}", BIG, when="before").logs_in("yoda").step()
    return tape.file(f"yoda/{name}", BIG).file("server/t-big", content)


@pytest.mark.parametrize(("content", "sentence"), HALF, ids=["the beginning", "a hole", "both"])
@pytest.mark.parametrize("step", ["server/t-big is gone", "server/t-big equals: yoda/big"])
def test_a_file_that_lies_there_half_is_called_so(step: str, content: bytes, sentence: str) -> None:
    """Where the network broke off, what holds the beginning of a file, or has a hole, has a finding of its own."""
    found = _upload(step, content).finding()
    assert (found.verdict, found.code, found.sentence) == (F, "file-half", sentence)
    assert found.likely


def test_a_whole_file_is_no_half_one() -> None:
    """All of it, none of it, and other bytes are what they were called before."""
    for content, code in ((BIG, "file-left"), (b"", "file-left"), (b"other bytes", "file-left"),
                          (BIG + b"more", "file-left"), (BIG[:400] + b"\0" + BIG[401:], "file-left")):  # fmt: skip
        assert _upload("server/t-big is gone", content).finding().code == code
    assert _upload("server/t-big equals: yoda/big", BIG).finding().verdict is P
    assert _upload("server/t-big equals: yoda/big", BIG[:400][::-1]).finding().code == "file-differs"


def test_half_a_file_of_another_name_or_of_a_quiet_play_is_called_as_before() -> None:
    """Without anything at once and with a whole network, a file that ends early does so every time."""
    assert _upload("server/t-big equals: yoda/big", BIG[:300], top="").finding().code == "file-differs"
    assert _upload("server/t-big is gone", BIG[:300], name="other").finding().code == "file-left"


def test_half_a_file_after_a_kill_or_under_a_hold_is_half() -> None:
    """Who was killed, or held, had sent a part: that counts only if it was before the file was looked at."""
    tape = Tape("- yoda logs in\n- yoda is killed\n- server/t-big is gone\n- network holds: yoda\n")
    tape.file("yoda/big", BIG, when="before").logs_in("yoda").step()
    assert tape.signalled("yoda", "SIGKILL").step().file("server/t-big", BIG[:9]).finding().code == "file-half"
    for hold, code in (("- network holds: yoda\n- server/t-big is gone\n", "file-half"),
                       ("- server/t-big is gone\n- network holds: yoda\n", "file-left")):  # fmt: skip
        tape = Tape(f"- yoda logs in\n{hold}").file("yoda/big", BIG, when="before").logs_in("yoda").step()
        tape = tape if code == "file-left" else tape.step()
        assert tape.file("server/t-big", BIG[:9]).finding().code == code
