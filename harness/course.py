"""A course: its assignment with all that lies in its folder; and what a person asked to be played."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.exits import Nothing, Wrong
from harness.grade.rubric import Rubric, load_rubric
from harness.memory import last_failed
from harness.scenario.assignment import Assignment
from harness.scenario.loader import find_assignment, load_assignment, read_text
from harness.scenario.mistakes import nearest
from harness.scenario.model import Scenario
from harness.scenario.network import BadCondition, crowds, parse_condition, under
from harness.scenario.select import Wanted, load_all, select
from harness.subject.build import build, with_commands
from harness.subject.learnt import NOTHING, Given
from harness.subject.subject import Subject


@dataclass(frozen=True, slots=True)
class Course:
    """An assignment with everything that lies in its folder."""

    folder: Path
    assignment: Assignment
    text: str
    sample: str
    rubric: Rubric | None
    model: str = ""  # the text of the model that says which answers are right; "": there is none

    @property
    def home(self) -> Path:
        """The folder that is played when no other subject is named: the reference's; without one, the current one."""
        return self.folder / self.assignment.reference if self.assignment.reference else Path()



@dataclass(frozen=True, slots=True)
class Options:
    """What `harness run` was asked for."""

    paths: Sequence[str]
    assignment: Path | None = None
    subject: Path | None = None
    server: str | None = None  # a command template instead of the program that listens
    client: str | None = None  # and instead of the one that people use
    only: Sequence[str] = ()
    seed: int = 0
    repeat: int = 1
    jobs: int = 1
    failed: bool = False
    out: Path = Path(".harness")
    json: Path | None = None
    junit: Path | None = None
    verbose: bool = False
    variant: str = ""  # of the assignment; "": its own, or the one that the subject turns out to be
    subject_file: Path | None = None  # what a tutor says of the subject
    network: Sequence[str] = ()  # conditions under which everything is played, besides those of the scenarios
    explore: int | None = None  # under how many orders of delivery what is concurrent is played; None: as it comes

    @property
    def plays_again(self) -> bool:
        """Whether what luck has a part in is played again, with no --repeat: the reference is known to be right."""
        return any(one is not None for one in (self.subject, self.server, self.client))

    @property
    def again(self) -> str:
        """The options that name the subject, as one would type them."""
        given = {"subject": self.subject, "server": self.server, "client": self.client, "assignment": self.assignment,
                 "variant": self.variant or None, "subject-file": self.subject_file}
        words = [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]
        return shlex.join(words)

    def stress(self, course: Course) -> str:
        """The command that looks for what fails only sometimes; "" where the subject is given as commands."""
        if self.server is not None or self.client is not None:
            return ""
        folder = self.subject or Path(os.path.relpath(course.home))
        # A run finds the assignment above its scenarios; stress is given none, and looks above the folder.
        found = find_assignment(folder.resolve().parent).resolve().parent == course.folder.resolve()
        assignment = self.assignment or (None if found else Path(os.path.relpath(course.folder)))
        given = {"assignment": assignment, "variant": self.variant or None, "subject-file": self.subject_file}
        words = [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]
        return shlex.join(["harness", "stress", str(folder), *words])

    def commands(self, assignment: Assignment) -> dict[str, str]:
        """The command templates by the assignment's own names of the two roles."""
        given = {assignment.server: self.server, assignment.people: self.client}
        return {role: text for role, text in given.items() if role is not None and text is not None}


def open_course(path: Path | None, wanted: Sequence[Wanted], variant: str = "") -> Course:
    """The assignment given, or the nearest one above what is played, in this variant. Raises Mistakes and Wrong."""
    start = wanted[0].path if wanted else Path()
    file = path / "assignment.yaml" if path else find_assignment(start)
    if path is None and not file.exists():
        raise Wrong(f"{start}: no assignment.yaml stands in or above it; name its folder with --assignment DIR")
    assignment = _variant(load_assignment(file), variant, file)
    sample = file.parent / assignment.accounts.sample if assignment.accounts else None
    rubric = file.parent / assignment.rubric
    if "rubric" in assignment.model_fields_set and not rubric.exists():
        # One that is not named may be missing: then there are no marks.
        raise Wrong(f"{file}: there is no rubric {assignment.rubric!r} beside it")
    return Course(
        file.parent, assignment, file.read_text(encoding="utf-8"), sample.read_text(encoding="utf-8") if sample else "",
        load_rubric(rubric) if rubric.exists() else None,
        read_text(file.parent / assignment.model) if assignment.model else "",  # it was loaded with the assignment
    )


def _variant(assignment: Assignment, name: str, file: Path) -> Assignment:
    """The assignment in the variant of this name ("": its own). Raises Wrong."""
    known = assignment.variant_names
    if name in known:
        return assignment.variant(name)
    if not name:
        return assignment
    near = nearest(name, known)
    meant = f"did you mean {near!r}?" if near else f"it has {', '.join(known)}" if known else "it has none"
    raise Wrong(f"{file}: no variant is called {name!r} ({meant})")


def open_subject(options: Options, course: Course, folder: Path, given: Given = NOTHING) -> Subject:
    """Find and build what is played against: the reference, unless the caller names another. Raises SubjectError.

    `given`: what a tutor says of its files.
    """
    commands = options.commands(course.assignment)
    unneeded = set(course.assignment.roles) <= set(commands) and options.subject is None
    where = options.subject or course.home
    base = None if unneeded else build(where.resolve(), course.assignment, folder, given.files(course.assignment))
    return with_commands(base, commands, Path.cwd()) if commands or base is None else base


def choose(options: Options, *, wording_free: bool | None = None) -> tuple[Course, list[Scenario]]:
    """The course, and what is to be played of it. Raises Mistakes, NoSuchScenario and Nothing."""
    wanted = [Wanted.parse(path) for path in options.paths]
    course = open_course(options.assignment, wanted, options.variant)
    others = [options.subject, options.server, options.client]
    free = any(given is not None for given in others) if wording_free is None else wording_free
    loaded = load_all(wanted, course.assignment)
    chosen = select(loaded, options.only, wording_free=free, variant=course.assignment.name)
    if not chosen:
        raise Nothing("nothing was selected: " + _why_nothing(options.only, loaded, course.assignment.name))
    return course, _under(options.network, _failed(options, chosen) if options.failed else chosen, course)


def _under(said: Sequence[str], chosen: Sequence[Scenario], course: Course) -> list[Scenario]:
    """The scenarios under these conditions of the network. Raises Wrong."""
    server = course.assignment.server
    try:
        named = [condition.who for text in said if (condition := parse_condition(text, server)).who]
        played = [under(scenario, said, server) for scenario in chosen]
    except BadCondition as exc:
        meant = f" (did you mean {exc.meant!r}?)" if exc.meant else ""
        raise Wrong(f"--network: {exc}{meant}") from exc
    handles = {name for scenario in chosen for name in (*(one.handle for one in scenario.cast), *crowds(scenario))}
    for name in named:
        if name not in handles:
            near = nearest(name, sorted(handles))
            meant = f" (did you mean {near!r}?)" if near else ""
            raise Wrong(f"--network: nobody in these scenarios is called {name!r}{meant}")
    return played


def _why_nothing(only: Sequence[str], loaded: Sequence[Scenario], variant: str) -> str:
    known = sorted({tag for scenario in loaded for tag in (*scenario.tags, *scenario.marks)})
    for tag in only:
        if tag not in known and known:
            near = nearest(tag, known)
            return f"no scenario here has the tag {tag!r}" + (f" (did you mean {near!r}?)" if near else "")
    if loaded and not any(scenario.applies_to(variant) for scenario in loaded):
        return f"these scenarios are of other variants than {variant!r}"
    return "no scenario fits these paths, names and tags"


def _failed(options: Options, chosen: Sequence[Scenario]) -> list[Scenario]:
    last = last_failed(options.out)
    if last is None:
        raise Nothing(f"nothing was selected: no run has left its results in {options.out} yet")
    found = [scenario for scenario in chosen if scenario.key in last]
    if not found:
        raise Nothing("nothing was selected: of these, none failed last time")
    return found
