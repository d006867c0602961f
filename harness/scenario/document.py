"""One document of a scenario file: its keys, and one Scenario for each value of `each`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.scenario import words
from harness.scenario.assignment import Assignment
from harness.scenario.cast import Cast, read_files
from harness.scenario.expand import BRACES, OWN, Values
from harness.scenario.many import read_conditions
from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import Hold, Names, Plays, Scenario, Source, Step, Together, Type, first_word, walk
from harness.scenario.names import names_of
from harness.scenario.network import Network
from harness.scenario.onstage import Onstage
from harness.scenario.scene import LONGEST, Scene
from harness.scenario.schedule import read_schedule
from harness.scenario.steps import read_play
from harness.yaml_file import Items, Node, Table, Text

Case = dict[str, str]


@dataclass(slots=True)
class Document:
    """Reads one document."""

    node: Table
    source: Source
    assignment: Assignment
    found: Collector
    variants: tuple[str, ...] = ()  # known after the first look

    def read(self) -> list[Scenario]:
        """Its scenarios, one for each case. With mistakes, what comes back is of no use."""
        self._keys()
        self._applies()
        fixed, cases = self._with(), self._each()
        for name in [name for name in fixed if any(name in case for case in cases)]:
            self._error("each", f"{name!r} stands in `with` and in `each`")
        scenarios: list[Scenario] = []
        used: set[str] = set()
        length = 0
        for number, case in enumerate(cases):
            before = self.found.errors
            scenario, values = self._scenario({**fixed, **case}, case, number)
            scenarios.append(scenario)
            used |= values.used
            length += sum(1 for _ in scenario.steps())
            if length > LONGEST:
                self._error("each", f"the cases unroll to more than {LONGEST:,} steps")
            if self.found.errors > before:
                break  # the other cases would tell the same again
        self._unused(fixed, cases, used)
        return scenarios

    def _error(self, key: str, what: str, meant: str = "") -> None:
        place = next((name.place for name, _ in self.node.entries if name.text == key), self.node.place)
        self.found.error(place, what, meant)

    def _keys(self) -> None:
        for key, _ in self.node.entries:
            if key.text not in words.KEYS:
                self.found.error(key.place, f"unknown key {key.text!r}", nearest(key.text, words.KEYS))
        for required in words.REQUIRED:
            if self.node.find(required) is None:
                self.found.error(self.node.place, f"the key {required!r} is missing")

    def _applies(self) -> None:
        """Learn which variants it is for, and read it as one of those."""
        said, known = self._texts("variants"), self.assignment.variant_names
        node = self.node.find("variants")
        for item in node.items if isinstance(node, Items) else (node,):
            if isinstance(item, Text) and item.text.strip() and item.text not in known:
                what = f"unknown variant {item.text!r}" + ("" if known else ": this assignment has none")
                self.found.error(item.place, what, nearest(item.text, known))
        # Who uses a value that only one year's task has, need not say which year is meant.
        declared = self.assignment.declaring(_braced(self.node))
        self.variants = said or declared
        mine = [name for name in said if name in known] or declared
        if mine and self.assignment.name not in mine:
            self.assignment = self.assignment.variant(mine[0])

    def _text(self, key: str) -> str:
        """A key with one text."""
        node = self.node.find(key)
        if node is None:
            return ""
        text = self._scalar(node)
        if text is not None and ("\n" in text.strip() or not text.strip()):
            self.found.error(node.place, f"`{key}` needs a text of one line")
        return (text or "").strip()

    def _scalar(self, node: Node) -> str | None:
        if not isinstance(node, Text):
            self.found.error(node.place, "expected a text")
            return None
        if node.glued:
            self.found.error(
                node.place, f"quote this: YAML takes {node.glued!r} for a comment (a comment needs two spaces)"
            )
        return node.text

    def _texts(self, key: str) -> tuple[str, ...]:
        """A key with one text, or with a list of them."""
        node = self.node.find(key)
        nodes = () if node is None else node.items if isinstance(node, Items) else (node,)
        texts = [self._scalar(item) for item in nodes]
        for item, text in zip(nodes, texts, strict=True):
            if text is not None and not text.strip():
                self.found.error(item.place, f"`{key}` needs a word")
        return tuple(text for text in texts if text is not None)

    def _visible(self) -> str:
        visible = self._text("visible") or words.VISIBLE[0]
        if visible not in words.VISIBLE:
            self._error("visible", f"unknown value {visible!r} of `visible`", nearest(visible, words.VISIBLE))
        return visible

    def _varies(self) -> bool:
        """Whether the seed may choose the names."""
        said = self._text("vary")
        if said and said != words.VARY:
            self._error("vary", f"unknown value {said!r} of `vary`: expected {words.VARY!r}")
        return not said

    def _with(self) -> Case:
        node = self.node.find("with")
        return {} if node is None else self._values(node, "with")

    def _values(self, node: Node, key: str) -> Case:
        if not isinstance(node, Table):
            self.found.error(node.place, f"expected names and values for `{key}`")
            return {}
        values = {name.text: self._scalar(value) for name, value in node.entries if self._name_fits(name)}
        return {name: text for name, text in values.items() if text is not None}

    def _name_fits(self, name: Text) -> bool:
        if name.text in OWN or name.text in self.assignment.values:
            self.found.error(name.place, f"`{{{name.text}}}` has a meaning already")
        elif not BRACES.fullmatch(f"{{{name.text}}}"):
            self.found.error(name.place, f"{name.text!r} is no name: expected a letter, then letters, digits, `-`, `_`")
        else:
            return True
        return False

    def _each(self) -> Sequence[Case]:
        """One case for each value; `[{}]` without `each`."""
        node = self.node.find("each")
        if node is None:
            return [{}]
        rows = node.items if isinstance(node, Items) else ()
        cases = [self._values(row, "each") for row in rows] or self._parallel(node)
        if len({frozenset(case) for case in cases}) > 1:
            self._error("each", "every case of `each` needs the same names")
            return [{}]
        labels = [_label(case) for case in cases]
        twice = next((label for label in labels if labels.count(label) > 1), None) if len(labels) < 1000 else None
        if twice:
            self._error("each", f"`each` has the value {twice!r} twice")
        return cases or [{}]

    def _parallel(self, node: Node) -> list[Case]:
        """`each: {title: [33, 3331]}`: several names go in parallel."""
        if not isinstance(node, Table):
            self.found.error(node.place, "expected values: `each: {name: [value, value]}`")
            return []
        columns: dict[str, list[str]] = {}
        for name, values in node.entries:
            if not isinstance(values, Items):
                self.found.error(values.place, f"expected a list of values for {name.text!r}")
            elif self._name_fits(name):
                texts = [self._scalar(item) for item in values.items]
                columns[name.text] = [text for text in texts if text is not None]
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            counts = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
            self._error("each", f"lists of different lengths cannot go in parallel: {counts}")
            return []
        if not any(lengths.values()):
            self._error("each", "`each` has no values")
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _unused(self, fixed: Case, cases: Sequence[Case], used: set[str]) -> None:
        for key, names in (("with", fixed), ("each", cases[0])):
            for name in names:
                if name not in used and not self.found.failed:
                    place = next(n.place for n, _ in self.node.entries if n.text == key)
                    self.found.warn(place, f"`{key}` declares {name!r}, and nothing uses it")

    def _scenario(self, own: Case, case: Case, number: int) -> tuple[Scenario, Values]:
        shared, all_values = self.assignment.values, self.assignment.all_values
        values = Values(self.found, shared=shared, elsewhere=all_values - shared.keys(), own=own)

        def fill(node: Node) -> str | None:
            text = self._scalar(node)
            return None if text is None else values.fill(text, node.place)

        cast = Cast(self.assignment, self.found, fill)
        people = cast.read(self.node.find("cast"))
        values.crowds = cast.accounts()
        files = read_files(self.node.find("files"), people, fill, self.found)
        scene = Scene(self.assignment, people, values, self.found, Onstage(people.server))
        play = self._play(scene)
        network = self._network(scene, play)
        schedule = read_schedule(scene, self.node.find("schedule"), play)
        scenario = Scenario(
            name=self._text("scenario"), place=self.node.place, source=replace(self.source, case=number),
            cast=people.cast, play=tuple(play), files=tuple(files), clause=self._text("clause"),
            marks=self._texts("marks"), tags=self._texts("tags"), visible=self._visible(),
            hints=self._hints(scene), needs=frozenset(values.needs), case=_label(case),
            leaving=frozenset(self.assignment.leaving), variants=self.variants, aids=self._aids(play),
            network=network, schedule=schedule,
        )  # fmt: skip
        names = names_of(scenario, self.assignment) if self._varies() else Names(fixed=True)
        return replace(scenario, names=names), values

    def _network(self, scene: Scene, play: Sequence[Step]) -> Network | None:
        """What stands between the people and the server; None: nothing, for nothing in the play needs it."""
        node = self.node.find("network")
        if node is not None:
            texts = [None if text is None else scene.values.fill(text, node.place).strip()
                     for text in map(self._scalar, node.items if isinstance(node, Items) else (node,))]
            conditions = read_conditions(node, scene.people, self.assignment.transport, self.found, texts)
            return Network(conditions)
        return Network() if any(isinstance(step, Together | Plays | Hold) for step in walk(play)) else None

    def _aids(self, play: Sequence[Step]) -> tuple[str, ...]:
        """Words that begin a typed line, and none that the scenario is marked for."""
        node = self.node.find("aids")
        said = self._texts("aids")
        typed = {first_word(line) for step in walk(play) if isinstance(step, Type) for _, line in step.lines}
        marked = {name.rpartition(".")[2]: name for name in self._texts("marks")}
        for item in node.items if isinstance(node, Items) else (node,):
            if not isinstance(item, Text) or not item.text.strip():
                continue
            if item.text not in typed:
                what = f"no line of the play begins with {item.text!r}"
                self.found.error(item.place, what, nearest(item.text, typed))
            elif line := marked.get(item.text):
                self.found.error(item.place, f"{item.text!r} is no aid of a scenario that is marked {line!r}")
        return said

    def _play(self, scene: Scene) -> list[Step]:
        node = self.node.find("play")
        return [] if node is None else read_play(scene, node)

    def _hints(self, scene: Scene) -> dict[int, str]:
        """Each hint by the numbers of the steps that it belongs to."""
        node = self.node.find("hints")
        if node is None:
            return {}
        if not isinstance(node, Table):
            self.found.error(node.place, "expected `hints: {step: sentence}`")
            return {}
        hints: dict[int, str] = {}
        for key, value in node.entries:
            numbers = scene.written.get(key.text, [])
            if not numbers:
                self.found.error(key.place, f"no step reads {key.text!r}", nearest(key.text, scene.written))
            if sentence := self._scalar(value):
                hints |= dict.fromkeys(numbers, sentence.strip())
        return hints


def _braced(node: Node) -> set[str]:
    """Every x that stands as `{x}` in a document."""
    if isinstance(node, Text):
        return set(BRACES.findall(node.text))
    inner = node.items if isinstance(node, Items) else [one for entry in node.entries for one in entry]
    return {name for one in inner for name in _braced(one)}


def _label(case: Case) -> str:
    """A case as people read it: its value, or `name=value` for several."""
    if len(case) == 1:
        return next(iter(case.values())).replace("\n", " / ")
    return ", ".join(f"{name}={value}" for name, value in case.items()).replace("\n", " / ")
