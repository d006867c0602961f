"""The forum's own protocol is held against its table of legal moves, and nobody else's is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from real_traffic import played

from forum.messages import Speaker, Status
from forum.turns import MAY_SAY, State
from harness.events import Event
from harness.judge.protocol.messages import Wire
from harness.judge.protocol.phases import illegal_moves, speaks
from harness.scenario.mistakes import Mistakes
from harness.scenario.protocol import load_table
from harness.wire import Carried, Linked

TEXT = (Path(__file__).resolve().parents[4] / "scenarios" / "protocol.yaml").read_text(encoding="utf-8")
TABLE = load_table(TEXT)
LOGIN = [("server", "Login", "USERNAME"), ("client", "Login", "USER_EXIST"), ("server", "Login", "PASSWORD"),
         ("client", "Login", "WELCOME")]  # fmt: skip


def wire(*said: tuple[str, str, str]) -> Wire:
    """One connection on which this is said: to whom, the phase, the message."""
    events: list[Event] = [Linked(t=0, link=1, actor="yoda", port=1, transport="tcp")]
    for to, action, status in said:
        data = json.dumps({"action": action, "status": status}).encode() + b"\n"
        events.append(Carried(t=0, link=1, to=to, size=len(data), data=data))
    return Wire(events)


def test_the_table_is_that_of_the_forum() -> None:
    """Every message stands in its phase, and each state lets the client say what the server's own table does."""
    assert {name: [s.name for s in Status if s.action.value == name] for name in TABLE.phases} == TABLE.phases
    names = {State.NEED_NAME: "name", State.NEED_PASSWORD: "password", State.NEW_PASSWORD: "new password",
             State.READY: "ready", State.UPLOADING: "uploading", State.GONE: "gone"}  # fmt: skip
    for state, statuses in MAY_SAY.items():
        assert set(TABLE.states[names[state]]) == {status.name for status in statuses}
    said = {answer for moves in TABLE.states.values() for answers in moves.values() for answer in answers}
    said |= {*TABLE.anywhere, *TABLE.refusals, *(one for moves in TABLE.server.values() for one in moves)}
    assert said == {s.name for s in Status if s.speaker in (Speaker.SERVER, Speaker.BOTH)} - {"PEER_MESSAGE"}


def test_the_forum_makes_no_illegal_move() -> None:
    """In a play of everything that it does."""
    found = Wire(played("forum").events)
    assert speaks(TABLE, found) is not None
    assert illegal_moves(TABLE, found) == []


@pytest.mark.parametrize("name", ["asyncio", "yes-no", "one-folder", "c-select", "udp-threads"])
def test_another_protocol_is_never_held_against_it(name: str) -> None:
    """Wording is free, and so is the protocol."""
    found = Wire(played(name).events)
    assert speaks(TABLE, found) is None
    assert illegal_moves(TABLE, found) == []


@pytest.mark.parametrize(("said", "sentence"), [
    ([("server", "Command", "BYTES")], "a client may not say BYTES in the state 'ready'"),
    ([("server", "Command", "LST"), ("client", "Command", "THREAD_CREATED")],
     "LST may not be answered with THREAD_CREATED in the state 'ready'"),
    ([("client", "Command", "EXITED")], "the server may not say EXITED in the state 'ready' with nothing asked"),
    ([("server", "Login", "LST")], "LST belongs to the phase Command, and was sent as Login"),
    ([("server", "Command", "SING")], "'SING' is no message of the forum's own"),
])  # fmt: skip
def test_an_illegal_move_is_named(said: list[tuple[str, str, str]], sentence: str) -> None:
    """Once, with what would have been legal."""
    legal = [("server", "Command", "LST"), ("client", "Command", "THREAD_INACTIVE")] * 6
    found = illegal_moves(TABLE, wire(*LOGIN, *legal, *said))
    assert [move.sentence for move in found] == [sentence]


def test_a_shutdown_may_come_at_any_time_and_a_refusal_changes_nothing() -> None:
    """Both are legal wherever they come."""
    said = [("server", "Command", "LST"), ("client", "Command", "OUT_OF_TURN"),
            ("client", "Shutdown", "SERVER_CLOSING")]  # fmt: skip
    assert illegal_moves(TABLE, wire(*LOGIN, *said)) == []


def test_where_something_was_not_kept_nothing_is_judged_behind_it() -> None:
    """The end of a large upload is not in the recording: its answer comes to nobody's surprise."""
    found = wire(*LOGIN, ("server", "Command", "UPD"), ("client", "Command", "SEND_FILE"))
    hole = Carried(t=0, link=1, to="server", size=100_000)
    answer = b'{"action":"Command","status":"FILE_UPLOADED"}\n'
    events = [*found.events, hole, Carried(t=0, link=1, to="client", size=len(answer), data=answer)]
    assert illegal_moves(TABLE, Wire(events)) == []


def test_a_table_that_contradicts_itself_is_told_with_its_place() -> None:
    """A state that is not there, a message without a phase."""
    with pytest.raises(Mistakes) as told:
        load_table(TEXT.replace("WELCOME: ready", "WELCOME: redy"), "p.yaml")
    assert "the state 'redy' is named and does not stand in states" in str(told.value.mistakes[0])
