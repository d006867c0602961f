"""A play as a whole: servers that never come up, interruptions, several witnesses, and recordings that are damaged."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_builder import BUSY, PROMPT, F, P, S, Tape, U

from harness.events import Event, Noted
from harness.judge.judge import judge
from harness.judge.miss import Miss, nearest, none_holds
from harness.recording import Recording
from harness.scenario.loader import scenario_from
from harness.verdict import Outcome, Verdict

TRACEBACK = 'Traceback (most recent call last):\n  File "server.py", line 3, in <module>\nOSError: in use\n'


def unready() -> Tape:
    """A server that was started, and does not listen."""
    return Tape("- yoda logs in\n- yoda: READ\n", listening=False).starts("server").prints("server", "hello\n")


def test_a_server_that_never_listens_fails_and_nothing_else_is_judged() -> None:
    """Without a server there is no play: the steps are skipped, and the reason stands first."""
    outcome = unready().settles([], "still", cause="the server waits for its keyboard").judged()
    first, *rest = outcome.findings
    assert (first.verdict, first.code, first.actor) == (F, "not-ready", "server")
    assert first.sentence == "the server never listened on a port; it printed 'hello'"
    assert first.likely == "the server waits for its keyboard"
    assert {(f.verdict, f.code) for f in rest} == {(S, "not-played")}


def test_a_server_that_ends_at_once_is_told_with_its_traceback() -> None:
    """The error stands under likely, the exit in the sentence."""
    found = unready().prints("server", TRACEBACK).ends("server", 1).settles().finding()
    assert (found.code, found.sentence) == ("not-ready", "the server ended with status 1 before it listened on a port")
    assert found.likely == "the server printed a traceback: OSError: in use (server.py, line 3)"


def test_a_server_that_ends_in_silence_is_told_with_what_it_printed() -> None:
    """No traceback: its own words are the best there is."""
    found = unready().ends("server", 2).settles().finding()
    assert found.sentence == "the server ended with status 2 before it listened on a port; it printed 'hello'"


def test_a_server_that_had_no_time_to_listen_is_undecided() -> None:
    """On a machine too busy nothing is known about the server."""
    assert unready().settles([], **BUSY).judged().verdict is U


@pytest.mark.parametrize("why", ["interrupted", "fault"])
def test_an_interrupted_play_is_undecided(why: str) -> None:
    """What was not played to its end passed nothing, however well it went so far."""
    found = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").says("yoda", "READ").over(why).finding()
    assert (found.verdict, found.code) == (U, "interrupted")
    assert found.sentence == "the play was interrupted before its end"


def test_a_failure_before_an_interruption_stays_a_failure() -> None:
    """What was proved wrong before the interruption is wrong."""
    tape = Tape("- yoda logs in\n- yoda: READ\n- yoda: READ\n").logs_in("yoda").step().types("yoda", "READ")
    assert tape.settles([], "stuck").over("interrupted").finding().code == "no-answer"


def test_a_fault_of_the_harness_is_undecided() -> None:
    """A fault of ours is told as ours, and costs nobody a mark; a remark is none."""
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").says("yoda", "READ")
    assert tape.note(Noted, text="a remark").judged().verdict is P
    tape = Tape("- yoda logs in\n- yoda: READ\n").logs_in("yoda").says("yoda", "READ")
    found = tape.note(Noted, text="the disk is full", fault=True).finding()
    assert (found.verdict, found.code) == (U, "harness-fault")
    assert found.sentence == "a fault of the harness, not of the program: the disk is full"


WITNESSES = '- yoda logs in\n- yoda: POST\n- any of: [yoda sees: posted, server/a is: "x"]\n- yoda: BYE\n'


def witnesses(answer: str, content: str | None, state: str = "") -> Tape:
    """Yoda posts; one witness is the screen, the other a file."""
    tape = Tape(WITNESSES).logs_in("yoda").says("yoda", "POST", answer).step().inner(0).inner(1)
    return tape.file("server/a", content, state=state).says("yoda", "BYE")


@pytest.mark.parametrize(
    ("answer", "content", "state", "verdict"),
    [("posted", "x", "", P), ("posted", "y", "", P), ("?", "x", "", P), ("?", "y", "", F), ("?", None, "capped", U),
     ("posted", None, "capped", P)],
)  # fmt: skip
def test_one_witness_suffices(answer: str, content: str | None, state: str, verdict: Verdict) -> None:
    """Any one that shows it passes; all that speak against it fail it; one that cannot speak leaves it open."""
    assert witnesses(answer, content, state).judged().verdict is verdict


def test_where_no_witness_holds_one_is_told_in_full() -> None:
    """A failed "any of" says what the nearest witness saw, and only counts the others."""
    found = witnesses("?", "y").finding()
    other = "; the other way to pass this step does not hold either"
    assert found.sentence == f"expected 'posted' on yoda's terminal, got '?\\nboard>'{other}"
    assert (found.expected, found.where) == ("posted", "yoda's terminal")
    assert witnesses("", "y").finding().sentence == f"server/a: the first line is 'y' where 'x' was expected{other}"


CLOSER = [  # (code, expected, seen, near) of each, and which is nearest
    ([("file-missing", "x", "there is none", ""), ("file-differs", "x", "y", "")], 1),
    ([("file-missing", "x", "there is none", ""), ("file-missing", "x", "there is none", "there is server/ab")], 1),
    ([("not-seen", "x", "nothing", ""), ("file-differs", "x", "y", "")], 1),
    ([("file-differs", "a\nb", "b\na", ""), ("not-seen", "b\nc", "b\na\nboard>", "")], 0),
    ([("file-differs", "1 a\n2 b", "1 b", ""), ("file-differs", "1 b\n2 a", "1 b", "")], 1),
    ([("file-differs", "a", "b\nc\nd", ""), ("not-seen", "a\nb\nor\na\nc", "a\nx\ny\nboard>", "")], 1),
    ([("not-seen", "a\nb\nc", "a\nc\nboard>", ""), ("file-differs", "a\nc", "a\nb\nc", "")], 0),
]


@pytest.mark.parametrize(("found", "which"), CLOSER)
def test_the_nearest_witness_has_most_of_it(found: list[tuple[str, str, str, str]], which: int) -> None:
    """Few wrong lines come before many, and those before nothing at all; the first of equals."""
    misses = [Miss(code, f"sentence {at}", *texts) for at, (code, *texts) in enumerate(found)]
    assert nearest(misses) is misses[which]


def test_witnesses_that_say_the_same_count_once() -> None:
    """Equal sentences are one way; one that leaves it open decides the verdict, and is told."""
    same = Miss("file-missing", "no file a")
    assert none_holds([same, same]).sentence == "no file a"
    assert none_holds([same, same, Miss("file-missing", "no file b"), Miss("file-missing", "no file c")]).sentence == (
        "no file a; the 2 other ways to pass this step do not hold either")  # fmt: skip
    assert none_holds([same, Miss("not-kept", "too large", verdict=U)]).verdict is U


def test_in_a_group_every_line_is_judged() -> None:
    """Of two lines at one instant, the one without an answer fails."""
    play = "- yoda and r2d2 log in\n- together: [yoda: POST 1, r2d2: POST 2]\n"
    tape = Tape(play).logs_in("yoda", "r2d2").step().inner(0).types("yoda", "POST 1").inner(1).types("r2d2", "POST 2")
    outcome = tape.group().prints("yoda", PROMPT).settles(["yoda"], "stuck").judged()
    failed = [f for f in outcome.findings if f.verdict is F]
    assert [(f.step, f.actor, f.code) for f in failed] == [(4, "r2d2", "no-answer")]


def test_the_outcome_carries_what_the_scenario_says() -> None:
    """Name, marks, clause, tags, time and evidence are those of the play."""
    tape = Tape("- yoda logs in\n- yoda: READ\n", "clause: 5\ntags: [slow]\n").logs_in("yoda").says("yoda", "READ")
    outcome = tape.judged()
    assert (outcome.scenario, outcome.key, outcome.clause, outcome.tags) == ("a play", "f.yaml::a play", "5", ("slow",))
    assert outcome.seconds == max(e.t for e in tape.recording.events)
    assert outcome.evidence == {"still": 4}


ALL_VERBS = """\
- yoda and r2d2 log in
- yoda: READ
- yoda sees: x
- yoda sees one of: [x, z]
- yoda sees each once: [x]
- yoda never sees: q
- r2d2 sees nothing
- yoda: READ
- yoda is answered like: READ
- r2d2: READ
- r2d2 is answered unlike: READ
- server/a is: one
- server/a equals: yoda/a
- server/b is gone
- server/n is unchanged
- any of: [yoda sees: x, server/a is: one]
- together: [yoda: POST 1, r2d2: POST 2]
- 1 of yoda and r2d2 sees: first
- twin cannot log in
- yoda presses: ctrl-d
- yoda: BYE
- yoda leaves
- r2d2 stays
"""


def full_play() -> Tape:
    """A play with every verb in it."""
    tape = Tape(ALL_VERBS, "hints: {'yoda sees: x': Look.}\n").file("server/n", "n", when="before")
    tape.logs_in("yoda", "r2d2")
    tape.says("yoda", "READ", "x").step().step().step().step().step()
    tape.says("yoda", "READ", "x").step().says("r2d2", "READ", "no").step()
    tape.step().file("server/a", "one").step().file("server/a", "one").file("yoda/a", "one")
    tape.step().file("server/b").step().file("server/n", "n").step().inner(0).inner(1).file("server/a", "one")
    tape.step().inner(0).types("yoda", "POST 1").inner(1).types("r2d2", "POST 2").group()
    tape.prints("yoda", f"first\n{PROMPT}").prints("r2d2", PROMPT).settles().step()
    tape.step().starts("twin").settles().types("twin", "Yoda", "name").settles().tried("twin", "refused", "again")
    tape.step().types("yoda", "\x04", "key").prints("yoda", PROMPT).settles()
    tape.step().types("yoda", "BYE").ends("yoda").settles().step().step()
    return tape.over().file("server/a", "one", when="after")


FULL = full_play()


def test_a_play_with_every_verb_passes() -> None:
    """The play that is damaged below is right as it stands."""
    outcome = FULL.judged()
    assert outcome.verdict is P, [f for f in outcome.findings if f.verdict is not P]


def judged(events: list[Event]) -> Outcome:
    """An outcome, whatever the events are."""
    return judge(FULL.scenario, Recording(events))


def test_nothing_at_all_is_undecided() -> None:
    """An empty recording, or one without a beginning, is no pass and no traceback."""
    for events in ([], FULL.recording.events[1:]):
        outcome = judged(events)
        assert outcome.verdict is U
        assert outcome.findings[0].sentence == (
            "a fault of the harness, not of the program: this recording has no beginning"
        )


@pytest.mark.parametrize("keep", range(1, len(FULL.recording.events) - 1))
def test_a_recording_that_breaks_off_never_passes(keep: int) -> None:
    """Cut after any event, a recording is judged, and the verdict is never a pass."""
    assert judged(FULL.recording.events[:keep]).verdict in (U, F)


@given(st.data())
def test_the_judge_survives_any_disorder(data: st.DataObject) -> None:
    """Shuffled, thinned and doubled, every recording ends in an outcome."""
    first, *rest = FULL.recording.events
    kept = data.draw(st.lists(st.sampled_from(rest), max_size=len(rest)))
    assert judged([first, *kept]).verdict in Verdict


@given(st.data())
def test_the_judge_survives_any_single_change(data: st.DataObject) -> None:
    """One event taken out, doubled, moved or renamed leaves a recording that can be judged."""
    events = list(FULL.recording.events)
    at = data.draw(st.integers(1, len(events) - 1))
    how = data.draw(st.sampled_from(["drop", "double", "move", "step", "actor"]))
    event = events.pop(at)
    names = {spec.name for spec in dataclasses.fields(event)}
    if how == "step":
        event = dataclasses.replace(event, step=data.draw(st.none() | st.integers(-1, 99)))
    elif how == "actor" and "actor" in names:
        event = dataclasses.replace(event, actor=data.draw(st.sampled_from(["yoda", "twin", "nobody", ""])))  # type: ignore[call-arg]
    if how != "drop":
        events.insert(data.draw(st.integers(1, len(events))) if how == "move" else at, event)
    if how == "double":
        events.insert(at, event)
    outcome = judged(events)
    assert outcome.verdict in Verdict
    assert not [f for f in outcome.findings if f.code == "harness-fault"], outcome


@settings(max_examples=20)
@given(st.data())
def test_a_recording_means_the_same_after_it_was_saved(tmp_path_factory: pytest.TempPathFactory,
                                                       data: st.DataObject) -> None:  # fmt: skip
    """Judged from memory or from its file, with the scenario taken out of the recording, the outcome is equal."""
    first, *rest = FULL.recording.events
    kept = [event for event in rest if data.draw(st.integers(0, 9))]
    recording = Recording([first, *kept])
    path = tmp_path_factory.mktemp("saved") / "play.jsonl"
    recording.save(Path(path))
    loaded = Recording.load(Path(path))
    assert judge(scenario_from(loaded.began), loaded) == judge(FULL.scenario, recording)
