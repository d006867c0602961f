"""The texts of a student's kit: scenarios, assignment and rubrics without what stays with the course. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from typing import Any

from harness.exits import Wrong
from harness.grade.named import names
from harness.grade.scheme import Rubric
from harness.scenario.loader import ASSIGNMENT, assignment_text
from harness.yaml_file import write

# What assignment.yaml says of files that are not in the kit.
_WITHHELD = re.compile(r"^[ \t]*(reference|model|protocol):.*\n?", re.MULTILINE)
_DOCUMENT = re.compile(r"^---(?=\s|$)", re.MULTILINE)


def public_part(text: str, without: Collection[int]) -> str:
    """The text of a scenario file without these documents; "" if none is left. What stays is left as it was."""
    starts = [0, *(found.start() for found in _DOCUMENT.finditer(text)), len(text)]
    parts = [text[start:end] for start, end in itertools.pairwise(starts)]
    # What stands before the first `---` is no document if it says nothing.
    head = "" if any(_says(line) for line in parts[0].splitlines()) or len(parts) == 1 else parts.pop(0)
    kept = "".join(part for number, part in enumerate(parts) if number not in without)
    return re.sub(r"\A---[ \t]*\n", "", head + kept) if kept else ""


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def for_students(text: str) -> str:
    """An assignment.yaml that names nothing which is not there, and says so of the model. Raises Wrong."""
    model = assignment_text(text).model
    made = _WITHHELD.sub("", text).rstrip("\n") + ("\nwithheld: [model]   # grading has it\n" if model else "\n")
    left = assignment_text(made)
    for one in (left, *(left.variant(name) for name in left.variant_names)):
        if one.reference or one.model or one.protocol:
            raise Wrong(f"{ASSIGNMENT}: write `reference`, `model` and `protocol` on lines of their own, "
                        "so that they can be left out of the kit")  # fmt: skip
    return made


def rubric_for_students(text: str, rubric: Rubric, secret: Collection[str]) -> str:
    """A rubric's text; where it speaks of scenarios that students do not get (their keys), all the rest of it."""
    said = rubric.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    before = write(said)

    def hides(name: str) -> bool:
        return any(names(name, key) for key in secret)

    items: list[dict[str, Any]] = [item for part in said["parts"].values() for item in part["items"].values()]
    for item in items:
        item["weights"] = {name: weight for name, weight in item.get("weights", {}).items() if not hides(name)}
        if not item["weights"]:
            del item["weights"]
    said["visibility"] = {name: who for name, who in said.get("visibility", {}).items() if not hides(name)}
    said["gates"] = [gate for gate in said.get("gates", []) if not hides(gate.get("scenario", ""))]
    said = {key: value for key, value in said.items() if value != {} and value != []}
    return text if write(said) == before else write(said)


def marks_table(rubric: Rubric) -> str:
    """What there is to earn, for the page: each line as a run names it, what it is, what it is worth."""
    def rows() -> Iterator[str]:
        for line, item in rubric.items().items():
            part = rubric.parts[line.partition(".")[0]]
            yield f"| `{line}` | {part.title}: {item.title} | {_worth(item.marks)} |"
        for name, item in rubric.by_hand.items():
            yield f"| `{name}` | {item.title} (by hand) | {_worth(item.marks)} |"

    return "\n".join(["| mark | for | worth |", "| --- | --- | --- |", *rows()])


def _worth(marks: float | dict[str, float]) -> str:
    return f"{marks:g}" if isinstance(marks, float) else ", ".join(f"{name}: {one:g}" for name, one in marks.items())
