"""The messages on the wire, one by one: when, which way, how large, what they say, and which typed line they belong to.

Passwords are seen for what they are and never shown: `secret` says that one was readable here.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote, quote_plus

from harness.events import Began, Event, Settled, Typed
from harness.judge.protocol.framing import Framing, Kind, framings
from harness.judge.protocol.readable import Content, content, raw
from harness.judge.protocol.streams import Link, Stream, links
from harness.judge.protocol.walk import Piece

HIDDEN = "***"
# Shorter ones stand in other words by chance; that they are passwords cannot be seen.
_SHORTEST = 3
_SHORT = 4
_READ = 4_096
_BINARY = (Kind.LENGTH, Kind.RECORD, Kind.DATAGRAM)
_SELF_TOLD = b"\x80"  # a pickle
_MACHINE = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_HEAD = 12
# What is sent so often while nobody waits for an answer is a beat, and nothing that anybody typed.
_BEATS = 2


@dataclass(frozen=True, slots=True)
class Message:
    """One message, or the bytes of a file between two (`kind`: message | raw | rest | unread).

    `index` and `done` are the events that brought its first and its last byte, at `t` and `ended`. `typed` is the
    event of the line that it belongs to, None: nobody's. `beat`: sent again and again with nothing typed.
    """

    link: int
    actor: str
    to: str
    port: int
    transport: str
    kind: str
    index: int
    done: int
    t: float
    ended: float
    step: int | None
    at: int
    size: int
    text: str
    shape: str
    typed: int | None = None
    beat: bool = False
    secret: bool = False
    data: bytes = b""  # its content as it came, without what frames it, as far as it was kept
    whole: bool = True  # all of it was kept, and it came to its end

    @property
    def sender(self) -> str:
        """Which side said it."""
        return "client" if self.to == "server" else "server"


class Wire:
    """All that one recording says of the wire, read once."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events

    @cached_property
    def links(self) -> list[Link]:
        """Every link, in the order in which they came."""
        return links(self.events)

    @cached_property
    def framings(self) -> dict[tuple[str, int, str], Framing]:
        """What frames the messages: by transport, port, and the side that they travel to."""
        return framings(self.links)

    @cached_property
    def messages(self) -> list[Message]:
        """Every message, in the order in which they were complete."""
        typed = _Typed(self.events)
        found = [pair for link in self.links for to in ("server", "client") for pair in self._of(link, to, typed)]
        found.sort(key=lambda pair: (pair[0].done, pair[0].link, pair[0].at))
        return _with_beats(_with_kinds(found, self.framings), typed)

    def _of(self, link: Link, to: str, typed: _Typed) -> Iterator[tuple[Message, bytes]]:
        """The messages that travel one way on a link, each with its first bytes."""
        stream = link.stream(to)
        framing, hidden = self.framings[link.transport, link.port, to], typed.hidden(link.actor)
        known = _Known(stream)
        for number, piece in enumerate(framing.pieces.get(link.number, ())):
            first, last = stream.chunk_of(piece.at), stream.chunk_of(max(piece.at, piece.end - 1))
            if framing.kind is Kind.DATAGRAM:  # an empty one begins where the next one does
                first = last = stream.chunks[number]
            head = known.bytes(piece.at, min(piece.at + framing.offset, piece.begin))
            data = known.bytes(piece.begin, piece.stop)
            said = _said(piece, head, data, framing)
            before = typed.before(link.actor, first.index)
            said, secret = hidden.content(data, said, typed.was_password(before))
            message = Message(link.number, link.actor, to, link.port, link.transport, piece.kind, first.index,
                              last.index, first.t, last.t, last.step, piece.at, piece.end - piece.at, said.text,
                              said.shape, before, secret=secret, data=data if piece.kind != "raw" else b"",
                              whole=piece.kind in ("message", "raw") and len(data) == piece.stop - piece.begin)
            yield message, (head + data[:_HEAD])[:_HEAD]


class _Known:
    """The known bytes of one stream, asked for in order."""

    def __init__(self, stream: Stream) -> None:
        self._runs, self._starts = stream.runs, [run.start for run in stream.runs]

    def bytes(self, begin: int, end: int) -> bytes:
        """These bytes, as far as they are known from the first one on."""
        place = bisect_right(self._starts, begin) - 1
        if place < 0 or begin >= min(end, self._runs[place].end):
            return b""
        run = self._runs[place]
        return run.data[begin - run.start : end - run.start]


def _said(piece: Piece, head: bytes, data: bytes, framing: Framing) -> Content:
    """What a piece says."""
    if piece.kind == "raw" or (not data and piece.stop > piece.begin):
        return raw(piece.end - piece.at)
    # A letter for the kind of message, the length, and then what it says.
    return content(head + b" " + data) if head.isalpha() and framing.kind is Kind.DIGITS else content(data)


class _Hidden:
    """Takes passwords out of what is shown.

    A long one, or one with a sign in it, is taken out wherever it stands; a short one also stands in other words, and
    is taken out whole unless (`near`) a password was typed just before.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        forms = {form for secret in secrets for form in (
            secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1],
            base64.b64encode(secret.encode()).decode())}  # fmt: skip
        longest = sorted(forms, key=len, reverse=True)
        whole = [re.escape(form) if len(form) > _SHORT or not form.isalnum() else
                 rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])" for form in longest]  # fmt: skip
        self._forms = forms
        self._whole = re.compile("|".join(whole)) if whole else None
        self._anywhere = re.compile("|".join(map(re.escape, longest))) if longest else None

    def content(self, data: bytes, said: Content, near: bool) -> tuple[Content, bool]:
        """The same without passwords, and whether there was one that anybody on the way can read."""
        pattern = self._anywhere if near else self._whole
        if pattern is None:
            return said, False
        text, found = pattern.subn(HIDDEN, said.text)
        secret = bool(found) or pattern.search(data[:_READ].decode("latin-1")) is not None
        # What stands for the kind of a message may be the beginning of a password.
        part = secret and any(said.shape in form for form in self._forms)
        return Content(text, "password" if part else pattern.sub(HIDDEN, said.shape)), secret


class _Typed:
    """What people typed, and while whose answers were awaited."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._lines: defaultdict[str, list[int]] = defaultdict(list)
        self._awaited: defaultdict[str, list[tuple[int, bool]]] = defaultdict(list)
        self._secrets: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._common: dict[str, None] = {}
        self._names: set[str] = set()
        self._hidden: dict[str, _Hidden] = {}
        for index, event in enumerate(events):
            if isinstance(event, Typed):
                self._note_typed(index, event)
            elif isinstance(event, Settled):
                for actor in self._lines if event.watched else event.asks:
                    self._awaited[actor].append((index, False))
            elif isinstance(event, Began):
                self._note_began(event)

    def _note_typed(self, index: int, event: Typed) -> None:
        if not event.goes_on:
            self._lines[event.actor].append(index)
        self._awaited[event.actor].append((index, True))
        if event.what == "password":
            self._secrets[event.actor].setdefault(event.data.decode(errors="replace").strip("\r\n"))

    def _note_began(self, began: Began) -> None:
        for handle, (name, *rest) in began.accounts.items():
            self._names |= {handle, name}
            self._secrets[handle] |= dict.fromkeys(rest)
        # What an assignment calls a password is one, whoever types it.
        self._common = {value: None for name, value in began.values.items() if "password" in name.lower()}

    def secrets(self, actor: str) -> tuple[str, ...]:
        """The passwords that may stand on this person's links. (One that is a name, too, cannot be told from it.)"""
        every = {**self._secrets[actor], **self._common} if actor else {
            **self._common, **{word: None for words in self._secrets.values() for word in words}}  # fmt: skip
        return tuple(word for word in every if len(word) >= _SHORTEST and word not in self._names)

    def hidden(self, actor: str) -> _Hidden:
        """What takes this person's passwords out."""
        if actor not in self._hidden:
            self._hidden[actor] = _Hidden(self.secrets(actor))
        return self._hidden[actor]

    def before(self, actor: str, index: int) -> int | None:
        """The last line that this person had typed by then."""
        lines = self._lines[actor]
        place = bisect_right(lines, index)
        return lines[place - 1] if place else None

    def was_password(self, index: int | None) -> bool:
        """Whether this event is a password that was typed."""
        event = self._events[index] if index is not None else None
        return isinstance(event, Typed) and event.what == "password"

    def awaited(self, actor: str, index: int) -> bool:
        """Whether this person had typed something by then, and not been asked for more since."""
        known = self._awaited[actor]
        place = bisect_right(known, (index, True))
        return bool(place) and known[place - 1][1]


def _with_kinds(found: list[tuple[Message, bytes]], known: dict[tuple[str, int, str], Framing]) -> list[Message]:
    """Binary messages are told apart by the byte of their header that tells them apart, if there is one."""
    ways: defaultdict[tuple[str, int, str], list[bytes]] = defaultdict(list)
    for message, head in found:
        if message.kind == "message":
            ways[message.transport, message.port, message.to].append(head)
    telling = {way: _telling(heads) for way, heads in ways.items() if known[way].kind in _BINARY
               and any(_MACHINE.search(head) for head in heads) and not all(head[:1] in _SELF_TOLD for head in heads)}
    marked = []
    for message, head in found:
        at = telling.get((message.transport, message.port, message.to)) if message.kind == "message" else None
        known_kind = at is not None and len(head) > at
        marked.append(replace(message, shape=_kind(head[at])) if at is not None and known_kind else message)
    return marked


def _kind(byte: int) -> str:
    return f"kind {chr(byte) if 32 < byte < 127 else byte}"


def _telling(heads: Sequence[bytes]) -> int | None:
    """The first byte that has a few values only, and more than one."""
    for at in range(min(map(len, heads), default=0)):
        values = {head[at] for head in heads}
        if 1 < len(values) <= max(2, min(24, len(heads) // 2 + 1)):
            return at
    return None


def _with_beats(found: list[Message], typed: _Typed) -> list[Message]:
    """Mark what programs send by themselves, and what answers it."""
    idle: Counter[tuple[int, str]] = Counter()
    every = Counter((message.port, message.shape) for message in found if message.to == "server")
    for message in found:
        asks = message.to == "server" and message.kind == "message" and message.typed is not None
        alone = asks and not typed.awaited(message.actor, message.index)
        idle[message.port, message.shape] += alone
    beats = {key for key, count in idle.items() if count >= max(_BEATS, every[key] / 4)}
    turns: list[list[Message]] = []
    latest: dict[int, tuple[str, list[Message]]] = {}
    for message in found:
        to, turn = latest.get(message.link, ("", []))
        if message.to != to:
            turn = []
            turns.append(turn)
            latest[message.link] = message.to, turn
        turn.append(message)
    answered: dict[int, bool] = {}
    beating: set[int] = set()
    for turn in turns:
        link, to = turn[0].link, turn[0].to
        if to == "server":
            answered[link] = all((message.port, message.shape) in beats for message in turn)
        beating |= {id(message) for message in turn if answered.get(link)}
    return [replace(message, beat=True) if id(message) in beating else message for message in found]
