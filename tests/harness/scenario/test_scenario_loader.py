"""Scenario files in, scenarios out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scenario_samples import ASSIGNMENT, CAST, TOUCHSTONE, told

from harness.events import Began
from harness.scenario.loader import (
    asserts_answer,
    check_file,
    find_assignment,
    load_assignment,
    load_file,
    load_text,
    scenario_from,
)
from harness.scenario.mistakes import Mistakes
from harness.scenario.model import (
    AnyOf,
    Deed,
    Do,
    Expect,
    ExpectFile,
    FileState,
    Pass,
    Person,
    Quantifier,
    Scenario,
    Sight,
    Together,
    Type,
)

ASSIGNMENT_YAML = """\
assignment: a message board
roles:
  server: {entry: server, listens: true}
  client: {entry: client, arguments: ["{port}"]}
values: {admin_password: open sesame}
login: {answers: [name, password]}
reference: ../board
commands: [POST, READ, CLOSE, QUIT]
leaving: [QUIT]
model: model.py
timeout: 5
"""


def load(text: str) -> list[Scenario]:
    """The scenarios of a text."""
    return load_text(text, "f.yaml", ASSIGNMENT)


def play(steps: str) -> Scenario:
    """A scenario of these steps, a line each, after everyone has logged in."""
    return load(f"{CAST}play:\n  - everyone logs in\n" + "".join(f"  - {step}\n" for step in steps.splitlines()))[0]


def last(steps: str) -> Any:
    """The last of these steps."""
    return play(steps).play[-1]


def test_the_touchstone_has_no_mistakes() -> None:
    """Every form of the language loads without a mistake or a warning."""
    assert told(TOUCHSTONE) == []
    assert [s.title for s in load(TOUCHSTONE)] == [
        "Who waits is told of the end, and leaves by itself",
        "Two posts at the same moment",
        "A file arrives whole [big.bin]",
        "A file arrives whole [big.bin ]",
        "Who is cut off can come back",
        "Fifty people post",
        "People at random",
        "A wrong password is refused",
    ]


def test_the_keys_of_a_document() -> None:
    """What stands in a document's keys comes out of the loader as it was written."""
    first = load(TOUCHSTONE)[0]
    assert (first.clause, first.marks, first.tags, first.visible) == (
        "5 END", ("concurrent.END",), ("slow", "end"), "hidden")  # fmt: skip
    assert first.cast == (Person("yoda", "Yoda"), Person("r2d2", "R2D2", "c3p0"))
    assert [(f.actor, f.path, f.text) for f in first.files] == [("server", "notes.txt", "not the board's")]
    assert first.hints == {4: "A client that waits in input() cannot hear the server."}
    assert (first.source.document, first.key) == (0, f"f.yaml::{first.name}")


def test_every_scalar_is_text() -> None:
    """Numbers, times and booleans of YAML stay what they look like."""
    assert [last(f"yoda: {text}").lines[0][1] for text in ("007", "on", "12:30", "1_000", "~", "2026-01-01")] == [
        "007", "on", "12:30", "1_000", "~", "2026-01-01"]  # fmt: skip


@pytest.mark.parametrize("text", ["logs in", "leaves", "", "yoda", "hello there"])
def test_a_name_alone_is_always_typed(text: str) -> None:
    """`NAME: TEXT` is typed, whatever it says; an empty text presses Enter alone."""
    step = last(f"yoda: {text}")
    assert isinstance(step, Type)
    assert step.lines == (("yoda", text),)


@pytest.mark.parametrize(
    ("step", "deed", "argument", "data"),
    [
        ("yoda logs in", Deed.LOG_IN, None, None),
        ("yoda cannot log in", Deed.LOGIN_REFUSED, None, None),
        ("yoda cannot log in with: 007", Deed.LOGIN_REFUSED, "007", None),
        ("yoda starts", Deed.START, None, None),
        ("yoda is killed", Deed.KILL, None, None),
        ("yoda is paused", Deed.PAUSE, None, None),
        ("server restarts", Deed.RESTART, None, None),
        ("yoda presses: ctrl-d", Deed.PRESS, "ctrl-d", b"\x04"),
        ("yoda presses: up", Deed.PRESS, "up", b"\x1b[A"),
        (r"yoda sends: 'a\x00\xff\n\r\t\\'", Deed.SEND, r"a\x00\xff\n\r\t\\", b"a\x00\xff\n\r\t\\"),
    ],
)
def test_what_is_done(step: str, deed: Deed, argument: str | None, data: bytes | None) -> None:
    """Each stage direction becomes one deed, with its password, key or bytes."""
    did = last(step)
    assert isinstance(did, Do)
    assert (did.deed, did.argument, did.data) == (deed, argument, data)


@pytest.mark.parametrize(
    ("step", "sight", "texts"),
    [
        ("yoda leaves", Sight.LEAVES, ()),
        ("yoda stays", Sight.STAYS, ()),
        ("yoda sees: a", Sight.SEES, ("a",)),
        ("yoda sees exactly: a", Sight.SEES, ("a",)),
        ("yoda sees one of: [a, b]", Sight.SEES_ONE_OF, ("a", "b")),
        ("yoda sees each once: [a, b]", Sight.SEES_EACH_ONCE, ("a", "b")),
        ("yoda sees each once: a", Sight.SEES_EACH_ONCE, ("a",)),
        ("yoda never sees: a", Sight.NEVER_SEES, ("a",)),
        ("yoda sees nothing", Sight.SEES_NOTHING, ()),
    ],
)
def test_what_is_expected_of_people(step: str, sight: Sight, texts: tuple[str, ...]) -> None:
    """Each verb of seeing and leaving becomes one expectation."""
    expected = last(step)
    assert isinstance(expected, Expect)
    assert (expected.sight, expected.texts, expected.exactly) == (sight, texts, "exactly" in step)


@pytest.mark.parametrize(
    ("step", "state", "paths", "content", "other"),
    [
        ("server/a.b-c is: x", FileState.IS, ("server/a.b-c",), "x", None),
        ('server/a is: ""', FileState.IS, ("server/a",), "", None),
        ("server/a and yoda/b are gone", FileState.GONE, ("server/a", "yoda/b"), None, None),
        ("server/a, yoda/b and r2d2/c are gone", FileState.GONE, ("server/a", "yoda/b", "r2d2/c"), None, None),
        ('server/a is in any order: "x\\ny"', FileState.ANY_ORDER, ("server/a",), "x\ny", None),
        ("server/c/d is unchanged", FileState.UNCHANGED, ("server/c/d",), None, None),
        ("server/a equals: yoda/b", FileState.EQUALS, ("server/a",), None, "yoda/b"),
    ],
)  # fmt: skip
def test_what_is_expected_of_files(
    step: str, state: FileState, paths: tuple[str, ...], content: str | None, other: str | None
) -> None:
    """Each verb of files becomes one expectation of all the files named."""
    expected = last(step)
    assert isinstance(expected, ExpectFile)
    assert (expected.state, expected.paths, expected.content, expected.other) == (state, paths, content, other)


@pytest.mark.parametrize(
    ("who", "handles", "quantifier"),
    [
        ("yoda", ("yoda",), Quantifier.ALL),
        ("everyone", ("yoda", "r2d2"), Quantifier.ALL),
        ("yoda and r2d2", ("yoda", "r2d2"), Quantifier.ALL),
        ("yoda, r2d2 and server", ("yoda", "r2d2", "server"), Quantifier.ALL),
        ("1 of yoda and r2d2", ("yoda", "r2d2"), Quantifier.ONE),
        ("1 of everyone", ("yoda", "r2d2"), Quantifier.ONE),
    ],
)
def test_who_is_meant(who: str, handles: tuple[str, ...], quantifier: Quantifier) -> None:
    """Groups come out as handles, in the order in which they are named."""
    expected = last(f"{who} sees: x")
    assert isinstance(expected, Expect)
    assert (expected.who, expected.quantifier) == (handles, quantifier)


def test_everyone_else_is_all_but_those_of_the_step_before() -> None:
    """`everyone else` does not change who is meant by the next `everyone else`; a step of files names nobody."""
    steps = play("yoda: x\nserver/x is gone\neveryone else sees: x\neveryone else stays").play
    assert [step.who for step in steps[-2:] if isinstance(step, Expect)] == [("r2d2",), ("r2d2",)]


def test_steps_are_numbered_as_they_are_read() -> None:
    """Numbers count from 1 through the unrolled play, steps inside of `together` and `any of` included."""
    steps = list(play("2 times: [yoda: 'a{n}']\ntogether: [yoda: b, r2d2: c]\n0.5 s pass\n"
                      "any of: [yoda sees: d, server/e is gone]").steps())  # fmt: skip
    assert [(step.number, step.text) for step in steps] == [
        (1, "everyone logs in"), (2, "yoda: a1"), (3, "yoda: a2"), (4, "together"), (5, "yoda: b"), (6, "r2d2: c"),
        (7, "0.5 s pass"), (8, "any of"), (9, "yoda sees: d"), (10, "server/e is gone"),
    ]  # fmt: skip
    assert isinstance(steps[3], Together)
    assert isinstance(steps[6], Pass)
    assert isinstance(steps[7], AnyOf)


def test_the_answer_that_is_meant_is_ones_own_last_or_else_anybodys() -> None:
    """`is answered like: LINE` refers to an earlier answer, never to the one that is compared."""
    steps = play("yoda: a\nr2d2: b\nyoda: a\nyoda is answered like: a\nr2d2 is answered unlike: a").play
    assert [step.reference for step in steps if isinstance(step, Expect)] == [{"yoda": 2}, {"r2d2": 4}]


def test_values_are_put_in_where_they_are_declared() -> None:
    """`with` and the assignment's values are put in; {port} waits for the run; other braces are text."""
    text = (
        f"{CAST}with: {{x: '1 {{y}}', who: yoda}}\nplay:\n  - everyone logs in\n"
        '  - "{who}": "{x} {admin_password} {port} {zzz} {name}"\n'
    )
    scenario = load(text)[0]
    typed = scenario.play[1]
    assert isinstance(typed, Type)
    assert typed.lines == (("yoda", "1 {y} open sesame {port} {zzz} Yoda"),)
    assert typed.text == "yoda: 1 {y} {admin_password} {port} {zzz} {name}"
    assert scenario.needs == {"port"}


def test_each_plays_once_per_value() -> None:
    """Several names of `each` go in parallel; a list of mappings says the same."""
    body = "play: [everyone logs in, {yoda: '{a}{b}'}]"
    one = load(f"{CAST}each: {{a: [1, 2], b: [x, y]}}\n{body}")
    two = load(f"{CAST}each: [{{a: 1, b: x}}, {{a: 2, b: y}}]\n{body}")
    assert [s.title for s in one] == [s.title for s in two] == ["s [a=1, b=x]", "s [a=2, b=y]"]
    assert [s.play[1].lines[0][1] for s in one if isinstance(s.play[1], Type)] == ["1x", "2y"]
    assert [s.source.case for s in one] == [0, 1]


def test_a_crowd_has_members_with_accounts_of_their_own() -> None:
    """{name} is the account of who types, and {crowd} stands for each of them."""
    scenario = load("scenario: s\ncast: {crowd: {people: 3}}\nplay:\n  - crowd logs in\n  - crowd: I am {name}\n"
                    "  - crowd1 sees each once: 'it is {crowd}'\n")[0]  # fmt: skip
    typed, seen = scenario.play[1:]
    assert isinstance(typed, Type)
    assert isinstance(seen, Expect)
    assert [line for _, line in typed.lines] == ["I am crowd1", "I am crowd2", "I am crowd3"]
    assert seen.texts == ("it is crowd1", "it is crowd2", "it is crowd3")
    assert all(p.crowd and p.account.isalnum() and p.password and p.password.isalnum() for p in scenario.cast)


def test_a_hint_belongs_to_each_step_of_its_words() -> None:
    """A hint names a step by all of its words, or by its verb alone."""
    text = CAST + "play: [everyone logs in, {2 times: [{yoda: 'a{n}'}]}, {yoda sees: x}, {yoda sees: y}]\n"
    hints = "hints: {yoda sees: one, 'yoda: a2': two, 'yoda: a{n}': three}"
    assert load(text + hints)[0].hints == {4: "one", 5: "one", 3: "three", 2: "three"}


def test_what_a_typed_line_asserts() -> None:
    """A typed line asserts an answer unless something is expected of that person before they act again."""
    scenario = play(
        "yoda: asserted\nyoda: seen\neveryone sees: x\nyoda: witnessed\nany of: [yoda sees: x, server/x is gone]\n"
        "together: [yoda: gone, yoda is killed]\nr2d2: alone\nr2d2 is paused\nr2d2: unread\nr2d2 resumes\n"
        "r2d2: last\nserver is killed\nr2d2: nobody hears"
    )
    said = {step.number: step.lines[0][1] for step in scenario.steps() if isinstance(step, Type)}
    assert {said[number] for number, _ in asserts_answer(scenario)} == {"asserted", "alone", "last"}


def test_that_somebody_stays_says_nothing_of_their_answer() -> None:
    """It is still asserted that an answer came: a client that shows nothing stays too."""
    scenario = play("everyone logs in\nyoda: asserted\neveryone stays\nr2d2: refused\nr2d2 sees: no\nr2d2 stays")
    said = {step.number: step.lines[0][1] for step in scenario.steps() if isinstance(step, Type)}
    assert {said[number] for number, _ in asserts_answer(scenario)} == {"asserted"}


def test_a_recording_knows_its_scenario() -> None:
    """Out of a recording's header comes the very scenario that was played, whatever else its file holds by now."""
    text = TOUCHSTONE + "---\nscenario: broken\nplay: [nobody does]\n"
    whole = load(TOUCHSTONE)
    for number, document, case in ((0, 0, 0), (3, 2, 1), (5, 4, 0)):
        began = Began(t=0, scenario="", file="f.yaml", source=text, document=document, case=case, subject={}, stage="",
                      assignment=ASSIGNMENT_YAML, seed=0, wall="", versions={})  # fmt: skip
        again = scenario_from(began)
        assert (again.play, again.files, again.cast, again.title) == (
            whole[number].play, whole[number].files, whole[number].cast, whole[number].title)  # fmt: skip


def test_without_a_login_a_client_is_started() -> None:
    """Where nobody logs in, `starts` brings a person on stage, and `logs in` is a mistake."""
    free = ASSIGNMENT.model_copy(update={"login": None})
    assert load_text(CAST + "play: [everyone starts, {yoda: x}]", "f", free)
    with pytest.raises(Mistakes, match="nobody logs in in this assignment: say `starts`"):
        load_text(CAST + "play: [yoda logs in]", "f", free)


def test_an_assignment_is_found_above_and_checked(tmp_path: Path) -> None:
    """The nearest assignment.yaml in or above the folder is meant; its mistakes have a place."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    path = tmp_path / "assignment.yaml"
    path.write_text(ASSIGNMENT_YAML)
    (tmp_path / "model.py").write_text("model = dict\n")  # it names one
    assert find_assignment(inner) == find_assignment(inner / "x.yaml") == path
    assert load_assignment(path).timeout == 5
    path.write_text(ASSIGNMENT_YAML.replace("timeout: 5", "timeuot: 5").replace("entry: server", "entri: server"))
    with pytest.raises(Mistakes) as caught:
        load_assignment(path)
    assert str(caught.value).replace(str(path), "a") == (
        "a:3:3: the key 'roles.server.entry' is missing\n"
        "a:3:12: unknown key 'roles.server.entri' (did you mean 'entry'?)\n"
        "a:11:1: unknown key 'timeuot' (did you mean 'timeout'?)"
    )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder, no file, and a file that is not UTF-8 are told like every other mistake."""
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"scenario: s\nplay: \xff")
    for path, what in (
        (tmp_path, "1:1: this cannot be read: is a directory"),
        (tmp_path / "none", "1:1: this cannot be read: no such file or directory"),
        (bad, "2:7: this is not UTF-8: the byte 0xff"),
    ):
        assert list(map(str, check_file(path, ASSIGNMENT))) == [f"{path}:{what}"]
        with pytest.raises(Mistakes):
            load_file(path, ASSIGNMENT)
