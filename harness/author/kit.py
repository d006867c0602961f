"""The student's kit: what a class gets to play at home, as one archive; and what must not be in it.

In it are the harness, the public scenarios with the rubrics, the sample accounts and a page to begin with. What stays
with the course: the reference answers, the model, the reference's own protocol, and scenarios that are hidden or
tagged `reference`. A scenario that is in the kit is word for word the one that grading plays, so it is judged alike.

    python -m harness.author.kit scenarios dist
"""

from __future__ import annotations

import json
import posixpath
import re
import sys
import tomllib
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import harness
from harness.author.kit_texts import for_students, marks_table, public_part, rubric_for_students
from harness.exits import Wrong
from harness.grade.rubric import load_rubric
from harness.scenario.assignment import Assignment
from harness.scenario.loader import ASSIGNMENT, load_assignment, load_file, read_text
from harness.scenario.mistakes import Mistakes
from harness.scenario.model import Scenario
from harness.scenario.select import REFERENCE, scenario_files

# The page for students: the course writes it, beside its scenarios; `{marks}` becomes the rubric's lines.
PAGE = "for-students.md"
_MARKS = "{marks}"
# The assignment's folder, as it is called in every kit.
_SCENARIOS = "scenarios"
# The same files give the same archive, whenever and by whomever it is built: this is the earliest that zip can say.
_WHEN = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


def build(folder: Path, into: Path) -> Path:
    """Write the kit of the assignment in this folder. Raises Wrong and Mistakes."""
    assignment = load_assignment(folder / ASSIGNMENT)
    name = re.sub(r"[^a-z0-9]+", "-", assignment.assignment.lower()).strip("-") + "-kit"
    held = kit(folder, assignment)
    into.mkdir(parents=True, exist_ok=True)
    made = into / f"{name}.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(held):
            about = zipfile.ZipInfo(f"{name}/{path}", _WHEN)
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, _READABLE
            archive.writestr(about, held[path])
    return made


def kit(folder: Path, assignment: Assignment) -> dict[str, bytes]:
    """Every file of the kit, by its path in it. Raises Wrong if something that must not be in it would be."""
    scenarios = {file: load_file(file, assignment) for file in scenario_files(folder)}
    secret = [one for those in scenarios.values() for one in those if _stays(one)]
    texts = {f"{_SCENARIOS}/{file.relative_to(folder).as_posix()}": public_part(read_text(file), _numbers(those))
             for file, those in scenarios.items()}  # fmt: skip
    texts = {path: text for path, text in texts.items() if text}
    texts[f"{_SCENARIOS}/{ASSIGNMENT}"] = for_students(read_text(folder / ASSIGNMENT))
    rubrics = {name: load_rubric(folder / name) for name in _rubrics(assignment) if (folder / name).is_file()}
    texts |= {f"{_SCENARIOS}/{name}": rubric_for_students(read_text(folder / name), rubric, [one.key for one in secret])
              for name, rubric in rubrics.items()}  # fmt: skip
    page = read_text(folder / PAGE) if (folder / PAGE).is_file() else f"# {assignment.assignment}\n\n{_MARKS}\n"
    texts["README.md"] = page.replace(_MARKS, marks_table(rubrics[assignment.rubric])
                                      if assignment.rubric in rubrics else "")  # fmt: skip
    held = {path: text.encode() for path, text in texts.items()} | _samples(folder, assignment) | _harness()
    for leak in leaks(held, {one.name for one in secret}, _kept_back(folder, assignment)):
        raise Wrong(f"the kit would give away what stays with the course: {leak}")
    return held


def _numbers(scenarios: Collection[Scenario]) -> set[int]:
    """The numbers of a file's documents that students do not get."""
    return {one.source.document for one in scenarios if _stays(one)}


def _stays(scenario: Scenario) -> bool:
    return scenario.visible != "public" or REFERENCE in scenario.tags


def _variants(assignment: Assignment) -> list[Assignment]:
    return [assignment, *(assignment.variant(name) for name in assignment.variant_names)]


def _rubrics(assignment: Assignment) -> list[str]:
    return sorted({one.rubric for one in _variants(assignment)})


def _samples(folder: Path, assignment: Assignment) -> dict[str, bytes]:
    """The sample accounts, where assignment.yaml looks for them. Raises Wrong."""
    found = {}
    for sample in sorted({one.accounts.sample for one in _variants(assignment) if one.accounts}):
        place = posixpath.normpath(f"{_SCENARIOS}/{sample}")
        if place.startswith(("../", "/")):
            raise Wrong(f"{folder / ASSIGNMENT}: accounts.sample: {sample!r} lies outside of what a kit holds")
        found[place] = (folder / sample).read_bytes()
    return found


def _harness() -> dict[str, bytes]:
    """The harness, and what pip needs to install it alone."""
    package = Path(harness.__file__).parent
    project = package.parent / "pyproject.toml"
    if not project.is_file():
        raise Wrong(f"{project}: a kit is built in the harness's own repository, and there is no such file")
    files = (file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    found = {f"harness/{file.relative_to(package).as_posix()}": file.read_bytes() for file in files}
    return found | {"pyproject.toml": _project(tomllib.loads(read_text(project))).encode()}


def _project(whole: Mapping[str, Mapping[str, object]]) -> str:
    """A pyproject.toml for the harness alone. (A string or a list of strings is written the same in JSON.)"""
    said = {key: whole["project"][key] for key in ("name", "version", "description", "requires-python", "dependencies")}
    return "\n".join([
        "[build-system]", *(f"{key} = {json.dumps(value)}" for key, value in whole["build-system"].items()),
        "\n[project]", *(f"{key} = {json.dumps(value)}" for key, value in said.items()),
        '\n[project.scripts]\nharness = "harness.cli:main"',
        '\n[tool.setuptools.packages.find]\ninclude = ["harness*"]\n',
    ])  # fmt: skip


def _kept_back(folder: Path, assignment: Assignment) -> dict[bytes, str]:
    """The contents that no kit may hold, and what they are called: the reference answers, the model, the protocol."""
    found: dict[bytes, str] = {}
    for one in _variants(assignment):
        files = [folder / name for name in (one.model, one.protocol) if name]
        # Where the reference lies among the scenarios, they are no part of it.
        home = (folder / one.reference).resolve() if one.reference else None
        if home is not None and not folder.resolve().is_relative_to(home):
            files += [file for file in home.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
        found |= {content: file.name for file in files if (content := file.read_bytes().strip())}
    return found


def leaks(held: Mapping[str, bytes], titles: Collection[str], contents: Mapping[bytes, str]) -> Iterator[str]:
    """What stands in the kit and must not, in sentences."""
    for path, content in held.items():
        yield from (f"{path} names the scenario {title!r}" for title in sorted(titles) if title.encode() in content)
        # Of whole files, not of lines: a file of two words may stand in any other one.
        if content.strip() in contents:
            yield f"{path} is {contents[content.strip()]}"


if __name__ == "__main__":
    try:
        print(build(Path(sys.argv[1]), Path(sys.argv[2])))
    except (Wrong, Mistakes, OSError) as exc:
        sys.exit(str(exc))
