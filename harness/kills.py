"""`harness saboteurs`: play programs that are wrong on purpose, and right ones, and print whom each scenario bites."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.author.bites import kill, matrix, named_by
from harness.author.saboteur import Wrong, base_of, bases, load_saboteurs, make
from harness.course import FILES_AGAIN, Course, Options, choose
from harness.exits import Exit, Nothing
from harness.judge.plays import Seeded, together
from harness.players import Setting, play_all, tasks
from harness.report.matrix import matrix_lines
from harness.scenario.model import Scenario
from harness.subject.build import NoCompiler, build, with_commands
from harness.subject.subject import Subject
from harness.verdict import Outcome
from harness.workshop import workshop

# The name by which a saboteur.yaml calls the assignment's own reference answer.
_REFERENCE = "reference"


def saboteurs(paths: Sequence[Path], options: Options, say: Callable[[str], None] = print, *,
              quick: bool = False) -> Exit:
    """Play every saboteur and every right base against the scenarios; `quick`: only against the one named for it."""
    wrong = load_saboteurs(paths)
    course, chosen = choose(options, wording_free=True)
    if not wrong:
        raise Nothing("nothing was selected: no saboteur.yaml here")
    homes = {_REFERENCE: (course.folder / course.assignment.reference).resolve(), **bases(paths)}
    whole = not quick and not options.only and any(course.folder.samefile(path) for path in options.paths)
    kills = []
    with workshop() as folder:
        for number, one in enumerate(wrong):
            mine = [s for s in chosen if not quick or named_by(one.about, s.key)]
            try:
                outcomes = _outcomes(one, homes, course, mine, options, folder / str(number))
            except NoCompiler as exc:
                say(f"[{number + 1}/{len(wrong)}] {one.name}: {exc}")
                continue
            kills.append(kill(one.name, one.about, outcomes, whole=whole))
            say(f"[{number + 1}/{len(wrong)}] {one.name}: {len(kills[-1].failed)} of {len(mine)} scenarios fail it")
        right = _right(homes, course, chosen, options, folder, say)
    result = matrix(kills, right, [s.key for s in chosen])
    for line in matrix_lines(result):
        say(line)
    return Exit.PASSED if result.good else Exit.FAILED


def _outcomes(one: Wrong, homes: Mapping[str, Path], course: Course, chosen: Sequence[Scenario], options: Options,
              folder: Path) -> list[Outcome]:
    about = one.about
    made = make(one, base_of(one, homes), folder / "made")
    given = Options([], server=about.server or None, client=about.client or None)
    commands = given.commands(course.assignment)
    base = None if len(commands) == len(course.assignment.roles) else build(made, course.assignment, folder / "built")
    subject = with_commands(base, commands, made) if commands else base or Subject(one.name)
    return _plays(subject, course, chosen, options, folder)


def _right(homes: Mapping[str, Path], course: Course, chosen: Sequence[Scenario], options: Options, folder: Path,
           say: Callable[[str], None]) -> dict[str, list[Outcome]]:
    """What becomes of the programs that are right."""
    found = {}
    for name, home in homes.items():
        try:
            subject = build(home, course.assignment, folder / name / "built")
        except NoCompiler as exc:
            say(f"{name}: {exc}")
            continue
        again = 1 if name == _REFERENCE else FILES_AGAIN
        found[name] = _plays(subject, course, chosen, options, folder / name, files_again=again)
    return found


def _plays(subject: Subject, course: Course, chosen: Sequence[Scenario], options: Options,
           folder: Path, *, files_again: int = FILES_AGAIN) -> list[Outcome]:
    """The outcome of each scenario; those that move files are played several times."""
    folder.mkdir(parents=True, exist_ok=True)
    setting = Setting(course.assignment, course.text, course.sample, subject, folder / "kept", folder)
    plays = tasks(chosen, course.assignment, seed=options.seed, files_again=files_again)
    found: dict[str, list[Seeded]] = {}
    for task, outcome, _ in sorted(play_all(setting, plays, options.jobs), key=lambda one: one[0].number):
        found.setdefault(outcome.key, []).append(Seeded(task.seed, outcome))
    return [together(several)[0] for several in found.values()]
