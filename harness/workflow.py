"""The commands as tables of contents: what `harness run`, `judge`, `check` and `saboteurs` do, step by step.

Each ends in an exit code (`Exit`). Mistakes of the person who called come as
`Mistakes`, `NoSuchScenario` or `SubjectError`; cli.py tells them.
"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import product
from pathlib import Path

from harness.author.bites import kill, matrix, named_by
from harness.author.saboteur import Wrong, bases, load_saboteurs, make
from harness.events import Recording
from harness.grade.rubric import Rubric, add_up, load_rubric
from harness.judge.judge import judge
from harness.players import Setting, Task, blob_reader, play_all, stage_level
from harness.report.console import Console
from harness.report.exports import to_json, to_junit
from harness.report.matrix import matrix_lines
from harness.report.report import Played, Report
from harness.scenario.assignment import Assignment
from harness.scenario.loader import check_file, find_assignment, load_assignment, load_file, scenario_from
from harness.scenario.mistakes import ERROR, Mistake, nearest
from harness.scenario.model import Scenario
from harness.scenario.select import Wanted, load_all, scenario_files, select
from harness.subject.build import build, with_commands
from harness.subject.subject import Subject
from harness.verdict import Outcome, Verdict
from harness.workshop import workshop


# What failed last, in the folder of `--out`.
_LAST = "last.json"


class Exit(IntEnum):
    """Exit codes, a contract: selecting nothing is an error, never a pass."""

    PASSED = 0
    FAILED = 1
    WRONG = 2
    NOTHING = 3
    UNDECIDED = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Course:
    """An assignment with everything that lies in its folder."""

    folder: Path
    assignment: Assignment
    text: str
    sample: str
    rubric: Rubric | None


@dataclass(frozen=True, slots=True)
class Options:
    """What `harness run` was asked for."""

    paths: Sequence[str]
    assignment: Path | None = None
    subject: Path | None = None
    commands: dict[str, str] = field(default_factory=dict)  # role -> command template
    only: Sequence[str] = ()
    seed: int = 0
    repeat: int = 1
    jobs: int = 1
    failed: bool = False
    out: Path = Path(".harness")
    json: Path | None = None
    junit: Path | None = None
    verbose: bool = False

    @property
    def again(self) -> str:
        """The options that name the subject, as one would type them."""
        words = ["--subject", str(self.subject)] if self.subject else []
        for role, command in self.commands.items():
            words += [f"--{role}", command]
        return shlex.join(words)


def open_course(path: Path | None, wanted: Sequence[Wanted]) -> Course:
    """The assignment given, or the nearest one above what is played. Raises Mistakes."""
    file = path / "assignment.yaml" if path else find_assignment(wanted[0].path if wanted else Path())
    assignment = load_assignment(file)
    sample = file.parent / assignment.accounts.sample if assignment.accounts else None
    rubric = file.parent / assignment.rubric
    return Course(file.parent, assignment, file.read_text(encoding="utf-8"),
                  sample.read_text(encoding="utf-8") if sample else "", load_rubric(rubric) if rubric.exists() else None)


def open_subject(options: Options, course: Course, folder: Path) -> Subject:
    """Find and build what is played against: the reference, unless the caller names another. Raises SubjectError."""
    everything = set(course.assignment.roles) <= set(options.commands)
    where = options.subject or course.folder / course.assignment.reference
    base = None if everything and options.subject is None else build(where.resolve(), course.assignment, folder)
    return with_commands(base, options.commands, Path.cwd()) if options.commands else base or Subject("")


def run(options: Options) -> Exit:
    """Play the chosen scenarios against one subject."""
    started = time.monotonic()
    course, chosen = _chosen(options)
    if not chosen:
        return Exit.NOTHING
    with workshop() as folder:
        subject = open_subject(options, course, folder / "built")
        setting = Setting(course.assignment, course.text, course.sample, subject, options.out, folder)
        tasks = [Task(n, s, options.seed + again) for n, (s, again) in enumerate(product(chosen, range(options.repeat)))]
        view = Console(verbose=options.verbose)
        view.begin(len(tasks), subject.name, stage_level(folder))
        played, interrupted = _play(setting, tasks, options.jobs, view)
    return _tell(_report(played, course, options, subject.name, started), options, view, interrupted=interrupted)


def _chosen(options: Options) -> tuple[Course, list[Scenario]]:
    wanted = [Wanted.parse(path) for path in options.paths]
    course = open_course(options.assignment, wanted)
    free = bool(options.subject or options.commands)
    chosen = select(load_all(wanted, course.assignment), options.only, wording_free=free)
    if options.failed:
        last = last_failed(options.out)
        chosen = [scenario for scenario in chosen if scenario.key in last]
    return course, chosen


def _play(setting: Setting, tasks: Sequence[Task], jobs: int, view: Console) -> tuple[list[Played], bool]:
    """Play everything; on Ctrl-C what was played so far still counts."""
    played: list[tuple[int, Played]] = []
    try:
        for task, outcome, recording in play_all(setting, tasks, jobs):
            played.append((task.number, Played(outcome, task.scenario, recording)))
            view.ended(played[-1][1])
    except KeyboardInterrupt:
        return _in_order(played), True
    return _in_order(played), False


def _in_order(played: Sequence[tuple[int, Played]]) -> list[Played]:
    return [one for _, one in sorted(played, key=lambda pair: pair[0])]


def _report(played: Sequence[Played], course: Course, options: Options, subject: str, started: float) -> Report:
    marks = add_up(course.rubric, [p.outcome for p in played]) if course.rubric else None
    stage = next((p.recording.began.stage for p in played if p.recording.events), "")
    return Report(played, marks, time.monotonic() - started, subject, stage, options.seed, options.again)


def _tell(report: Report, options: Options, view: Console, *, interrupted: bool = False) -> Exit:
    """Show the report in every form that was asked for, and remember it for `--failed`."""
    view.finish(report)
    remember(options.out, report)
    if options.json:
        options.json.write_text(json.dumps(to_json(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.junit:
        options.junit.write_text(to_junit(report), encoding="utf-8")
    return Exit.INTERRUPTED if interrupted else exit_code(p.outcome for p in report.played)


def exit_code(outcomes: Iterable[Outcome]) -> Exit:
    """0 all passed, 1 something failed, 4 something undecided and nothing failed, 3 nothing was played."""
    verdicts = {outcome.verdict for outcome in outcomes}
    if not verdicts:
        return Exit.NOTHING
    if Verdict.FAILED in verdicts:
        return Exit.FAILED
    return Exit.UNDECIDED if Verdict.UNDECIDED in verdicts else Exit.PASSED


def remember(folder: Path, report: Report) -> None:
    """Keep what failed, for `--failed`."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = dict.fromkeys(p.outcome.key for p in report.played if p.outcome.bad)
    (folder / _LAST).write_text(json.dumps({"failed": list(keys)}, indent=1) + "\n", encoding="utf-8")


def last_failed(folder: Path) -> set[str]:
    """The keys of what failed or stayed undecided last time; nothing, if nothing was played here."""
    try:
        return set(json.loads((folder / _LAST).read_text(encoding="utf-8"))["failed"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def judge_again(paths: Sequence[Path], options: Options) -> Exit:
    """Judge recordings again, without starting a program."""
    started = time.monotonic()
    files = [file for path in paths for file in (sorted(path.rglob("*.jsonl")) if path.is_dir() else [path])]
    played = []
    for file in files:
        recording = Recording.load(file)
        scenario = scenario_from(recording.began)
        outcome = judge(scenario, recording, blob_reader(file.parent / "blobs"))
        played.append(Played(replace(outcome, recording=str(file)), scenario, recording))
    if not played:
        return Exit.NOTHING
    course = open_course(options.assignment, [Wanted(Path(played[0].recording.began.file))])
    view = Console(verbose=options.verbose)
    subject = str(played[0].recording.began.subject.get("name", ""))
    return _tell_again(_report(played, course, options, subject, started), options, view)


def _tell_again(report: Report, options: Options, view: Console) -> Exit:
    view.begin(len(report.played), report.subject, report.stage)
    for play in report.played:
        view.ended(play)
    return _tell(report, options, view)


def check(paths: Sequence[Path], assignment: Path | None) -> tuple[list[Mistake], int]:
    """Every mistake and warning of these files, and how many scenarios they hold."""
    course_file = assignment / "assignment.yaml" if assignment else find_assignment(paths[0])
    course = open_course(course_file.parent, [])
    found: list[Mistake] = []
    scenarios = 0
    for path in paths:
        for file in scenario_files(path):
            mistakes = check_file(file, course.assignment)
            found += mistakes
            if not any(mistake.severity == ERROR for mistake in mistakes):
                loaded = load_file(file, course.assignment)
                found += _unknown_marks(loaded, course.rubric)
                scenarios += len(loaded)
    return found, scenarios


def _unknown_marks(scenarios: Iterable[Scenario], rubric: Rubric | None) -> list[Mistake]:
    """Scenarios whose marks no rubric line has."""
    lines = rubric.lines() if rubric else []
    return [Mistake(s.place, f"unknown rubric line {mark!r} in marks", nearest(mark, lines))
            for s in scenarios for mark in s.marks if mark not in lines]


def saboteurs(paths: Sequence[Path], options: Options, say: Callable[[str], None] = print, *, quick: bool = False) -> Exit:
    """Play every saboteur and every right base against the scenarios; `quick`: only against the one named for it."""
    wrong = load_saboteurs(paths)
    course, chosen = _chosen(replace(options, commands={"": ""}))  # wording is free: no reference scenarios
    if not chosen or not wrong:
        return Exit.NOTHING
    homes = {"reference": (course.folder / course.assignment.reference).resolve(), **bases(paths)}
    kills = []
    with workshop() as folder:
        for number, one in enumerate(wrong):
            mine = [s for s in chosen if not quick or named_by(one.about, s.key)]
            kills.append(kill(one.name, one.about, _outcomes(one, homes, course, mine, options, folder / str(number))))
            say(f"[{number + 1}/{len(wrong)}] {one.name}: {len(kills[-1].failed)} of {len(mine)} scenarios fail it")
        right = {name: _right(home, course, chosen, options, folder / name) for name, home in homes.items()}
    result = matrix(kills, right, [s.key for s in chosen])
    for line in matrix_lines(result):
        say(line)
    return Exit.PASSED if result.good else Exit.FAILED


def _outcomes(one: Wrong, homes: Mapping[str, Path], course: Course, chosen: Sequence[Scenario], options: Options,
              folder: Path) -> list[Outcome]:
    about = one.about
    made = make(one, homes.get(about.base), folder / "made")
    commands = {role: text for role, text in (("server", about.server), ("client", about.client)) if text}
    base = None if len(commands) == len(course.assignment.roles) else build(made, course.assignment, folder / "built")
    subject = with_commands(base, commands, made) if commands else base or Subject(one.name)
    return _plays(subject, course, chosen, options, folder)


def _right(home: Path, course: Course, chosen: Sequence[Scenario], options: Options, folder: Path) -> list[Outcome]:
    return _plays(build(home, course.assignment, folder / "built"), course, chosen, options, folder)


def _plays(subject: Subject, course: Course, chosen: Sequence[Scenario], options: Options, folder: Path) -> list[Outcome]:
    folder.mkdir(parents=True, exist_ok=True)
    setting = Setting(course.assignment, course.text, course.sample, subject, folder / "kept", folder)
    tasks = [Task(n, s, options.seed) for n, s in enumerate(chosen)]
    return [outcome for _, outcome, _ in play_all(setting, tasks, options.jobs)]
