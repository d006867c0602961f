"""The terminals of one play side by side, as blocks: which of them fit the page, and what their rows say."""

from __future__ import annotations

from collections.abc import Sequence

from harness.report.page import Block, Column, Grid, Span, Style, line
from harness.report.report import Played
from harness.report.transcript import Kind, Row, around, columns, folded, rows

# A narrower terminal breaks nearly every line; the step's number and the margins take the rest of the page.
NARROWEST = 24
MARGIN = 8
# A single line longer than this is cut in the middle: it is shown to be recognised, the recording has it whole.
LONGEST = 600

_STYLES = {Kind.TYPED: Style.TYPED, Kind.PROMPT: Style.QUIET, Kind.EVENT: Style.QUIET, Kind.FOLDED: Style.QUIET}


def terminals(play: Played, step: int | None, actor: str, width: int, everything: bool = False) -> list[Block]:
    """The transcript up to this step (None: of the whole play), its actor's terminal certainly among those shown."""
    found = around(rows(play.recording), step)
    shown = found if everything else folded(found)
    spoke = {row.actor for row in shown if row.actor}
    names = [name for name in columns(play.recording) if name in spoke]
    chosen = _chosen(names, shown, actor, max(1, (width - MARGIN) // NARROWEST))
    blocks = _blocks(shown, chosen, (width - MARGIN) // max(1, len(chosen)) - 3)
    return [*blocks, *_absent(play, names, chosen)]


def _chosen(names: Sequence[str], shown: Sequence[Row], actor: str, room: int) -> list[str]:
    """As many as there is room for: the one that matters, the first to be started, then who acted last."""
    latest = [row.actor for row in reversed(shown) if row.actor]
    wanted = dict.fromkeys([name for name in (actor, *names[:1], *latest) if name in names])
    kept = set(list(wanted)[:room])
    return [name for name in names if name in kept]


def _blocks(shown: Sequence[Row], names: Sequence[str], room: int) -> list[Block]:
    """Grids of equal columns, broken wherever something is said across all terminals."""
    blocks: list[Block] = []
    cells: list[list[Span]] = []
    last: int | None = None
    asked: set[tuple[str, str]] = set()

    def close() -> None:
        if cells or not blocks:
            headings = ["", *(["" for _ in names] if blocks else names)]
            shares = [Column(heading, share=1) for heading in headings[1:]]
            blocks.append(Grid([Column("step" if not blocks else "", right=True), *shares], list(cells), ruled=True))
            cells.clear()

    for row in shown:
        number = "" if row.step in (None, last) else str(row.step)
        if not row.actor:
            close()
            blocks.append(_across(row))
        elif row.actor in names:
            again = row.kind is Kind.PROMPT and (row.actor, row.text) in asked
            asked.add((row.actor, row.text))
            text = _cell(row, room if again else LONGEST)
            cell = Span(text, _STYLES.get(row.kind, Style.PLAIN))
            cells.append([Span(number, Style.QUIET), *(cell if name == row.actor else Span("") for name in names)])
        last = row.step
    close()
    return blocks


def _cell(row: Row, most: int) -> str:
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


def _absent(play: Played, names: Sequence[str], chosen: Sequence[str]) -> list[Block]:
    """Say which terminals are not shown, and why."""
    silent = [name for name in columns(play.recording) if name not in names]
    narrow = [name for name in names if name not in chosen]
    said = []
    if silent:
        said.append(f"{some(silent)} printed nothing up to here")
    if narrow:
        said.append(f"no room for {some(narrow)}: a wider window shows more")
    return [line(Span(f"({'; '.join(said)})", Style.QUIET), indent=8)] if said else []


def some(names: Sequence[str], most: int = 6) -> str:
    """Names in a sentence; a crowd is not read out."""
    listed = names if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} others"]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"


def cut(text: str, most: int) -> str:
    """`text`, or its beginning and end with what was left out counted: a view may, the data never."""
    if len(text) <= most:
        return text
    if most < 80:
        return text[: max(1, most - 1)] + "…"
    half = most // 2 - 15
    return f"{text[:half]} … {len(text) - 2 * half:,} characters … {text[-half:]}"
