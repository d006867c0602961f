"""The command line: words in, exit code out. What the commands do stands in workflow.py."""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from harness import __version__, grading, kills, stressing, workflow
from harness.course import Options
from harness.exits import Exit, Nothing, Wrong
from harness.probing import ProbeOptions, look_at
from harness.rules import GradeOptions
from harness.scenario.mistakes import ERROR, Mistakes
from harness.scenario.schema import schema as language_schema
from harness.scenario.select import NoSuchScenario
from harness.stage.box import isolated
from harness.stressing import StressOptions
from harness.subject.build import DoesNotBuild, NoCompiler
from harness.subject.subject import SubjectError

# How a command ends for want of something: what a person got wrong, what a submission did, what this machine lacks.
_ENDS: tuple[tuple[tuple[type[Exception], ...], Exit], ...] = (
    ((Nothing,), Exit.NOTHING),
    ((DoesNotBuild,), Exit.FAILED),
    ((NoCompiler,), Exit.UNDECIDED),
    ((Mistakes, NoSuchScenario, SubjectError, Wrong), Exit.WRONG),
)

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Play scenarios against programs that talk over a network from a terminal, and judge what happened.",
    epilog="Exit status: 0 all passed, 1 something failed, 2 a file or an argument is wrong, 3 nothing was selected, "
    "4 something could not be decided and nothing failed, 130 interrupted.",
)

Paths = Annotated[list[str], typer.Argument(
    metavar="PATH[::NAME]...", help="Scenario files or folders; ::NAME picks one.")]
AssignmentOption = Annotated[Path | None, typer.Option(
    "--assignment", metavar="DIR", help="The folder of assignment.yaml (default: the nearest above PATH).")]
VariantOption = Annotated[str, typer.Option(
    metavar="NAME", help="The variant of the assignment (default: its own, or what --subject turns out to be).")]
SubjectFileOption = Annotated[Path | None, typer.Option(
    metavar="FILE", help="What is so of the submission, line by line, in place of what is found out.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where recordings go.")]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the results as JSON.")]
JunitOption = Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML.")]
IsolationOption = Annotated[bool, typer.Option(
    "--require-isolation", help="Refuse to go on where programs cannot be kept in a box.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Tell passing scenarios in full too.")]


@app.command()
def run(
    paths: Paths,
    subject: Annotated[Path | None, typer.Option(
        metavar="DIR", help="The folder of the programs under test.")] = None,
    server: Annotated[str | None, typer.Option(
        metavar="CMD", help="Starts the server instead; {port}, {host} and the like are replaced.")] = None,
    client: Annotated[str | None, typer.Option(metavar="CMD", help="Starts a client instead, likewise.")] = None,
    only: Annotated[list[str] | None, typer.Option(
        metavar="TAG", help="Only scenarios with this tag or rubric line.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides everything that is random.")] = 0,
    repeat: Annotated[int, typer.Option(metavar="N", min=1, help="Play each scenario N times, with N seeds.")] = 1,
    explore: Annotated[int | None, typer.Option(
        metavar="N", help="Play what is concurrent in N orders of arrival at the server.")] = None,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Play N scenarios at a time.")] = 1,
    network: Annotated[list[str] | None, typer.Option(
        metavar="CONDITION", help="Play under this condition too, such as 'cut 1', 'glue' or 'delay 20 ms'.")] = None,
    failed: Annotated[bool, typer.Option(
        "--failed", help="Only what did not pass last time, under the same conditions.")] = False,
    assignment: AssignmentOption = None,
    variant: VariantOption = "",
    subject_file: SubjectFileOption = None,
    out: OutOption = Path(".harness"),
    json_file: JsonOption = None,
    junit: JunitOption = None,
    require_isolation: IsolationOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Play scenarios against a subject (default: the assignment's reference answer) and report."""
    options = Options(paths, assignment, subject, server, client, only or [], seed, repeat, jobs, failed, out,
                      json_file, junit, verbose, variant, subject_file, network or (),
                      explore=explore)

    def played() -> Exit:
        if require_isolation:
            isolated()
        return workflow.run(options)

    _end(played)


@app.command()
def stress(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the programs under test.")],
    lasting: Annotated[str, typer.Option("--for", metavar="TIME", help="Such as 90s, 5m or 1h.")] = "5m",
    seed: Annotated[int, typer.Option(metavar="N", help="Decides everything that is random.")] = 0,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Play N scenarios at a time.")] = 1,
    assignment: AssignmentOption = None,
    variant: VariantOption = "",
    subject_file: SubjectFileOption = None,
    out: OutOption = Path(".harness"),
    json_file: JsonOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Look for what goes wrong only sometimes: on every network and in every order, until something fails."""
    options = StressOptions(folder, lasting, assignment, variant, subject_file, seed, jobs, out, verbose, json_file)
    _end(lambda: stressing.stress(options))


@app.command()
def probe(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a submission.")],
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what was found out as a file.")] = None,
    subject_file: SubjectFileOption = None,
    assignment: AssignmentOption = None,
    variant: VariantOption = "",
    json_file: JsonOption = None,
) -> None:
    """Find out about a submission: how it builds and starts, how it asks, its variant and pace, what is odd."""
    options = ProbeOptions(folder, assignment, variant, subject_file, save, json_file)
    _end(lambda: look_at(options))


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(
        metavar="SUBMISSIONS", help="What was handed in: a folder of folders or archives, or one archive of all.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where marks, feedback and evidence go.")],
    rubric: Annotated[Path | None, typer.Option(metavar="FILE", help="Instead of the assignment's rubric.")] = None,
    roster: Annotated[Path | None, typer.Option(
        metavar="FILE", help="The class as CSV: id, name, stream, tutor, submitted, extension.")] = None,
    decisions: Annotated[Path | None, typer.Option(
        metavar="FILE", help="What tutors decided (default: decisions.csv in DIR).")] = None,
    by_hand: Annotated[Path | None, typer.Option(
        "--by-hand", metavar="FILE", help="Marks given by hand (default: by-hand.csv in DIR).")] = None,
    mend: Annotated[Path | None, typer.Option(
        metavar="DIR", help="What a tutor mended: a folder for each student with mend.yaml.")] = None,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Grade N submissions at a time.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the marks in DIR: play only what is missing.")]
    = False,
    sample: Annotated[int | None, typer.Option(
        metavar="N", min=1, help="Grade N submissions, drawn by the seed.")] = None,
    seed: Annotated[int | None, typer.Option(
        metavar="N", help="Decides everything that is random, for the whole cohort (default: its own).")] = None,
    cap: Annotated[float, typer.Option(
        metavar="SECONDS", min=1, help="No submission gets more; what was not played by then is undecided.")] = 600,
    diff: Annotated[Path | None, typer.Option(
        metavar="OLD", help="Show every mark that is another than in the earlier grading in OLD, and why.")] = None,
    compare: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Show how far the marks in this CSV, given by hand, are the same.")] = None,
    cluster: Annotated[str, typer.Option(
        metavar="ADDRESS|local:N", help="Grade on the workers of this scheduler of dask.distributed.")] = "",
    require_isolation: IsolationOption = False,
    assignment: AssignmentOption = None,
    variant: VariantOption = "",
) -> None:
    """Grade a class: marks, feedback and evidence for every submission."""
    options = GradeOptions(submissions, out, assignment, variant, rubric, roster, decisions, by_hand, mend, jobs, seed,
                           sample, resume, cap, diff, compare, require_isolation, cluster)  # fmt: skip
    _end(lambda: grading.grade(options))


@app.command()
def judge(
    recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING...", help="Recordings, or folders of them.")],
    assignment: AssignmentOption = None,
    json_file: JsonOption = None,
    junit: JunitOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Judge recordings again, without starting a program."""
    options = Options([], assignment, json=json_file, junit=junit, verbose=verbose)
    _end(lambda: workflow.judge_again(recordings, options))


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders of them.")],
    assignment: AssignmentOption = None,
) -> None:
    """Find every mistake in scenario and rubric files."""

    def checked() -> Exit:
        found = workflow.check(paths, assignment)
        for mistake in found.mistakes:
            print(mistake)
        errors = sum(mistake.severity == ERROR for mistake in found.mistakes)
        warnings = len(found.mistakes) - errors
        print(", ".join([_count(found.scenarios, "scenario"), _count(errors, "mistake"), _count(warnings, "warning")]))
        if not found.files:
            raise Nothing("nothing was selected: there is no scenario file here")
        return Exit.WRONG if errors else Exit.PASSED

    _end(checked)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the scenario language."""
    print(json.dumps(language_schema(), indent=2))


@app.command()
def saboteurs(
    paths: Annotated[list[Path], typer.Argument(
        metavar="PATH...", help="Folders with saboteur.yaml or zoo.yaml files below, or with zoo/ beside.")],
    scenarios: Annotated[str, typer.Option(metavar="PATH", help="The scenarios to play.")] = "scenarios",
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Play N scenarios at a time.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides everything that is random.")] = 0,
    rounds: Annotated[int, typer.Option(metavar="N", min=1, help="Play every scenario N times.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="Play only the scenario named for each saboteur, and for each "
                                        "program of the zoo only the shortest of each file.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write what a student reads beside each saboteur, as told.txt, "
                                        "instead of holding it against that.")] = False,
    assignment: AssignmentOption = None,
) -> None:
    """Print whom each scenario bites (programs that are wrong on purpose), and that it fails no right one."""
    options = Options([scenarios], assignment, jobs=jobs, seed=seed)
    wish = kills.Wish(paths, options, quick=quick, rounds=rounds, write=write)
    _end(lambda: kills.saboteurs(wish))


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _version(asked: bool) -> None:
    if asked:
        print(f"harness {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it and end.")]
    = False,
) -> None:
    pass


def _end(command: Callable[[], Exit]) -> NoReturn:
    """Run a command and leave with its exit code; whatever went wrong is told in a sentence, never in a traceback."""
    try:
        signal.signal(signal.SIGTERM, _interrupted)
        code = command()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has gone: nothing more can be told, at the interpreter's end neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.WRONG
    except Exception as exc:  # the one place where a fault of ours becomes an exit code
        told, code = _told(exc)
        print(told, file=sys.stderr)
    raise SystemExit(code)


def _interrupted(*_: object) -> NoReturn:
    """Whoever ends us (`timeout`, a queue of jobs) wants what was played no less than who presses Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: clearing up must not be interrupted
    raise KeyboardInterrupt


def _told(exc: Exception) -> tuple[str, Exit]:
    """What went wrong, in a sentence, and how the command ends."""
    for kinds, code in _ENDS:
        if isinstance(exc, kinds):
            return str(exc), code
    if isinstance(exc, OSError) and exc.filename is not None:
        return f"{os.fsdecode(exc.filename)}: {(exc.strerror or str(exc)).lower()}", Exit.WRONG
    with tempfile.NamedTemporaryFile("w", prefix="harness-fault-", suffix=".txt", delete=False) as file:
        traceback.print_exception(exc, file=file)
    what = " ".join(f"{type(exc).__name__}: {exc}".split())
    told = f"a fault of the harness, not of your programs: {what} (please tell us; details in {file.name})"
    return told, Exit.UNDECIDED


def main() -> None:
    """The installed command `harness`."""
    if platform.system() == "Windows":
        print("harness needs the terminals of Unix: on Windows, run it inside WSL 2 (wsl --install)", file=sys.stderr)
        raise SystemExit(Exit.WRONG)
    if platform.system() == "Darwin":
        print("macOS: waiting is timed here, not proved; marks are decided on Linux", file=sys.stderr)
    app()
