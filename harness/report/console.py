"""The report on a terminal: progress while it runs, then failures in full, then the summary. The only user of rich.

Everything that a program, a scenario or a folder is called or printed passes
through `_Pen.text`: escaped, never read as markup, and in letters that the
terminal's encoding has.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from rich import box
from rich.console import Console as Terminal
from rich.console import RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Column as RichColumn
from rich.table import Table
from rich.text import Text

from harness.report.causes import causes
from harness.report.explored import many
from harness.report.failure import passing, told
from harness.report.page import BLANK, Block, Column, Grid, Heading, Line, Span, Style, line
from harness.report.report import Played, Report
from harness.report.safe import safe
from harness.report.summary import summary
from harness.report.words import badge, seconds
from harness.verdict import Verdict

# The terminal's own sixteen colours, without white, black and yellow: these read on light and on dark.
_COLOURS = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.QUIET: "dim",
    Style.PASSED: "green",
    Style.FAILED: "bold red",
    Style.UNDECIDED: "bold magenta",
    Style.SKIPPED: "dim",
    Style.TYPED: "bold cyan",
    Style.MARKED: "bold red reverse",
}
_PLAIN_LETTERS = str.maketrans(
    {"✓": "+", "✗": "x", "…": "...", "▶": ">", "◀": "<", "»": ">", "─": "-", "│": "|", "┼": "+", "├": "|", "┤": "|"}
)
# A title too long for the line is cropped: progress that wraps would jump.
_ONE_LINE = RichColumn(no_wrap=True, overflow="crop")
# A play that ended: the verdict, the time, the name.
_ENDED = (Column(width=11), Column(right=True, width=10), Column(share=1))


class Console:
    """Shows one run on a terminal or in a file, as it goes and at its end."""

    def __init__(self, *, verbose: bool, file: IO[str] | None = None, width: int | None = None) -> None:
        self._verbose = verbose
        self._terminal = Terminal(
            file=file or sys.stdout, width=width, markup=False, emoji=False, highlight=False, legacy_windows=False
        )
        self._pen = _Pen(self._terminal)
        self._live: Progress | None = None
        self._task = TaskID(0)
        self._now: list[str] = []
        self._planned = 0

    def begin(self, total: int, subject: str, stage: str, network: str = "") -> None:
        """The run begins: `total` plays against this subject, on a stage of this isolation, over this network."""
        self._planned = total
        many = "1 play" if total == 1 else f"{total} plays"
        over = f", network: {network}" if network else ""
        self._show(line(Span(subject, Style.STRONG), f": {many}, stage: {stage}{over}"))
        if stage == "plain":
            self._show(line(Span("Not isolated: programs here can reach this machine's files.", Style.QUIET)))
        if self._terminal.is_terminal and total:
            self._live = Progress(
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}", markup=False, table_column=_ONE_LINE),
                console=self._terminal,
                transient=True,
            )
            self._task = self._live.add_task("", total=total)
            self._live.start()

    def playing(self, title: str) -> None:
        """A play begins."""
        self._now.append(title)
        self._refresh()

    def ended(self, played: Played) -> None:
        """A scenario ended, with all of its plays: one line says how."""
        outcome = played.outcome
        self._now = [title for title in self._now if title != outcome.scenario]
        why = f"  ({played.why_skipped})" if played.why_skipped else ""
        if outcome.plays > 1:
            why += f"  {outcome.often or many(outcome)}"
        cells = [badge(outcome.verdict), Span(seconds(outcome.seconds), Style.QUIET), Span(outcome.scenario + why)]
        self._show(Grid(_ENDED, [cells], indent=0))
        self._refresh(outcome.plays)

    def finish(self, report: Report) -> None:
        """The run is over: the failures in full, what could not be decided, and the summary."""
        self.close()
        if self._verbose:
            for play in report.played:
                if play.outcome.verdict in (Verdict.PASSED, Verdict.SKIPPED):
                    self._show(BLANK, *passing(play, self._terminal.width))
        self.failures(report)
        self._show(BLANK, *summary(report, self._planned, self._verbose))

    def failures(self, report: Report) -> None:
        """What failed and what could not be decided, in full."""
        number = 0
        for verdict in (Verdict.FAILED, Verdict.UNDECIDED):
            for cause in causes(report.played, verdict):
                number += 1
                self._show(BLANK, *told(report, cause, number, self._terminal.width, self._verbose))

    @contextlib.contextmanager
    def busy(self) -> Iterator[Callable[[str], None]]:
        """Something takes a while: what is done now stands on a terminal, and is gone afterwards."""
        if not self._terminal.is_terminal:
            yield lambda doing: None
            return
        # A spinner of plain letters: any terminal has them.
        with self._terminal.status("", spinner="line") as status:
            yield lambda doing: status.update(self._pen.text(Span(doing, Style.QUIET)))

    def page(self, blocks: Iterable[Block]) -> None:
        """Show something that is no run."""
        self._show(*blocks)

    def close(self) -> None:
        """Take the progress off the screen; an interrupted run leaves no half bar behind. Twice is fine."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _show(self, *blocks: Block) -> None:
        for block in blocks:
            # A picture cannot be copied from, and crops what does not fit: there a command is wrapped.
            whole = isinstance(block, Line) and block.whole and not self._terminal.record
            self._terminal.print(self._pen.draw(block), soft_wrap=whole)

    def _refresh(self, done: int = 0) -> None:
        if self._live is not None:
            title = self._now[-1] if self._now else ""
            more = f" (and {len(self._now) - 1} more)" if len(self._now) > 1 else ""
            self._live.update(self._task, advance=done, description=self._pen.letters(" ".join((title + more).split())))


class _Pen:
    """Draws blocks with rich, in the letters and colours this terminal has."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._encoding = terminal.encoding
        self._unicode = self._encoding.lower().startswith("utf")

    def letters(self, text: str) -> str:
        """`text` without terminal control, and without letters that this terminal's encoding lacks."""
        text = safe(text)
        if self._unicode:
            return text
        plain = text.translate(_PLAIN_LETTERS)
        return plain.encode(self._encoding, "backslashreplace").decode(self._encoding)

    def text(self, span: Span) -> Text:
        """One stretch of text; brackets in it are brackets."""
        return Text(self.letters(span.text), style=_COLOURS[span.style], overflow="fold")

    def draw(self, block: Block) -> RenderableType:
        """The block as rich draws it."""
        match block:
            case Heading():
                return self._heading(block)
            case Line():
                text = Text(overflow="fold").join(self.text(span) for span in block.spans)
                return text if block.whole and not block.indent else self._indented(text, block)
            case Grid():
                return Padding(self._table(block), (0, 0, 0, block.indent))

    def _heading(self, block: Heading) -> RenderableType:
        title = self.text(Span(block.text, block.style))
        # A rule would cut a title short that leaves no room for the rule.
        if title.cell_len + 4 > self._terminal.width:
            return title
        return Rule(title, characters="─" if self._unicode else "-", align="left", style="dim")

    def _indented(self, text: Text, block: Line) -> RenderableType:
        return Text(" " * block.indent).append_text(text) if block.whole else Padding(text, (0, 0, 0, block.indent))

    def _frame(self, grid: Grid, headed: bool) -> dict[str, Any]:
        if grid.ruled:
            return {"box": box.MINIMAL if self._unicode else box.ASCII}
        return {"box": box.SIMPLE_HEAD if headed else None, "padding": (0, 1 if headed else 2, 0, 0), "pad_edge": False}

    def _table(self, grid: Grid) -> Table:
        headed = any(column.heading for column in grid.columns)
        table = Table(show_header=headed, show_edge=False, expand=True, **self._frame(grid, headed))
        for column in grid.columns:
            table.add_column(
                self.text(Span(column.heading)),
                ratio=column.share or None,
                justify="right" if column.right else "left",
                style=_COLOURS[column.style],
                no_wrap=not column.share,
                width=column.width or None,
                overflow="fold",
            )
        for number, cells in enumerate(grid.rows):
            if number in grid.totals:
                table.add_section()
            table.add_row(*map(self.text, cells))
        return table


def svg(report: Report, width: int = 100, title: str = "harness run") -> str:
    """The finished report as a picture of a terminal (SVG), for a README or a web page."""
    console = Console(verbose=False, file=io.StringIO(), width=width)
    terminal = Terminal(record=True, file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor")
    console._terminal, console._pen = terminal, _Pen(terminal)
    for play in report.played:
        console.ended(play)
    console.finish(report)
    return terminal.export_svg(title=safe(title), unique_id="harness")
