"""Scenario files in, scenarios out; and out of a recording, the same scenario again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.events import Began
from harness.scenario.asserted import asserts_answer
from harness.scenario.assignment import Assignment
from harness.scenario.checked import checked
from harness.scenario.document import Document
from harness.scenario.drawn import drawn
from harness.scenario.mistakes import Collector, Mistake, Mistakes
from harness.scenario.model import Delivery, Place, Scenario, Source
from harness.scenario.network import BadCondition, under
from harness.scenario.protocol import load_table
from harness.scenario.specification import check_model
from harness.yaml_file import Node, Table, Text, read

__all__ = [
    "asserts_answer",
    "assignment_from",
    "assignment_text",
    "check_file",
    "check_text",
    "find_assignment",
    "load_assignment",
    "load_file",
    "load_text",
    "read_text",
    "scenario_from",
]
ASSIGNMENT = "assignment.yaml"


def load_text(text: str, file: str, assignment: Assignment) -> list[Scenario]:
    """The scenarios of a file's text, in its order. Raises Mistakes."""
    found = Collector()
    scenarios = _load(text, file, assignment, found)
    found.raise_if_failed()
    return scenarios


def load_file(path: Path | str, assignment: Assignment) -> list[Scenario]:
    """The scenarios of a file. Raises Mistakes, also for a file that cannot be read."""
    return load_text(read_text(path), str(path), assignment)


def check_text(text: str, file: str, assignment: Assignment) -> list[Mistake]:
    """Everything that is to be said about a file's text, warnings too."""
    found = Collector()
    _load(text, file, assignment, found)
    for name in assignment.variant_names:
        # What all variants have in common was told with the first: a Collector tells each mistake once.
        _load(text, file, assignment.variant(name), found)
    return found.mistakes()


def check_file(path: Path | str, assignment: Assignment) -> list[Mistake]:
    """Everything that is to be said about a file, warnings too."""
    try:
        return check_text(read_text(path), str(path), assignment)
    except Mistakes as exc:
        return list(exc.mistakes)


def load_assignment(path: Path) -> Assignment:
    """assignment.yaml, checked, and the model and the protocol that it names. Raises Mistakes."""
    text = read_text(path)
    assignment = assignment_text(text, str(path))
    check_model(text, path)
    if assignment.protocol:
        table = path.parent / assignment.protocol
        assignment._protocol = read_text(table)
        load_table(assignment._protocol, str(table))
    return assignment


def assignment_text(text: str, file: str = ASSIGNMENT) -> Assignment:
    """The text of an assignment.yaml, checked. Raises Mistakes."""
    return checked(Assignment, text, file)


def find_assignment(path: Path) -> Path:
    """The assignment.yaml nearest to PATH: in its folder, in one above it, or else in `scenarios/`."""
    start = path.resolve()
    folders = [start, *start.parents] if start.is_dir() else list(start.parents)
    beside = (folder / ASSIGNMENT for folder in folders)
    return next((found for found in beside if found.is_file()), Path("scenarios") / ASSIGNMENT)


def assignment_from(began: Began) -> Assignment:
    """The assignment, in the variant that a recording was made of. Raises Mistakes."""
    whole = assignment_text(began.assignment)
    if began.variant and began.variant not in whole.variant_names:
        what = f"the recorded assignment has no variant {began.variant!r}"
        raise Mistakes([Mistake(Place(ASSIGNMENT, 1, 1), what)])
    return whole.variant(began.variant) if began.variant else whole


def scenario_from(began: Began) -> Scenario:
    """The scenario that a recording was made of. Raises Mistakes, if today's language has no such scenario."""
    assignment = assignment_from(began)
    found = Collector()
    documents = read(began.source, began.file, Collector())
    node = documents[began.document] if began.document < len(documents) else None
    scenarios = _document(began.source, began.file, began.document, node, assignment, found)
    found.raise_if_failed()
    if began.case >= len(scenarios):
        raise Mistakes([Mistake(Place(began.file, 1, 1), f"there is no case {began.case} of {began.scenario!r}")])
    try:
        scenario = under(scenarios[began.case], began.network, assignment.server)
    except BadCondition as exc:
        raise Mistakes([Mistake(Place(began.file, 1, 1), str(exc), exc.meant)]) from exc
    return _scheduled(drawn(scenario, began.seed, began.names), began.schedule)


def _scheduled(scenario: Scenario, schedule: Sequence[Mapping[str, Any]]) -> Scenario:
    """The scenario with the order of arrival that was forced, where its file has none: one that was drawn stands
    where its lines stand."""
    if scenario.schedule or not schedule:
        return scenario
    place = {step.number: step.place for step in scenario.steps()}
    order = (Delivery(place=place.get(one["step"], scenario.place), **one) for one in schedule)
    return replace(scenario, schedule=tuple(order))


def read_text(path: Path | str) -> str:
    """A file's text. Raises Mistakes where there is none."""
    path = Path(path)
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        column = exc.start - exc.object.rfind(b"\n", 0, exc.start)
        what = f"this is not UTF-8: the byte 0x{exc.object[exc.start]:02x}"
        raise Mistakes([Mistake(Place(str(path), line, column), what)]) from exc
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the name
        reason = getattr(exc, "strerror", None) or str(exc)
        raise Mistakes([Mistake(Place(str(path), 1, 1), f"this cannot be read: {reason.lower()}")]) from exc


def _load(text: str, file: str, assignment: Assignment, found: Collector) -> list[Scenario]:
    scenarios: list[Scenario] = []
    names: dict[str, int] = {}
    documents = read(text, file, found)
    if not found.failed and (not documents or documents == [None]):
        found.error(Place(file, 1, 1), "the file is empty: expected `scenario:` and `play:`")
        return []
    for number, node in enumerate(documents):
        loaded = _document(text, file, number, node, assignment, found)
        for scenario in loaded[:1]:
            line = names.setdefault(scenario.name, scenario.place.line)
            if scenario.name and line != scenario.place.line:
                what = f"the name {scenario.name!r} stands in this file twice, first in line {line}"
                found.error(scenario.place, what)
        scenarios += loaded
    return scenarios


def _document(
    text: str, file: str, number: int, node: Node | None, assignment: Assignment, found: Collector
) -> list[Scenario]:
    if node is None:
        return []  # told already
    if not isinstance(node, Table):
        empty = isinstance(node, Text) and not node.text
        what = "this document is empty" if empty else "expected keys and values"
        found.error(node.place, f"{what}: a document has `scenario:` and `play:`")
        return []
    return Document(node, Source(file, text, number), assignment, found).read()
