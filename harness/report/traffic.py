"""What the protocol of a program looks like and costs: its framing, its messages by kind, its connections. For -v."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from harness.events import Settled, Typed
from harness.judge.protocol.figures import Connections, Trip, connections, readable_passwords, trips
from harness.judge.protocol.framing import Framing, Kind
from harness.judge.protocol.messages import Message, Wire
from harness.report.page import BLANK, Block, Column, Grid, Line, Span, Style, line
from harness.report.report import Played
from harness.report.words import cut

# So many kinds of messages are listed, the most frequent first; the rest is counted.
MOST = 40
_VAGUE = ("text", "binary", "(empty)", "pickle", "password", "raw bytes")


@dataclass(frozen=True, slots=True)
class Sort:
    """All messages of one kind: how many, how large, and how long until they were answered."""

    name: str
    to: str
    count: int
    size: int
    times: Sequence[float]  # seconds until the answer, sorted; empty for answers


def traffic(play: Played) -> list[Block]:
    """Tables and lines; nothing where the wire was not watched."""
    wire = Wire(play.recording.events)
    if not wire.links or not wire.messages:
        return []
    blocks: list[Block] = [BLANK, *framed(wire), BLANK, _table(sorts(wire))]
    return [*blocks, *(line(Span(text, Style.QUIET), indent=2) for text in _sentences(wire))]


def framed(wire: Wire) -> list[Line]:
    """The framing verdict, one line for each port and direction that was used."""
    told = []
    for (transport, port, to), framing in wire.framings.items():
        if framing.messages:
            way = Span(f"{transport} {port}, to the {'server' if to == 'server' else 'clients'}: ", Style.QUIET)
            told.append(line(way, _verdict(framing), Span(f" ({framing.why})", Style.QUIET), indent=2))
    return told


def _verdict(framing: Framing) -> str:
    if framing.kind is Kind.UNKNOWN:
        return "what frames a message cannot be told"
    if framing.kind is Kind.NONE:
        return "nothing was found that frames a message"
    return framing.name if framing.confidence == "sure" else f"most likely {framing.name}"


def sorts(wire: Wire) -> list[Sort]:
    """The messages by kind: requests with the time until their answer, and answers; the most frequent first."""
    found: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)
    waited: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    open_requests: dict[int, tuple[tuple[str, str], Message]] = {}
    still = [event.t for event in wire.events if isinstance(event, Settled)]
    for message in wire.messages:
        key = _name(message, wire), message.to
        found[key].append(message)
        if message.to == "server":
            open_requests[message.link] = key, message
        elif message.link in open_requests:
            asked, request = open_requests.pop(message.link)
            # What is held to be let go of at one instant is held until all is still: nobody waits for the server then.
            let_go = still[bisect_left(still, message.ended) - 1] if still and still[0] < message.ended else 0.0
            waited[asked].append(max(0.0, message.ended - max(request.ended, let_go)))
    made = [Sort(name, to, len(mine), sum(m.size for m in mine), sorted(waited[name, to]))
            for (name, to), mine in found.items()]  # fmt: skip
    return sorted(made, key=lambda one: (one.to != "server", -one.count, one.name))


def _name(message: Message, wire: Wire) -> str:
    """What kind of message it is; where its content does not say, which typed line it was for."""
    event = wire.events[message.typed] if message.typed is not None else None
    if message.kind == "raw":
        return "bytes of a file"
    if message.beat:
        return f"{message.shape} (by itself)"
    typed = event.data.decode(errors="replace").split() if isinstance(event, Typed) else []
    own = isinstance(event, Typed) and event.what == "name" and message.shape in typed
    if not (own or message.shape in _VAGUE or _is_id(message.shape)) or not isinstance(event, Typed):
        return message.shape
    what = typed[0] if event.what == "line" and typed else f"a {event.what}"
    return f"({'for' if message.to == 'server' else 'answer to'} {what})"


def _is_id(shape: str) -> bool:
    """A token, new in each play, names no kind of message."""
    return len(shape) >= 8 and sum(char.isdigit() for char in shape) >= 3


def _table(found: Sequence[Sort]) -> Grid:
    columns = [Column("to", style=Style.QUIET), Column("message", share=1), Column("count", right=True),
               Column("bytes", right=True), Column("p50", right=True), Column("p95", right=True),
               Column("max", right=True)]  # fmt: skip
    rows = [_cells(one) for one in found[:MOST]]
    if len(found) > MOST:
        rest = found[MOST:]
        rows.append([Span(""), Span(f"{len(rest)} more kinds", Style.QUIET), Span(f"{sum(o.count for o in rest):,}"),
                     Span(f"{sum(o.size for o in rest):,}"), Span(""), Span(""), Span("")])  # fmt: skip
    return Grid(columns, rows)


def _cells(one: Sort) -> list[Span]:
    times = (Span(milliseconds(one.times, share)) for share in (0.5, 0.95, 1.0))
    return [Span(one.to), Span(cut(one.name, 60)), Span(f"{one.count:,}"), Span(f"{one.size:,}"), *times]


def milliseconds(times: Sequence[float], share: float) -> str:
    """A percentile: the smallest of these times that is not less than this share of them."""
    if not times:
        return ""
    place = min(len(times) - 1, max(0, -int(-share * len(times) // 1) - 1))
    value = times[place] * 1000
    return f"{value:.2f} ms" if value < 10 else f"{value:,.0f} ms"


def _sentences(wire: Wire) -> list[str]:
    """Round trips, connections, and what anybody can read."""
    said = [_round_trips(trips(wire))]
    tcp, udp = connections(wire), connections(wire, "udp")
    if tcp.opened:
        said.append(_ends(tcp))
    if udp.opened:
        said.append(f"{udp.opened} port{'s' if udp.opened != 1 else ''} of clients by UDP.")
    readable = readable_passwords(wire)
    if readable:
        who = ", ".join(dict.fromkeys(one.actor or "somebody" for one in readable))
        said.append(f"Anybody on the way can read the passwords of {who}; the task may not ask for more.")
    return [text for text in said if text]


def _round_trips(found: Sequence[Trip]) -> str:
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for trip in found:
        if trip.line:
            lines[trip.line.split(" ", 1)[0]].append(trip.round_trips)
    by_count: defaultdict[str, list[str]] = defaultdict(list)
    for word, counts in lines.items():
        least, most = min(counts), max(counts)
        by_count[str(most) if least == most else f"{least} to {most}"].append(cut(word, 20))
    told = "; ".join(f"{count} for {', '.join(words)}" for count, words in sorted(by_count.items()))
    return f"Round trips: {told}." if told else ""


def _ends(count: Connections) -> str:
    what = f"{count.opened} connection{'s' if count.opened != 1 else ''}"
    ended = [(count.by_client, "closed first by the client"), (count.by_server, "closed first by the server"),
             (count.by_network, "ended by the network"), (count.refused, "refused"),
             (count.left, "open at the end")]  # fmt: skip
    told = ", ".join(f"{number} {words}" for number, words in ended if number)
    reset = f" ({count.reset} by a reset)" if count.reset else ""
    return f"{what}, {count.most} at once at most: {told}{reset}."
