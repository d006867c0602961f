"""Whatever a name says, what becomes of it lies inside."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.grade.intake.labels import clean, file_names, read_label
from harness.grade.intake.places import Odd, led_to, parts_of, readable, told
from harness.grade.intake.sink import Sink
from harness.grade.intake.tally import Entry, Kind, Tally

PIECES = ["..", ".", "/", "\\", "a", "b", "C:", "~", "", "\0", "%2e%2e", "\udce9", "\ud800", "é", "x" * 300, " ", "..."]
NAMES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("/".join),
                  st.lists(st.sampled_from(PIECES), max_size=12).map("".join))  # fmt: skip


@given(name=NAMES)
@example(name="C:..")
@example(name="C:C:/..")
@example(name="a/\udcff..")
@settings(max_examples=1000, deadline=None)
def test_no_name_is_a_place_outside(name: str) -> None:
    """On this system and on Windows; and every part can be written as UTF-8, to a disk and to a report."""
    try:
        parts = parts_of(name)
    except Odd:
        return
    root = "/root/of/ours"
    where = os.path.normpath(os.path.join(root, *parts))
    assert os.path.commonpath([root, where]) == root
    assert len(Path(*parts).parts) == len(parts)
    assert not PureWindowsPath(*parts).is_absolute()
    assert not [part for part in parts if part in ("", ".", "..") or "/" in part or "\\" in part or "\0" in part]
    assert all(len(part.encode()) <= 255 for part in parts)


@given(link=st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), target=NAMES)
@settings(max_examples=1000, deadline=None)
def test_no_link_leads_outside(link: tuple[str, ...], target: str) -> None:
    """A link is followed by its words alone, from where it stands."""
    try:
        parts = led_to(link, target)
    except Odd:
        return
    assert ".." not in parts
    assert os.path.commonpath(["/r", os.path.normpath(os.path.join("/r", *parts))]) == "/r"


ENTRY = st.builds(lambda name, kind, link: Entry(name, kind, lambda: [b"evil"], link), NAMES,
                  st.sampled_from(list(Kind)), NAMES)  # fmt: skip


@given(entries=st.lists(ENTRY, max_size=8))
@settings(max_examples=150, deadline=None)
def test_nothing_is_written_outside(entries: list[Entry]) -> None:
    """Entries of all kinds and names, in any order, one through the other: all lies in the sink, plain."""
    with tempfile.TemporaryDirectory() as folder:
        outside = Path(folder)
        (outside / "in").mkdir()
        sink = Sink(outside / "in" / "sink", Tally())
        for entry in entries:
            sink.take(entry)
        sink.finish()
        assert [str(path.relative_to(outside)) for path in (*outside.iterdir(), *(outside / "in").iterdir())] == [
            "in", "in/sink"]  # fmt: skip
        held = list(sink.root.rglob("*"))
        assert not [path for path in held if path.is_symlink() or not (path.is_file() or path.is_dir())]
        assert all(path.stat().st_nlink == 1 for path in held if path.is_file())


@given(ids=st.lists(NAMES, max_size=8))
@settings(max_examples=300, deadline=None)
def test_every_id_has_a_file_name_of_its_own(ids: list[str]) -> None:
    """One word in any path, and never another's, also where case does not count."""
    ids = [read_label(one).id for one in ids]
    names = file_names(ids)
    assert set(names) == set(ids)
    assert len({name.casefold() for name in names.values()}) == len(names)
    for name in names.values():
        assert name == os.path.basename(name) != ""
        assert not name.startswith((".", "-"))
        assert name.encode()
        assert "\\" not in name


@given(text=NAMES)
@settings(max_examples=300, deadline=None)
def test_what_is_told_of_a_name_is_one_harmless_line(text: str) -> None:
    """In a terminal, in a file and in a sentence."""
    for said in (told(text), clean(text)):
        assert said.isprintable() or not [char for char in said if ord(char) < 32 or 127 <= ord(char) < 160]
        assert said.encode()
        assert len(told(text)) < 1000


@pytest.mark.parametrize(
    ("name", "read"), [("a\udce9", "aé"), ("aé", "aé"), ("\ud83d\ude00", "??"), ("\udcc3\udca9", "é")]
)
def test_bytes_that_are_no_text_are_read_as_latin_1(name: str, read: str) -> None:
    """No half of a character goes on into a file or a database, which would refuse it."""
    assert readable(name) == read
