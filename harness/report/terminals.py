"""The terminals of one play side by side, as blocks: which of them fit the page, and what their rows say."""

from __future__ import annotations

from collections.abc import Sequence

from harness.report.page import Block, Column, Grid, Span, Style, line
from harness.report.report import Played
from harness.report.transcript import Kind, Row, around, columns, folded, rows
from harness.report.words import cut, some
from harness.verdict import Finding

# A narrower terminal breaks nearly every line; the step's number and the margins take the rest of the page.
NARROWEST = 24
MARGIN = 8
# A single line longer than this is cut in the middle: it is shown to be recognised, the recording has it whole.
LONGEST = 400

_STYLES = {Kind.TYPED: Style.TYPED, Kind.PROMPT: Style.QUIET, Kind.EVENT: Style.QUIET, Kind.FOLDED: Style.QUIET}


def terminals(play: Played, found: Finding | None, width: int, everything: bool = False) -> list[Block]:
    """The transcript up to where this was found (None: all of it); the terminal it is about is surely shown."""
    step, actor, seen = (found.step, found.actor, found.seen) if found else (None, "", "")
    kept = around(rows(play.recording), step, actor, seen)
    shown = kept if everything else folded(kept)
    order = columns(play.recording)
    names = chosen(order, shown, actor, max(1, (width - MARGIN) // NARROWEST))
    layout = _Layout(names, (width - MARGIN) // max(1, len(names)) - 3)
    return [*layout.lay_out(shown), *_absent(order, kept, shown, names)]


def chosen(order: Sequence[str], shown: Sequence[Row], actor: str, room: int) -> list[str]:
    """As many as there is room for: whom it is about, who was typed to last, who was started first, who acted last."""
    mark = next((i for i, row in enumerate(shown) if row.marked and row.kind is Kind.STEP), len(shown))
    typist = [row.actor for row in shown[:mark] if row.kind is Kind.TYPED][-1:]
    latest = list(dict.fromkeys(row.actor for row in reversed(shown) if row.actor))
    wanted = dict.fromkeys(name for name in (actor, *typist, *order[:1], *latest) if name in latest)
    kept = set(list(wanted)[:room])
    return [name for name in order if name in kept]


class _Layout:
    """Grids of equal columns, broken wherever something is said across all terminals."""

    def __init__(self, names: Sequence[str], room: int) -> None:
        self._names, self._room = names, room
        self._blocks: list[Block] = []
        self._cells: list[list[Span]] = []
        self._told: set[str] = set()
        self._step: int | None = None

    def lay_out(self, shown: Sequence[Row]) -> list[Block]:
        """The rows as blocks; the first grid has the names of the terminals on top, however empty it is."""
        for row in shown:
            if row.kind is Kind.NOTE and row.text in self._told:
                continue
            if not row.actor:
                self._told.add(row.text)
                self._step = row.step if row.kind is Kind.STEP else self._step
                self._close()
                self._blocks.append(_across(row))
            elif row.actor in self._names:
                self._cells.append(self._beside(row))
                self._step = row.step
        self._close()
        return self._blocks

    def _beside(self, row: Row) -> list[Span]:
        number = "" if row.step in (None, self._step) else str(row.step)
        style = Style.FAILED if row.marked else _STYLES.get(row.kind, Style.PLAIN)
        cell = Span(("▶ " if row.marked else "") + cell_text(row, self._room_for(row)), style)
        return [Span(number, Style.QUIET), *(cell if name == row.actor else Span("") for name in self._names)]

    def _room_for(self, row: Row) -> int:
        # A prompt, or a list of commands before it, is told in full once; then one line shows that it came.
        if row.kind in (Kind.PROMPT, Kind.PRINTED) and row.text in self._told and not row.marked:
            return self._room
        self._told.add(row.text)
        return LONGEST

    def _close(self) -> None:
        if not self._names or (not self._cells and self._blocks):
            return
        first = not any(isinstance(block, Grid) for block in self._blocks)
        step = Column("step" if first else "", width=4, right=True)
        columns = [step, *(Column(name if first else "", share=1) for name in self._names)]
        self._blocks.append(Grid(columns, self._cells, ruled=True))
        self._cells = []


def cell_text(row: Row, most: int = LONGEST) -> str:
    """What a cell of a terminal says: typed lines, printed ones and events each have a mark of their own."""
    if row.kind is Kind.FOLDED:
        return f"… {row.count:,} lines …"
    text = cut(row.text, most)
    return {Kind.TYPED: f"» {text}", Kind.EVENT: f"[{text}]"}.get(row.kind, text)


def _across(row: Row) -> Block:
    if row.kind is Kind.FOLDED:
        return line(Span(f"… {row.count:,} earlier lines …", Style.QUIET), indent=8)
    if row.kind is Kind.NOTE:
        return line(Span(f"[{row.text}]", Style.QUIET), indent=8)
    number = "" if row.step is None else f"{row.step:>4}"
    if row.marked:
        return line(Span(f"▶ {number}  {row.text}", Style.MARKED), Span("   ◀ here", Style.MARKED), indent=1)
    return line(Span(f"  {number}  {row.text}", Style.QUIET), indent=1)


def _absent(order: Sequence[str], kept: Sequence[Row], shown: Sequence[Row], names: Sequence[str]) -> list[Block]:
    said = absent(order, kept, shown, names)
    return [line(Span(f"({said})", Style.QUIET), indent=8)] if said else []


def absent(order: Sequence[str], kept: Sequence[Row], shown: Sequence[Row], names: Sequence[str]) -> str:
    """Which terminals are not shown, and why. (Who only spoke in what was folded counts there.)"""
    spoke, seen = {row.actor for row in kept}, {row.actor for row in shown}
    silent = [name for name in order if name not in spoke]
    narrow = [name for name in order if name in seen and name not in names]
    said = []
    if silent:
        said.append(f"{some(silent)} printed nothing up to here")
    if narrow:
        said.append(f"not shown for want of room: {some(narrow)}")
    return "; ".join(said)
