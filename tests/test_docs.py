"""What the pages for people say is so: options exist, links lead somewhere, examples load, generated pages are new."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.author.saboteur import Saboteur
from harness.cli import app
from harness.scenario.checked import checked
from harness.scenario.loader import assignment_text, check_text, load_assignment

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/01-play.md", "docs/02-write-a-scenario.md",
         "docs/03-grade-a-class.md", "scenarios/for-students.md"]
# Pages that are made, or kept beside the code that they describe: only their links are looked at here.
OTHERS = ["docs/protocol.md", "docs/scenario-language.md", "docs/results.md", "docs/findings.md"]


def read(page: str) -> str:
    """The text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def commands(page: str) -> Iterator[str]:
    """Every command line of a page: behind a `$` in a block, or in a code span of its own."""
    yield from re.findall(r"^\s*\$ (.+)$", read(page), re.MULTILINE)
    yield from re.findall(r"`((?:harness|python3|nox) [^`\n]+)`", read(page))


def blocks(page: str) -> list[str]:
    """The YAML examples of a page."""
    return re.findall(r"^```yaml\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL)


@cache
def options_of(command: str) -> frozenset[str]:
    """The options that `harness COMMAND --help` names."""
    shown = CliRunner().invoke(app, [command, "--help"] if command else ["--help"])
    assert shown.exit_code == 0, f"there is no command {command!r}"
    return frozenset(re.findall(r"(?<![\w-])--?[a-z][\w-]*", shown.output))


def sessions() -> set[str]:
    """The names of the sessions in noxfile.py."""
    return set(re.findall(r"^@nox\.session\ndef (\w+)", read("noxfile.py"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_option_of_harness_exists(page: str) -> None:
    """A command that a page shows can be typed as it stands: `--help` knows its options."""
    for line in commands(page):
        words = re.sub(r"'[^']*'", "TEXT", line).split()
        if words[0] == "harness":
            command = "" if words[1].startswith("-") else words[1]
            used = {word for word in words[1:] if re.match(r"--?[a-z]", word)}
            assert used <= options_of(command), line


def test_the_table_of_options_is_complete() -> None:
    """docs/01-play.md tells every option of `harness run`, and no other."""
    table = read("docs/01-play.md").partition("## All options")[2].partition("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert set(re.findall(r"--?[a-z][\w-]*", " ".join(rows))) == options_of("run") - {"--help"}


@pytest.mark.parametrize("page", PAGES)
def test_every_script_and_session_exists(page: str) -> None:
    """`python3 FILE` names a file of the project, and `-s NAME` a session of noxfile.py."""
    for line in commands(page):
        for file in re.findall(r"python3 (?:\$REPO/)?([\w/]+\.py)", line):
            assert (ROOT / file).is_file(), line
        for names in re.findall(r"(?:noxfile\.py|nox) -s ([a-z ]+)", line):
            assert set(names.split()) <= sessions(), line


def test_every_session_is_described() -> None:
    """CONTRIBUTING.md has a line for each session, and for no other."""
    table = read("CONTRIBUTING.md").partition("## Sessions")[2].partition("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == sessions()


@pytest.mark.parametrize("page", PAGES + OTHERS)
def test_every_relative_link_leads_to_a_file(page: str) -> None:
    """A link leads to a file of the project, and to a heading that is there."""
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in headings(file), target


def headings(file: Path) -> set[str]:
    """The anchors of a page's headings, as its readers' programs make them."""
    found = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", ["README.md", "docs/02-write-a-scenario.md"])
def test_every_yaml_example_loads(page: str) -> None:
    """What a reader copies is right: not a mistake in it, nor a warning. An assignment holds for what follows it."""
    assignment = load_assignment(ROOT / "scenarios" / "assignment.yaml")
    assert blocks(page)
    for block in blocks(page):
        if block.startswith("assignment:"):
            assignment = assignment_text(block)
        elif block.startswith("saboteur:"):
            checked(Saboteur, block, page)
        else:
            assert check_text(block, page, assignment) == []


@pytest.mark.parametrize("page", PAGES)
def test_lines_fit_a_screen(page: str) -> None:
    """No line of a page is longer than 120 characters."""
    assert [line for line in read(page).splitlines() if len(line) > 120] == []


def test_the_generated_pages_are_up_to_date() -> None:
    """Whoever changes a table of the code writes its page again: python3 noxfile.py -s docs."""
    done = subprocess.run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_picture_names_no_machine() -> None:
    """docs/run.svg shows a run as anybody could have made it, fetches nothing, and stays small."""
    picture = read("docs/run.svg")
    assert len(picture) < 200_000
    assert not re.search(r"/(tmp|home|root|dev|Users)/", picture)
    assert not re.findall(r"url\(\"?https?:", picture)
