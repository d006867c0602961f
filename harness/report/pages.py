"""Everything that people look at of a graded class, written: a page a student, one for tutors, one for the class."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    course = course_of(scenarios)
    for result in results:
        _write_student(homes[result.graded.student.id], result, scenarios, course)
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


def _write_student(home: Path, result: Result, scenarios: Scenarios, course: str) -> None:
    played = [_played(one, scenarios) for one in once_each(result.outcomes) if one.bad]
    told = {play.outcome.key: told_of(play, course) for play in played}
    pages: Sequence[tuple[Eyes, str]] = (("public", FEEDBACK), ("tutors", EVIDENCE))
    for eyes, file in pages:
        of = feedback(result, _told(home, result, played, told, eyes), eyes)
        write(home / file, page("feedback.html", ("feedback.js",), of=of))
        if eyes == "public":
            write(home / MARKDOWN, markdown(of))


def told_of(play: Played, course: str) -> Shown:
    """What a page says of this play; only what was found, where a fault of ours keeps its recording from being read."""
    try:
        return shown(play, course)
    except Exception as exc:  # what one program printed must not leave a whole class without its pages
        fault = f"a fault of the harness keeps the terminals from being shown: {type(exc).__name__}: {exc}"
        return replace(shown(replace(play, recording=Recording()), course), noticed=[fault])


def _told(home: Path, result: Result, played: Sequence[Played], told: Mapping[str, Shown], eyes: Eyes) -> list[Shown]:
    """What these eyes may see, each with what it is like among that: nothing leads to what is hidden."""
    mine = [play for play in played if may_see(result, play.outcome, eyes)]
    pairs = [(play.outcome, told[play.outcome.key], told[like.outcome.key] if like else None)
             for play, like in in_order(mine)]  # fmt: skip
    if eyes == "public":
        return [replace(one, like=_like(like), facts=_for_students(outcome, one)) for outcome, one, like in pairs]
    return [replace(one, like=_like(like), recording=_link(outcome.recording, home), seen_by=result.visible(outcome))
            for outcome, one, like in pairs]  # fmt: skip


def _like(other: Shown | None) -> tuple[str, str]:
    return (other.anchor, other.title) if other else ("", "")


def _for_students(outcome: Outcome, one: Shown) -> Sequence[tuple[str, str]]:
    """Without the traceback of a fault of ours, which names folders of this machine."""
    found = outcome.divergence
    ours = found is not None and found.code == "harness-fault"
    return [(label, text) for label, text in one.facts if not ours or label != "Seen"]


def course_of(scenarios: Scenarios) -> str:
    """The path that the folder of scenarios lies in, with its last slash; "" where it lies here."""
    files = [key.partition("::")[0] for key, _ in scenarios]
    if not files:
        return ""
    # One folder a course: those of all files, or the one that they lie below.
    folder = os.path.commonpath([os.path.dirname(file) for file in files])
    return os.path.join(os.path.dirname(folder), "") if os.path.dirname(folder) else ""


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
