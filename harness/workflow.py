"""The commands as tables of contents: what `harness run`, `judge` and `check` do, step by step.

Each ends in an exit code. Mistakes of the person who called come as
`Mistakes`, `NoSuchScenario`, `SubjectError`, `Wrong` or `Nothing`; cli.py tells them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.course import Course, Options, open_course
from harness.events import Began
from harness.exits import Exit, Nothing, Wrong, exit_code
from harness.explore.orders import was_drawn
from harness.exploring import made_smaller, plays_of, tell_of_nothing, wanted
from harness.grade.files import write
from harness.grade.marks import Marks, side_by_side
from harness.grade.rubric import Rubric, add_up, load_rubric, uncovered
from harness.judge.judge import judge
from harness.memory import last_network, remember
from harness.players import Setting, Task, blob_reader, play_all, stage_level, tasks
from harness.probing import prepare
from harness.recording import Recording
from harness.report.card import decided
from harness.report.console import Console
from harness.report.exports import to_json, to_junit
from harness.report.page import Span, Style, line
from harness.report.report import Played, Report, combined
from harness.scenario.loader import check_file, load_assignment, load_file, scenario_from
from harness.scenario.mistakes import ERROR, Mistake, Mistakes, nearest
from harness.scenario.model import Scenario
from harness.scenario.network import in_vain
from harness.scenario.select import Wanted, scenario_files, select
from harness.verdict import Verdict
from harness.workshop import workshop


def run(options: Options) -> Exit:
    """Play the chosen scenarios against one subject."""
    started = time.monotonic()
    wanted(options)
    make_room(options)
    if options.failed and not options.network:
        options = replace(options, network=last_network(options.out))
    with workshop() as folder:
        prepared = prepare(options, folder)
        course, chosen, subject, options = prepared.course, prepared.chosen, prepared.subject, prepared.options
        setting = Setting(course.assignment, course.text, course.sample, subject, options.out, folder,
                          model=course.model)
        plays = tasks(chosen, course.assignment, seed=options.seed, repeat=options.repeat,
                      again=options.plays_again)
        plays = plays_of(plays, options, course)
        view = Console(verbose=options.verbose)
        view.begin(len(plays), subject.name, stage_level(folder), " and ".join(options.network))
        if vain := in_vain(options.network, course.assignment.server, course.assignment.transport):
            view.page([line(Span(vain, Style.STRONG))])
        if prepared.decision is not None:
            view.page(decided(prepared.decision))
        tell_of_nothing(plays, options, view)
        each, interrupted = _play(setting, plays, options.jobs, view)
        played = combined(each)
        if not interrupted:
            played, interrupted = made_smaller(each, played, setting, options, view)
    marks = add_up(course.rubric, [p.outcome for p in played]) if course.rubric else None
    report = replace(_report(played, marks, options, subject.name, started), stress=options.stress(course))
    # What was skipped is worth another play once its aid is mended.
    bad = [play.outcome.key for play in played if play.outcome.verdict is not Verdict.PASSED]
    remember(options.out, bad, [play.outcome.key for play in played], options.network, interrupted=interrupted)
    code = _tell(report, options, view)
    return Exit.INTERRUPTED if interrupted else code


def make_room(options: Options) -> None:
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
            was_there = file.exists()
            file.open("a", encoding="utf-8").close()
            if not was_there:  # an empty one would be all that a run leaves which is killed
                file.unlink()


def _play(setting: Setting, plays: Sequence[Task], jobs: int, view: Console) -> tuple[list[Played], bool]:
    """Play everything, and tell of each scenario when all of its plays have ended; on Ctrl-C what was played so far
    still counts."""
    played: list[tuple[int, Played]] = []
    together: dict[str, list[Played]] = {}  # plays of scenarios of which not all have ended yet
    interrupted = False
    try:
        for task, outcome, recording in play_all(setting, plays, jobs, lambda task: view.playing(task.scenario.title)):
            one = Played(outcome, task.scenario, recording, task.seed, task.explored)
            played.append((task.number, one))
            mine = together.setdefault(outcome.key, [])
            mine.append(one)
            if len(mine) == task.plays:
                view.ended(combined(sorted(together.pop(outcome.key), key=lambda play: play.seed))[0])
    except KeyboardInterrupt:
        interrupted = True
    finally:
        view.close()
    return [one for _, one in sorted(played, key=lambda pair: pair[0])], interrupted


def _report(played: Sequence[Played], marks: Marks | None, options: Options, subject: str, started: float) -> Report:
    stage = next((p.recording.began.stage for p in played if p.recording.events), "")
    return Report(played, marks, time.monotonic() - started, subject, stage, options.seed, options.again)


def _tell(report: Report, options: Options, view: Console) -> Exit:
    """Show the report in every form that was asked for."""
    view.finish(report)
    if options.json:
        # A file name that is not UTF-8 stands there as JSON's own escape.
        text = json.dumps(to_json(report), indent=1, ensure_ascii=False) + "\n"
        _write(options.json, text)
    if options.junit:
        _write(options.junit, to_junit(report))
    return exit_code(p.outcome for p in report.played)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, where it is a file; /dev/stdout and its like take what comes."""
    if path.exists() and not path.is_file():
        path.write_bytes(text.encode("utf-8", "backslashreplace"))
    else:
        write(path.resolve(), text)


def judge_again(paths: Sequence[Path], options: Options) -> Exit:
    """Judge recordings again, without starting a program."""
    started = time.monotonic()
    files = [file for path in paths for file in (sorted(path.rglob("*.jsonl")) if path.is_dir() else [path])]
    by_variant: dict[str, list[Played]] = {}
    for one in map(_judged, files):
        by_variant.setdefault(one.recording.began.variant, []).append(one)
    variants = {name: combined(plays) for name, plays in by_variant.items()}
    played = [one for plays in variants.values() for one in plays]
    if not played:
        raise Nothing("nothing was selected: there is no recording here")
    view = Console(verbose=options.verbose)
    subject = str(played[0].recording.began.subject.get("name", ""))
    report = _report(played, _marks(variants, options), options, subject, started)
    view.begin(report.plays, report.subject, report.stage, report.network)
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
    return Played(replace(outcome, recording=str(file)), scenario, recording, explored=was_drawn(scenario))


def _marks(variants: Mapping[str, Sequence[Played]], options: Options) -> Marks | None:
    """What the plays of each variant are worth by its own rubric; None: there is none."""
    found = {}
    for name, plays in variants.items():
        rubric = _rubric(options, plays[0].recording.began)
        if rubric is not None:
            found[name] = add_up(rubric, [p.outcome for p in plays])
    return side_by_side(found) if len(found) > 1 else next(iter(found.values()), None)


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
    """Every mistake and warning of these files, in each variant: scenarios, rubrics, the assignment."""
    wanted = [Wanted(path) for path in paths]
    course = open_course(assignment, wanted)
    courses = [open_course(assignment, wanted, name) for name in course.assignment.variant_names] or [course]
    files = [file for path in paths for file in scenario_files(path)]
    checked = [_checked(file, courses) for file in files]
    mistakes = [m for found, _ in checked for m in found]
    scenarios = [scenario for _, loaded in checked for scenario in loaded]
    if any(path.is_dir() and course.folder.resolve().is_relative_to(path.resolve()) for path in paths):
        # Only the whole task can show what is missing, and only once all that is there is understood.
        understood = not any(mistake.severity == ERROR for mistake in mistakes)
        mistakes += _uncovered(scenarios, courses) if understood else []
    return Checked(mistakes, len(files), len(scenarios))


def _uncovered(scenarios: Sequence[Scenario], courses: Sequence[Course]) -> Iterator[Mistake]:
    """Lines of the rubrics for which no scenario speaks that is played for submissions."""
    told: set[Mistake] = set()
    for course in courses:
        if course.rubric is not None:
            mine = select(scenarios, (), wording_free=True, variant=course.assignment.name)
            found = uncovered(course.rubric, course.folder / course.assignment.rubric, mine)
            yield from (mistake for mistake in found if mistake not in told)
            told.update(found)


def _checked(file: Path, courses: Sequence[Course]) -> tuple[list[Mistake], list[Scenario]]:
    """The mistakes of a file, and its scenarios. `courses`: the same course, in each variant."""
    if file.name == "assignment.yaml" or file.name in {course.assignment.rubric for course in courses}:
        # Loaded already with the course, or nothing would have come so far; but this may be another course's.
        load: Callable[[Path], object] = load_assignment if file.name == "assignment.yaml" else load_rubric
        try:
            load(file)
        except Mistakes as exc:
            return list(exc.mistakes), []
        return [], []
    mistakes = check_file(file, courses[0].assignment)
    if any(mistake.severity == ERROR for mistake in mistakes):
        return mistakes, []
    loaded = load_file(file, courses[0].assignment)
    return [*mistakes, *_unknown_marks(loaded, courses)], loaded


def _unknown_marks(scenarios: Iterable[Scenario], courses: Sequence[Course]) -> Iterator[Mistake]:
    """Scenarios whose marks the rubric of a variant that they apply to does not have."""
    lines = {course.assignment.name: course.rubric.lines() if course.rubric else [] for course in courses}
    for scenario in scenarios:
        mine = [name for name in lines if scenario.applies_to(name)]
        for mark in scenario.marks:
            without = [name for name in mine if mark not in lines[name]]
            if without:
                where = "" if without == mine else f": it is not in the rubric of variant {without[0]!r}"
                what = f"unknown rubric line {mark!r} in marks{where}"
                yield Mistake(scenario.place, what, "" if where else nearest(mark, lines[without[0]]))
