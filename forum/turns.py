"""Whose turn it is: the legal moves of a conversation as one table, seen from the server."""

from enum import Enum, auto

from .messages import Status


class State(Enum):
    """What the server waits for from one client."""

    __hash__ = object.__hash__  # as in Status

    NEED_NAME = auto()
    NEED_PASSWORD = auto()
    NEW_PASSWORD = auto()
    READY = auto()
    UPLOADING = auto()
    GONE = auto()


class Move(Enum):
    """What the server's answer does to the conversation."""

    __hash__ = object.__hash__  # as in Status

    KNOWN_NAME = auto()
    NEW_NAME = auto()
    REFUSED = auto()
    ACCEPTED = auto()
    ANSWERED = auto()
    UPLOAD_MAY_START = auto()
    PIECE = auto()
    EXIT = auto()


# From a state, by a move, to the next state.
NEXT = {
    State.NEED_NAME: {
        Move.KNOWN_NAME: State.NEED_PASSWORD,
        Move.NEW_NAME: State.NEW_PASSWORD,
        Move.REFUSED: State.NEED_NAME,
    },
    # A wrong password leads back to the name, not to another try at the password.
    State.NEED_PASSWORD: {Move.ACCEPTED: State.READY, Move.REFUSED: State.NEED_NAME},
    State.NEW_PASSWORD: {Move.ACCEPTED: State.READY, Move.REFUSED: State.NEED_NAME},
    State.READY: {
        Move.ANSWERED: State.READY,
        Move.UPLOAD_MAY_START: State.UPLOADING,
        Move.EXIT: State.GONE,
    },
    State.UPLOADING: {Move.PIECE: State.UPLOADING, Move.ANSWERED: State.READY},
    State.GONE: {},
}

# What a client may say in each state; anything else is answered with OUT_OF_TURN and changes nothing.
MAY_SAY = {
    State.NEED_NAME: {Status.USERNAME},
    State.NEED_PASSWORD: {Status.PASSWORD},
    State.NEW_PASSWORD: {Status.NEW_PASSWORD},
    State.READY: {
        Status.CRT, Status.MSG, Status.DLT, Status.EDT, Status.LST, Status.RDT,
        Status.UPD, Status.DWN, Status.RMV, Status.XIT, Status.SHT, Status.P2P,
    },
    State.UPLOADING: {Status.BYTES, Status.FILE_END, Status.FILE_LOST},
    State.GONE: set(),
}  # fmt: skip

# Which answer makes which move; every other answer is Move.ANSWERED.
MOVES = {
    Status.USER_EXIST: Move.KNOWN_NAME,
    Status.NEW_USER: Move.NEW_NAME,
    Status.NAME_REFUSED: Move.REFUSED,
    Status.ALREADY_LOGGED_IN: Move.REFUSED,
    Status.WRONG_PASSWORD: Move.REFUSED,
    Status.PASSWORD_REFUSED: Move.REFUSED,
    Status.NAME_TAKEN: Move.REFUSED,
    Status.WELCOME: Move.ACCEPTED,
    Status.SEND_FILE: Move.UPLOAD_MAY_START,
    Status.EXITED: Move.EXIT,
    Status.SERVER_CLOSING: Move.EXIT,
}


def next_state(state: State, answer: Status) -> State:
    """Return where the conversation stands after this answer."""
    return NEXT[state][MOVES.get(answer, Move.ANSWERED)]
