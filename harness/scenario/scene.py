"""What is known while a play is read: who there is, which values, what went before, and the mistakes so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from harness.scenario.assignment import Assignment
from harness.scenario.expand import Values
from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import Place
from harness.scenario.onstage import Onstage
from harness.scenario.who import People, Unknown, Who
from harness.yaml_file import Items, Node, Table, Text

# What a play may unroll to: steps, counting a group's step once for each of the group.
LONGEST = 10_000


class TooLong(Exception):
    """The play unrolls to more than LONGEST steps. `place`: of the outermost `N times`, if there is one."""

    def __init__(self, place: Place | None = None) -> None:
        super().__init__(f"more than {LONGEST:,} steps")
        self.place = place


@dataclass(slots=True)
class Scene:
    """The context in which one step is read."""

    assignment: Assignment
    people: People
    values: Values
    found: Collector
    stage: Onstage
    written: dict[str, list[int]] = field(default_factory=dict)  # a step's own words -> its numbers
    flow: bool = False  # whether the steps stand in brackets, where a comma ends a text
    inside: str = ""  # the block that is being read: "together", "any of"
    in_turn: bool = False  # whether what is read stands inside of `in turn`
    number: int = 0
    weight: int = 0

    def head(self, key: Text, value: str | None = None, *, verb: bool = False) -> dict[str, Any]:
        """The next step's number, place and text; its words (a verb's also without the object) are noted for hints."""
        self.number += 1
        self.weigh(1)
        raw = key.text if value is None else f"{key.text}: {value}".rstrip()
        text = self.values.shown(raw)
        for said in {raw, text, *([key.text, self.values.shown(key.text)] if verb else [])}:
            self.written.setdefault(said, []).append(self.number)
        return {"number": self.number, "place": key.place, "text": text}

    def keep_numbers(self, amount: int) -> None:
        """Keep so many numbers behind the last step's for steps that are drawn later; its hints are theirs too."""
        kept = range(self.number + 1, self.number + 1 + amount)
        for numbers in self.written.values():
            if numbers[-1] == self.number:
                numbers += kept
        self.number += amount

    def weigh(self, amount: int) -> None:
        """Count towards the longest play. Raises TooLong."""
        self.weight += amount
        if self.weight > LONGEST:
            raise TooLong

    def who(self, text: str, key: Text) -> Who | None:
        """Who is meant; None (and a mistake) for nobody."""
        try:
            who = self.people.resolve(text)
        except Unknown as exc:
            self.found.error(key.place, str(exc), exc.meant)
            return None
        if text != "everyone else":
            self.people.before = who.handles
        self.weigh(len(who.handles) - 1)
        return who

    def text(self, node: Node, expected: str = "a text") -> str | None:
        """A scalar's text, as written; None (and a mistake) for anything else."""
        if isinstance(node, Text):
            if node.glued:
                self.found.error(
                    node.place, f"quote this: YAML takes {node.glued!r} for a comment (a comment needs two spaces)"
                )
            return node.text
        sign, kind = ("{", "a mapping") if isinstance(node, Table) else ("[", "a list")
        remedy = f": quote a text that begins with `{sign}`" if node.flow else ""
        self.found.error(node.place, f"expected {expected}, got {kind}{remedy}")
        return None

    def path(self, text: str, place: Place) -> None:
        """Take down what is wrong with the path of a file."""
        if wrong := path_mistake(text, self.people):
            self.found.error(place, *wrong)


def path_mistake(path: str, people: People) -> tuple[str, str] | None:
    """What is wrong with `actor/file`, and what was meant; None if nothing is."""
    actor, slash, rest = path.partition("/")
    example = f"{people.server or 'yoda'}/notes.txt"
    if not slash:
        return f"expected a file such as {example}, got {path!r}", ""
    if not people.knows(actor):
        known = [*people.handles, *([people.server] if people.server else [])]
        return f"nobody is called {actor!r}, whose file is {path!r}", nearest(actor, known)
    parts = rest.split("/")
    if any(part in ("", ".", "..") for part in parts) or not rest.isprintable():
        return f"{path!r} is no file in the folder of {actor}", ""
    return None


def unfit(line: str) -> Iterator[str]:
    """Why this cannot be typed as one line."""
    if "\n" in line or "\r" in line:
        yield "typed text is one line: write a step for each"
    elif any(char < " " or char == "\x7f" for char in line):
        yield "a control character is no typed text: use `presses` or `sends`"


def said(node: Node) -> str:
    """A step's value as people read it: a list's texts behind each other, a line break as ` / `."""
    if isinstance(node, Text):
        return node.text.rstrip("\n").replace("\n", " / ")
    if isinstance(node, Items):
        return " | ".join(said(item) for item in node.items[:100])
    return "{" + ", ".join(key.text for key, _ in node.entries[:100]) + "}"
