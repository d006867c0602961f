"""Get to know a submission: `harness probe`, and the short part of it that every run against a submission needs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from harness.course import Course, Options, choose, open_course, open_subject
from harness.exits import Exit, Wrong
from harness.probe.decide import Decision, decide, needed
from harness.probe.experiment import Laboratory
from harness.probe.forms import given_forms
from harness.probe.probe import Card, probe
from harness.report.card import card, to_json
from harness.report.console import Console
from harness.scenario.assignment import Assignment
from harness.scenario.model import Scenario
from harness.scenario.select import Wanted
from harness.subject.find import command_words
from harness.subject.learnt import ENDS, NOTHING, VARIANT, Given, load_given, subject_yaml
from harness.subject.subject import COMMAND, AccountsEnd, Subject
from harness.workshop import workshop

# Seconds of a program's own time that a wrong guess may take, where there are several to try.
_GUESS = 5.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run plays: the course in the variant of the submission, the scenarios of it, the subject as it starts."""

    course: Course
    chosen: list[Scenario]
    subject: Subject
    options: Options
    decision: Decision | None = None  # None: there was nothing to find out
    waits: bool = False  # its programs poll: most of a play is waiting


def prepare(options: Options, folder: Path, doing: Callable[[str], None] | None = None) -> Prepared:
    """Choose, find and build; of a submission, find out what the plays must know. Raises as `choose` and `build` do.

    `doing` is told of each experiment; without it the terminal shows them.
    """
    options = _at_home(options)
    if options.subject is None:
        if options.subject_file is not None:
            raise Wrong("--subject-file says what is so of a submission: name its folder with --subject DIR")
        course, chosen = choose(options)
        return Prepared(course, chosen, open_subject(options, course, folder / "built"), options)
    course = open_course(options.assignment, [Wanted.parse(path) for path in options.paths], options.variant)
    given = _given(options.subject_file, course.assignment)
    options = replace(options, variant=options.variant or given.text(VARIANT))
    chosen = []
    if options.variant or not course.assignment.variant_names:
        # Mistakes in the scenarios are told before anything is built.
        course, chosen = choose(options)
    subject = _with_commands(open_subject(options, course, folder / "built", given), given, course.assignment)
    if not needed(course.assignment, subject, given, options.variant):
        subject = replace(subject, accounts_end=_end(given), forms=given_forms(given))
        return Prepared(course, chosen, subject, options)
    with nullcontext(doing) if doing else Console(verbose=False).busy() as told:
        lab = _laboratory(course, folder, told)
        decision = decide(subject, course.assignment, lab, given, variant=options.variant)
    if not chosen:
        course, chosen = choose(replace(options, variant=decision.assignment.name))
        options = replace(options, variant=decision.assignment.name)
    return Prepared(replace(course, assignment=decision.assignment), chosen, decision.subject, options, decision,
                    lab.saw_polling)


def _at_home(options: Options) -> Options:
    """Where the assignment has no reference, as in what students get, the subject is the current folder; and where its
    programs may take their arguments in several ways, the reference is a subject whose way is found out."""
    if options.subject is not None:
        return options
    course = open_course(options.assignment, [Wanted.parse(path) for path in options.paths], options.variant)
    told = set(course.assignment.roles) <= set(options.commands(course.assignment))
    several = any(len(role.alternatives) > 1 for role in course.assignment.roles.values())
    known = course.assignment.reference and not several
    return options if known or told else replace(options, subject=Path(os.path.relpath(course.home)))


def _given(file: Path | None, assignment: Assignment) -> Given:
    return load_given(file, assignment) if file is not None else NOTHING


def _with_commands(subject: Subject, given: Given, assignment: Assignment) -> Subject:
    """The subject, started as a subject file says. Its words are seen from the program's own folder."""
    programs = dict(subject.programs)
    for role, text in given.commands(assignment).items():
        words = command_words(text, Path(os.devnull))
        argv = [sys.executable if word == "python3" else word for word in words[:1]] + words[1:]
        programs[role] = replace(programs[role], argv=argv, arguments=(), language=COMMAND)
    return replace(subject, programs=programs)


def _laboratory(course: Course, folder: Path, doing: Callable[[str], None]) -> Laboratory:
    several = len(course.assignment.variant_names) > 1
    stages = folder / "experiments"
    stages.mkdir()
    # Actors may run as another user: they must be able to reach their own folders.
    stages.chmod(0o711)
    return Laboratory(course.text, course.sample, stages, limit=_GUESS if several else None, begins=doing)


def _end(given: Given) -> AccountsEnd:
    text = given.text(ENDS)
    return "newline" if text == "newline" else "none" if text == "none" else ""


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """What `harness probe` was asked for."""

    folder: Path
    assignment: Path | None = None
    variant: str = ""
    subject_file: Path | None = None
    save: Path | None = None
    json: Path | None = None


def look_at(options: ProbeOptions) -> Exit:
    """Find out everything about a submission, show it, and write it down. 1: nobody can play with it as it is."""
    home = options.folder.resolve()
    # An assignment.yaml inside of the submission is the student's, and no task of ours.
    course = open_course(options.assignment, [Wanted(home.parent)], options.variant)
    given = _given(options.subject_file, course.assignment)
    wanted = Options([], subject=home, variant=options.variant)
    view = Console(verbose=False)
    with workshop() as folder, view.busy() as doing:
        doing("building")
        subject = _with_commands(open_subject(wanted, course, folder / "built", given), given, course.assignment)
        lab = _laboratory(course, folder, doing)
        found = probe(home, subject, course.assignment, lab, given, variant=options.variant)
    _write(found, options)
    view.page(card(found))
    return Exit.FAILED if found.fatal else Exit.PASSED


def _write(found: Card, options: ProbeOptions) -> None:
    if options.save:
        options.save.write_text(subject_yaml(found.facts), encoding="utf-8")
    if options.json:
        text = json.dumps(to_json(found), indent=1, ensure_ascii=False) + "\n"
        options.json.write_bytes(text.encode("utf-8", "backslashreplace"))
