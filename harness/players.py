"""Play many scenarios, in this process or in several, and hand over each outcome as it is known.

A play is a task of its own: a fresh folder, a stage, a recording, a verdict.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from harness.director import perform
from harness.judge.files import Blob
from harness.judge.judge import judge
from harness.recording import Recorder, Recording
from harness.scenario.assignment import Assignment
from harness.scenario.drawn import drawn
from harness.scenario.instants import alike, rounds, tells_others
from harness.scenario.model import Hold, Scenario, Together, Type, first_word, walk
from harness.stage import Stage
from harness.stage.box import Level
from harness.stage.handover import ways
from harness.subject.subject import Subject
from harness.verdict import Finding, Outcome, Verdict
from harness.workers import as_task, pool
from harness.workshop import remove, stage_folder

K = TypeVar("K")

# The smallest recv() that is seen in many programs takes so many bytes.
LONG = 1024
# What goes well in one play and not in another: one recv() taken for one message, one of several who is woken.
AGAIN = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """What all plays of one run have in common. `keep`: the folder for recordings and blobs."""

    assignment: Assignment
    assignment_text: str
    sample: str  # the sample accounts
    subject: Subject
    keep: Path
    workshop: Path  # where the stages' folders are made; its owner removes it
    level: Level = "auto"
    model: str = ""  # the text of the assignment's model


@dataclass(frozen=True, slots=True)
class Task:
    """One play: a scenario, a seed, and where its recording goes."""

    number: int
    scenario: Scenario
    seed: int
    plays: int = 1  # how often its scenario is played
    explored: bool = False  # in an order of delivery that was drawn, one of so many
    label: str = ""  # how its recording is called; "": by its number

    @property
    def name(self) -> str:
        """A file name for its recording."""
        return f"{self.label or f'{self.number:03d}'}-{file_words(self.scenario.title)}"


def file_words(text: str) -> str:
    """A text as a part of a file name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()[:60]


def tasks(scenarios: Sequence[Scenario], assignment: Assignment, *, seed: int, repeat: int = 1,
          again: bool = False) -> list[Task]:  # fmt: skip
    """Every play: each scenario `repeat` times, and if `again` at least as often as it takes to rule out luck."""
    found: list[Task] = []
    for scenario in scenarios:
        plays = max(repeat, plays_needed(drawn(scenario, seed), assignment) if again else 1)
        first = len(found)
        found += [Task(first + again, drawn(scenario, seed + again), seed + again, plays) for again in range(plays)]
    return found


def plays_needed(scenario: Scenario, assignment: Assignment) -> int:
    """How often a (drawn) scenario is played: often enough for each way to hand over between threads at its instants
    (stage/handover.py), each of which takes the next way; and some times if it hangs on how TCP cuts bytes, or on whom
    the server tells first that somebody has ended it.
    """
    takes = [1 + ways(alike=alike(group)) - often for group, often in rounds(scenario)]
    lucky = hangs_on_cuts(scenario, assignment) or tells_others(scenario)
    return max(1, *takes, AGAIN if lucky else 1)


def hangs_on_cuts(scenario: Scenario, assignment: Assignment) -> bool:
    """Whether what it asks for may go well once and not again, for TCP cuts bytes as it likes: one play shows little.

    A file is moved, or so much is typed that some answer is longer than one recv(). (Not by an aid: what becomes of
    that is asked where it is marked. Not by what was answered: some programs add a menu of a page to every line.)
    Where the scenario itself says how the network cuts or holds, luck has no part, and a crowd tries it many times.
    """
    if scenario.network is not None or any(isinstance(step, Hold) for step in scenario.steps()):
        return False
    typed = [step for step in walk(scenario.play) if isinstance(step, Type)]
    # At one instant with others nothing is an aid (judge/aids.py).
    asked = [step for step in typed if step not in scenario.play or not _is_aid(scenario, step)]
    words = {first_word(line) for step in asked for _, line in step.lines}
    crowd = any(person.crowd for person in scenario.cast)
    much = not crowd and sum(len(line) for step in typed for _, line in step.lines) >= LONG
    return much or not words.isdisjoint(assignment.moves_files)


def _is_aid(scenario: Scenario, step: Type) -> bool:
    return all(first_word(line) in scenario.aids for _, line in step.lines)


def play(setting: Setting, task: Task) -> tuple[Outcome, Recording]:
    """Play and judge one task. Never raises: a fault of ours is *undecided*, with its traceback."""
    concurrent = any(isinstance(step, Together) for step in task.scenario.play)
    folder = stage_folder(setting.workshop, on_disk=concurrent)
    path = setting.keep / "recordings" / f"{task.name}.jsonl"
    blobs = setting.keep / "recordings" / "blobs"
    try:
        recording = perform(
            task.scenario, setting.assignment, setting.subject, folder=folder, sample=setting.sample,
            assignment_text=setting.assignment_text, seed=task.seed, blobs=blobs, level=setting.level,
            model=setting.model,
        )
        recording.save(path)
        outcome = judge(task.scenario, recording, blob_reader(blobs))
        return replace(outcome, recording=str(path)), recording
    except Exception:  # the one place where a fault of the harness becomes a verdict: it must cost nobody a mark
        return _fault(task, traceback.format_exc()), Recording()
    finally:
        remove(folder)


def stage_level(workshop: Path) -> str:
    """How well plays are kept apart on this machine: "box" or "plain"."""
    with Stage(workshop / "level", Recorder()) as stage:
        return stage.level


def blob_reader(folder: Path) -> Blob:
    """Read contents that lie beside the recordings, by their SHA-256."""
    return lambda digest: (folder / digest).read_bytes() if digest and (folder / digest).is_file() else None


def _fault(task: Task, trace: str) -> Outcome:
    last = trace.strip().splitlines()[-1]
    sentence = f"a fault of the harness, not of the program: {last}"
    finding = Finding(Verdict.UNDECIDED, "harness-fault", sentence, seen=trace)
    s = task.scenario
    return Outcome(s.title, s.key, Verdict.UNDECIDED, [finding], s.clause, s.marks, s.tags)


def play_all(setting: Setting, tasks: Sequence[Task], jobs: int, begins: Callable[[Task], None] = lambda _: None
             ) -> Iterator[tuple[Task, Outcome, Recording]]:  # fmt: skip
    """Play every task, `jobs` at a time; outcomes come as they are known. `begins` is told of each that begins."""
    plays = ((None, setting, task) for task in tasks)
    for _, task, outcome, recording in play_each(plays, min(jobs, len(tasks)), begins):
        yield task, outcome, recording


def play_each(plays: Iterable[tuple[K, Setting, Task]], jobs: int, begins: Callable[[Task], None] = lambda _: None
              ) -> Iterator[tuple[K, Task, Outcome, Recording]]:  # fmt: skip
    """The same for plays of several settings, each with somebody's own key; the next play is made when it can begin."""
    if jobs <= 1:
        for key, setting, task in plays:
            begins(task)
            yield (key, task, *play(setting, task))
        return
    with pool(jobs) as workers:
        yield from _as_known(workers, iter(plays), jobs, begins)


def _as_known(workers: ProcessPoolExecutor, plays: Iterator[tuple[K, Setting, Task]], jobs: int,
              begins: Callable[[Task], None]) -> Iterator[tuple[K, Task, Outcome, Recording]]:  # fmt: skip
    """Keep only a few tasks in flight: an interrupted run has little to wait for."""
    running: dict[Future[tuple[Outcome, Recording]], tuple[K, Task]] = {}
    while True:
        for key, setting, task in islice(plays, jobs + 1 - len(running)):
            begins(task)
            running[_submit(workers, setting, task)] = key, task
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            key, task = running.pop(future)
            yield (key, task, *_result(future, task))


def _submit(workers: ProcessPoolExecutor, setting: Setting, task: Task) -> Future[tuple[Outcome, Recording]]:
    try:
        return workers.submit(as_task, play, setting, task)
    except BrokenProcessPool as exc:
        broken: Future[tuple[Outcome, Recording]] = Future()
        broken.set_exception(exc)
        return broken


def _result(future: Future[tuple[Outcome, Recording]], task: Task) -> tuple[Outcome, Recording]:
    try:
        return future.result()
    except BrokenProcessPool:  # somebody killed a worker, or the machine is out of memory
        return _fault(task, "a worker of the harness died"), Recording()
