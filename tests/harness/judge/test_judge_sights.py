"""What people see, and who leaves: each verb holds, fails with its sentence, or stays open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from judge_builder import BUSY, OUT_OF_TIME, F, P, Tape, U

from harness.verdict import Verdict

Row = tuple[str, str, Callable[[Tape], Tape], Verdict, str, str]


def logged_in(play: str, top: str = "") -> Tape:
    """Yoda and r2d2 are in."""
    return Tape(f"- yoda and r2d2 log in\n{play}", top).logs_in("yoda", "r2d2")


def said(answer: str, line: str = "READ") -> Callable[[Tape], Tape]:
    """Yoda types a line, is answered, and the next step begins."""
    return lambda tape: tape.says("yoda", line, answer).step()


def unsaid(line: str = "READ", **settled: object) -> Callable[[Tape], Tape]:
    """Yoda types a line and nothing comes."""
    return lambda tape: tape.step().types("yoda", line).settles(**settled).step()  # type: ignore[arg-type]


SEES: list[Row] = [
    ("the text stands there", "yoda sees: hello you", said("1 hello you"), P, "ok", ""),
    ("white space is folded", "yoda sees: hello you", said("hello    you"), P, "ok", ""),
    ("lines in order, others between", 'yoda sees: "a\\nc"', said("a\nb\nc"), P, "ok", ""),
    ("an empty answer", "yoda sees: hello", said(""), F, "empty-answer",
     "expected 'hello' on yoda's terminal, and 'READ' had an empty answer: only the prompt came back"),
    ("no answer at all", "yoda sees: hello", unsaid(asks=[], evidence="stuck"), F, "no-answer",
     "expected 'hello' on yoda's terminal, and 'READ' has no answer at all: "
     "yoda's client does not ask for the next line"),
    ("half an answer, and a hang", "yoda sees: hello",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "hel\n").settles([], "stuck").step(), F, "not-seen",
     "expected 'hello' on yoda's terminal, got 'hel'"),
    ("something else", "yoda sees: hello", said("bye"), F, "not-seen",
     "expected 'hello' on yoda's terminal, got 'bye\\nboard>'"),
    ("part of a word", "yoda sees: 33", said("3331"), F, "not-seen",
     "expected '33' on yoda's terminal, got '3331\\nboard>'"),
    ("lines in another order", 'yoda sees: "a\\nc"', said("c\na"), F, "not-seen",
     "expected 'a\\nc' on yoda's terminal, got 'c\\na\\nboard>'"),
    ("the machine is too busy", "yoda sees: hello", unsaid(asks=[], **BUSY), U, "not-seen",
     "expected 'hello' on yoda's terminal, got nothing "
     "(the machine was too busy to tell: in 200 s the programs could run for 3.2 s)"),
    ("its own time is over", "yoda sees: hello", unsaid(asks=[], **OUT_OF_TIME), F, "too-slow",
     "expected 'hello' on yoda's terminal, and 'READ' has no answer after 20 s, and the programs are still at work: "
     "yoda's client does not ask for the next line"),
    ("it came although the machine is busy", "yoda sees: hello",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "hello\n").settles([], **BUSY).step(), P, "ok", ""),
    ("exactly: white space counts", "yoda sees exactly: hello  you", said("hello you"), F, "not-seen",
     "expected 'hello  you' on yoda's terminal, got 'hello you\\nboard>'"),
    ("exactly: the same", "yoda sees exactly: hello  you", said("hello  you"), P, "ok", ""),
    ("a flood hides it", "yoda sees: hello",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "aaa").floods("yoda").settles().step(), U, "not-kept",
     "yoda's client printed more than is kept: 'hello' may stand in the rest"),
    ("before the flood", "yoda sees: hello",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "hello\n").floods("yoda").settles().step(), P, "ok", ""),
    ("an earlier answer does not count", "yoda sees: Welcome!", said("x"), F, "not-seen",
     "expected 'Welcome!' on yoda's terminal, got 'x\\nboard>'"),
    ("the server's log since somebody acted", "server sees: yoda read",
     lambda t: t.step().types("yoda", "BYE").prints("server", "yoda read\n").settles().step(), P, "ok", ""),
    ("the server's log from before", "server sees: yoda came", said("x", "BYE"), F, "not-seen",
     "expected 'yoda came' on the server's terminal, got nothing"),
    ("one of: the second", "yoda sees one of: [left, right]", said("right"), P, "ok", ""),
    ("one of: none", "yoda sees one of: [left, right]", said("up"), F, "not-seen",
     "expected 'left' or 'right' on yoda's terminal, got 'up\\nboard>'"),
    ("each once", "yoda sees each once: [left, right]", said("right\nleft"), P, "ok", ""),
    ("each once: one missing, one doubled", "yoda sees each once: [left, right]", said("right\nright"), F, "not-seen",
     "of 2 texts that should stand once each on yoda's terminal, 1 missing ('left') and 1 more than once ('right')"),
    ("each once: four missing", "yoda sees each once: [a, b, c, d]", said("z"), F, "not-seen",
     "of 4 texts that should stand once each on yoda's terminal, 4 missing ('a', 'b', 'c', …)"),
    ("each once: a second may be hidden", "yoda sees each once: [left, right]",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "left\nright\n").floods("yoda").settles().step(), U,
     "not-kept", "yoda's client printed more than is kept: one of the texts may stand a second time in the rest"),
    ("never: it does not", "yoda never sees: secret", said("nothing here"), P, "ok", ""),
    ("never: it does", "yoda never sees: secret", said("a secret"), F, "seen",
     "'secret' should not stand on yoda's terminal, and it does: 'a secret\\nboard>'"),
    ("never the lines: there they are", 'yoda never sees the lines: "Yoda\\n1 a"', said("  Yoda\n 1  a\n2 b"), F,
     "seen",
     "'Yoda\\n1 a' should not stand on yoda's terminal, and it does: 'Yoda\\n 1  a\\n2 b\\nboard>'"),
    ("never the lines: part of one", 'yoda never sees the lines: "Yoda\\n1 a"', said("by Yoda\n1 a"), P, "ok", ""),
    ("never the lines: one between", 'yoda never sees the lines: "Yoda\\n1 a"', said("Yoda\n--\n1 a"), P, "ok", ""),
    ("never: an answer is owed", "yoda never sees: secret", unsaid(asks=[], evidence="stuck", cause="yoda waits for x"),
     F, "no-answer", "yoda's client owes an answer, and does not ask for the next line"),
    ("never: too busy", "yoda never sees: secret", unsaid(asks=[], **BUSY), U, "no-answer",
     "yoda's client owes an answer, and does not ask for the next line "
     "(the machine was too busy to tell: in 200 s the programs could run for 3.2 s)"),
    ("never: asked, but too busy for the rest", "r2d2 never sees: secret",
     unsaid("BYE", asks=["r2d2"], **BUSY), U, "no-answer",
     "whether 'secret' comes to r2d2's terminal cannot be told "
     "(the machine was too busy to tell: in 200 s the programs could run for 3.2 s)"),
    ("never: hidden by a flood", "yoda never sees: secret",
     lambda t: t.step().types("yoda", "READ").floods("yoda").settles().step(), U, "not-kept",
     "yoda's client printed more than is kept: 'secret' may stand in the rest"),
    ("never: a poller asks nobody", "yoda never sees: secret",
     lambda t: t.step().types("yoda", "READ").prints("yoda", "fine\n").settles([], "steady").step(), P, "ok", ""),
    ("nothing new", "r2d2 sees nothing", said("x", "BYE"), P, "ok", ""),
    ("something new", "r2d2 sees nothing",
     lambda t: t.step().types("yoda", "BYE").prints("r2d2", "psst\n").settles().step(), F, "seen",
     "expected nothing new on r2d2's terminal, got 'psst'"),
    ("nothing, but the answer is owed", "r2d2 sees nothing", unsaid("BYE", asks=["yoda"], evidence="stuck"), F,
     "no-answer",
     "r2d2's client owes an answer, and does not ask for the next line"),
    ("nothing, while paused", "r2d2 sees nothing",
     lambda t: t.signalled("r2d2", "SIGSTOP").step().types("yoda", "BYE").settles(["yoda"]).step(), P, "ok", ""),
    ("nothing, hidden by a flood", "r2d2 sees nothing",
     lambda t: t.floods("r2d2").step().types("yoda", "BYE").settles().step(), U, "not-kept",
     "r2d2's client printed more than is kept: something may stand in the rest"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "step", "act", "verdict", "code", "sentence"), SEES, ids=[row[0] for row in SEES])
def test_what_is_seen(name: str, step: str, act: Callable[[Tape], Tape], verdict: Verdict, code: str,
                      sentence: str) -> None:  # fmt: skip
    """Every way to see or not to see has its verdict, its code and its sentence."""
    # A bystander is looked at after a line that owes no answer itself.
    line = "READ" if step.startswith("yoda") else "BYE"
    found = act(logged_in(f"- yoda: {line}\n- {step}")).finding()
    assert (found.verdict, found.code) == (verdict, code), found
    assert verdict is P or found.sentence == sentence


NEAR = [
    ("1 hello, you", "hello you", "would match without the comma"),
    ("2 Yoda: hi", "1 Yoda: hi", "numbered 2 where 1 was expected"),
    ("HELLO", "hello", "right text, other case"),
    ("c\na", "a\nc", "the lines are there in another order"),
    ("a", "a\nb", "only 1 of 2 lines: missing 'b'"),
    ("3331", "33", "it stands there only as part of a longer word"),
    ("something else entirely", "zzz", ""),
]


MENU = "\n 1. READ a thread\n 2. LEAVE the forum\nboard> "


@pytest.mark.parametrize(("step", "answer", "verdict"), [
    ('yoda sees each once: ["1", "9"]', "9\n1", P),
    ('yoda sees each once: ["1", "9"]', "1\n9\n1", F),
    ("yoda never sees: READ", "nothing", P),
    ("yoda never sees: READ", "READ", F),
])  # fmt: skip
def test_a_menu_below_every_answer_is_no_part_of_it(step: str, answer: str, verdict: Verdict) -> None:
    """What stood below the welcome and stands below the answer too makes no text a second one, and is not forbidden."""
    tape = Tape(f"- yoda starts\n- yoda: LIST\n- {step}\n").step().starts("yoda").prints("yoda", "Name: ").settles()
    tape.types("yoda", "Yoda", "name").prints("yoda", f"Welcome!\n{MENU}").settles().tried("yoda", "in")
    tape.step().types("yoda", "LIST").prints("yoda", f"{answer}\n{MENU}").settles().step()
    assert tape.judged().verdict is verdict


@pytest.mark.parametrize(("answer", "wanted", "near"), NEAR, ids=[row[2] or "far" for row in NEAR])
def test_a_near_miss_is_said(answer: str, wanted: str, near: str) -> None:
    """The difference between "wrong" and "one comma away" stands beside the sentence."""
    step = "- yoda: READ\n- yoda sees: " + repr(wanted).replace("'", '"') + "\n"
    assert logged_in(step).says("yoda", "READ", answer).step().finding().near == near


@pytest.mark.parametrize(("other", "whose"), [("r2d2", "r2d2's"), ("server", "the server's")])
def test_the_right_text_on_the_wrong_terminal_is_said(other: str, whose: str) -> None:
    """What should stand on yoda's terminal and stands on another's is a near miss."""
    tape = logged_in("- yoda: READ\n- yoda sees: hello\n").step().types("yoda", "READ")
    found = tape.prints(other, "hello\n").prints("yoda", "> ").settles().step().finding()
    assert found.near == f"right text, wrong terminal: it stands on {whose} terminal"


def test_evidence_of_the_moment_counts_not_that_after_ones_own_line() -> None:
    """Who waits for somebody else's deed is judged by the settling after that deed: too busy then is undecided."""
    tape = logged_in("- yoda: BYE r2d2\n- r2d2 sees: told\n")
    found = tape.step().types("yoda", "BYE r2d2").settles([], **BUSY).step().finding()
    assert (found.verdict, found.code) == (U, "not-seen")


def test_a_hang_explained_by_the_stage_is_the_likely_cause() -> None:
    """Where the client does not ask, the stage's own sentence says who waits for whom."""
    tape = logged_in("- yoda: READ\n- yoda sees: hello\n").step().types("yoda", "READ")
    found = tape.settles(["r2d2"], "stuck", cause="the server never accepted yoda").step().finding()
    assert found.likely == "the server never accepted yoda"


def test_a_program_that_ended_is_the_likely_cause() -> None:
    """Who sees nothing because the client is gone is told so."""
    tape = logged_in("- yoda: READ\n- yoda sees: hello\n").step().types("yoda", "READ")
    found = tape.ends("yoda", 3).settles().step().finding()
    assert (found.code, found.likely) == ("not-seen", "yoda's client ended with status 3")


def test_who_has_only_started_counts_from_there() -> None:
    """Without a login the greeting counts as seen, though somebody else has started since."""
    tape = Tape("- yoda starts\n- r2d2 starts\n- yoda sees: welcome\n")
    tape.step().starts("yoda").prints("yoda", "welcome\n").settles().step().starts("r2d2").settles().step()
    assert tape.finding().verdict is P


def test_a_new_client_does_not_see_what_the_old_one_saw() -> None:
    """After a restart counts what came since."""
    tape = logged_in("- yoda: READ\n- yoda restarts\n- yoda sees: old\n").says("yoda", "READ", "old").step()
    tape.ends("yoda", signal="SIGKILL").settles().starts("yoda").prints("yoda", "Name: ").settles().step()
    found = tape.finding()
    assert (found.verdict, found.sentence) == (F, "expected 'old' on yoda's terminal, got 'Name:'")


@pytest.mark.parametrize("echo", ["READ\n", "READ  \n"])
def test_the_echo_of_a_line_editor_is_no_answer(echo: str) -> None:
    """A line editor shows the typed line again: that is not what the program said."""
    tape = logged_in("- yoda: READ\n- yoda never sees: READ\n").step().types("yoda", "READ")
    assert tape.prints("yoda", f"{echo}fine\nboard> ").settles().step().finding().verdict is P


def test_a_line_that_begins_with_what_was_typed_is_an_answer() -> None:
    """Only a whole line is an echo: "Yoda has already logged in" answers "Yoda"."""
    tape = logged_in("- yoda: READ\n- yoda sees: READ is no command\n").says("yoda", "READ", "READ is no command")
    assert tape.step().finding().verdict is P


LEAVES: list[Row] = [
    ("it ends", "r2d2 leaves", lambda t: t.step().types("yoda", "BYE").ends("r2d2").settles().step(), P, "ok", ""),
    ("it ends late", "r2d2 leaves",
     lambda t: t.step().types("yoda", "BYE").settles().step().ends("r2d2").settles(), P, "ok", ""),
    ("it asks on", "r2d2 leaves", lambda t: t.step().types("yoda", "BYE").settles().step(), F, "did-not-leave",
     "r2d2's client should have left by itself, and still waits for its keyboard"),
    ("it runs on", "server leaves",
     lambda t: t.step().types("yoda", "BYE").settles().step(), F, "did-not-leave",
     "the server should have left by itself, and still runs"),
    ("too busy", "r2d2 leaves", lambda t: t.step().types("yoda", "BYE").settles([], **BUSY).step(), U, "did-not-leave",
     "r2d2's client should have left by itself, and still runs "
     "(the machine was too busy to tell: in 200 s the programs could run for 3.2 s)"),
    ("it stays", "r2d2 stays", lambda t: t.says("yoda", "BYE").step(), P, "ok", ""),
    ("it does not stay", "r2d2 stays",
     lambda t: t.step().types("yoda", "BYE").ends("r2d2", 1).settles().step(), F, "left",
     "r2d2's client should still run, and ended with status 1"),
    ("it is killed by a signal", "r2d2 stays",
     lambda t: t.step().types("yoda", "BYE").ends("r2d2", signal="SIGSEGV").settles().step(), F, "crashed",
     "r2d2's client was ended by SIGSEGV in the middle of the play, at 'yoda: BYE'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "step", "act", "verdict", "code", "sentence"), LEAVES, ids=[row[0] for row in LEAVES])
def test_who_leaves(name: str, step: str, act: Callable[[Tape], Tape], verdict: Verdict, code: str,
                    sentence: str) -> None:  # fmt: skip
    """Leaving and staying are judged by exits, and each has its sentence."""
    found = act(logged_in("- yoda: BYE\n- " + step)).finding()
    assert (found.verdict, found.code) == (verdict, code), found
    assert verdict is P or found.sentence == sentence


def test_who_does_not_leave_is_told_where_it_waits() -> None:
    """An idle client has not heard, or has; who asked sees the answer; a server is told by its threads."""
    client = logged_in("- yoda: BYE\n- r2d2 leaves\n").says("yoda", "BYE").step().finding()
    assert client.likely == (
        "a program that waits in input() cannot hear the server: it leaves only after the next key press"
    )
    heard = logged_in("- yoda: BYE\n- r2d2 leaves\n").step().types("yoda", "BYE").prints("r2d2", "It is over.\n")
    assert heard.settles().step().finding().likely.startswith("it shows that it has heard: 'It is over.'; but it asks")
    asked = logged_in("- yoda: BYE\n- yoda leaves\n").says("yoda", "BYE", "Press Enter").step().finding()
    assert asked.likely == "it asks for the keyboard again behind its answer: 'Press Enter'"
    lock = {"actor": "server", "call": "futex", "on": "futex", "told": "for a lock or another thread"}
    own = {"actor": "server", "call": "futex", "on": "futex"}
    waits = [{"actor": "server", "call": "accept4", "on": "port 5000", "told": "in accept()"}, lock, lock, own]
    server = logged_in("- yoda: BYE\n- server leaves\n").step().types("yoda", "BYE").settles(waits=waits).step()
    assert server.finding().likely == "a thread waits in accept(); 2 threads wait for a lock or another thread"


LIKE: list[Row] = [
    ("alike, numbers apart", "yoda is answered like: DROP 1", said("dropped 2", "DROP 2"), P, "ok", ""),
    ("alike, and should not be", "yoda is answered unlike: DROP 1", said("dropped 2", "DROP 2"), F, "not-refused",
     "'DROP 2' was answered just like 'DROP 1', and should not have been: 'dropped 2' …"),
    ("refused", "yoda is answered unlike: DROP 1", said("no such thing", "DROP 2"), P, "ok", ""),
    ("refused, and should be alike", "yoda is answered like: DROP 1", said("no such thing", "DROP 2"), F, "unlike",
     "'DROP 2' should be answered like 'DROP 1', 'dropped 1' …, and was answered 'no such thing' …"),
    ("no answer at all", "yoda is answered unlike: DROP 1",
     lambda t: t.step().types("yoda", "DROP 2").settles([], "stuck").step(), F, "no-answer",
     "yoda's client owes an answer, and does not ask for the next line"),
    ("too busy for an answer", "yoda is answered unlike: DROP 1",
     lambda t: t.step().types("yoda", "DROP 2").settles([], **BUSY).step(), U, "no-answer",
     "yoda's client owes an answer, and does not ask for the next line "
     "(the machine was too busy to tell: in 200 s the programs could run for 3.2 s)"),
    ("ended instead of refusing", "yoda is answered unlike: DROP 1",
     lambda t: t.step().types("yoda", "DROP 2").ends("yoda", 1).settles().step(), F, "left",
     "yoda's client ended with status 1 after 'DROP 2' was typed, "
     "and should have refused it and asked for the next line"),
    ("hidden by a flood", "yoda is answered unlike: DROP 1",
     lambda t: t.step().types("yoda", "DROP 2").floods("yoda").settles().step(), U, "not-kept",
     "yoda's client printed more than is kept: the answer may stand in the rest"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "step", "act", "verdict", "code", "sentence"), LIKE, ids=[row[0] for row in LIKE])
def test_answers_are_compared(name: str, step: str, act: Callable[[Tape], Tape], verdict: Verdict, code: str,
                              sentence: str) -> None:  # fmt: skip
    """Refusals have no fixed wording: an answer is compared with an earlier one, names and numbers masked."""
    found = act(logged_in("- yoda: DROP 1\n- yoda: DROP 2\n- " + step).says("yoda", "DROP 1", "dropped 1")).finding()
    assert (found.verdict, found.code) == (verdict, code), found
    assert verdict is P or found.sentence == sentence


def test_who_had_left_before_is_told_of_once() -> None:
    """A line that nobody was there to read is the finding; the comparison behind it adds none."""
    tape = logged_in("- yoda: DROP 1\n- yoda: DROP 2\n- yoda is answered unlike: DROP 1\n").step()
    tape.types("yoda", "DROP 1").ends("yoda", 1).settles().step()
    found = tape.not_typed("yoda", "DROP 2", "its program was not running").settles().step().judged().findings
    codes = [f.code for f in found if f.verdict is not P]
    assert codes == ["left", "not-running", "nothing-to-compare"]


def test_a_line_that_may_end_a_client_is_compared_by_its_words() -> None:
    """The assignment says after which lines a client may go."""
    tape = logged_in("- yoda: DROP 1\n- yoda: BYE\n- yoda is answered unlike: DROP 1\n")
    tape.says("yoda", "DROP 1", "dropped").step().types("yoda", "BYE").ends("yoda").settles().step()
    assert tape.finding().verdict is P


def test_an_answer_is_compared_with_that_to_somebody_else() -> None:
    """Who never typed the line is compared with whoever did."""
    tape = logged_in("- yoda: DROP 1\n- r2d2: DROP 1\n- r2d2 is answered unlike: DROP 1\n")
    tape.says("yoda", "DROP 1", "dropped 1").says("r2d2", "DROP 1", "dropped 1").step()
    found = tape.finding()
    assert found.sentence == "'DROP 1' was answered just as before, and should not have been: 'dropped 1' …"


def test_answers_that_begin_alike_are_quoted_where_they_differ() -> None:
    """The first line may be a ruler or a greeting of the program's own."""
    tape = logged_in("- yoda: DROP 1\n- yoda: DROP 2\n- yoda is answered like: DROP 1\n")
    tape.says("yoda", "DROP 1", "-----\r\nYour wish:\r\ndropped")
    found = tape.says("yoda", "DROP 2", "-----\r\nYour wish:\r\nno such thing").step().finding()
    assert "answered like 'DROP 1', 'dropped' …, and was answered 'no such thing' …" in found.sentence


@pytest.mark.parametrize(("after", "hint"), [("dropped", "Ask whose it is."), ("lost", "")])
def test_what_should_be_refused_has_the_hint_of_what_came_of_it(after: str, hint: str) -> None:
    """If that fails too: then it is the same fault."""
    play = "- yoda: DROP 1\n- yoda: DROP 2\n- yoda is answered unlike: DROP 1\n- yoda: LIST\n- yoda sees: lost\n"
    tape = logged_in(play + 'hints:\n  "yoda sees: lost": Ask whose it is.\n').says("yoda", "DROP 1", "dropped 1")
    tape.says("yoda", "DROP 2", "dropped 2").step().says("yoda", "LIST", after).step()
    assert next(found.hint for found in tape.judged().findings if found.code == "not-refused") == hint


def test_without_an_earlier_answer_there_is_nothing_to_compare() -> None:
    """If the first line found nobody, the second is not compared with it."""
    tape = logged_in("- yoda: DROP 1\n- r2d2: DROP 1\n- r2d2 is answered unlike: DROP 1\n").step()
    tape.not_typed("yoda", "DROP 1", "its terminal takes no more: nobody reads it").settles()
    outcome = tape.says("r2d2", "DROP 1", "dropped").step().judged()
    found = outcome.findings[-1]
    assert (found.verdict, found.code) == (U, "nothing-to-compare")
    assert found.sentence == "'DROP 1' was never answered, so there is nothing to compare with"


def test_one_of_several_must_see_it() -> None:
    """"1 of" is true of exactly one: none and both fail it, an unclear one leaves it open."""
    play = "- together: [yoda: GO, r2d2: GO]\n- 1 of yoda and r2d2 sees: won\n"

    def race(*winners: str, **settled: object) -> Tape:
        tape = logged_in(play).step().inner(0).types("yoda", "GO").inner(1).types("r2d2", "GO").group()
        for winner in winners:
            tape.prints(winner, "won\n")
        return tape.settles(**settled).step()  # type: ignore[arg-type]

    assert race("yoda").finding().verdict is P
    nobody = race().finding().sentence
    assert nobody == "'1 of yoda and r2d2 sees: won' should be true of exactly one, and is true of nobody"
    both = race("yoda", "r2d2").finding()
    assert (both.code, both.seen) == ("not-one", "yoda and r2d2")
    assert race("yoda", asks=[], **BUSY).finding().verdict is U
    assert race("yoda", "r2d2", asks=[], **BUSY).finding().verdict is F
