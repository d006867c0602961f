"""YAML as nodes that know their place, and plain data as YAML. The only module that imports `yaml`.

Every scalar is text: `3331`, `007`, `on` and `12:30` stay what they are. What
YAML would do silently (the last of two equal keys wins, a tag changes a value,
` #2` becomes a comment) is a mistake here, or marked on the node.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from harness.scenario.mistakes import Collector
from harness.scenario.model import Place

# A person writes files of a few KB. PyYAML reads some 100 KB a second, and slower the deeper the nesting.
LARGEST = 1_000_000
DEEPEST = 32
# `---` at the start of a line separates documents wherever it stands, even inside of a block of text.
_SEPARATOR = re.compile(r"---(?=\s|$)")
# What YAML forbids, and what it takes for the end of a line while nobody sees one.
_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COMMENT = re.compile(r"(\s+)#(.?)")


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. `quote`: how it was written ("" plain, ' " | >). `glued`: a comment that looks like part of it."""

    place: Place
    text: str
    quote: str = ""
    glued: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence. `flow`: written in brackets."""

    place: Place
    items: tuple[Node, ...]
    flow: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in the order of the file. Each key stands in it once. `flow`: written in braces."""

    place: Place
    entries: tuple[tuple[Text, Node], ...]
    flow: bool = False

    def find(self, key: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Text | Items | Table


def read(text: str, file: str, found: Collector) -> list[Node | None]:
    """The documents of a YAML text; None stands for one that could not be read. Mistakes go to `found`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > LARGEST:
        found.error(Place(file, 1, 1), f"the file is too large: {len(text):,} characters, at most {LARGEST:,}")
        return []
    lines = text.split("\n")
    return [_Document(file, first, lines[first:end], found).read() for first, end in _documents(lines)]


def _documents(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Where each document begins and ends. A document that cannot be read does not hide the next."""
    starts = [number for number, line in enumerate(lines) if _SEPARATOR.match(line)]
    before = lines[: starts[0]] if starts else lines
    if not starts or any(line.strip() and not line.lstrip().startswith("#") for line in before):
        starts.insert(0, 0)
    yield from zip(starts, [*starts[1:], len(lines)], strict=True)


class _Document:
    """One YAML document: PyYAML's events in, nodes out."""

    def __init__(self, file: str, first: int, lines: list[str], found: Collector) -> None:
        self.file, self.first, self.lines, self.found = file, first, lines, found

    def place(self, mark: Any) -> Place:
        return Place(self.file, self.first + mark.line + 1, mark.column + 1)

    def read(self) -> Node | None:
        """The document's node, or None."""
        if self._forbidden():
            return None
        try:
            return self._compose()
        except yaml.MarkedYAMLError as exc:
            self._rephrase(exc)
        except (yaml.YAMLError, ValueError, OverflowError) as exc:
            # PyYAML computes "\UFFFFFFFF" without a check of its own.
            self.found.error(Place(self.file, self.first + 1, 1), f"this is not YAML: {str(exc).splitlines()[0]}")
        return None

    def _forbidden(self) -> bool:
        hits = [(n, match) for n, line in enumerate(self.lines, 1) if (match := _FORBIDDEN.search(line))]
        for number, match in hits:
            where = Place(self.file, self.first + number, match.start() + 1)
            code = ord(match.group())
            self.found.error(where, f'the character U+{code:04X} cannot stand here: write "\\u{code:04x}" in quotes')
        return bool(hits)

    def _compose(self) -> Node | None:
        """Build the tree with a stack of our own: no nesting, however deep, meets Python's limit."""
        root: Node | None = None
        open_nodes: list[tuple[Any, list[Node]]] = []
        for event in yaml.parse("\n".join(self.lines), Loader=yaml.SafeLoader):
            node: Node | None = None
            if isinstance(event, yaml.NodeEvent):
                self._plain_yaml(event)
            if isinstance(event, yaml.ScalarEvent):
                node = self._scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                node = Text(self.place(event.start_mark), "")
            elif isinstance(event, yaml.CollectionStartEvent):
                if len(open_nodes) == DEEPEST:
                    self.found.error(self.place(event.start_mark), f"nested deeper than {DEEPEST} levels")
                    return None
                open_nodes.append((event, []))
            elif isinstance(event, yaml.CollectionEndEvent):
                node = self._collection(*open_nodes.pop())
            if node is not None and open_nodes:
                open_nodes[-1][1].append(node)
            elif node is not None:
                root = node
        return root

    def _scalar(self, event: Any) -> Text:
        text = event.value
        if any("\ud800" <= char <= "\udfff" for char in text):
            self.found.error(self.place(event.start_mark), "half of a surrogate pair is not a character")
            text = ""
        glued = "" if event.style else self._glued(event.end_mark)
        return Text(self.place(event.start_mark), text, event.style or "", glued)

    def _glued(self, end: Any) -> str:
        """The comment behind a plain scalar, if it may be meant as text: one space before the #, or none after it."""
        rest = self.lines[end.line][end.column :] if end.line < len(self.lines) else ""
        comment = _COMMENT.match(rest)
        if comment and (len(comment[1]) == 1 or comment[2].strip()):
            return rest.strip()
        return ""

    def _collection(self, start: Any, inside: list[Node]) -> Items | Table:
        place, flow = self.place(start.start_mark), bool(start.flow_style)
        if isinstance(start, yaml.SequenceStartEvent):
            return Items(place, tuple(inside), flow)
        return Table(place, self._entries(inside), flow)

    def _entries(self, inside: list[Node]) -> tuple[tuple[Text, Node], ...]:
        entries: dict[str, tuple[Text, Node]] = {}
        for key, value in zip(inside[::2], inside[1::2], strict=True):
            if not isinstance(key, Text):
                self.found.error(key.place, "a key must be a text: quote it")
            elif key.text in entries:
                first = entries[key.text][0].place.line
                self.found.error(key.place, f"the key {key.text!r} stands here twice, first in line {first}")
            else:
                entries[key.text] = (key, value)
        return tuple(entries.values())

    def _plain_yaml(self, event: Any) -> None:
        """Tags, anchors and aliases are YAML's, not ours: what begins like one is text that lacks its quotes."""
        place = self.place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self.found.error(place, "quote this: YAML takes `*` at the start for an alias")
        elif event.anchor is not None:
            self.found.error(place, "quote this: YAML takes `&` at the start for an anchor")
        elif getattr(event, "tag", None) is not None:
            self.found.error(place, "quote this: YAML takes `!` at the start for a tag")

    def _rephrase(self, exc: yaml.MarkedYAMLError) -> None:
        """Say YAML's complaint in the words of somebody who writes a scenario."""
        problem, context = exc.problem or "", exc.context or ""
        mark: Any = exc.problem_mark or exc.context_mark
        before = self.lines[mark.line][: mark.column] if mark.line < len(self.lines) else ""
        if "mapping values" in problem and ": " not in before:
            self.found.error(self.place(mark), "to YAML this line continues the text above it: is a `:` missing there?")
            return
        if "found '<scalar>'" in problem and re.search("[\"'] *$", before):
            self.found.error(self.place(mark), "text after a closing quote: quote all of it")
            return
        for needle, sentence, at_context in _COMPLAINTS:
            if needle in problem or needle in context:
                mark = exc.context_mark if at_context and exc.context_mark else mark
                self.found.error(self.place(mark), sentence.format(char=self._char(mark)))
                return
        self.found.error(self.place(mark), f"this is not YAML: {problem or context}")

    def _char(self, mark: Any) -> str:
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return line[mark.column : mark.column + 1]


# PyYAML's words -> ours, and whether to point at where the construct began. The first that fits is taken.
_COMPLAINTS = (
    ("mapping values are not allowed", "quote this: it contains `: `", False),
    ("found character '\\t'", "a tab cannot indent: use spaces", False),
    ("that cannot start any token", "quote this: a text cannot begin with `{char}`", False),
    ("while scanning a tag", "quote this: YAML takes `!` at the start for a tag", True),
    ("found undefined tag handle", "quote this: YAML takes `!` at the start for a tag", True),
    ("while scanning an alias", "quote this: YAML takes `*` at the start for an alias", True),
    ("while scanning an anchor", "quote this: YAML takes `&` at the start for an anchor", True),
    ("while scanning a block scalar", "quote this: a text cannot begin with `{char}`", True),
    ("sequence entries are not allowed", "quote this: a text cannot begin with `- `", False),
    ("found unknown escape", "in double quotes `\\{char}` means nothing: use single quotes", False),
    ("expected escape sequence", "in double quotes `\\x`, `\\u` and `\\U` want hexadecimal digits", False),
    ("while scanning a quoted scalar", "this quote is never closed", True),
    ("while scanning a simple key", "expected `: ` after this key", True),
    ("while parsing a flow mapping", "the brace `{{` that opens here is not closed where it should be", True),
    ("while parsing a flow sequence", "the bracket `[` that opens here is not closed where it should be", True),
    ("while parsing a block", "this line is indented like none above it", False),
    ("expected '<document start>'", "this does not fit what stands above it: check the indentation and quotes", False),
    ("while scanning a directive", "a line cannot begin with `%`", True),
)


def plain(node: Node) -> Any:
    """The node as dicts, lists and texts; an unquoted `null` or `~` is None."""
    if isinstance(node, Text):
        return None if not node.quote and node.text in ("null", "~") else node.text
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def write(data: Any) -> str:
    """Plain data as YAML: keys in their order, texts that look like numbers in quotes."""
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120))
