"""Everything that people look at of a graded class, written: a page a student, one for tutors, one for the class."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from harness.grade.adding import once_each
from harness.grade.exports.moodle import write_feedback_zip
from harness.grade.exports.to_decide import to_decide
from harness.grade.files import write
from harness.grade.intake.labels import file_names
from harness.grade.result import Result
from harness.recording import Recording
from harness.report.class_data import class_data
from harness.report.feedback import Eyes, feedback, may_see
from harness.report.markdown import markdown
from harness.report.report import Played
from harness.report.shown import Shown, in_order, shown
from harness.report.templates import embedded, page
from harness.scenario.model import Scenario
from harness.verdict import Outcome

CLASS = "class.html"
FEEDBACK, MARKDOWN, EVIDENCE = "feedback.html", "feedback.md", "evidence.html"
# What the folder of results has for itself; no student's pages lie there.
_TAKEN = ("gradescope", "faults")

Scenarios = Mapping[tuple[str, int], Scenario]  # by key and seed


def write_pages(out: Path, results: Sequence[Result], scenarios: Scenarios, remarks: Sequence[str] = ()) -> None:
    """Write all of them. Raises OSError. One student is held in memory at a time."""
    homes = folders(out, results)
    for result in results:
        _write_student(homes[result.graded.student.id], result, scenarios)
    write_feedback_zip(out, results, _Files(homes))
    links = {who: quote(home.name) for who, home in homes.items()}
    by_key = {key: one for (key, _), one in scenarios.items()}
    data = class_data(results, to_decide(results, out, remarks), links, by_key)
    write(out / CLASS, page("class.html", ("class.js", "matrix.js", "panel.js"), of=data, data=embedded(data.json)))


def folders(out: Path, results: Sequence[Result]) -> dict[str, Path]:
    """The folder of each student's pages: that of the recordings where it is theirs alone, otherwise one of their own.

    Who handed in nothing has none, and a group's members share one.
    """
    mine: dict[str, list[str]] = {}
    for result in results:
        if not result.graded.absent:
            mine.setdefault(result.graded.submission.folder.name, []).append(result.graded.student.id)
    alone = {those[0]: name for name, those in mine.items() if len(those) == 1}
    rest = [result.graded.student.id for result in results if result.graded.student.id not in alone]
    names = {**alone, **file_names(rest, [*mine, *_TAKEN])}
    return {who: out / name for who, name in names.items()}


@dataclass(frozen=True, slots=True)
class _Files(Mapping[str, Mapping[str, bytes]]):
    """The pages of each student, read when they are asked for: a class does not fit into memory."""

    homes: Mapping[str, Path]

    def __getitem__(self, who: str) -> Mapping[str, bytes]:
        return {FEEDBACK: (self.homes[who] / FEEDBACK).read_bytes()}

    def __iter__(self) -> Iterator[str]:
        return iter(self.homes)

    def __len__(self) -> int:
        return len(self.homes)


def _write_student(home: Path, result: Result, scenarios: Scenarios) -> None:
    played = {one.key: _played(one, scenarios) for one in once_each(result.outcomes) if one.bad}
    pages: Sequence[tuple[Eyes, str]] = (("public", FEEDBACK), ("tutors", EVIDENCE))
    for eyes, file in pages:
        told = _told(home, result, list(played.values()), eyes)
        of = feedback(result, told, eyes)
        write(home / file, page("feedback.html", ("feedback.js",), of=of))
        if eyes == "public":
            write(home / MARKDOWN, markdown(of))


def _told(home: Path, result: Result, played: Sequence[Played], eyes: Eyes) -> list[Shown]:
    """What these eyes may see, each with what it is like among that: nothing leads to what is hidden."""
    mine = [play for play in played if may_see(result, play.outcome, eyes)]
    return [
        shown(play, like, seen_by=result.visible(play.outcome),
              recording=_link(play.outcome.recording, home) if eyes == "tutors" else "")
        for play, like in in_order(mine)
    ]  # fmt: skip


def _link(recording: str, home: Path) -> str:
    return quote(os.path.relpath(recording, home)) if recording else ""


def _played(outcome: Outcome, scenarios: Scenarios) -> Played:
    """The play that shows it. Where its recording is not there or damaged, the findings still are."""
    recording = Recording()
    try:
        if outcome.recording:
            recording = Recording.load(Path(outcome.recording))
            seed = recording.began.seed
            return Played(outcome, scenarios.get((outcome.key, seed)), recording, seed)
    except (OSError, ValueError):
        recording = Recording()
    scenario = next((one for (key, _), one in scenarios.items() if key == outcome.key), None)
    return Played(outcome, scenario, recording)
