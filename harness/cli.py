"""The command line: words in, exit code out. What the commands do stands in workflow.py."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from harness import workflow
from harness.scenario.mistakes import ERROR, Mistakes
from harness.scenario.schema import schema as language_schema
from harness.scenario.select import NoSuchScenario
from harness.subject.subject import SubjectError
from harness.workflow import Exit, Options

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Play scenarios against programs that talk over a network from a terminal, and judge what happened.",
    epilog="Exit status: 0 all passed, 1 something failed, 2 a file or an argument is wrong, 3 nothing was selected, "
    "4 something could not be decided and nothing failed, 130 interrupted.",
)

Paths = Annotated[list[str], typer.Argument(metavar="PATH[::NAME]...", help="Scenario files or folders; ::NAME picks one.")]
AssignmentOption = Annotated[Path | None, typer.Option(
    "--assignment", metavar="DIR", help="The folder of assignment.yaml (default: the nearest above PATH).")]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where recordings go.")]
JsonOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the results as JSON.")]
JunitOption = Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write the results as JUnit XML.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Tell passing scenarios in full too.")]


@app.command()
def run(
    paths: Paths,
    subject: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of the programs under test.")] = None,
    server: Annotated[str | None, typer.Option(
        metavar="CMD", help="Starts the server instead; {port}, {host} and {admin_password} are replaced.")] = None,
    client: Annotated[str | None, typer.Option(metavar="CMD", help="Starts a client instead, likewise.")] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Only scenarios with this tag or rubric line.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides everything that is random.")] = 0,
    repeat: Annotated[int, typer.Option(metavar="N", min=1, help="Play each scenario N times, with N seeds.")] = 1,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Play N scenarios at a time.")] = 1,
    failed: Annotated[bool, typer.Option("--failed", help="Only what failed or stayed undecided last time.")] = False,
    assignment: AssignmentOption = None,
    out: OutOption = Path(".harness"),
    json_file: JsonOption = None,
    junit: JunitOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Play scenarios against a subject (default: the assignment's reference answer) and report."""
    commands = {role: text for role, text in (("server", server), ("client", client)) if text}
    options = Options(paths, assignment, subject, commands, only or [], seed, repeat, jobs, failed, out, json_file,
                      junit, verbose)
    _end(lambda: workflow.run(options), nothing="nothing was selected: no scenario fits these paths, names and tags")


@app.command()
def judge(
    recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING...", help="Recordings, or folders of them.")],
    assignment: AssignmentOption = None,
    out: OutOption = Path(".harness"),
    json_file: JsonOption = None,
    junit: JunitOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Judge recordings again, without starting a program."""
    options = Options([], assignment, out=out, json=json_file, junit=junit, verbose=verbose)
    _end(lambda: workflow.judge_again(recordings, options), nothing="nothing was selected: there is no recording here")


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders of them.")],
    assignment: AssignmentOption = None,
) -> None:
    """Find every mistake in scenario and rubric files."""

    def checked() -> Exit:
        mistakes, scenarios = workflow.check(paths, assignment)
        for mistake in mistakes:
            print(mistake)
        errors = sum(mistake.severity == ERROR for mistake in mistakes)
        print(f"{scenarios} scenarios, {errors} mistakes, {len(mistakes) - errors} warnings")
        return Exit.WRONG if errors else Exit.NOTHING if not scenarios else Exit.PASSED

    _end(checked, nothing="nothing was selected: there is no scenario here")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the scenario language."""
    print(json.dumps(language_schema(), indent=2))


@app.command()
def saboteurs(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Folders with saboteur.yaml files below.")],
    scenarios: Annotated[str, typer.Option(metavar="PATH", help="The scenarios to play.")] = "scenarios",
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Play N scenarios at a time.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", help="Decides everything that is random.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="Play only the scenario named for each saboteur.")] = False,
    assignment: AssignmentOption = None,
) -> None:
    """Print whom each scenario bites (programs that are wrong on purpose), and that it fails no right one."""
    options = Options([scenarios], assignment, jobs=jobs, seed=seed)
    _end(lambda: workflow.saboteurs(paths, options, quick=quick), nothing="nothing was selected: no saboteur.yaml here")


def _end(command: Callable[[], Exit], nothing: str) -> None:
    """Run a command and leave with its exit code; mistakes of the caller are told in their own words."""
    try:
        code = command()
    except (Mistakes, NoSuchScenario, SubjectError, ValueError) as exc:
        print(exc, file=sys.stderr)
        code = Exit.WRONG
    except OSError as exc:
        print(f"{exc.filename}: {(exc.strerror or str(exc)).lower()}", file=sys.stderr)
        code = Exit.WRONG
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    if code is Exit.NOTHING:
        print(nothing, file=sys.stderr)
    raise SystemExit(code)


def main() -> None:
    """The installed command `harness`."""
    if platform.system() == "Windows":
        print("harness needs the terminals of Unix: on Windows, run it inside WSL 2 (wsl --install)", file=sys.stderr)
        raise SystemExit(Exit.WRONG)
    if platform.system() == "Darwin":
        print("macOS: waiting is timed here, not proved; marks are decided on Linux", file=sys.stderr)
    app()
