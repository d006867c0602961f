"""`harness stress`: all that may provoke a program, the most telling first, until it fails or time is over."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.course import Options, open_course
from harness.events import Began, Event
from harness.exits import Exit, Nothing, Wrong, exit_code
from harness.explore.found import Failure, Finder, Found, in_turn
from harness.explore.plan import Kind, Trial, plan
from harness.explore.shrink import Budget
from harness.exploring import with_file, words
from harness.players import Setting, Task, play_each, stage_level
from harness.probing import Prepared, prepare
from harness.recording import Recording
from harness.report.card import decided
from harness.report.console import Console
from harness.report.exports import to_json
from harness.report.report import Played, Report, combined
from harness.report.stressed import Stressed, begins, failed, met, now
from harness.scenario.model import Scenario
from harness.scenario.select import Wanted
from harness.verdict import Explored, Verdict
from harness.workflow import make_room
from harness.workshop import workshop

# Longer than a day nobody waits.
LONGEST = 24 * 3600
_FOR = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(s|m|h)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, None: 1}


@dataclass(frozen=True, slots=True)
class StressOptions:
    """What `harness stress` was asked for."""

    folder: Path
    lasting: str = "5m"
    assignment: Path | None = None
    variant: str = ""
    subject_file: Path | None = None
    seed: int = 0
    jobs: int = 1
    out: Path = Path(".harness")
    verbose: bool = False
    json: Path | None = None


def seconds_of(text: str) -> float:
    """How long `90s`, `5m`, `1.5h` or `90` is. Raises Wrong."""
    found = _FOR.fullmatch(text.replace(" ", ""))
    if found is None:
        raise Wrong(f"--for {text}: expected a time such as 90s, 5m or 1h")
    seconds = float(found[1]) * _SECONDS[found[2]]
    if not 0 < seconds <= LONGEST:
        raise Wrong(f"--for {text}: expected more than nothing and at most 24h")
    return seconds


def stress(asked: StressOptions) -> Exit:
    """Look for what a program does wrong only sometimes."""
    started = time.monotonic()
    lasting = seconds_of(asked.lasting)
    options = _options(asked)
    make_room(options)
    view = Console(verbose=options.verbose)
    with workshop() as folder:
        prepared = prepare(options, folder)
        public = [scenario for scenario in prepared.chosen if scenario.visible == "public"]
        if not public:
            raise Nothing("nothing was selected: none of these scenarios is public")
        view.page([begins(prepared.subject.name, stage_level(folder), asked.lasting)])
        if prepared.decision is not None:
            view.page(decided(prepared.decision))
        search = Search(prepared.options, _setting(prepared, folder), view, time.monotonic() + lasting)
        search.play(public)
        played = search.explained()
    return _tell(search, played, search.ended - started if search.counts else 0.0)


def _options(asked: StressOptions) -> Options:
    """The same as a run's. Raises Wrong."""
    if not asked.folder.is_dir():
        raise Wrong(f"{asked.folder}: there is no such folder")
    # An assignment.yaml inside of the submission is the student's, and no task of ours.
    course = open_course(asked.assignment, [Wanted(asked.folder.resolve().parent)], asked.variant)
    return Options([str(course.folder)], asked.assignment, asked.folder, seed=asked.seed, jobs=asked.jobs,
                   out=asked.out, json=asked.json, verbose=asked.verbose, variant=asked.variant,
                   subject_file=asked.subject_file)  # fmt: skip


def _setting(prepared: Prepared, folder: Path) -> Setting:
    course = prepared.course
    return Setting(course.assignment, course.text, course.sample, prepared.subject, prepared.options.out, folder,
                   model=course.model)  # fmt: skip


@dataclass(slots=True)
class Search:
    """What was played so far, and the first failure."""

    options: Options
    setting: Setting
    view: Console
    until: float
    counts: Counter[tuple[Kind, Verdict]] = field(default_factory=Counter)
    undecided: list[Played] = field(default_factory=list)
    others: list[Played] = field(default_factory=list)  # for the results as JSON, without what was recorded
    failure: tuple[Trial, Played] | None = None
    ended: float = 0.0  # when the last play did, by the monotonic clock
    found: Found | None = None
    over: bool = False
    interrupted: bool = False

    def play(self, scenarios: Sequence[Scenario]) -> None:
        """Play the plan until something fails, it ends, or time is over."""
        try:
            with self.view.busy() as doing:
                plays = self._plays(plan(scenarios, self.setting.assignment, self.options.seed), doing)
                for trial, task, outcome, recording in play_each(plays, self.options.jobs):
                    self._ended(trial, Played(outcome, task.scenario, recording, task.seed))
                    if self.failure:
                        return
        except KeyboardInterrupt:
            self.interrupted = True

    def _plays(self, trials: Iterator[Trial], doing: Callable[[str], None]) -> Iterator[tuple[Trial, Setting, Task]]:
        told: set[Kind] = set()
        for number, trial in enumerate(trials):
            if time.monotonic() >= self.until:
                return
            if trial.kind not in told:
                self.view.page([now(trial.kind)])
                told.add(trial.kind)
            doing(f"play {number + 1}, {trial.said}: {trial.scenario.title}")
            yield trial, self.setting, Task(number, trial.scenario, self.options.seed + trial.more)
        self.over = True

    def _ended(self, trial: Trial, played: Played) -> None:
        verdict = played.outcome.verdict
        self.counts[trial.kind, verdict] += 1
        self.ended = time.monotonic()
        if verdict is Verdict.FAILED:
            self.failure = trial, played
        elif verdict is Verdict.UNDECIDED:
            self.undecided.append(played)
        elif self.options.json is not None:
            # Hours of recordings would fill the memory: of a play that passed, how it ended is kept.
            began: list[Event] = [
                replace(one, source="", assignment="", model="", protocol="")
                for one in played.recording.events if isinstance(one, Began)]  # fmt: skip
            self.others.append(replace(played, recording=Recording(began)))

    def explained(self) -> list[Played]:
        """What there is to explain: the failure with the file that shows it again, or what could not be decided."""
        if self.failure is None:
            return combined(self.undecided)
        trial, played = self.failure
        try:
            self.found = self._smaller(trial, played)
        except KeyboardInterrupt:
            self.interrupted = True
        if self.found is None:
            return [played]  # its own command shows it as well
        one = replace(played, outcome=replace(played.outcome, explored=Explored(1, None)))
        return [with_file(one, self.found, words(self.options), self.options.seed + trial.more)]

    def _smaller(self, trial: Trial, played: Played) -> Found | None:
        divergence = played.outcome.divergence
        if divergence is None:
            return None
        seed = self.options.seed + trial.more
        tame = in_turn(trial.scenario, self.setting.assignment, seed)
        failure = Failure(trial.scenario, seed, divergence.code, tame)
        with self.view.busy() as doing:
            return Finder(self.setting, self.options.out, words(self.options), doing).find(failure, Budget())


def _tell(search: Search, played: Sequence[Played], seconds: float) -> Exit:
    """What failed, or how surely a bug would have been met."""
    told = {play.outcome.key for play in played}
    every = [*played, *combined([play for play in search.others if play.outcome.key not in told])]
    stage = next((play.recording.began.stage for play in every if play.recording.events), "")
    options = search.options
    report = Report(played, None, seconds, search.setting.subject.name, stage, options.seed, options.again)
    if options.json is not None:
        _write(replace(report, played=every), options.json)
    done = Stressed(search.counts, seconds, search.failure[0] if search.failure else None,
                    bool(search.found and search.found.provoked), search.over)  # fmt: skip
    search.view.page(failed(done))
    search.view.failures(report)
    search.view.page(met(done))
    if search.interrupted:
        return Exit.INTERRUPTED
    verdicts = {verdict for _, verdict in search.counts}
    if not verdicts:
        return Exit.NOTHING
    return exit_code(play.outcome for play in played) if played else Exit.PASSED


def _write(report: Report, file: Path) -> None:
    """The results in the form of `run --json`."""
    text = json.dumps(to_json(report), indent=1, ensure_ascii=False) + "\n"
    file.write_bytes(text.encode("utf-8", "backslashreplace"))
