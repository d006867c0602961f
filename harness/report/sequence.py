"""What passed on the wire as a sequence diagram: a lane for each person and for the server, an arrow for each message.

Pure: rows of text of a width that is given. Whoever draws them sees to it that no content can steer the terminal.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.events import Typed
from harness.judge.protocol.broken import broken
from harness.judge.protocol.messages import Message, Wire
from harness.judge.view import View
from harness.report.page import BLANK, Block, Span, Style, line
from harness.report.report import Played
from harness.report.safe import safe
from harness.report.words import some
from harness.verdict import Finding
from harness.wire import Held, Linked, Unlinked

# How many rows stand before the one that it is about, and at most altogether: a screenful. With -v ten times that.
BEFORE, AFTER = 12, 4
# A lane with its name, the time, what stands behind an arrow; an arrow with less room than the last says nothing.
_NAME, _TIME, _TAIL, _LEAST = 12, 8, 20, 24
_WIRE_CODES = ("message-cut", "messages-glued")
_ENDED = {"fin": "closes the connection", "rst": "resets the connection", "refused": "refuses the connection"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the diagram: a message (`to` server | client), or something that happens at one lane."""

    index: int
    t: float
    step: int | None
    actor: str
    text: str
    to: str = ""
    size: int = 0
    marked: bool = False
    typed: bool = False


def diagram(play: Played, found: Finding | None, width: int, verbose: bool = False) -> list[Block]:
    """The messages around what was found (None: of the whole play); nothing where the wire was not watched."""
    wire = Wire(play.recording.events)
    if not wire.links:
        return []
    every = _marked(list(_rows(wire)), play, wire, found)
    shown = _window(every, play, found, 10 if verbose else 1)
    if not any(row.to for row in shown):
        return []
    names, absent = _lanes(shown, found, width)
    server = next(iter(_servers(play)), "server")
    picture = _Picture(names, server, width)
    rows = [row for row in shown if row.actor in names]
    blocks: list[Block] = [BLANK, line(Span("On the wire", Style.QUIET), indent=2)]
    blocks += [line(Span(text, style), indent=1, whole=True) for text, style in picture.draw(rows)]
    left = f"({some(absent)} not shown for want of room)" if absent else ""
    return [*blocks, line(Span(left, Style.QUIET), indent=8)] if left else blocks


def _servers(play: Played) -> list[str]:
    began = play.recording.began
    actors = [getattr(event, "actor", "") for event in play.recording.events if event.KIND == "started"]
    return [actor for actor in actors if actor not in began.accounts]


def _rows(wire: Wire) -> Iterator[Row]:
    """Everything that the diagram can show, in order; what programs send by themselves again and again is counted."""
    found = [_row(message) for message in wire.messages if not message.beat]
    beats: dict[str, list[Message]] = {}
    for message in wire.messages:
        if message.beat and message.to == "server":
            beats.setdefault(message.actor, []).append(message)
    for actor, mine in beats.items():
        text = f"(asks {len(mine)} times by itself: {mine[0].text[:40]})"
        found.append(Row(mine[0].done, mine[0].ended, mine[0].step, actor, text))
    actors = {link.number: link.actor for link in wire.links}
    counts = Counter(actors.values())
    often = {actor for actor, count in counts.items() if count > 2}
    for index, event in enumerate(wire.events):
        if isinstance(event, Typed) and event.actor in counts:
            hidden = event.what == "password"
            text = "***" if hidden else event.data.decode(errors="replace").strip("\r\n")
            found.append(Row(index, event.t, event.step, event.actor, f"» {text}", typed=True))
        elif isinstance(event, Unlinked) and (actor := actors.get(event.link, "")) not in often:
            by = {"client": "", "server": "the server "}.get(event.by, "the network ")
            found.append(Row(index, event.t, event.step, actor, f"({by}{_ENDED.get(event.how, event.how)})"))
        elif isinstance(event, Linked) and event.actor not in often:
            does = "connects" if event.by == "client" else "is called back"
            found.append(Row(index, event.t, event.step, event.actor, f"({does}, {event.transport} {event.port})"))
        elif isinstance(event, Held) and event.actor in counts:
            does = "releases" if event.released else "holds"
            found.append(Row(index, event.t, event.step, event.actor, f"(the network {does} what goes to {event.to})"))
    yield from sorted(found, key=lambda row: row.index)


def _row(message: Message) -> Row:
    text = " ".join(message.text.split()) or "(empty)"
    return Row(message.done, message.ended, message.step, message.actor, text, message.to, message.size)


def _marked(rows: list[Row], play: Played, wire: Wire, found: Finding | None) -> list[Row]:
    """The same with what it is about marked: the segment that broke a program, or the request without an answer."""
    if found is None:
        return rows
    if found.code in _WIRE_CODES and play.scenario is not None:
        view = View(play.scenario, play.recording)
        one = next((one for one in broken(view, wire) if one.miss.sentence == found.sentence), None)
        if one is not None:
            event = wire.events[one.index]
            text = one.miss.seen.partition(" brought ")[2].partition(" as one segment")[0]
            mark = Row(one.index, event.t, event.step, one.message.actor, f"{text} arrived", one.message.to,
                       getattr(event, "size", 0), marked=True)  # fmt: skip
            return sorted([*rows, mark], key=lambda row: row.index)
    if found.code == "illegal-move":
        # Its place in time stands in the finding, to the millisecond.
        at = next((n for n, row in enumerate(rows) if row.to and f"at {row.t:.3f} s" in found.where), None)
    elif found.code in ("no-answer", "too-slow"):
        mine = [n for n, row in enumerate(rows) if row.actor == found.actor and row.to and row.step == found.step]
        at = mine[-1] if mine and rows[mine[-1]].to == "server" else None
    else:
        return rows
    return rows if at is None else [replace(row, marked=n == at) for n, row in enumerate(rows)]


def _window(rows: list[Row], play: Played, found: Finding | None, factor: int) -> list[Row]:
    """As many as there is room for: up to the marked one and a little behind, or up to the end of the step."""
    end = len(rows)
    if found is not None and found.step is not None:
        mark = next((n for n, row in enumerate(rows) if row.marked), None)
        last = [n for n, row in enumerate(rows) if row.step is not None and row.step <= found.step]
        end = mark + 1 if mark is not None else last[-1] + 1 if last else 0
        return rows[max(0, end - BEFORE * factor) : end + (AFTER * factor if mark is not None else 0)]
    most = (BEFORE + AFTER) * factor
    return rows[:most]


def _lanes(rows: Sequence[Row], found: Finding | None, width: int) -> tuple[list[str], list[str]]:
    """Whose lanes there is room for, in the order in which they came; and who is left out."""
    seen = list(dict.fromkeys(row.actor for row in rows))
    room = 1 + max(0, (width - _TIME - 2 - _LEAST - _TAIL) // _NAME)
    about = [row.actor for row in rows if row.marked] or ([found.actor] if found else [])
    wanted = list(dict.fromkeys([name for name in (*about, *seen) if name in seen]))[:room]
    return [name for name in seen if name in wanted], [name or "somebody" for name in seen if name not in wanted]


class _Picture:
    """Lanes at fixed places: people on the left, the server on the right, what a message says in the last gap."""

    def __init__(self, names: Sequence[str], server: str, width: int) -> None:
        self._names, self._server = list(names), server
        self._places = {name: _TIME + 2 + number * _NAME for number, name in enumerate(names)}
        self._last = max(self._places.values(), default=_TIME + 2)
        self._right = max(self._last + _LEAST, min(width - _TAIL, self._last + 88))

    def draw(self, rows: Sequence[Row]) -> Iterator[tuple[str, Style]]:
        """The rows as text, the names of the lanes on top."""
        head = " " * (_TIME + 2)
        for name in self._names:
            head += _fit(name or "?", _NAME - 1).ljust(_NAME)
        yield _put(head, self._right - len(self._server) // 2, self._server).rstrip(), Style.STRONG
        for row in rows:
            yield self._one(row), _style(row)

    def _one(self, row: Row) -> str:
        cells = [" "] * (self._right + 1)
        for place in (*self._places.values(), self._right):
            cells[place] = "│"
        own = self._places[row.actor]
        mark = "▶" if row.marked else " "
        time = f"{mark}{row.t:>{_TIME - 1}.3f}"
        if not row.to:
            text = _fit(row.text, self._right - own - 3)
            return time + _over(cells, own + 2, text)[_TIME:].rstrip()
        for place in range(own + 1, self._right):
            cells[place] = "┼" if cells[place] == "│" else "─"
        cells[self._right - 1 if row.to == "server" else own + 1] = "▶" if row.to == "server" else "◀"
        text = f" {_fit(row.text, self._right - self._last - 8)} "
        size = f"  {row.size:,} B" + ("   ◀ here" if row.marked else "")
        return time + _over(cells, self._last + 4, text)[_TIME:] + size


def _style(row: Row) -> Style:
    if row.marked:
        return Style.FAILED
    return Style.TYPED if row.typed else Style.PLAIN if row.to else Style.QUIET


def _over(cells: list[str], at: int, text: str) -> str:
    """The cells with a text over them, which may take two cells a letter."""
    return "".join(cells[:at]) + text + "".join(cells[at + _wide(text) :])


def _put(row: str, at: int, text: str) -> str:
    return row[:at].ljust(at) + text


def _wide(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
               for char in text)  # fmt: skip


def _fit(text: str, room: int) -> str:
    """The text as it is shown, cut to so many cells."""
    text = safe(text.replace("\t", " ").replace("\n", " "))
    if _wide(text) <= room:
        return text
    while text and _wide(text) > room - 1:
        text = text[: len(text) - max(1, (_wide(text) - room) // 2)]
    return f"{text}…"
