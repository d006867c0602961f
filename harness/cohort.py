"""Play a cohort: each submission is built, got to know, and played, and every play is told of as soon as it has ended.

What is known already is not done again. A submission's folder is read, never written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.course import Course, Options
from harness.exits import Nothing, Wrong
from harness.grade.kept import Kept, Known, what_it_plays, what_judges
from harness.grade.rubric import Rubric
from harness.players import Setting, Task, play_each, tasks
from harness.probing import Prepared, prepare
from harness.recording import Recording
from harness.scenario.model import Scenario
from harness.stage.box import isolated
from harness.subject.build import DoesNotBuild, NoCompiler
from harness.subject.subject import SubjectError
from harness.verdict import Finding, Outcome, Verdict
from harness.workshop import workshop

# Programs that poll mostly wait: so many of their plays take as much of the machine as one of another program.
_WAITING_AT_ONCE = 6
CAP, FAULT = "over-cap", "harness-fault"


@dataclass(frozen=True, slots=True)
class Job:
    """A submission and what is to be played of it."""

    digest: str
    folder: Path
    options: Options  # the assignment, the variant, the seed
    rubric: Rubric
    keep: Path  # where its recordings go
    have: frozenset[tuple[str, int]] = frozenset()  # plays that are known
    only: frozenset[tuple[str, int]] | None = None  # nothing else is played; None: whatever is missing
    alone: bool = False
    cap: float = 600.0  # seconds; what is not played by then is undecided
    root: Path = Path()  # recordings are named from here on
    name: str = ""  # how people know it
    isolated: bool = False  # nothing is started where programs cannot be kept in a box


Told = Known | Kept


def missing(job: Job, chosen: Sequence[Scenario], course: Course) -> Iterator[Task]:
    """The plays of this job that are to be played."""
    text = course_text(course)
    for task in tasks(marked(chosen, job.rubric), course.assignment, seed=job.options.seed, again=True):
        key = what_it_plays(task.scenario, text), task.seed
        if key not in job.have and (job.only is None or key in job.only):
            yield replace(task, label=f"{key[0][:8]}-{task.seed}")


def marked(scenarios: Sequence[Scenario], rubric: Rubric) -> list[Scenario]:
    """The scenarios that the rubric gives marks for."""
    lines = set(rubric.lines())
    return [one for one in scenarios if lines.intersection(one.marks)]


def course_text(course: Course) -> str:
    """What of a course is a part of every play."""
    return "\0".join([course.text, course.assignment.name, course.sample])


def play_submission(job: Job, tell: Callable[[Told], None]) -> None:
    """Build it, get to know it and play what is missing. What is raised is a fault of ours, and the engine tells it."""
    begun = time.monotonic()
    if job.isolated:
        try:
            isolated()
        except Wrong as exc:
            tell(Known(job.digest, trouble=str(exc), code="not-isolated", ours=True))
            return
    with workshop() as folder:
        try:
            found = prepare(replace(job.options, subject=job.folder), folder, lambda _: None)
        except (SubjectError, Nothing) as exc:  # DoesNotBuild is one
            code = "does-not-build" if isinstance(exc, DoesNotBuild) else "not-startable"
            tell(Known(job.digest, trouble=str(exc), code=code))
            return
        except NoCompiler as exc:
            tell(Known(job.digest, trouble=str(exc), code="no-compiler", ours=True))
            return
        tell(Known(job.digest, found.options.variant, remarks=[
            (one["code"], one["sentence"]) for one in found.subject.troubles]))  # fmt: skip
        _play(job, found, folder, tell, begun + job.cap)


def _play(job: Job, found: Prepared, folder: Path, tell: Callable[[Told], None], until: float) -> None:
    course = found.course
    setting = Setting(course.assignment, course.text, course.sample, found.subject, job.keep, folder,
                      model=course.model)  # fmt: skip
    todo = list(missing(job, found.chosen, course))
    left = dict.fromkeys(task.label for task in todo)
    at_once = _WAITING_AT_ONCE if found.waits and not job.alone else 1
    ready = iter(todo)

    def in_time() -> Iterator[Task]:
        for task in ready:
            if time.monotonic() >= until:
                return
            yield task

    plays = ((None, setting, task) for task in in_time())
    for _, task, outcome, recording in play_each(plays, at_once):
        del left[task.label]
        tell(_kept(job, task, outcome, recording, course))
    for task in todo:
        # What is played again was played once: that stands, rather than nothing.
        if task.label in left and not job.alone:
            tell(_kept(job, task, _over_cap(task, job.cap), Recording(), course))


def _kept(job: Job, task: Task, outcome: Outcome, recording: Recording, course: Course) -> Kept:
    where = outcome.recording and str(Path(outcome.recording).relative_to(job.root))
    level = recording.began.stage if recording.events else ""
    return Kept(job.digest, what_it_plays(task.scenario, course_text(course)), task.seed,
                replace(outcome, recording=where), what_judges(task.scenario, course.model), where, level,
                job.alone)  # fmt: skip


def _over_cap(task: Task, cap: float) -> Outcome:
    s = task.scenario
    found = Finding(Verdict.UNDECIDED, CAP, _had(cap))
    return Outcome(s.title, s.key, Verdict.UNDECIDED, [found], s.clause, s.marks, s.tags)


def _had(cap: float) -> str:
    return f"not played: its submission had its {cap:.0f} s before this scenario's turn came"


def is_played(kept: Kept, cap: float) -> bool:
    """Whether this was played as well as it can be: not lost to a fault of ours, nor to another cap than today's."""
    found = [(one.code, one.sentence) for one in kept.outcome.findings]
    return not any(code == FAULT or (code == CAP and said != _had(cap)) for code, said in found)


def complete(job: Job, known: Known | None, wanted: Collection[tuple[str, int]]) -> bool:
    """Whether nothing is left to be played. `wanted`: the plays that count."""
    if known is None or known.ours:
        return False
    return bool(known.trouble) or all(key in job.have for key in wanted)


def wanted_plays(rubric: Rubric, course: Course, chosen: Sequence[Scenario], seed: int
                 ) -> Mapping[tuple[str, int], Scenario]:  # fmt: skip
    """Every play that counts, by its key, and the scenario that it plays: one after the other, as they stand."""
    text = course_text(course)
    return {(what_it_plays(task.scenario, text), task.seed): task.scenario
            for task in tasks(marked(chosen, rubric), course.assignment, seed=seed, again=True)}

