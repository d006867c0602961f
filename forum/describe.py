"""Writes docs/protocol.md from the tables of the code: `python3 -m forum.describe > docs/protocol.md`."""

from .framing import MAX_LINE
from .messages import MAX_PIECE, Action, Status
from .turns import MAY_SAY, MOVES, NEXT, Move
from .wording import PROMPT, SENTENCES

_INTRODUCTION = f"""# The protocol of the reference forum

*Written by `python3 -m forum.describe` from the tables that the programs themselves use.*

A client opens one TCP connection and keeps it. Both sides send messages: one JSON object a line, in UTF-8, ended by a
newline. Each has an `action`, the phase it belongs to, a `status`, the detail of it, and the fields listed below.
Fields that are not listed are ignored. A request is at most {MAX_LINE:,} bytes long.

    {{"action":"Login","status":"USERNAME","user":"Yoda"}}
    {{"action":"Login","status":"USER_EXIST","user":"Yoda"}}
    {{"action":"Login","status":"PASSWORD","password":"jedi*knight","port":0}}
    {{"action":"Login","status":"WELCOME","user":"Yoda","key":"5d41..."}}
    {{"action":"Command","status":"CRT","title":"3331"}}
    {{"action":"Command","status":"THREAD_CREATED","title":"3331"}}

Every request has one answer, in the order of the requests; only the pieces of an upload (`BYTES`) have none. The one
message that nobody asked for is `SERVER_CLOSING`, which may come at any time between two others.

A file travels as pieces: `BYTES` with its `size` (at most {MAX_PIECE:,}), the newline, then that many raw bytes; after
the last piece comes `FILE_END`. An upload has two turns: `UPD` asks, and after `SEND_FILE` the pieces go out; what
counts is the answer to `FILE_END`. A file of 0 bytes has no pieces.

What is no message is answered with `BAD_MESSAGE`, a message out of its turn with `OUT_OF_TURN`; neither changes
anything, and the connection goes on.

A P2P message goes from client to client. Each client listens on a port of its own, which it names when it logs in, and
gets a `key` that only it and the server know. `P2P` asks for an introduction; `PEER_FOUND` says where the other client
listens and gives a ticket, `NUMBER.SEAL`, where the seal is the HMAC-SHA256, with the key of the *other* client, of
`NUMBER SENDER`. The sender connects there, sends `PEER_MESSAGE` and hangs up. The receiver shows it if the seal is
right and the number new.
"""

_CHOICES = """\
Where the course's sample sessions contradict themselves, one wording is used everywhere: the first that the sample
shows (`Yoda successful login`, `Message posted to 3331 thread`, `Thread 3331 removed`), or the one that fits (DLT says
`deleted`, SHT's own syntax error names SHT, the server names the user who really asked). A new user is welcomed like
any other. `Waiting for clients` is printed at the start and whenever a client has left."""


def _fields(status: Status) -> str:
    kinds = {str: "text", int: "number", list: "list of text"}
    return ", ".join(f"`{name}`: {kinds[kind]}" for name, kind in status.fields.items())


def _messages(action: Action) -> list[str]:
    rows = [f"## {action.value}", "", "| status | said by | fields | means |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{status.name}` | {status.speaker.value} | {_fields(status)} | {status.meaning} |"
        for status in Status
        if status.action is action
    ]
    return [*rows, ""]


def _turns() -> list[str]:
    rows = [
        "## Whose turn it is",
        "",
        "| state | the client may say | answer | next state |",
        "| --- | --- | --- | --- |",
    ]
    for state, moves in NEXT.items():
        said = ", ".join(f"`{status.name}`" for status in Status if status in MAY_SAY[state]) or "nothing"
        for move, following in moves.items():
            rows.append(f"| {state.name} | {said} | {_answers(move)} | {following.name} |")
            said = ""
    return [*rows, ""]


def _answers(move: Move) -> str:
    if move is Move.ANSWERED:
        return "any other"
    return ", ".join(f"`{status.name}`" for status in MOVES if MOVES[status] is move) or "none (a piece of the file)"


def _sentences() -> list[str]:
    rows = [
        "## What people read", "",
        f"The client's prompt is `{PROMPT}`. For the answers the two programs print:", "",
        "| status | the client | the server |", "| --- | --- | --- |",
    ]  # fmt: skip
    rows += [f"| `{status.name}` | {client or ''} | {server or ''} |" for status, (client, server) in SENTENCES.items()]
    return [*rows, "", _CHOICES]


def describe() -> str:
    """Return the text of docs/protocol.md."""
    lines = [_INTRODUCTION]
    for action in Action:
        lines += _messages(action)
    return "\n".join([*lines, *_turns(), *_sentences(), ""])


if __name__ == "__main__":
    print(describe(), end="")
