"""The terminals of one play as rows in the order of time: a recording, made readable.

A row belongs to one actor, or to all. The views lay rows out side by side; how
much of a long transcript is worth showing is decided here (`around`, `folded`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby, takewhile

from harness.box.words import amount
from harness.events import (
    Capped,
    Event,
    Exceeded,
    Exited,
    Noted,
    NotTyped,
    Output,
    Settled,
    Signalled,
    Started,
    StepBegan,
    Typed,
)
from harness.recording import Recording
from harness.scenario.matching import visible

# A flood of one actor between two inputs is folded before it is even read: 25 MB are half a million rows.
FLOOD = 2_000


class Kind(StrEnum):
    """What a row shows."""

    PRINTED = "printed"
    PROMPT = "prompt"  # printed, with no newline, and waiting
    TYPED = "typed"
    EVENT = "event"  # left, was killed, was started again
    STEP = "step"  # a step of the scenario, across all terminals
    NOTE = "note"  # a remark of the harness, across all terminals
    FOLDED = "folded"  # `count` rows that are not shown


@dataclass(frozen=True, slots=True)
class Row:
    """One line at one terminal (`actor` "": across all of them), `t` seconds into the play."""

    t: float
    step: int | None
    actor: str
    kind: Kind
    text: str
    marked: bool = False
    count: int = 0


def columns(recording: Recording) -> list[str]:
    """The actors in the order in which they were started (or first did anything)."""
    seen: dict[str, None] = {}
    for event in recording.events:
        if isinstance(event, Started | Typed | NotTyped | Output | Exited | Signalled):
            seen.setdefault(event.actor)
    return list(seen)


def rows(recording: Recording) -> list[Row]:
    """Everything that was typed and printed, with the steps it belongs to. A line's time is that of its first byte."""
    screens: dict[str, _Screen] = {}
    placed: list[tuple[int, Row]] = []
    for index, event in enumerate(recording.events):
        if isinstance(event, Output):
            screens.setdefault(event.actor, _Screen(event.actor)).chunks.append((index, event))
            continue
        # Whatever happens at a terminal ends the line that stands there unfinished.
        if isinstance(event, Typed | NotTyped | Exited | Capped) and event.actor in screens:
            placed += screens[event.actor].flush(prompt=not isinstance(event, Exited | Capped))
        if isinstance(event, Typed) and event.what != "raw":
            screens.setdefault(event.actor, _Screen(event.actor)).echo = visible(event.data).strip()
        row = _row(event)
        if row is not None:
            placed.append((index, row))
    for screen in screens.values():
        placed += screen.flush(prompt=True)
    return [row for _, row in sorted(placed, key=lambda pair: pair[0])]


@dataclass(slots=True)
class _Screen:
    """What one actor printed since it was last typed to."""

    actor: str
    chunks: list[tuple[int, Output]] = field(default_factory=list)
    last: str = ""  # the prompt that stood when somebody typed
    echo: str = ""  # what was typed, while the program may still print it back

    def flush(self, prompt: bool) -> Iterator[tuple[int, Row]]:
        """The lines that came, and forget them. `prompt`: an unfinished one asks for input."""
        lines = list(_lines(self.chunks))
        self.chunks = []
        shown = [*lines[: FLOOD // 2], *lines[-FLOOD // 2 :]] if len(lines) > FLOOD else lines
        for number, (index, first, data, ended) in enumerate(shown):
            if len(lines) > FLOOD and number == FLOOD // 2:
                yield index, Row(first.t, first.step, self.actor, Kind.FOLDED, "", count=len(lines) - FLOOD)
            text = visible(data).rstrip()
            if not text.strip() or self._is_echo(text.strip()):
                continue
            asks = prompt and not ended
            self.last = text.strip() if asks else self.last
            yield index, Row(first.t, first.step, self.actor, Kind.PROMPT if asks else Kind.PRINTED, text)

    def _is_echo(self, text: str) -> bool:
        # readline in the program under test prints what is typed, at times with the prompt once more:
        # the typed row says so already. Only the first line can be it, and only the whole line.
        echo, self.echo = self.echo, ""
        return bool(echo) and text in (echo, f"{self.last} {echo}", self.last + echo)


def _lines(chunks: Sequence[tuple[int, Output]]) -> Iterator[tuple[int, Output, bytes, bool]]:
    """Chunks as lines: the event a line began in, its bytes, and whether a newline ended it."""
    held: list[bytes] = []
    start: tuple[int, Output] | None = None
    for index, event in chunks:
        for piece in _cut(event.data):
            start = start or (index, event)
            held.append(piece)
            if piece.endswith(b"\n"):
                yield *start, b"".join(held), True
                held, start = [], None
    if start is not None:
        yield *start, b"".join(held), False


def _cut(data: bytes) -> list[bytes]:
    *whole, last = data.split(b"\n")
    return [piece + b"\n" for piece in whole] + ([last] if last else [])


def _row(event: Event) -> Row | None:
    """The row of anything but output, or None for what a transcript does not show."""
    match event:
        case StepBegan(text=text):
            return Row(event.t, event.step, "", Kind.STEP, text)
        case Typed(actor=actor, data=data, what=what):
            text = visible(data).rstrip("\r\n") if what in ("line", "name", "password") else _keys(data)
            return Row(event.t, event.step, actor, Kind.TYPED, text)
        case NotTyped(actor=actor, data=data, why=why):
            return Row(event.t, event.step, actor, Kind.EVENT, f"could not be typed: {visible(data).strip()} ({why})")
        case Exited(actor=actor) if not event.by_us or event.step is not None:  # the end of every play is no news
            return Row(event.t, event.step, actor, Kind.EVENT, _exit(event))
        case Signalled(actor=actor, signal=signal):
            return Row(event.t, event.step, actor, Kind.EVENT, f"got {signal}")
        case Started(actor=actor, life=life) if life > 1:
            return Row(event.t, event.step, actor, Kind.EVENT, "started again")
        case Capped(actor=actor, limit=limit, what=what):
            return Row(event.t, event.step, actor, Kind.EVENT, f"{what} past {limit:,} bytes was not kept")
        case Exceeded(actor=actor, what=what, bound=bound):
            return Row(event.t, event.step, actor, Kind.EVENT, f"took more than {amount(what, bound)}, and is ended")
        case Settled(evidence=evidence, cause=cause) if cause and evidence in _TROUBLE:
            return Row(event.t, event.step, "", Kind.NOTE, f"{_TROUBLE[evidence]}: {cause}")
        case Noted(text=text):
            return Row(event.t, event.step, "", Kind.NOTE, text)
    return None


# Where a play stood still because something is amiss. (That a server waits for clients goes without saying.)
_TROUBLE = {"stuck": "stuck", "spinning": "spinning", "gave-up": "no answer in time"}


def _keys(data: bytes) -> str:
    """Keys as people name them: b"\\x04" is ctrl-d; other bytes as they are written in a scenario."""
    if len(data) == 1 and 1 <= data[0] <= 26:
        return f"[ctrl-{chr(data[0] + 96)}]"
    return f"[{ascii(data)[2:-1]}]"


def _exit(event: Exited) -> str:
    if event.by_us:
        return "ended by the harness"
    return f"killed by {event.signal}" if event.signal else f"left, exit status {event.status}"


def around(found: Sequence[Row], step: int | None, actor: str = "", seen: str = "", after: int = 4) -> list[Row]:
    """The rows up to the end of this step and `after` more, the step itself marked; all of them for None. Then so many
    more of this actor's, as long as nobody types there: with many at one instant they stand behind everybody's.

    Marked too are the lines of `seen` that this actor printed since somebody last typed there: what was judged.
    Other steps are left out if what was typed says them already, or if there is one to look for.
    """
    typed = {row.step for row in found if row.kind is Kind.TYPED}
    kept = [
        replace(row, marked=row.kind is Kind.STEP and step is not None)
        for row in found
        if row.kind is not Kind.STEP or (row.step not in typed if step is None else row.step == step)
    ]
    end = next((i + 1 for i in reversed(range(len(kept))) if kept[i].step == step), len(kept))
    if step is None:
        return kept
    mine = ((at, row) for at, row in enumerate(kept[end:]) if actor and row.actor == actor)
    unasked = takewhile(lambda pair: pair[1].kind is not Kind.TYPED, mine)
    rest = [row for at, row in unasked if at >= after]
    return [*_judged(kept[:end], actor, seen), *kept[end : end + after], *rest[:after]]


def _judged(found: Sequence[Row], actor: str, seen: str) -> list[Row]:
    lines = {line.strip() for line in seen.split("\n")}
    since = max((i for i, row in enumerate(found) if row.actor == actor and row.kind is Kind.TYPED), default=0)
    return [
        replace(row, marked=True)
        if i > since and row.actor == actor and row.kind is Kind.PRINTED and row.text.strip() in lines
        else row
        for i, row in enumerate(found)
    ]


def folded(found: Sequence[Row], keep: int = 40, stretch: int = 12) -> list[Row]:
    """The rows without their long stretches: few of a kind, and `keep` of them before the marked step."""
    short = list(_each_stretch(found, stretch))
    mark = next((i for i, row in enumerate(short) if row.marked and row.kind is Kind.STEP), len(short))
    return [*_fold(short[: max(0, mark - keep)], 3), *short[max(0, mark - keep) :]]


def _each_stretch(found: Sequence[Row], stretch: int) -> Iterator[Row]:
    for _, same in groupby(found, key=lambda row: (row.actor, row.kind in (Kind.PRINTED, Kind.FOLDED))):
        run = list(same)
        half = stretch // 2
        if len(run) > stretch + 2 and run[0].kind is Kind.PRINTED:
            yield from (*run[:half], *_fold(run[half:-half], 1), *run[-half:])
        else:
            yield from run


def _fold(found: Sequence[Row], least: int) -> Iterable[Row]:
    """One row in the place of these, unless they are too few to be worth it."""
    if len(found) <= least:
        return found
    actors = {row.actor for row in found}
    count = sum(row.count or 1 for row in found)
    first = found[0]
    return [Row(first.t, first.step, actors.pop() if len(actors) == 1 else "", Kind.FOLDED, "", count=count)]
