"""What the network does to the bytes on their way: a few words in, plain data out. Pure.

The same words stand behind `network:` in a scenario and behind `--network` on the command line. What they do
is the stage's business; here they only mean something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from harness.scenario.mistakes import nearest
from harness.scenario.model import Scenario

# Above this a delayed answer is no answer any more: programs are given some 20 s of their own time.
LONGEST_DELAY = 10_000  # milliseconds
_LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that the network does.

    `kind`: pass | cut | glue | delay | reset | lose | repeat | reorder. The last three are about datagrams (UDP),
    `cut`, `glue` and `reset` about streams (TCP).
    `amount`: bytes of `cut` and `reset`, *seconds* of `delay`, the N of `1 in N` of the last three; else 0.
    `position`: which datagram, counted from 1 for each link and direction (`lose the 2nd`); 0: drawn, 1 in `amount`.
    `who`: the handle whose links are meant; "": everybody's.
    `to`: what travels to the `server`, to the `client`, or `both`.
    `text`: as it was said, for people.
    """

    kind: str
    amount: float = 0.0
    position: int = 0
    who: str = ""
    to: str = "both"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """What happens to the bytes of one play. Without a condition all are passed on, and taken down.

    `imposed`: the conditions that were asked for besides those of the scenario, as they were said.
    """

    conditions: tuple[Condition, ...] = ()
    imposed: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The conditions as people say them, each once: "cut 1 and delay 20 ms"."""
        return " and ".join(dict.fromkeys(one.text for one in self.conditions))


class BadCondition(ValueError):
    """Words that mean no condition; `meant` is the nearest that do."""

    def __init__(self, what: str, meant: str = "") -> None:
        super().__init__(what)
        self.meant = meant


# (the first word, how the whole is written, what it does), for the loader's sentences and the language page.
CONDITIONS: tuple[tuple[str, str, str], ...] = (
    ("cut", "cut N", "TCP: segments of N bytes, each sent once the one before has been read."),
    ("glue", "glue", "TCP: all that is sent without an answer between arrives as one segment."),
    ("delay", "delay N ms", "Everything arrives so much later."),
    ("reset", "reset after N bytes", "TCP: the connection is reset once it has carried so many bytes."),
    ("lose", "lose 1 in N", "UDP: datagrams are lost, drawn from the seed; `lose the 2nd` loses exactly that one."),
    ("repeat", "repeat 1 in N", "UDP: datagrams arrive twice; `repeat the 3rd` repeats that one."),
    ("reorder", "reorder 1 in N", "UDP: datagrams arrive after the next; `reorder the 2nd` holds back that one."),
    ("pass", "pass", "Everything is passed on as it came, and recorded."),
)
DATAGRAMS = frozenset({"lose", "repeat", "reorder"})
_WRITTEN = {word: written for word, written, _ in CONDITIONS}
# The smallest N of `1 in N`: if every datagram were lost, or held back until the next one passed, none would arrive.
_FEWEST = {"lose": 2, "reorder": 2, "repeat": 1}
_FROM_TO = re.compile(r"(.*?)\s+(to|from)\s+(\S.*)")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_PLACE = re.compile(r"(\d{1,9})(st|nd|rd|th)?")


def parse_condition(text: str, server: str | None = None) -> Condition:
    """What `cut 1 to yoda` means. Raises BadCondition.

    `to NAME`: what travels to that person's client; `from NAME`: what it sends. The role that listens (`server`)
    may be named as well: `to server` is what everybody sends. Who exists is not known here.
    """
    said = " ".join(text.split())
    whom = _FROM_TO.fullmatch(said)
    who, to = "", "both"
    if whom:
        who, to = whom[3], "client" if whom[2] == "to" else "server"
        if who == server:
            who, to = "", "server" if whom[2] == "to" else "client"
        elif who == "everyone":
            who = ""
    kind, _, rest = (whom[1] if whom else said).partition(" ")
    if kind not in _READ:
        meant = _meant(kind)
        known = "" if meant else f": expected {', '.join(list(_WRITTEN)[:-1])} or {list(_WRITTEN)[-1]}"
        raise BadCondition(f"unknown network condition {said!r}{known}", meant)
    amount, position = _READ[kind](kind, rest)
    return Condition(kind, amount, position, who, to, said)


def under(scenario: Scenario, said: Sequence[str], server: str | None) -> Scenario:
    """The scenario under these conditions besides its own (`--network`). Raises BadCondition.

    Whom one of them names need not be in every scenario's cast: where nobody is called so, it changes nothing.
    """
    if not said:
        return scenario
    own = scenario.network or Network()
    more = (one for text in said for one in _each(parse_condition(text, server), scenario))
    return replace(scenario, network=Network((*own.conditions, *more), (*own.imposed, *said)))


def crowds(scenario: Scenario) -> set[str]:
    """What the crowds of this scenario's cast are called: "crowd" of crowd1 to crowd8."""
    return {person.handle.rstrip("0123456789") for person in scenario.cast if person.crowd}


def _each(condition: Condition, scenario: Scenario) -> list[Condition]:
    """A condition that names a crowd, for each of it."""
    if condition.who not in crowds(scenario):
        return [condition]
    members = [person.handle for person in scenario.cast
               if person.crowd and person.handle.rstrip("0123456789") == condition.who]  # fmt: skip
    return [replace(condition, who=handle) for handle in members]


def in_vain(said: Sequence[str], server: str | None, transport: str) -> str:
    """Which of these conditions change nothing for a task of this transport, as a sentence; "": none."""
    about = [text for text in said if parse_condition(text, server).kind in DATAGRAMS]
    if not about or transport != "tcp":
        return ""
    verb = "is" if len(about) == 1 else "are"
    return (f"--network: {' and '.join(about)} {verb} about datagrams, and this task asks for TCP: "
            "to programs that send none, it changes nothing.")  # fmt: skip


def _meant(word: str) -> str:
    near = nearest(word, _WRITTEN)
    return _WRITTEN.get(near, "")


def _nothing(kind: str, rest: str) -> tuple[float, int]:
    if rest:
        raise BadCondition(f"`{kind}` takes nothing behind it, got {rest!r}", kind)
    return 0.0, 0


def _bytes(kind: str, rest: str) -> tuple[float, int]:
    return float(_whole(kind, rest.removesuffix(" bytes").removesuffix(" byte"), "bytes")), 0


def _after(kind: str, rest: str) -> tuple[float, int]:
    number = rest.removeprefix("after ")
    if number == rest or not rest.endswith((" bytes", " byte")):
        raise _wanted(kind, rest)
    return _bytes(kind, number)


def _milliseconds(kind: str, rest: str) -> tuple[float, int]:
    number = rest.removesuffix("ms").rstrip()
    if _NUMBER.fullmatch(rest):
        raise BadCondition("`delay` needs its unit", f"{kind} {rest} ms")
    if number == rest or not _NUMBER.fullmatch(number):
        raise _wanted(kind, rest)
    if not 0 < float(number) <= LONGEST_DELAY:
        raise BadCondition(f"expected a delay of more than 0 and at most {LONGEST_DELAY:,} ms, got {number}")
    return float(number) / 1000, 0


def _datagrams(kind: str, rest: str) -> tuple[float, int]:
    """`1 in N`, or `the 2nd`."""
    if rest.startswith("the "):
        return 0.0, _position(kind, rest.removeprefix("the "))
    share, _, number = rest.partition(" in ")
    if share != "1" or not number:
        if _PLACE.fullmatch(rest):
            raise _wanted(kind, rest, f"{kind} the {_ordinal(rest)}")
        raise _wanted(kind, rest, f"{kind} 1 in N" if number else "")
    found = _whole(kind, number, "datagrams", fewest=0)
    if found < _FEWEST[kind]:
        raise BadCondition(f"`{kind} 1 in {found}` cannot be: expected `1 in {_FEWEST[kind]}` or more")
    return float(found), 0


def _position(kind: str, text: str) -> int:
    place = _PLACE.fullmatch(text)
    if place is None or int(place[1]) < 1:
        raise BadCondition(f"expected a place such as `{kind} the 2nd`, counted from 1, got {text!r}")
    if text != _ordinal(text):
        raise BadCondition(f"{text!r} is no place", f"{kind} the {_ordinal(text)}")
    return int(place[1])


def _ordinal(text: str) -> str:
    number = int(re.sub(r"\D", "", text))
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _whole(kind: str, text: str, of: str, fewest: int = 1) -> int:
    if not re.fullmatch(r"\d{1,12}", text):
        raise _wanted(kind, text)
    if not fewest <= int(text) <= _LARGEST:
        raise BadCondition(f"`{kind}` of {int(text)} {of} cannot be: expected 1 to {_LARGEST:,}")
    return int(text)


def _wanted(kind: str, got: str, meant: str = "") -> BadCondition:
    rest = f", got {got!r}" if got else ""
    return BadCondition(f"`{kind}` is said as `{_WRITTEN[kind]}`{rest}", meant)


_READ: dict[str, Callable[[str, str], tuple[float, int]]] = {
    "pass": _nothing, "glue": _nothing, "cut": _bytes, "delay": _milliseconds, "reset": _after,
    "lose": _datagrams, "repeat": _datagrams, "reorder": _datagrams,
}  # fmt: skip
