"""Whether the program speaks the transport that its task asks for: TCP or UDP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from harness.events import Listening, Typed
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.protocol.messages import Message, Wire
from harness.judge.view import View
from harness.scenario.assignment import Assignment
from harness.scenario.loader import assignment_text
from harness.scenario.mistakes import Mistakes
from harness.verdict import Verdict

_OTHER = {"tcp": "udp", "udp": "tcp"}
# A scenario with this tag is about it: there it fails. Elsewhere it is a remark, for it would stand in every play, and
# cost every mark. What the whole program gets for it is a person's to decide.
ABOUT = "transport"


@lru_cache(maxsize=16)
def _assignment(text: str, variant: str) -> Assignment | None:
    """The task that was played; None where its text is not kept, or is none any more."""
    try:
        whole = assignment_text(text)
        return whole.variant(variant) if variant else whole
    except (Mistakes, KeyError):
        return None


def transport(view: View, wire: Wire) -> Iterator[tuple[str, Miss]]:
    """Whether what people type travels as the task says: seen on the wire, or else by where the server listens."""
    task = _assignment(view.began.assignment, view.began.variant)
    if task is None:
        return
    people = [message for message in wire.messages if message.actor in view.began.accounts and not message.beat]
    wrong = _sent_otherwise(people, view, task) if people else None
    verdict = Verdict.FAILED if ABOUT in view.scenario.tags else Verdict.PASSED
    if wrong is not None:
        yield wrong.actor, replace(_on_the_wire(view, wrong, task.transport), verdict=verdict)
    elif not people:
        yield from ((server, replace(miss, verdict=verdict)) for server, miss in _by_socket(view, task))


def _sent_otherwise(messages: Sequence[Message], view: View, task: Assignment) -> Message | None:
    """The first request of a typed line that went the other way, while none of that line went the right one.

    Lines that move files may: their bytes go by TCP where all else goes by UDP.
    """
    requests = [message for message in messages if message.to == "server" and message.typed is not None]
    right = {message.typed for message in requests if message.transport == task.transport}
    for message in requests:
        event = view.events[message.typed] if message.typed is not None else None
        if message.typed in right or not isinstance(event, Typed):
            continue
        words = event.data.decode(errors="replace").split()
        if not (event.what == "line" and words[:1] and words[0].upper() in task.moves_files):
            return message
    return None


def _on_the_wire(view: View, message: Message, asked: str) -> Miss:
    event = view.events[message.typed] if message.typed is not None else None
    line = event.data.decode(errors="replace").strip() if isinstance(event, Typed) and event.what == "line" else ""
    what = f"sends {say.shown(line, 60)}" if line else "sends who it is"
    seen = f"{_NAMES[message.transport]} to port {message.port}"
    sentence = (f"{say.program(view, message.actor)} {what} over {_NAMES[message.transport]}, "
                f"and the task asks for {_NAMES[asked]}")
    return Miss("transport", sentence, f"{_NAMES[asked]}", seen, where="the wire", likely=_WHY[asked])


_NAMES = {"tcp": "TCP", "udp": "UDP"}
_WHY = {
    "tcp": "a socket of SOCK_DGRAM speaks UDP; TCP is SOCK_STREAM, with listen() and accept() at the server",
    "udp": "a socket of SOCK_STREAM speaks TCP; UDP is SOCK_DGRAM, with sendto() and recvfrom() and no connection",
}


def _by_socket(view: View, task: Assignment) -> Iterator[tuple[str, Miss]]:
    """A server that has no socket of the right transport at all cannot speak it."""
    heard = [event for event in view.events if isinstance(event, Listening) and event.sockets]
    found = {socket for event in heard for socket in event.sockets}
    if not found or any(socket.startswith(task.transport) for socket in found):
        return
    server, other = heard[0].actor, _NAMES[_OTHER[task.transport]]
    where = ", ".join(sorted(found))
    sentence = f"the {server} listens by {other} only ({where}), and the task asks for {_NAMES[task.transport]}"
    yield server, Miss("transport", sentence, f"a {_NAMES[task.transport]} socket", where,
                       where="the server's sockets", likely=_WHY[task.transport])  # fmt: skip
