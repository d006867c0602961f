"""`harness grade`: from a folder of submissions to marks, feedback and evidence, as a table of contents."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.exits import Exit
from harness.grade.agreement import Table, agreement, disagreements, load_marks, strangers
from harness.grade.diff import STUDENTS, Before, changes, load_before
from harness.grade.intake.submission import Submission, take_in
from harness.grade.mends import Mend, fitted, load_mends, mended
from harness.grade.result import Result
from harness.grade.roster import Matched, Roster, load_roster, matched
from harness.grade.store import claimed, open_store
from harness.marking import Marking, Said, everybody, mark_all, told, what_was_said, write_all
from harness.rounds import play_cohort
from harness.rules import GradeOptions, Rules, begin, rules_of
from harness.stage.box import isolated

# Where submissions lie while they are graded, unpacked, in the folder of results.
_UNPACKED = ".submissions"


@dataclass(frozen=True, slots=True)
class Given:
    """What people wrote down besides the submissions."""

    roster: Roster | None
    mends: Mapping[str, Mend]
    said: Said
    before: Before | None  # an earlier grading to be held against
    by_hand: Table | None  # marks that a person gave, to be held against


@dataclass(frozen=True, slots=True)
class Class:
    """Who is graded: the pairs, whoever else handed in, and what is to be said of the class as a whole."""

    matched: Matched
    mends: Mapping[str, Mend]
    remarks: Sequence[str]

    @property
    def submissions(self) -> list[Submission]:
        """All that is to be played."""
        return [*(one for _, one in self.matched.pairs), *self.matched.strangers]


def grade(options: GradeOptions) -> Exit:
    """Grade a cohort. 0: everybody was graded; 4: a person must decide something."""
    if options.isolated and not options.cluster:
        isolated()
    rules = rules_of(options)
    given = _given(options, rules)
    with claimed(options.out), open_store(options.out) as store, _unpacked(options.out) as unpacked:
        rules = begin(options, rules, store)
        they = _class(options, rules, given, unpacked)
        interrupted = play_cohort(options, rules, they.submissions, they.mends, store)
        marking = Marking(options.out, rules.course, rules.rubric, rules.plays, store)
        results = mark_all(marking, they.matched, they.mends, given.said)
        store.note(STUDENTS, json.dumps({one.graded.student.id: one.graded.submission.digest for one in results}))
        write_all(marking, results, they.remarks)
    _tell(options, given, results)
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.UNDECIDED if any(one.undecided_count or one.conflicts for one in results) else Exit.PASSED


def _given(options: GradeOptions, rules: Rules) -> Given:
    """All of it, read now and not after a night: what is wrong in it is told before anything is played."""
    return Given(
        load_roster(options.roster) if options.roster else None,
        load_mends(options.mend) if options.mend else {},
        what_was_said(options.out, options.decisions, options.by_hand),
        load_before(options.diff) if options.diff else None,
        load_marks(options.compare, rules.items) if options.compare else None,
    )


def _class(options: GradeOptions, rules: Rules, given: Given, unpacked: Path) -> Class:
    """Unpack what was handed in, mend what a tutor mended, and find out whose it is."""
    intake = take_in(options.submissions, unpacked / "handed-in")
    mends = fitted(given.mends, intake.submissions)
    theirs = [mended(one, mends[one.id], unpacked / "mended") if one.id in mends else one
              for one in intake.submissions]  # fmt: skip
    whole = everybody(theirs) if given.roster is None else matched(given.roster, theirs)
    ids = [*(student.id for student, _ in whole.pairs), *(student.id for student in whole.absent),
           *(one.id for one in whole.strangers)]  # fmt: skip
    remarks = [*intake.remarks, *whole.remarks, *(given.roster.remarks if given.roster else ()),
               *given.said.strangers(ids)]  # fmt: skip
    return Class(_sample(whole, options.sample, rules.options.seed), mends, remarks)


def _sample(whole: Matched, number: int | None, seed: int) -> Matched:
    """So many of the pairs, drawn by the seed, and nobody else; everybody, if no number was asked for."""
    if number is None or number >= len(whole.pairs):
        return whole
    drawn = random.Random(seed).sample(range(len(whole.pairs)), number)
    return Matched([whole.pairs[at] for at in sorted(drawn)])


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


def _tell(options: GradeOptions, given: Given, results: Sequence[Result]) -> None:
    """What came of it, and how it compares."""
    print(told(results, options.out))
    if given.before is not None:
        _list("changed marks", changes(given.before, results))
    if given.by_hand is not None:
        _list("agreement", agreement(given.by_hand, results), disagreements(given.by_hand, results),
              strangers(given.by_hand, results))


def _list(title: str, *lists: Sequence[object]) -> None:
    lines = [str(one) for found in lists for one in found]
    print(f"\n{title}:", *(lines or ["none"]), sep="\n")
