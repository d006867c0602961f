"""`harness grade`: from a folder of submissions to marks, feedback and evidence, as a table of contents."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.cohort import Job, Told, complete, is_played, play_submission, wanted_plays
from harness.course import Course, Options, choose
from harness.exits import Exit, Wrong
from harness.grade.agreement import agreement, disagreements, load_marks, strangers
from harness.grade.cluster import Cluster
from harness.grade.diff import STUDENTS, changes, load_before
from harness.grade.engines import Begun, Engine, Processes
from harness.grade.intake.submission import Submission, take_in
from harness.grade.kept import Kept, Known, hangs_on_time
from harness.grade.mends import Mend, fitted, load_mends, mended
from harness.grade.roster import Matched, Roster, Student, load_roster, matched
from harness.grade.rubric import load_rubric
from harness.grade.scheme import Rubric
from harness.grade.store import Store, claimed, open_store
from harness.marking import Marking, everybody, first_line, mark_all, told, what_was_said, write_all
from harness.report.live import CohortView
from harness.scenario.model import Scenario
from harness.stage import best_level
from harness.stage.box import isolated
from harness.travelling import grade_parcel, luggage_of, parcel_of, received

# Where submissions lie while they are graded, unpacked, in the folder of results.
_UNPACKED = ".submissions"


@dataclass(frozen=True, slots=True)
class GradeOptions:
    """What `harness grade` was asked for."""

    submissions: Path
    out: Path
    assignment: Path | None = None
    variant: str = ""  # "": the assignment's own; a class has one, whatever somebody handed in
    rubric: Path | None = None
    roster: Path | None = None
    decisions: Path | None = None  # None: decisions.csv in the folder of results, if there is one
    by_hand: Path | None = None  # None: by-hand.csv there, likewise
    mend: Path | None = None
    jobs: int = 1
    seed: int | None = None  # None: the one that the store knows, or 0
    sample: int | None = None
    resume: bool = False
    cap: float = 600.0
    diff: Path | None = None  # the folder of an earlier grading
    compare: Path | None = None  # a table of marks that a person gave
    isolated: bool = False  # refuse to go on where programs cannot be kept in a box
    cluster: str = ""  # the address of a scheduler, or "local:N"; "": here


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a cohort is graded."""

    course: Course
    chosen: Sequence[Scenario]
    rubric: Rubric
    options: Options  # of the plays: the assignment, the variant, the seed
    plays: Mapping[tuple[str, int], Scenario] = field(default_factory=dict)  # those that count, by key

    @property
    def items(self) -> list[str]:
        """What marks are given for, by name."""
        return [*self.rubric.lines(), *self.rubric.by_hand]


def grade(options: GradeOptions) -> Exit:
    """Grade a cohort. 0: everybody was graded; 4: a person must decide something."""
    if options.isolated and not options.cluster:
        isolated()
    rules, roster, mends = _rules(options), _roster(options), load_mends(options.mend) if options.mend else {}
    # Now, and not after a night: what cannot be read is told before anything is played.
    said = what_was_said(options.out, options.decisions, options.by_hand)
    before = load_before(options.diff) if options.diff else None
    theirs_by_hand = load_marks(options.compare, rules.items) if options.compare else None
    with claimed(options.out), open_store(options.out) as store, _unpacked(options.out) as unpacked:
        rules = _begin(options, rules, store)
        intake = take_in(options.submissions, unpacked / "handed-in")
        fit = fitted(mends, intake.submissions)
        theirs = [mended(one, fit[one.id], unpacked / "mended") if one.id in fit else one for one in intake.submissions]
        cohort = matched(roster, theirs) if roster is not None else everybody(theirs)
        chosen = _sample(cohort.pairs, options.sample, rules.options.seed)
        theirs = [one for _, one in chosen] + list(cohort.strangers if chosen is cohort.pairs else ())
        interrupted = _play(options, rules, theirs, fit, store)
        marking = Marking(options.out, rules.course, rules.rubric, rules.plays, store)
        results = mark_all(marking, cohort if chosen is cohort.pairs else Matched(chosen), fit, said)
        known = [student.id for student, _ in cohort.pairs]
        known += [student.id for student in cohort.absent] + [one.id for one in cohort.strangers]
        remarks = [*intake.remarks, *cohort.remarks, *(roster.remarks if roster is not None else ()),
                   *said.strangers(known)]
        store.note(STUDENTS, json.dumps({one.graded.student.id: one.graded.submission.digest for one in results}))
        write_all(marking, results, remarks)
    print(told(results, options.out))
    if before is not None:
        _tell("changed marks", changes(before, results))
    if theirs_by_hand is not None:
        _tell("agreement", agreement(theirs_by_hand, results), disagreements(theirs_by_hand, results),
              strangers(theirs_by_hand, results))
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.UNDECIDED if any(one.undecided_count or one.conflicts for one in results) else Exit.PASSED


def _tell(title: str, *lists: Sequence[object]) -> None:
    """Lists, one thing a line, under a title."""
    lines = [str(one) for found in lists for one in found]
    print(f"\n{title}:", *(lines or ["none"]), sep="\n")


def _rules(options: GradeOptions) -> Rules:
    """The scenarios that count. Raises Mistakes, Wrong and Nothing."""
    home = options.assignment or Path("scenarios")
    plays = Options([str(home)], home, variant=options.variant)
    course, chosen = choose(plays, wording_free=True)
    rubric = load_rubric(options.rubric) if options.rubric else course.rubric
    if rubric is None:
        raise Wrong(f"{home}: there is no rubric here to grade by; name one with --rubric FILE")
    return Rules(course, chosen, rubric, replace(plays, variant=course.assignment.name))


def _roster(options: GradeOptions) -> Roster | None:
    return load_roster(options.roster) if options.roster else None


def _begin(options: GradeOptions, rules: Rules, store: Store) -> Rules:
    """One seed for a whole cohort: the one that was asked for, or the one that its marks were begun with."""
    # Where nothing came of it (a scheduler that was not there), nothing was begun.
    kept = store.about("seed") if store.begun() else None
    if kept is not None and not options.resume:
        raise Wrong(f"{options.out}: there are marks of a cohort here already: --resume goes on with them, "
                    "or give another folder with --out")  # fmt: skip
    if kept is not None and options.seed is not None and int(kept) != options.seed:
        raise Wrong(f"{options.out}: these marks were begun with --seed {kept}, and a cohort has one seed")
    seed = int(kept) if kept is not None else options.seed or 0
    store.note("seed", str(seed))
    return replace(rules, options=replace(rules.options, seed=seed),
                   plays=wanted_plays(rules.rubric, rules.course, rules.chosen, seed))


@contextlib.contextmanager
def _unpacked(out: Path) -> Iterator[Path]:
    """The folder where submissions lie while they are graded; nothing of it stays."""
    folder = out / _UNPACKED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sample(pairs: Sequence[tuple[Student, Submission]], number: int | None, seed: int
            ) -> Sequence[tuple[Student, Submission]]:  # fmt: skip
    """So many of them, drawn by the seed; all, in their order, if none was asked for."""
    if number is None or number >= len(pairs):
        return pairs
    drawn = random.Random(seed).sample(range(len(pairs)), number)
    return [pairs[at] for at in sorted(drawn)]


def _play(options: GradeOptions, rules: Rules, theirs: Sequence[Submission], mends: Mapping[str, Mend], store: Store
          ) -> bool:  # fmt: skip
    """Play what is missing; the same files are played once. Returns whether somebody interrupted it."""
    todo = {one.digest: one for one in reversed(theirs) if one.digest and not one.trouble}
    wanted = [_job(options, rules, one, mends, store) for one in reversed(todo.values())]
    jobs = [job for job in wanted if not complete(job, store.known(job.digest), rules.plays)]
    view = CohortView()
    view.begin(len(jobs), best_level(), len(wanted) - len(jobs))
    try:
        if jobs:
            _run(_engine(options, rules), jobs, store, view)
        # Of all of them: whoever was killed meanwhile has everything by now, but for these.
        again = [job for job in (_again(one, rules, store) for one in wanted) if job is not None]
        if again:
            view.say(f"played again with nothing beside it, as a deadline decided it: {len(again)} submissions")
            _run(Processes(play_submission, 1), again, store, view)
    except KeyboardInterrupt:
        return True
    finally:
        view.close()
    return False


def _engine(options: GradeOptions, rules: Rules) -> Engine[Job, Told]:
    """Where it is done: in processes here, or by the workers of a cluster."""
    if not options.cluster:
        return Processes(play_submission, options.jobs)
    luggage = luggage_of(rules.course)
    return Cluster(options.cluster, lambda job: parcel_of(job, luggage), grade_parcel, received)


def _job(options: GradeOptions, rules: Rules, one: Submission, mends: Mapping[str, Mend], store: Store) -> Job:
    """What is to be played of this submission."""
    mend = mends.get(one.id)
    have = frozenset(key for key, kept in store.plays(one.digest).items() if is_played(kept, options.cap))
    plays = replace(rules.options, subject_file=mend.subject_file if mend else None)
    return Job(one.digest, one.folder, plays, rules.rubric, options.out / one.folder.name, have, cap=options.cap,
               root=options.out, name=one.id)  # fmt: skip


def _again(job: Job, rules: Rules, store: Store) -> Job | None:
    """The plays of this submission that time decided while others played beside it."""
    keys = frozenset(key for key, kept in store.plays(job.digest).items()
                     if key in rules.plays and hangs_on_time(kept) and not kept.alone)  # fmt: skip
    return replace(job, have=frozenset(), only=keys, alone=True) if keys else None


def _run(engine: Engine[Job, Told], jobs: Sequence[Job], store: Store, view: CohortView) -> None:
    for job, said in engine.run(jobs):
        if isinstance(said, Begun):
            view.started(job.digest, job.name)
        elif isinstance(said, Known):
            if not job.alone:  # what is played again is known already, and stays as it is
                store.learn(said)
            view.doing(job.digest, said.trouble)
        elif isinstance(said, Kept):
            store.keep(said)
            view.played(job.digest, said.outcome)
        else:
            if said.fault and not job.alone:
                store.learn(Known(job.digest, trouble=said.fault, code="harness-fault", ours=True))
            known = store.known(job.digest)
            view.ended(job.digest, first_line(known.trouble) if known else "")
