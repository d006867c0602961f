"""The vocabulary of the wire: every message there is, as one table, and JSON lines in and out.

Past `decode` nobody meets a string action or half-parsed JSON.
"""

import json
from enum import Enum, unique
from json.encoder import encode_basestring_ascii

from .framing import MAX_LINE, LineBuffer, LineTooLong

Value = str | int | list[str]

# The largest piece of a file in one message. Two of them are held at most, so a
# transfer of any size needs constant memory.
MAX_PIECE = 1024 * 1024

# Whoever reads a file sends pieces of this size: large enough that the message
# around each costs nothing, small enough to fit whole into a socket's buffer.
PIECE = 64 * 1024


_LARGEST = {"size": MAX_PIECE, "port": 65535}


class BadMessage(Exception):
    """The peer sent something that is no message of this protocol."""


class Action(Enum):
    """The phase of the conversation that a message belongs to."""

    LOGIN = "Login"
    COMMAND = "Command"
    SHUTDOWN = "Shutdown"


class Speaker(Enum):
    """Who says a message."""

    CLIENT = "client"
    SERVER = "server"
    BOTH = "both"
    PEER = "client to client"


_LOGIN, _COMMAND, _SHUTDOWN = Action
_CLIENT, _SERVER, _BOTH, _PEER = Speaker
_NONE: dict[str, type] = {}


@unique  # two of one meaning would silently be one
class Status(Enum):
    """Every message: its phase, who says it, its fields and what it means. The name is the word on the wire."""

    def __init__(self, action: Action, speaker: Speaker, fields: dict[str, type], meaning: str) -> None:
        self.action = action
        self.speaker = speaker
        self.fields = fields
        self.meaning = meaning
        self.opening = f'{{"action":"{action.value}","status":"{self._name_}"'

    # Members are looked up many times a request; Enum's own hash is Python code.
    __hash__ = object.__hash__

    USERNAME = _LOGIN, _CLIENT, {"user": str}, "who I am"
    USER_EXIST = _LOGIN, _SERVER, {"user": str}, "a known name: send the password"
    NEW_USER = _LOGIN, _SERVER, {"user": str}, "an unknown name: choose a password"
    NAME_REFUSED = _LOGIN, _SERVER, _NONE, "not a name that credentials.txt can hold: start again"
    ALREADY_LOGGED_IN = _LOGIN, _SERVER, {"user": str}, "somebody is in under this name: start again"
    PASSWORD = _LOGIN, _CLIENT, {"password": str, "port": int}, "the password, and where peers reach me (0: nowhere)"
    NEW_PASSWORD = _LOGIN, _CLIENT, {"password": str, "port": int}, "the password I choose, and where peers reach me"
    WRONG_PASSWORD = _LOGIN, _SERVER, _NONE, "not the password: start again with the name"
    PASSWORD_REFUSED = _LOGIN, _SERVER, _NONE, "not a password that credentials.txt can hold: start again"
    NAME_TAKEN = _LOGIN, _SERVER, {"user": str}, "somebody registered this name a moment ago: start again"
    WELCOME = _LOGIN, _SERVER, {"user": str, "key": str}, "logged in; the key checks the tickets of peers"

    CRT = _COMMAND, _CLIENT, {"title": str}, "create a thread"
    THREAD_CREATED = _COMMAND, _SERVER, {"title": str}, "created"
    THREAD_EXIST = _COMMAND, _SERVER, {"title": str}, "there is such a thread already"
    NAME_NOT_ALLOWED = _COMMAND, _SERVER, {"name": str}, "the file of this name is not ours to write"
    THREAD_NOT_EXIST = _COMMAND, _SERVER, {"title": str}, "there is no such thread"
    MSG = _COMMAND, _CLIENT, {"title": str, "text": str}, "post a message"
    MESSAGE_POSTED = _COMMAND, _SERVER, {"title": str}, "posted under the next number"
    TEXT_NOT_ALLOWED = _COMMAND, _SERVER, _NONE, "a message is one line of printable text, not empty"
    DLT = _COMMAND, _CLIENT, {"title": str, "number": str}, "delete a message"
    MESSAGE_DELETED = _COMMAND, _SERVER, {"title": str}, "deleted; later ones moved up"
    MESSAGE_NOT_DELETED = _COMMAND, _SERVER, {"title": str}, "another user posted it, so it stays"
    EDT = _COMMAND, _CLIENT, {"title": str, "number": str, "text": str}, "replace the text of a message"
    MESSAGE_EDITED = _COMMAND, _SERVER, {"title": str}, "edited"
    MESSAGE_NOT_EDITED = _COMMAND, _SERVER, {"title": str}, "another user posted it, so it stays as it is"
    MESSAGE_NOT_EXIST = _COMMAND, _SERVER, {"title": str, "number": str}, "the thread has no message of this number"
    LST = _COMMAND, _CLIENT, _NONE, "list the threads"
    THREAD_ACTIVE = _COMMAND, _SERVER, {"titles": list}, "the threads there are"
    THREAD_INACTIVE = _COMMAND, _SERVER, _NONE, "there are none"
    RDT = _COMMAND, _CLIENT, {"title": str}, "read a thread"
    THREAD_READ = _COMMAND, _SERVER, {"title": str, "lines": list}, "its file without the first line"
    THREAD_EMPTY = _COMMAND, _SERVER, {"title": str}, "nothing has been posted or uploaded"
    UPD = _COMMAND, _CLIENT, {"title": str, "file": str}, "may I upload this file?"
    SEND_FILE = _COMMAND, _SERVER, {"title": str, "file": str}, "yes: send the pieces, then FILE_END"
    FILE_EXIST = _COMMAND, _SERVER, {"title": str, "file": str}, "the thread has a file of this name already"
    BYTES = _COMMAND, _BOTH, {"size": int}, f"`size` raw bytes follow the newline, {MAX_PIECE} at most"
    FILE_END = _COMMAND, _BOTH, {"title": str, "file": str}, "that was the whole file"
    FILE_LOST = _COMMAND, _BOTH, {"title": str, "file": str}, "the rest cannot be read: forget the pieces"
    FILE_UPLOADED = _COMMAND, _SERVER, {"title": str, "file": str}, "stored, whole"
    FILE_NOT_UPLOADED = _COMMAND, _SERVER, {"title": str, "file": str}, "nothing was stored"
    DWN = _COMMAND, _CLIENT, {"title": str, "file": str}, "download a file"
    FILE_COMING = _COMMAND, _SERVER, {"title": str, "file": str}, "pieces follow, then FILE_END"
    FILE_NOT_EXIST = _COMMAND, _SERVER, {"title": str, "file": str}, "the thread has no file of this name"
    RMV = _COMMAND, _CLIENT, {"title": str}, "remove a thread and its files"
    THREAD_REMOVED = _COMMAND, _SERVER, {"title": str}, "removed"
    THREAD_NOT_REMOVED = _COMMAND, _SERVER, {"title": str}, "another user created it"
    XIT = _COMMAND, _CLIENT, _NONE, "I leave"
    EXITED = _COMMAND, _SERVER, _NONE, "goodbye; the connection is closed"
    SHT = _COMMAND, _CLIENT, {"password": str}, "shut the server down"
    WRONG_ADMIN_PASSWORD = _COMMAND, _SERVER, _NONE, "not the admin password"
    P2P = _COMMAND, _CLIENT, {"user": str}, "introduce me to this user"
    PEER_FOUND = (
        _COMMAND, _SERVER, {"user": str, "host": str, "port": int, "ticket": str},
        "connect there and show this ticket",
    )  # fmt: skip
    PEER_UNKNOWN = _COMMAND, _SERVER, {"user": str}, "nobody has this name"
    PEER_OFFLINE = _COMMAND, _SERVER, {"user": str}, "the user is not logged in, or cannot be reached by peers"
    PEER_SELF = _COMMAND, _SERVER, _NONE, "that is you"
    PEER_MESSAGE = _COMMAND, _PEER, {"user": str, "ticket": str, "text": str}, "the message, straight from the sender"
    NOT_STORED = _COMMAND, _SERVER, {"reason": str}, "the disk refused; the forum itself has changed"
    BAD_MESSAGE = _COMMAND, _SERVER, {"reason": str}, "what you sent is no message of this protocol"
    OUT_OF_TURN = _COMMAND, _SERVER, {"word": str}, "a message, but not one for this moment (log in first?)"

    SERVER_CLOSING = _SHUTDOWN, _SERVER, _NONE, "the server ends; so does the client"


_STATUSES = Status.__members__
_decode_json = json.JSONDecoder().decode  # json.loads would guess at an encoding first


class Message:
    """One message: its status and the values of its fields."""

    __slots__ = ("fields", "status")

    def __init__(self, status: Status, **fields: Value) -> None:
        self.status = status
        self.fields = fields

    def text(self, name: str) -> str:
        """Return the field `name`, which the vocabulary says is text."""
        value = self.fields[name]
        assert isinstance(value, str)
        return value

    def number(self, name: str) -> int:
        """Return the field `name`, which the vocabulary says is a number."""
        value = self.fields[name]
        assert isinstance(value, int)
        return value

    def lines(self, name: str) -> list[str]:
        """Return the field `name`, which the vocabulary says is a list of lines."""
        value = self.fields[name]
        assert isinstance(value, list)
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.status, self.fields) == (other.status, other.fields)

    def __repr__(self) -> str:
        return f"Message({self.status.name}, {self.fields!r})"


def encode(message: Message) -> bytes:
    """Return the message as a line, newline included."""
    # json.dumps builds an encoder for objects of any depth each time. A message is flat.
    text = message.status.opening
    for name, value in message.fields.items():
        text += f',"{name}":{_as_json(value)}'
    return f"{text}}}\n".encode()


def _as_json(value: Value) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, list):
        return f"[{','.join(map(encode_basestring_ascii, value))}]"
    return str(value)


def decode(line: bytes) -> Message:
    """Return the message in a line, or raise BadMessage and say what was expected."""
    try:
        body = _decode_json(line.decode())
        status = _STATUSES[body["status"]]
        action = body["action"]
    # RecursionError: a line of brackets. KeyError, TypeError: no such key, or no object at all.
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise BadMessage(f"expected a JSON object with an action and a known status, got {line[:80]!r}") from exc
    if action != status.action._value_:
        raise BadMessage(f"expected action {status.action.value!r} with {status.name}, got {str(action)[:80]!r}")
    message = Message(status)
    for name, kind in status.fields.items():
        message.fields[name] = _checked(status, name, kind, body.get(name))
    return message


def _checked(status: Status, name: str, kind: type, value: Value) -> Value:
    # `type is`, not isinstance: True is an int to Python, and must not be a size to us.
    if type(value) is not kind:
        raise BadMessage(f"expected {kind.__name__} as {name!r} of {status.name}, got {str(value)[:80]!r}")
    if isinstance(value, list) and not all(type(line) is str for line in value):
        raise BadMessage(f"expected lines of text as {name!r} of {status.name}")
    if isinstance(value, int) and not 0 <= value <= _LARGEST[name]:
        raise BadMessage(f"expected a {name} from 0 to {_LARGEST[name]}, got {str(value)[:80]}")
    return value


class Inbox:
    """Bytes in; messages, and the raw bytes that follow some of them, out."""

    def __init__(self, limit: int | None = MAX_LINE) -> None:
        self._buffer = LineBuffer(limit)
        self._raw = 0  # bytes of a file's piece that are still to come
        self.feed = self._buffer.feed

    def next_event(self) -> Message | bytes | None:
        """Return a message, or some raw bytes of the piece announced last, or None if more bytes are needed.

        Raises BadMessage for a line that is none; the next call goes on behind it.
        """
        if self._raw:
            piece = self._buffer.take(self._raw)
            self._raw -= len(piece)
            return piece or None
        try:
            line = self._buffer.next_line()
        except LineTooLong as exc:
            raise BadMessage(str(exc)) from exc
        if line is None:
            return None
        message = decode(line)
        if message.status is Status.BYTES:
            self._raw = message.number("size")
        return message
