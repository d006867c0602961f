"""The end of a report: marks by line of the rubric, how many ended how, what it rests on, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.grade.marks import LineMarks, Marks, Sum
from harness.report.causes import causes
from harness.report.explored import summed
from harness.report.page import BLANK, Block, Column, Grid, Heading, Line, Span, Style, line
from harness.report.report import Played, Report
from harness.report.words import SYMBOLS, badge, number, seconds
from harness.verdict import IN_GRADING_ONLY, Verdict

# How evidence is called where people read it, strongest first (DESIGN.md, Stillness).
EVIDENCE = ("still", "stuck", "until", "steady", "spinning", "timed", "gave-up")


def summary(report: Report, planned: int, verbose: bool) -> list[Block]:
    """Everything after the failures; the last line says what to do next."""
    blocks: list[Block] = [Heading("Summary")]
    if report.marks is not None:
        blocks += [*_marks(report.marks), BLANK]
    if report.troubles:
        blocks += [*_troubles(report), BLANK]
    blocks += _of_all(report)
    blocks.append(_counts(report, planned))
    blocks += summed(report)
    if verbose and report.evidence:
        blocks.append(_evidence(report))
    return [*blocks, BLANK, *_next(report, planned)]


def _troubles(report: Report) -> Iterator[Block]:
    """What was found before the plays: no scenario tells it, for all are played in the shape that works."""
    for trouble in report.troubles:
        yield line(Span("! ", Style.UNDECIDED), f"{trouble['code']}: {trouble['sentence']}")
        if trouble.get("mend"):
            yield line(Span("To mend it, ", Style.QUIET), trouble["mend"], indent=2)


def _of_all(report: Report) -> list[Block]:
    """What is true of the whole program, and costs no scenario its marks: said once."""
    if any(trouble["code"] == "other-transport" for trouble in report.troubles):
        return []  # found before the plays already
    remarks = (remark for play in report.played for remark in play.remarks if remark.code == "transport")
    remark = next(remarks, None)
    if remark is None:
        return []
    told = line(Span("! ", Style.UNDECIDED), f"transport: {remark.sentence}. A person decides what that costs.")
    return [told, line(Span("To mend it: ", Style.QUIET), remark.likely, indent=2), BLANK]


def _counts(report: Report, planned: int) -> Line:
    counts = report.counts
    spans: list[str | Span] = []
    for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED, Verdict.SKIPPED):
        if counts[verdict]:
            spans += [Span(f"{SYMBOLS[verdict]} {counts[verdict]} {verdict.value}", badge(verdict).style), "   "]
    facts = [report.subject, f"stage: {report.stage}" if report.stage else "", f"seed {report.seed}",
             f"network: {report.network}" if report.network else ""]
    # Scenarios are counted, and some are played several times.
    plays = f"{report.plays} plays, " if report.plays > len(report.played) else ""
    where = f"{plays}{seconds(report.seconds)}   {', '.join(filter(None, facts))}"
    missing = planned - report.plays
    if missing > 0:
        spans.append(Span(f"{missing} of {planned} not played   ", Style.UNDECIDED))
    return line(*spans, Span(where, Style.QUIET))


def _evidence(report: Report) -> Line:
    known = {name: report.evidence[name] for name in EVIDENCE if name in report.evidence}
    said = ", ".join(f"{count} {name}" for name, count in {**known, **report.evidence}.items())
    return line(Span(f"How we knew that nothing more would come, by steps: {said}", Style.QUIET))


def _marks(marks: Marks) -> list[Block]:
    played = [found for found in marks.lines if found.played]
    absent = [found for found in marks.lines if not found.played]
    if not played and not marks.unknown:
        return [line(Span("None of these scenarios earns marks.", Style.QUIET))]
    listed = marks.lines if len(absent) <= len(played) else played
    columns = [
        Column("Line", style=Style.QUIET),
        Column("", share=1),
        Column("Scenarios", style=Style.QUIET),
        Column("Earned", right=True),
        Column("Undecided", right=True),
        Column("Possible", right=True),
    ]
    sums = [*(total for total in marks.parts if len(marks.parts) > 1), marks.whole]
    rows = [*(_line(found) for found in listed), *(_sum(total) for total in sums)]
    blocks: list[Block] = [Grid(columns, rows, indent=0, totals=frozenset({len(listed)}))]
    return [*blocks, *_remarks(marks, [] if listed is marks.lines else absent)]


def _line(found: LineMarks) -> list[Span]:
    unsure = Span(number(found.undecided), Style.UNDECIDED) if found.undecided else Span("")
    lost = Style.FAILED if found.failed else Style.PLAIN
    earned = Span(number(found.earned), lost) if found.total else Span("-", Style.SKIPPED)
    return [Span(found.line), Span(found.title), Span(_scenarios(found)), earned, unsure, Span(number(found.possible))]


def _scenarios(found: LineMarks) -> str:
    if not found.played:
        return "none played"
    parts = [(found.passed, Verdict.PASSED), (found.failed, Verdict.FAILED), (found.unclear, Verdict.UNDECIDED),
             (found.skipped, Verdict.SKIPPED)]  # fmt: skip
    return "  ".join(f"{SYMBOLS[verdict]} {count}" for count, verdict in parts if count)


def _sum(total: Sum) -> list[Span]:
    unsure = Span(number(total.undecided) if total.undecided else "", Style.UNDECIDED)
    name, title = Span(total.name, Style.STRONG), Span(total.title, Style.STRONG)
    earned, possible = (Span(number(value), Style.STRONG) for value in (total.earned, total.possible))
    return [name, title, Span(""), earned, unsure, possible]


def _remarks(marks: Marks, absent: list[LineMarks]) -> list[Block]:
    """What the table cannot say: the upper bound, what nobody played, what a person marks."""
    said = []
    whole = marks.whole
    if whole.undecided:
        said.append(
            f"Undecided costs nothing: the mark lies between {number(whole.earned)} and {number(whole.most)}."
        )
    if skipped := [found for found in marks.lines if found.only_skipped]:
        said.append(f"Every scenario was skipped, so that a person must decide: {_named(skipped)}.")
    if absent:
        worth = f"{len(absent)} lines ({number(whole.unplayed)} marks)"
        said.append(f"No scenario was played for {worth}: {_named(absent)}.")
    if marks.unknown:
        said.append(f"Named by scenarios, but not in the rubric: {', '.join(marks.unknown)}.")
    if marks.by_hand:
        said.append(f"Marked by hand: {', '.join(f'{f.title} ({number(f.possible)})' for f in marks.by_hand)}.")
    return [line(Span(sentence, Style.QUIET)) for sentence in said]


def _named(lines: Sequence[LineMarks]) -> str:
    """The lines by part: "single: A, B; many: C"."""
    parts: dict[str, list[str]] = {}
    for found in lines:
        part, _, item = found.line.partition(".")
        parts.setdefault(part, []).append(item)
    return "; ".join(f"{part}: {', '.join(items)}" for part, items in parts.items())


def _next(report: Report, planned: int) -> list[Block]:
    """The last line: the one thing to do now."""
    worst = (Verdict.FAILED, Verdict.UNDECIDED, Verdict.SKIPPED)
    failed, unsure, skipped = (_first(report, verdict) for verdict in worst)
    if failed is not None:
        return _then("Next: repair failure 1, the others may follow from it; then", report, failed)
    if unsure is not None and unsure.outcome.divergence and unsure.outcome.divergence.code == "harness-fault":
        ours = "Next: this is a mistake of the harness, not of the program; report it, with what shows it:"
        return _then(ours, report, unsure)
    if unsure is not None and all(_in_grading(play) for play in report.played if play.outcome.verdict in worst):
        return [line("Next: nothing to repair here; what is undecided can be decided in grading alone.")]
    if unsure is not None:
        return _then("Next: nothing failed, but something could not be decided; play it again:", report, unsure)
    if skipped is not None and report.plays >= planned:
        return _then("Next: nothing failed, but an aid of what was skipped; mend that, then", report, skipped)
    if report.stress and report.played and report.plays >= planned and not report.troubles:
        often = "Next: nothing to repair. To look for what fails only sometimes: "
        return [line(often, Span(report.stress, Style.STRONG), whole=True)]
    return [line(_nothing_wrong(report, planned))]


def _in_grading(play: Played) -> bool:
    found = play.outcome.divergence
    return found is not None and found.code == IN_GRADING_ONLY


def _nothing_wrong(report: Report, planned: int) -> str:
    if not report.played:
        return "Nothing was played, which is not a pass. Next: name a scenario file, or leave out --only."
    if report.plays < planned:
        return "Next: nothing failed so far, but the run was cut short; play the rest."
    if report.troubles:
        return "Next: no scenario failed; mend what was found before the plays."
    return "Next: nothing to repair."


def _first(report: Report, verdict: Verdict) -> Played | None:
    """The play that is told first of this verdict."""
    return next((cause.first for cause in causes(report.played, verdict)), None)


def _then(text: str, report: Report, play: Played) -> list[Block]:
    return [line(f"{text} ", Span(report.command(play), Style.STRONG), whole=True)]
