"""An assignment's own protocol: a table of phases and legal moves, and every message held against it.

The table is data (protocol.yaml, in the assignment's folder) and applies only to a program that speaks that protocol,
which is found by the shape of its messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.judge.protocol.framing import Kind
from harness.judge.protocol.messages import HIDDEN, Message, Wire
from harness.scenario.protocol import Table

# A program speaks the protocol if nearly all that it says on the first port is a message of it, and not too little.
_NEARLY_ALL = 0.9
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Illegal:
    """A message that the table does not allow where it came."""

    message: Message
    sentence: str
    expected: str


def speaks(table: Table, wire: Wire) -> int | None:
    """The port at which this protocol is spoken, or None: then the table says nothing about the program."""
    for transport, port in dict.fromkeys((link.transport, link.port) for link in wire.links):
        ways = [wire.framings[transport, port, to].kind for to in ("server", "client")]
        mine = [m for m in wire.messages if (m.transport, m.port, m.kind) == (transport, port, "message")]
        known = sum(_known(table, message) is not None for message in mine)
        if Kind.JSON_LINES in ways and len(mine) >= _ENOUGH and known >= _NEARLY_ALL * len(mine):
            return port
    return None


def _known(table: Table, message: Message) -> tuple[str, str] | None:
    """The phase and the name of a message, if it has the shape of this protocol and a known name."""
    named = _named(table, message)
    return named if named is not None and named[1] in table.phase_of else None


def _named(table: Table, message: Message) -> tuple[str, str] | None:
    try:
        body = json.loads(message.data)
    except (ValueError, RecursionError):
        return None
    phase, name = (body.get(key) for key in table.keys) if isinstance(body, dict) else (None, None)
    return (phase, name) if isinstance(phase, str) and isinstance(name, str) else None


def illegal_moves(table: Table, wire: Wire) -> list[Illegal]:
    """Every message that the table does not allow, in order; none where another protocol is spoken."""
    port = speaks(table, wire)
    if port is None:
        return []
    talks: dict[int, _Talk] = {}
    found = []
    for message in wire.messages:
        if message.port != port:
            continue
        talk = talks.setdefault(message.link, _Talk(table, table.begin))
        # Where something was said that was not kept, nobody knows where the conversation stands.
        talk.lost = talk.lost or (message.kind != "raw" and not message.whole)
        if message.kind == "message" and not talk.lost:
            found += list(talk.hear(message))
    return found


@dataclass(slots=True)
class _Talk:
    """One connection: where it stands, and which requests have no answer yet."""

    table: Table
    state: str
    asked: list[str] = field(default_factory=list)
    lost: bool = False

    def hear(self, message: Message) -> Iterator[Illegal]:
        """Go on by one message; what is illegal is told, and changes nothing."""
        named = _named(self.table, message)
        if named is None:
            yield Illegal(message, f"{_shown(message)} is no message of {self.table.protocol}", "a JSON object with "
                          + " and ".join(self.table.keys))  # fmt: skip
            return
        phase, name = named
        home = self.table.phase_of.get(name)
        if home is None:
            yield Illegal(message, f"{name!r} is no message of {self.table.protocol}", "a message of the table")
        elif phase != home:
            yield Illegal(message, f"{name} belongs to the phase {home}, and was sent as {phase}", home)
        elif message.to == "server":
            yield from self._request(message, name)
        else:
            yield from self._answer(message, name)

    def _request(self, message: Message, name: str) -> Iterator[Illegal]:
        moves = self.table.states[self.state]
        if name not in moves:
            yield Illegal(message, f"a client may not say {name} in the state {self.state!r}", _one_of(list(moves)))
        if name not in moves or moves[name]:
            self.asked.append(name)

    def _answer(self, message: Message, name: str) -> Iterator[Illegal]:
        table = self.table
        asked = self.asked[0] if self.asked else ""
        answers = table.states[self.state].get(asked, {})
        unasked = table.server.get(self.state, {})
        if name in answers or (asked and name in table.refusals):
            self.asked.pop(0)
            self.state = answers.get(name, self.state)
        elif name in unasked or name in table.anywhere:
            self.state = unasked.get(name) or table.anywhere[name]
        elif asked:
            self.asked.pop(0)
            yield Illegal(message, f"{asked} may not be answered with {name} in the state {self.state!r}",
                          _one_of(list(answers)))  # fmt: skip
        else:
            yield Illegal(message, f"the server may not say {name} in the state {self.state!r} with nothing asked",
                          _one_of(list(unasked) + list(table.anywhere)))  # fmt: skip


def _one_of(names: Sequence[str]) -> str:
    return "nothing" if not names else names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _shown(message: Message) -> str:
    text = message.text if len(message.text) <= 60 else f"{message.text[:60]}…"
    return repr(text) if HIDDEN not in text else text
