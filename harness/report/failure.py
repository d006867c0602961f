"""One play in full: what was expected, what was seen, where, what usually causes it, and how to see it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.report.causes import Cause
from harness.report.explored import told as explored
from harness.report.lanes import bars_of, picture
from harness.report.overlap import overlap
from harness.report.page import BLANK, Block, Column, Grid, Heading, Line, Span, Style, line
from harness.report.report import Played, Report
from harness.report.sequence import diagram
from harness.report.steps import steps_grid
from harness.report.terminals import LONGEST, terminals
from harness.report.traffic import traffic
from harness.report.words import STYLES, SYMBOLS, badge, cut
from harness.verdict import IN_GRADING_ONLY, Finding, Verdict

# What is shown of one text: a screenful. With -v ten times that.
MOST = 2_000
MOST_LINES = 16


def told(report: Report, cause: Cause, number: int, width: int, verbose: bool) -> list[Block]:
    """A cause in full: the play that shows it best, then the names of the others."""
    play = cause.first
    verdict = play.outcome.verdict
    heading = Heading(f"{number}  {badge(verdict).text}  {play.outcome.scenario}", STYLES[verdict])
    return [heading, *_body(report, play, width, verbose), *_same(report, cause.same, number)]


def passing(play: Played, width: int) -> list[Block]:
    """A play that needs nobody's attention, for somebody who asked: its steps, their evidence, the terminals."""
    heading = Heading(f"{badge(play.outcome.verdict).text}  {play.outcome.scenario}", STYLES[play.outcome.verdict])
    return [heading, steps_grid(play), BLANK, *terminals(play, None, width, everything=True),
            *diagram(play, None, width, verbose=True), *overlap(play, width), *traffic(play)]


def _body(report: Report, play: Played, width: int, verbose: bool) -> list[Block]:
    found = play.outcome.divergence
    blocks: list[Block] = []
    if play.outcome.verdict is Verdict.UNDECIDED:
        blocks.append(line(Span("We could not tell, so it costs no mark.", Style.UNDECIDED), indent=2))
    if play.outcome.often:
        # A person reads "failed" above; how often it did is the first thing to know.
        often = play.outcome.often[0].upper() + play.outcome.often[1:]
        blocks.append(line(Span(often, STYLES[play.outcome.verdict]), indent=2))
    blocks += explored(play)
    if found is None:
        blocks.append(line("No finding says why.", indent=2))
    else:
        blocks += [line(Span(_short(found.sentence, verbose), Style.STRONG), indent=2),
                   _facts(report, play, found, verbose)]  # fmt: skip
        blocks += picture(found, width)
    if verbose:
        blocks += [BLANK, steps_grid(play)]
    elif found is not None and found.code == IN_GRADING_ONLY:
        return blocks
    transcript = terminals(play, found, width, everything=verbose)
    wire = [*diagram(play, found, width, verbose), *([*overlap(play, width), *traffic(play)] if verbose else [])]
    return [*blocks, *([BLANK, *transcript] if transcript else []), *wire, BLANK, *_again(report, play)]


def _again(report: Report, play: Played) -> list[Line]:
    """What will be copied: the command that plays it again, and where the recording lies."""
    command = line(Span("Again     ", Style.QUIET), Span(report.command(play), Style.STRONG), indent=2, whole=True)
    recording = line(Span("Recorded  ", Style.QUIET), play.outcome.recording, indent=2, whole=True)
    return [command, recording] if play.outcome.recording else [command]


def _facts(report: Report, play: Played, found: Finding, verbose: bool) -> Grid:
    told = facts(play, found, verbose)
    if report.marks is not None and play.outcome.verdict is Verdict.FAILED:
        told.append(("Costs", f"marks of {', '.join(play.outcome.marks)}" if play.outcome.marks else "no mark"))
    rows = [[Span(label, Style.QUIET), Span(text)] for label, text in told]
    return Grid([Column(), Column(share=1)], rows)


def facts(play: Played, found: Finding, verbose: bool = False) -> list[tuple[str, str]]:
    """What there is to know, label by label; what is empty is left out."""
    unsure = found.verdict is Verdict.UNDECIDED
    step = play.step_text(found.step)
    pairs = [
        ("Looked for" if unsure else "Expected", _short(found.expected, verbose)),
        # Requests that overlapped are drawn below.
        ("Seen", "" if bars_of(found.seen) else _short(found.seen, verbose)),
        ("Where", found.where or found.actor),
        ("Step", f"{found.step}  {step}".rstrip() if found.step is not None else ""),
        ("Written at", found.place),
        ("Nearly", found.near),
        ("Likely", found.likely),
        ("Hint", found.hint),
        ("Brief", play.outcome.clause),
        *(("Also", text) for text in _others(play, found)),
        *(("Noticed", remark.sentence) for remark in play.remarks if verbose or remark.code != "readable-password"),
    ]
    return [(label, text) for label, text in pairs if text.strip()]


def _others(play: Played, first: Finding) -> list[str]:
    """What else went wrong in this play: often it only follows from the first."""
    rest = [f for f in play.outcome.findings if f is not first and f.verdict in (Verdict.FAILED, Verdict.UNDECIDED)]
    said = [" ".join(filter(None, (_mark(f), f.sentence, f"({f.place})" if f.place else ""))) for f in rest]
    return said if len(said) <= 5 else [*said[:4], f"and {len(said) - 4} more findings"]


def _mark(found: Finding) -> str:
    return f"{SYMBOLS[found.verdict]} step {found.step}:" if found.step is not None else SYMBOLS[found.verdict]


def _same(report: Report, same: Sequence[Played], number: int) -> list[Block]:
    """The others of this cause, a line each; plays of one scenario are counted, not listed."""
    if not same:
        return []
    plays = Counter(play.outcome.key for play in same)
    first = {play.outcome.key: play for play in reversed(same)}
    rows = []
    for key, times in plays.items():
        play = first[key]
        found = play.outcome.divergence
        often = f" ({times} plays)" if times > 1 else ""
        place = found.place if found else ""
        rows.append([badge(play.outcome.verdict), Span(f"{play.outcome.scenario}{often}\n{place}".rstrip())])
    return [BLANK, line(f"Same cause as {number}:", indent=2), Grid([Column(), Column(share=1)], rows, indent=4)]


def _short(text: str, verbose: bool) -> str:
    """`text` as far as it is worth reading here; the recording and the exports have it whole."""
    factor = 10 if verbose else 1
    lines = [cut(line, LONGEST) for line in text.rstrip("\n").split("\n")]
    if len(lines) > MOST_LINES * factor:
        half = MOST_LINES * factor // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half:,} lines …", *lines[-half:]]
    return cut("\n".join(lines), MOST * factor)
