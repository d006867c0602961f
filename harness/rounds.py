"""The plays of a cohort: what is missing is played, here or by a cluster, and kept as soon as it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.cohort import Job, Told, complete, is_played, play_submission
from harness.grade.cluster import Cluster
from harness.grade.engines import Begun, Engine, Processes
from harness.grade.intake.submission import Submission
from harness.grade.kept import Kept, Known, hangs_on_time
from harness.grade.mends import Mend
from harness.grade.store import Store
from harness.marking import first_line
from harness.report.live import CohortView
from harness.rules import GradeOptions, Rules
from harness.stage import best_level
from harness.travelling import grade_parcel, luggage_of, parcel_of, received


def play_cohort(options: GradeOptions, rules: Rules, theirs: Sequence[Submission], mends: Mapping[str, Mend],
                store: Store) -> bool:  # fmt: skip
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
               root=options.out, name=one.id, isolated=options.isolated)  # fmt: skip


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
