"""The commands as tables of contents: what `harness run`, `judge` and `check` do, step by step.

Each ends in an exit code. Mistakes of the person who called come as
`Mistakes`, `NoSuchScenario`, `SubjectError`, `Wrong` or `Nothing`; cli.py tells them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.course import Course, Options, choose, open_course, open_subject
from harness.events import Began
from harness.exits import Exit, Nothing, Wrong, exit_code
from harness.grade.rubric import Rubric, add_up, load_rubric
from harness.judge.judge import judge
from harness.memory import remember
from harness.players import Setting, Task, blob_reader, play_all, stage_level, tasks
from harness.recording import Recording
from harness.report.console import Console
from harness.report.exports import to_json, to_junit
from harness.report.report import Played, Report, combined
from harness.scenario.loader import check_file, load_assignment, load_file, scenario_from
from harness.scenario.mistakes import ERROR, Mistake, Mistakes, nearest
from harness.scenario.model import Scenario
from harness.scenario.select import Wanted, scenario_files
from harness.workshop import workshop


def run(options: Options) -> Exit:
    """Play the chosen scenarios against one subject."""
    started = time.monotonic()
    course, chosen = choose(options)
    _make_room(options)
    with workshop() as folder:
        subject = open_subject(options, course, folder / "built")
        setting = Setting(course.assignment, course.text, course.sample, subject, options.out, folder)
        plays = tasks(chosen, course.assignment, seed=options.seed, repeat=options.repeat,
                      files_again=options.plays_of_files)
        view = Console(verbose=options.verbose)
        view.begin(len(plays), subject.name, stage_level(folder))
        played, interrupted = _play(setting, plays, options.jobs, view)
    report = _report(played, course.rubric, options, subject.name, started)
    bad = [play.outcome.key for play in played if play.outcome.bad]
    remember(options.out, bad, [play.outcome.key for play in played], interrupted=interrupted)
    code = _tell(report, options, view)
    return Exit.INTERRUPTED if interrupted else code


def _make_room(options: Options) -> None:
    """Find out now, and not after all the plays, whether what they yield can be written; clear the last recordings."""
    options.out.mkdir(parents=True, exist_ok=True)
    probe = options.out / ".writable"
    probe.touch()
    probe.unlink()
    # What is judged again later is this run, and not the one before.
    for recording in (options.out / "recordings").glob("*.jsonl"):
        recording.unlink()
    for file in (options.json, options.junit):
        if file is not None:
            file.open("a", encoding="utf-8").close()


def _play(setting: Setting, plays: Sequence[Task], jobs: int, view: Console) -> tuple[list[Played], bool]:
    """Play everything, and take several plays of a scenario together; on Ctrl-C what was played so far still counts."""
    played: list[tuple[int, Played]] = []
    together: dict[str, list[Played]] = {}  # plays of scenarios of which not all have ended yet
    interrupted = False
    try:
        for task, outcome, recording in play_all(setting, plays, jobs, lambda task: view.playing(task.scenario.title)):
            one = Played(outcome, task.scenario, recording, task.seed)
            played.append((task.number, one))
            mine = together.setdefault(outcome.key, [])
            mine.append(one)
            if len(mine) == task.plays:
                view.ended(combined(sorted(together.pop(outcome.key), key=lambda play: play.seed))[0])
    except KeyboardInterrupt:
        interrupted = True
    finally:
        view.close()
    return combined([one for _, one in sorted(played, key=lambda pair: pair[0])]), interrupted


def _report(played: Sequence[Played], rubric: Rubric | None, options: Options, subject: str, started: float) -> Report:
    marks = add_up(rubric, [p.outcome for p in played]) if rubric else None
    stage = next((p.recording.began.stage for p in played if p.recording.events), "")
    return Report(played, marks, time.monotonic() - started, subject, stage, options.seed, options.again)


def _tell(report: Report, options: Options, view: Console) -> Exit:
    """Show the report in every form that was asked for."""
    view.finish(report)
    if options.json:
        # A file name that is not UTF-8 stands there as JSON's own escape.
        text = json.dumps(to_json(report), indent=1, ensure_ascii=False) + "\n"
        options.json.write_bytes(text.encode("utf-8", "backslashreplace"))
    if options.junit:
        options.junit.write_bytes(to_junit(report).encode("utf-8", "backslashreplace"))
    return exit_code(p.outcome for p in report.played)


def judge_again(paths: Sequence[Path], options: Options) -> Exit:
    """Judge recordings again, without starting a program."""
    started = time.monotonic()
    files = [file for path in paths for file in (sorted(path.rglob("*.jsonl")) if path.is_dir() else [path])]
    played = combined([_judged(file) for file in files])
    if not played:
        raise Nothing("nothing was selected: there is no recording here")
    began = played[0].recording.began
    view = Console(verbose=options.verbose)
    report = _report(played, _rubric(options, began), options, str(began.subject.get("name", "")), started)
    view.begin(report.plays, report.subject, report.stage)
    for play in report.played:
        view.ended(play)
    return _tell(report, options, view)


def _judged(file: Path) -> Played:
    """Judge one recording. Raises Wrong for a file that is none."""
    try:
        recording = Recording.load(file)
        scenario = scenario_from(recording.began)
    except ValueError as exc:
        raise Wrong(str(exc) if str(exc).startswith(str(file)) else f"{file}: {exc}") from exc
    outcome = judge(scenario, recording, blob_reader(file.parent / "blobs"))
    return Played(replace(outcome, recording=str(file)), scenario, recording)


def _rubric(options: Options, began: Began) -> Rubric | None:
    """The rubric of the variant played, beside the scenarios. A recording alone can be judged too, without marks."""
    try:
        return open_course(options.assignment, [Wanted(Path(began.file))], began.variant).rubric
    except (Mistakes, Wrong, OSError):
        if options.assignment is not None:
            raise
        return None


@dataclass(frozen=True, slots=True)
class Checked:
    """What `harness check` found: mistakes and warnings, in so many files with so many scenarios."""

    mistakes: Sequence[Mistake]
    files: int
    scenarios: int


def check(paths: Sequence[Path], assignment: Path | None) -> Checked:
    """Every mistake and warning of these files: scenarios, the rubric, the assignment."""
    course = open_course(assignment, [Wanted(path) for path in paths])
    files = [file for path in paths for file in scenario_files(path)]
    checked = [_checked(file, course) for file in files]
    return Checked([m for mistakes, _ in checked for m in mistakes], len(files), sum(len(s) for _, s in checked))


def _checked(file: Path, course: Course) -> tuple[list[Mistake], list[Scenario]]:
    if file.name in ("assignment.yaml", course.assignment.rubric):
        # Loaded already with the course, or nothing would have come so far; but this may be another course's.
        load: Callable[[Path], object] = load_assignment if file.name == "assignment.yaml" else load_rubric
        try:
            load(file)
        except Mistakes as exc:
            return list(exc.mistakes), []
        return [], []
    mistakes = check_file(file, course.assignment)
    if any(mistake.severity == ERROR for mistake in mistakes):
        return mistakes, []
    loaded = load_file(file, course.assignment)
    return [*mistakes, *_unknown_marks(loaded, course.rubric)], loaded


def _unknown_marks(scenarios: Iterable[Scenario], rubric: Rubric | None) -> list[Mistake]:
    """Scenarios whose marks no rubric line has."""
    lines = rubric.lines() if rubric else []
    return [Mistake(s.place, f"unknown rubric line {mark!r} in marks", nearest(mark, lines))
            for s in scenarios for mark in s.marks if mark not in lines]
