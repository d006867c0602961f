"""The table of legal moves."""

from forum.messages import Speaker, Status
from forum.turns import MAY_SAY, MOVES, NEXT, Move, State, next_state


def test_no_state_was_forgotten() -> None:
    """Both tables have a row for every state."""
    assert set(NEXT) == set(State)
    assert set(MAY_SAY) == set(State)


def test_every_state_can_be_reached_and_every_move_is_made() -> None:
    """Nothing in the table is dead."""
    reached = {following for moves in NEXT.values() for following in moves.values()}
    assert reached == set(State)
    assert {move for moves in NEXT.values() for move in moves} == set(Move)


def test_every_request_has_its_turn() -> None:
    """Whatever a client may say to the server at all, it may say in some state; and no more than that."""
    said = {status for allowed in MAY_SAY.values() for status in allowed}
    assert said == {status for status in Status if status.speaker in (Speaker.CLIENT, Speaker.BOTH)}


def test_answers_are_the_servers() -> None:
    """Only what the server says moves the conversation."""
    assert all(status.speaker is Speaker.SERVER for status in MOVES)


def test_a_wrong_password_leads_back_to_the_name() -> None:
    """Not to another try at the password."""
    assert next_state(State.NEED_PASSWORD, Status.WRONG_PASSWORD) is State.NEED_NAME
