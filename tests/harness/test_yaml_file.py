"""YAML as nodes with places: what YAML would do silently is told, and its complaints are said in plain words."""

from __future__ import annotations

import pytest

from harness.scenario.mistakes import Collector
from harness.yaml_file import Items, Table, Text, plain, read, write


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("yoda: a: b", "f:1:8: quote this: it contains `: `"),
        ("a: @x", "f:1:4: quote this: a text cannot begin with `@`"),
        ("a: %x", "f:1:4: quote this: a text cannot begin with `%`"),
        ("a: - b", "f:1:4: quote this: a text cannot begin with `- `"),
        ("a: | b", "f:1:4: quote this: a text cannot begin with `|`"),
        ("a: *b*", "f:1:4: quote this: YAML takes `*` at the start for an alias"),
        ("a: *b", "f:1:4: quote this: YAML takes `*` at the start for an alias"),
        ("a: &b c", "f:1:4: quote this: YAML takes `&` at the start for an anchor"),
        ("a: !x y", "f:1:4: quote this: YAML takes `!` at the start for a tag"),
        ("a: !!str 1", "f:1:4: quote this: YAML takes `!` at the start for a tag"),
        ("a: 'x", "f:1:4: this quote is never closed"),
        ('a: "x" y', "f:1:8: text after a closing quote: quote all of it"),
        ('a: "\\q"', "f:1:6: in double quotes `\\q` means nothing: use single quotes"),
        ('a: "\\xzz"', "f:1:7: in double quotes `\\x`, `\\u` and `\\U` want hexadecimal digits"),
        ('a: "\\ud800"', "f:1:4: half of a surrogate pair is not a character"),
        ("a: 1\na: 2", "f:2:1: the key 'a' stands here twice, first in line 1"),
        ("a:\n\tb: 1", "f:2:1: a tab cannot indent: use spaces"),
        ("a: {b", "f:1:4: the brace `{` that opens here is not closed where it should be"),
        ("a: [b", "f:1:4: the bracket `[` that opens here is not closed where it should be"),
        ("a:\n  - b: 1\n   c: 2", "f:3:4: this line is indented like none above it"),
        ("a:\n  - b\n c", "f:3:2: this line is indented like none above it"),
        ("foo\nbar: 1", "f:2:4: to YAML this line continues the text above it: is a `:` missing there?"),
        ("a: \x07", 'f:1:4: the character U+0007 cannot stand here: write "\\u0007" in quotes'),
        ("a: b\u2028c", 'f:1:5: the character U+2028 cannot stand here: write "\\u2028" in quotes'),
        ("? [a]\n: b", "f:1:3: a key must be a text: quote it"),
    ],
)
def test_mistakes_of_yaml(text: str, mistake: str) -> None:
    """Each complaint names the place, and what to write instead."""
    found = Collector()
    read(text, "f", found)
    assert list(map(str, found.mistakes())) == [mistake]


@pytest.mark.parametrize(
    ("line", "glued"),
    [
        ("- yoda: hi #2", "#2"),
        ("- yoda: hi # two", "# two"),
        ("- yoda: hi    #2", "#2"),
        ("- yoda: #2", "#2"),
        ("- yoda: hi  # two", ""),
        ("- yoda: hi      # two", ""),
        ("- yoda: hi#2", ""),
        ('- yoda: "hi" #2', ""),
        ("- yoda:  # nothing", ""),
    ],
)
def test_comments_glued_to_a_text(line: str, glued: str) -> None:
    """A comment is told from a text that lacks its quotes by two spaces before the # and one behind it."""
    [node] = read(line, "f", Collector())
    assert isinstance(node, Items)
    entry = node.items[0]
    assert isinstance(entry, Table)
    value = entry.entries[0][1]
    assert isinstance(value, Text)
    assert value.glued == glued


def test_every_scalar_is_text_with_its_place() -> None:
    """Nothing becomes a number, a date or a truth; lines and columns count from 1, across documents."""
    [_, node] = read("a: 1\n---\nb: [007, on, 12:30]\nc: null\n", "f", Collector())
    assert isinstance(node, Table)
    assert plain(node) == {"b": ["007", "on", "12:30"], "c": None}
    assert str(node.entries[1][1].place) == "f:4:4"


def test_a_broken_document_does_not_hide_the_next() -> None:
    """Documents are read one by one; windows line ends and a byte order mark are no difference."""
    found = Collector()
    documents = read("\ufeff# first\r\n---\r\na: 'x\r\n---\r\nb: y\r\n", "f", found)
    assert [document and plain(document) for document in documents] == [None, {"b": "y"}]
    assert [m.place.line for m in found.mistakes()] == [3]


def test_what_is_written_reads_the_same() -> None:
    """Texts that look like numbers are quoted on their way out."""
    data = {"b": "007", "a": ["on", "x: y", "two\nlines"], "é": {}}
    assert list(data) == list(plain(read(write(data), "f", Collector())[0]))  # type: ignore[arg-type]
    assert plain(read(write(data), "f", Collector())[0]) == data  # type: ignore[arg-type]
