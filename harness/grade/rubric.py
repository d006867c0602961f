"""The marking scheme of one assignment: rubric.yaml, checked, and the mistakes that only the whole of it shows.

A scenario names the lines it speaks for (`marks: single.LOGIN`); the scenarios
of one line share its marks. What only a person can mark stands under `by_hand`
and is listed, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from harness.grade.adding import add_up
from harness.grade.named import names
from harness.grade.scheme import TOTAL, Item, Part, Rubric
from harness.scenario.checked import checked, place_of
from harness.scenario.loader import read_text
from harness.scenario.mistakes import Collector, Mistake, nearest
from harness.scenario.model import Place, Scenario
from harness.yaml_file import read

__all__ = ["Item", "Part", "Rubric", "add_up", "load_rubric", "uncovered"]

Keys = Sequence[int | str]


def load_rubric(path: Path) -> Rubric:
    """rubric.yaml, checked. Raises Mistakes, with file:line:column each."""
    text = read_text(path)
    rubric = checked(Rubric, text, str(path))
    found = Collector()
    locate = _locator(text, str(path))
    for where, what, meant in _mistakes(rubric):
        found.error(locate(where), what, meant)
    found.raise_if_failed()
    return rubric


def uncovered(rubric: Rubric, path: Path, scenarios: Iterable[Scenario]) -> list[Mistake]:
    """Lines that no scenario speaks for, and scenarios named that are not there. `scenarios`: all of the task."""
    known = list(scenarios)
    locate = _locator(read_text(path), str(path))
    found: list[tuple[Keys, str, str]] = [
        (["parts", *_parts(line)], f"no scenario speaks for the line {line!r}", "")
        for line in rubric.lines() if not any(line in scenario.marks for scenario in known)]  # fmt: skip
    for where, name, line in _scenarios_named(rubric):
        mine = [scenario for scenario in known if line is None or line in scenario.marks]
        if not any(names(name, scenario.key) for scenario in mine):
            of = f" of the line {line!r}" if line else ""
            found.append((where, f"no scenario{of} is called {name!r}", nearest(name, [s.name for s in mine])))
    return [Mistake(locate(where), what, meant) for where, what, meant in found]


def _locator(text: str, file: str) -> Callable[[Keys], Place]:
    node = read(text, file, Collector())[0]
    assert node is not None  # the text was checked

    def locate(where: Keys) -> Place:
        return place_of(node, where)

    return locate


def _parts(line: str) -> list[str]:
    part, _, item = line.partition(".")
    return [part, "items", item]


def _scenarios_named(rubric: Rubric) -> Iterator[tuple[list[int | str], str, str | None]]:
    """Every scenario that the rubric names: where, its name, and the line that it must speak for, if any."""
    for line, item in rubric.items().items():
        for name in item.weights:
            yield ["parts", *_parts(line), "weights", name], name, line
    for number, gate in enumerate(rubric.gates):
        if gate.scenario:
            yield ["gates", number, "scenario"], gate.scenario, None
    for name in rubric.visibility:
        yield ["visibility", name], name, None


def _mistakes(rubric: Rubric) -> Iterator[tuple[Keys, str, str]]:
    """What one part of the file says of another that is not there: where, the sentence, what was perhaps meant."""
    yield from _of_items(rubric)
    yield from _of_limits(rubric)
    known = {*rubric.lines(), *rubric.by_hand}
    for name in rubric.deductions:
        if name in known:
            yield ["deductions", name], f"{name!r} is an item too: choose another name", ""


def _of_items(rubric: Rubric) -> Iterator[tuple[Keys, str, str]]:
    lines = rubric.items()
    for line, item in lines.items():
        where = ["parts", *_parts(line)]
        yield from _of_streams(rubric, item, where)
        for needed in item.prerequisites:
            if needed not in lines:
                yield [*where, "prerequisites"], f"unknown rubric line {needed!r}", nearest(needed, lines)
        if line in _needed(rubric, line):
            yield [*where, "prerequisites"], f"{line!r} is a prerequisite of itself", ""
        if item.weights and not any(item.weights.values()):
            yield [*where, "weights"], "every weight is 0, so that nothing could earn these marks", ""
    for name, item in rubric.by_hand.items():
        yield from _of_streams(rubric, item, ["by_hand", name])
        for key in ("weights", "prerequisites"):
            if getattr(item, key):
                yield ["by_hand", name, key], f"{key!r} means nothing here: no scenario speaks for it", ""


def _of_streams(rubric: Rubric, item: Item, where: Keys) -> Iterator[tuple[Keys, str, str]]:
    for stream in item.marks if isinstance(item.marks, dict) else ():
        if stream not in rubric.streams:
            yield [*where, "marks", stream], f"unknown stream {stream!r}", nearest(stream, rubric.streams)


def _of_limits(rubric: Rubric) -> Iterator[tuple[Keys, str, str]]:
    parts, lines = [*rubric.parts, TOTAL], rubric.lines()
    limits: list[tuple[Keys, str]] = [(["caps", number, "of"], cap.of) for number, cap in enumerate(rubric.caps)]
    limits += [(["gates", number, "of"], gate.of) for number, gate in enumerate(rubric.gates)]
    for where, part in limits:
        if part not in parts:
            yield where, f"unknown part {part!r}", nearest(part, parts)
    for number, gate in enumerate(rubric.gates):
        if gate.item and gate.item not in lines:
            yield ["gates", number, "item"], f"unknown rubric line {gate.item!r}", nearest(gate.item, lines)


def _needed(rubric: Rubric, line: str) -> set[str]:
    """The lines that a line needs, directly or through others."""
    items, found = rubric.items(), set[str]()
    open_ends = [line]
    while open_ends:
        item = items.get(open_ends.pop())
        new = set(item.prerequisites) - found if item else set()
        found |= new
        open_ends += new
    return found
