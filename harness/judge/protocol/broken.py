"""Which segment broke a program: who takes one recv() for one message fails when messages are cut or glued.

Only asked of a play that failed under a condition that cuts or glues: a program that copes is never accused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.events import Exited, Output
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.protocol.messages import Message, Wire
from harness.judge.protocol.streams import Link
from harness.judge.view import View
from harness.wire import Carried, Segment, Unlinked

_Key = tuple[int, str]
# What to do about both.
TRY = ("keep what recv() brings in a buffer, and take a message out once all of it is there: a newline behind it or a "
        "length in front of it says where it ends")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """A finding, the step in which it happened, and the message that it is about.

    `greeting`: what was done is the first thing that this side said on the link, while the first thing that it was
    told was under way. It may be no answer at all.
    """

    index: int
    step: int | None
    actor: str
    miss: Miss
    message: Message
    greeting: bool = False


def broken(view: View, wire: Wire) -> list[Broken]:
    """Every place where a side acted on half a message, or was given several at once and took one; in order."""
    segments: defaultdict[_Key, list[tuple[int, Segment]]] = defaultdict(list)
    messages: defaultdict[_Key, list[Message]] = defaultdict(list)
    for index, event in enumerate(view.events):
        if isinstance(event, Segment) and event.fate == "passed":
            segments[event.link, event.to].append((index, event))
    for message in wire.messages if segments else ():
        messages[message.link, message.to].append(message)
    found: list[Broken] = []
    for link in wire.links:
        for to in ("server", "client") if link.transport == "tcp" else ():
            key, back = (link.number, to), (link.number, _other(to))
            found += _Way(view, link, to, segments[key], messages[key], messages[back]).broken()
    return sorted(_without_greetings(found), key=lambda one: one.index)


def _without_greetings(found: Sequence[Broken]) -> list[Broken]:
    """Those that are answers for certain, and what may be a greeting of a side that also answers early elsewhere.

    Both ends may speak first, before they have read anything: each stream of Java objects begins so.
    """
    hasty = {one.message.to for one in found if one.miss.code == "message-cut" and not one.greeting}
    return [one for one in found if not one.greeting or one.message.to in hasty]


class _Way:
    """What travels one way on one link, as it was sent and as it arrived."""

    def __init__(self, view: View, link: Link, to: str, segments: Sequence[tuple[int, Segment]],
                 messages: Sequence[Message], other: Sequence[Message]) -> None:  # fmt: skip
        self._view, self._link, self._to, self._segments = view, link, to, segments
        self._messages, self._other = [message for message in messages if message.size], other
        self._starts = [event.at for _, event in segments]
        self._answers = [message.index for message in other]

    def broken(self) -> Iterator[Broken]:
        """What this side did too early, or left undone."""
        done = -1  # when the message before had all arrived
        for message in self._messages:
            mine = self._overlapping(message.at, message.at + message.size)
            if not mine:
                return
            whole = self._whole(mine[-1][1], message)
            if message.kind == "message" and not message.beat and (len(mine) > 1 or not whole):
                yield from self._early(message, mine, mine[-1][0] if whole else len(self._view.events), done)
            done = mine[-1][0]
        yield from self._glued()

    def _overlapping(self, begin: int, end: int) -> Sequence[tuple[int, Segment]]:
        first = max(0, bisect_right(self._starts, begin) - 1)
        last = bisect_right(self._starts, end - 1)
        return [(i, s) for i, s in self._segments[first:last] if s.at + s.size > begin]

    @staticmethod
    def _whole(segment: Segment, message: Message) -> bool:
        return segment.at + segment.size >= message.at + message.size

    def _early(self, message: Message, mine: Sequence[tuple[int, Segment]], whole: int, done: int) -> Iterator[Broken]:
        """Whether the receiver acted before the last byte had come, on this message and no earlier one."""
        if done >= 0 and bisect_right(self._answers, done) == bisect_right(self._answers, mine[0][0]):
            return  # the one before may be what is answered here
        silent = done < 0 and not bisect_right(self._answers, mine[0][0])
        for at in range(mine[0][0] + 1, min(whole, len(self._view.events))):
            did, greeting = self._did(at), silent and isinstance(self._view.events[at], Carried)
            if did:
                index, segment = [pair for pair in mine if pair[0] < at][-1]
                yield replace(self._cut(message, index, segment, did), greeting=greeting)
                if not greeting:
                    return

    def _did(self, at: int) -> str:
        """What the receiver did in this event, "" for nothing of its own."""
        event, link = self._view.events[at], self._link.number
        if isinstance(event, Carried) and event.link == link and event.to == _other(self._to):
            said = self._other[max(0, bisect_right(self._answers, at) - 1)] if self._other else None
            word = "answered" if self._to == "server" else "went on with"
            return "" if said is None or said.beat else f"{word} {say.shown(_begun(said, event.size), 60)}"
        if isinstance(event, Unlinked) and event.link == link and event.by == self._to:
            return "closed the connection" if event.how == "fin" else "reset the connection"
        mine = self._link.actor if self._to == "client" else self._server()
        if isinstance(event, Exited) and event.actor == mine and not event.by_us:
            return say.ending(event)
        if self._to == "client" and isinstance(event, Output) and event.actor == mine and b"Traceback" in event.data:
            return "printed a traceback"
        return ""

    def _server(self) -> str:
        return next((actor for actor in self._view.actors if actor not in self._view.began.accounts), "server")

    @property
    def _who(self) -> tuple[str, str]:
        """The receiver, as an actor and in a sentence."""
        actor = self._server() if self._to == "server" else self._link.actor
        return actor, say.program(self._view, actor) if actor else "the client"

    def _cut(self, message: Message, index: int, segment: Segment, did: str) -> Broken:
        actor, who = self._who
        got = min(segment.at + segment.size - message.at, message.size)
        sentence = (f"{who} took one recv() for a whole message: it had at most {got:,} of {message.size:,} bytes of "
                    f"{say.shown(message.text, 60)}, and {did} before the rest had come")
        piece = f"bytes {max(segment.at - message.at, 0) + 1:,} to {got:,} of {message.size:,}"
        seen = f"the network ({segment.condition}) had brought no more than {piece}, as one segment, when {who} {did}"
        expected = f"it reads until all {message.size:,} bytes of the message are there"
        miss = Miss("message-cut", sentence, expected, seen, where=whereabouts(message), likely=TRY)
        return Broken(index, segment.step, actor, miss, message)

    def _glued(self) -> Iterator[Broken]:
        """Several messages in one segment of which not all were answered, or of which the last was never acted on."""
        for index, segment in self._segments:
            inside = [m for m in self._messages if segment.at <= m.at and m.at + m.size <= segment.at + segment.size]
            if len(inside) < 2:
                continue
            actor, who = self._who
            back = [m for m in self._other if m.index > index and m.step == segment.step and not m.beat]
            sizes = say.several([f"{m.size:,}" for m in inside[:4]])
            did = f"answered {len(back)} of them" if self._to == "server" else "acted on what came first"
            sentence = (f"{who} took one recv() for one message: {len(inside)} messages of {sizes} bytes came to it in "
                        f"one segment, and it {did}")
            piece = f"bytes {segment.at + 1:,} to {segment.at + segment.size:,} of the connection"
            seen = f"the network ({segment.condition}) brought {piece} as one segment; then {who} {did}"
            if self._to == "client" or len(back) < len(inside):
                miss = Miss("messages-glued", sentence, "it takes one message after the other out of what came", seen,
                            where=whereabouts(inside[-1]), likely=TRY)  # fmt: skip
                yield Broken(index, segment.step, actor, miss, inside[-1])


def _begun(message: Message, size: int) -> str:
    """As much of a message as came at first, if its text is all there is of it: behind that may stand another."""
    return message.text[:size] if message.size == len(message.text) else message.text


def _other(to: str) -> str:
    return "client" if to == "server" else "server"


def whereabouts(message: Message) -> str:
    """The connection, which way on it, and when."""
    ends = (message.actor or "a client", "the server")
    sender, receiver = ends if message.to == "server" else ends[::-1]
    return f"connection {message.link}, from {sender} to {receiver}, at {message.t:.3f} s"
