"""A message that came in pieces, was read to its last byte, and of which nothing came: neither an answer nor an end.

Silence alone proves nothing: a program may hang for other reasons. It is held against the pieces only if the receiver
waits for more of that connection, never got along with pieces of such a message before, and is known to get along
with it whole: by one of the same kind in this play, or by the logins with which it was found out about.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.events import LoginTried, Settled, Typed
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.protocol.broken import TRY, Broken, whereabouts
from harness.judge.protocol.messages import Message, Wire
from harness.judge.view import View
from harness.subject.learnt import PROMPT
from harness.verdict import Finding
from harness.wire import Segment

# How the system calls it when a program waits for bytes.
_READS = ("recvfrom", "recvmsg", "read", "readv", "select", "pselect6", "poll", "ppoll", "epoll_wait", "epoll_pwait")
_Pieces = list[tuple[int, Segment]]


def find_swallowed(view: View, wire: Wire, failed: Finding) -> Broken | None:
    """The message on which the person of this finding waits for ever, if it was swallowed for being cut."""
    there = view.top(failed.step)
    still = [(at, e) for at, e in enumerate(view.events) if isinstance(e, Settled) and there is not None
             and (view.top(e.step) or 0) <= there]  # fmt: skip
    cut = [e for e in view.events if isinstance(e, Segment) and e.condition.startswith("cut")]
    if failed.code != "no-answer" or not still or not cut:
        return None
    at, settled = still[-1]
    tcp = [message for message in wire.messages if message.transport == "tcp" and not message.beat]
    mine = [message for message in tcp if message.actor == failed.actor and message.index < at]
    last = max(mine, key=lambda message: message.done, default=None)
    # Whatever came on that link after it, the receiver did not only wait.
    if last is None or any(other.link == last.link and other.index > last.index for other in tcp):
        return None
    pieces = _pieces(view, last)
    if not _in_pieces(last, pieces) or pieces[-1][0] > at or not _waits(view, settled, last):
        return None
    why = _gets_along_whole(view, tcp, last)
    return _told(view, last, pieces, why) if why else None


def _pieces(view: View, message: Message) -> _Pieces:
    return [(at, e) for at, e in enumerate(view.events) if isinstance(e, Segment) and e.fate == "passed"
            and (e.link, e.to) == (message.link, message.to)
            and e.at < message.at + message.size and e.at + e.size > message.at]  # fmt: skip


def _in_pieces(message: Message, pieces: _Pieces) -> bool:
    """Whether it is a message whose end is known, and came in several segments, all of them."""
    ended = bool(pieces) and pieces[-1][1].at + pieces[-1][1].size >= message.at + message.size
    return message.kind == "message" and message.whole and ended and len(pieces) > 1


def _waits(view: View, settled: Settled, message: Message) -> bool:
    """Whether the receiver waits for bytes of that connection."""
    for wait in settled.waits:
        told, whose = str(wait.get("told", "")), wait.get("actor")
        if str(wait.get("call", "")) not in _READS:
            continue
        if message.to == "client" and whose == message.actor and told.endswith("for an answer from the server"):
            return True
        if message.to == "server" and told.endswith(f"on the connection of {message.actor}"):
            return whose not in view.began.accounts
    return False


def _gets_along_whole(view: View, messages: Sequence[Message], silent: Message) -> str:
    """How it is known that such a message is acted on if it comes whole; "": not at all, or in pieces as well."""
    way = [m for m in messages if (m.to, m.port) == (silent.to, silent.port) and m.done < silent.index]
    answered = [m for m in way if any(o.link == m.link and o.to != m.to and o.index > m.done for o in messages)]
    whole = ""
    for message in answered:
        alike = message.shape == silent.shape
        if len(_pieces(view, message)) == 1:
            whole = f"{say.shown(message.text, 60)} came in one segment, and was acted on" if alike else whole
        elif alike or not whole:
            return ""  # it can put pieces together
    return whole or _by_logins(view, silent)


def _by_logins(view: View, silent: Message) -> str:
    """The first words of a login: they were said on a network that only passes on, when the program was found out."""
    learnt = view.began.subject.get("learnt")
    before = [e for e in view.events[: silent.index] if isinstance(e, LoginTried)]
    if not isinstance(learnt, dict) or PROMPT not in learnt or any(e.result != "hung" for e in before):
        return ""
    typed = view.events[silent.typed] if silent.typed is not None else None
    first = typed is None or (isinstance(typed, Typed) and typed.what == "name")
    return "on a network that only passes on people can log in" if first and not before else ""


def _told(view: View, message: Message, pieces: _Pieces, why: str) -> Broken:
    index, first = pieces[0]
    server = next((actor for actor in view.actors if actor not in view.began.accounts), "server")
    actor = server if message.to == "server" else message.actor
    who = say.program(view, actor)
    got = first.at + first.size - message.at
    sentence = (f"{who} does not put together what several recv() bring: {say.shown(message.text, 60)} came to it in "
                f"{len(pieces):,} segments, it read all of them, and still waits for more; {why}")
    seen = (f"the network ({first.condition}) brought bytes 1 to {got:,} of {message.size:,} as one segment, and the "
            f"rest in {len(pieces) - 1:,} more; then {who} did nothing")
    expected = f"it acts once all {message.size:,} bytes of the message are there"
    miss = Miss("message-cut", sentence, expected, seen, where=whereabouts(message), likely=TRY)
    return Broken(index, first.step, actor, miss, message)
