"""Events and recordings: what is written comes back, whatever was in it, and damage is told with its place."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.events import Began, Ended, Event, FileSeen, Output, Settled
from harness.recording import INLINE, KINDS, Recorder, Recording, decode, encode
from harness.wire import Carried

TEXT = st.text(st.characters())
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "int": st.integers(),
    "bool": st.booleans(),
    "float": st.floats(0, 1e6).map(lambda t: round(t, 6)),
    "bytes": st.binary(),
    "int | None": st.none() | st.integers(),
    "bytes | None": st.none() | st.binary(),
    "list[str]": st.lists(TEXT, max_size=3),
    "list[int]": st.lists(st.integers(), max_size=3),
    "list[dict[str, Any]]": st.lists(st.dictionaries(TEXT, TEXT | st.integers(), max_size=3), max_size=2),
    "dict[str, Any]": st.dictionaries(TEXT, TEXT | st.lists(TEXT, max_size=2), max_size=3),
    "dict[str, str]": st.dictionaries(TEXT, TEXT, max_size=3),
    "dict[str, list[str]]": st.dictionaries(TEXT, st.lists(TEXT, max_size=2), max_size=3),
}


def events(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of this kind."""
    return st.builds(kind, **{spec.name: FIELDS[str(spec.type)] for spec in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data())
def test_every_kind_of_event_comes_back_as_it_was(kind: type[Event], data: st.DataObject) -> None:
    """One line of JSON holds an event whole: any text, any bytes, any number."""
    event = data.draw(events(kind))
    line = encode(event)
    assert "\n" not in line
    assert decode(line) == event


def test_bytes_that_are_text_can_be_read_in_the_file() -> None:
    """What is UTF-8 stands there as text, what is not as base64: people read recordings too."""
    assert '"data":{"text":"Grüße\\n"}' in encode(Output(t=1, actor="yoda", data="Grüße\n".encode()))
    assert '"data":{"base64":"/w=="}' in encode(Output(t=1, actor="yoda", data=b"\xff"))


def test_a_value_that_looks_like_bytes_stays_a_value() -> None:
    """Only the fields that hold bytes are read as bytes: a scenario may call a value `text`."""
    began = Began(t=0, scenario="s", file="f", source="", document=0, case=0, assignment="", subject={"text": "x"},
                  stage="box", seed=0, wall="", versions={}, values={"text": "hello", "base64": "AAAA"})
    assert decode(encode(began)) == began


@given(st.lists(st.one_of(*(events(kind) for kind in KINDS.values())), max_size=8))
def test_a_recording_comes_back_from_its_file(tmp_path_factory: pytest.TempPathFactory, happened: list[Event]) -> None:
    """Saved and loaded, a recording holds the same events in the same order."""
    path = tmp_path_factory.mktemp("recording") / "deep" / "play.jsonl"
    Recording(happened).save(path)
    assert Recording.load(path).events == happened


@pytest.mark.parametrize("text", ["a\u2028b", "a\u2029b", "a\x85b", "a\x0bb\x0cc", "a\r\nb\rc", "\x00", "\ufeff"])
def test_only_a_newline_ends_a_line_of_a_recording(tmp_path: Path, text: str) -> None:
    """Characters that some readers take for line ends (U+2028 and its like) cut no event in two."""
    path = tmp_path / "play.jsonl"
    Recording([Output(t=0, actor="yoda", data=text.encode()), Ended(t=1)]).save(path)
    assert [e.data for e in Recording.load(path).all(Output)] == [text.encode()]


def test_a_file_name_that_is_not_utf8_comes_back(tmp_path: Path) -> None:
    """Latin-1 file names reach us with lone surrogates, and their recording can still be written and read."""
    path = tmp_path / "play.jsonl"
    Recording([FileSeen(t=0, when="after", path="server/caf\udce9", state="file")]).save(path)
    assert Recording.load(path).events[0] == FileSeen(t=0, when="after", path="server/caf\udce9", state="file")


BROKEN = [
    "not json", "[]", "3", "null", '"x"', "{}", '{"kind":"nothing","t":1}', '{"kind":"output"}',
    '{"kind":"output","t":1,"actor":"y"}', '{"kind":"output","t":1,"actor":"y","data":"text"}',
    '{"kind":"output","t":1,"actor":"y","data":{"base64":"!"}}',
    '{"kind":"output","t":1,"actor":"y","data":{"text":3}}',
    '{"kind":"output","t":"now","actor":"y","data":{"text":""}}', '{"kind":"ended","t":1,"other":2}',
    '{"kind":"ended","t":1,"step":"one"}', '{"kind":"output","t":1,"actor":7,"data":{"text":""}}',
    '{"kind":["ended"],"t":1}', '{"kind":"ended","t":1,"why":null}',
    '{"kind":"settled","t":1,"evidence":"still","wall":true}', '{"kind":"ended","t":1', "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("line", BROKEN, ids=[line[:40] for line in BROKEN])
def test_a_line_that_is_no_event_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    """Whatever is wrong with a line, the message is one sentence with file and line."""
    path = tmp_path / "play.jsonl"
    path.write_text(encode(Ended(t=1)) + "\n" + line + "\n")
    with pytest.raises(ValueError, match="not an event of a recording") as told:
        Recording.load(path)
    assert str(told.value).startswith(f"{path}:2: not an event of a recording: ")
    assert len(str(told.value).splitlines()) == 1


def test_bytes_that_are_not_utf8_are_told_with_their_place(tmp_path: Path) -> None:
    """A binary file taken for a recording is no traceback."""
    path = tmp_path / "play.jsonl"
    path.write_bytes(b"\xff\xfe\n")
    with pytest.raises(ValueError, match="not UTF-8") as told:
        Recording.load(path)
    assert str(told.value) == f"{path}:1: not an event of a recording: this is not UTF-8"


def test_a_recording_without_a_beginning_says_so() -> None:
    """Without `began` nobody knows what was played."""
    with pytest.raises(ValueError, match="this recording has no beginning"):
        _ = Recording([Ended(t=1)]).began


def test_the_first_beginning_counts() -> None:
    """`began` is the first event of its kind, and `all` gives a kind in order."""
    recorder = Recorder(clock=iter([0.0, 1.0, 2.0, 3.0]).__next__)
    recorder.note(Output, actor="a", data=b"1")
    recorder.step = 4
    recorder.note(Output, actor="a", data=b"2")
    recorder.note(Settled, evidence="still", wall=0.1)
    assert [(e.t, e.step, e.data) for e in recorder.recording.all(Output)] == [(1.0, None, b"1"), (2.0, 4, b"2")]


def test_a_small_file_lies_in_the_recording_and_a_large_one_in_the_blobs(tmp_path: Path) -> None:
    """Contents past the limit are kept once each, under their SHA-256; the event says only which."""
    recorder = Recorder(tmp_path / "blobs")
    small = recorder.note_file("after", "server/a", "file", b"x" * INLINE)
    large = [recorder.note_file("after", f"server/{n}", "file", b"y" * (INLINE + 1)) for n in (1, 2)]
    gone = recorder.note_file("after", "server/b", "gone")
    assert (small.content, small.size) == (b"x" * INLINE, INLINE)
    assert [(e.content, e.size) for e in large] == [(None, INLINE + 1)] * 2
    assert [f.name for f in (tmp_path / "blobs").iterdir()] == [large[0].sha256]
    assert (gone.state, gone.content, gone.sha256) == ("gone", None, "")


def test_without_a_folder_for_blobs_large_contents_are_only_hashed() -> None:
    """A recorder without blobs still tells whether two files are the same."""
    recorder = Recorder()
    one, two = (recorder.note_file("step", name, "file", bytes(INLINE + 1)) for name in ("a/1", "b/1"))
    assert one.content is None
    assert one.sha256 == two.sha256


def test_every_line_is_a_json_object_that_begins_with_its_kind() -> None:
    """Other tools may read a recording without us."""
    body = json.loads(encode(Ended(t=1.23456789, why="interrupted")))
    assert list(body)[:3] == ["kind", "t", "step"]
    assert body == {"kind": "ended", "t": 1.234568, "step": None, "why": "interrupted"}


def test_what_is_carried_stands_where_it_came() -> None:
    """What the relay takes down in short stands between the other events, in its order, at its time and step."""
    recorder = Recorder(clock=iter([10.0, 10.5, 11.0, 11.5]).__next__)
    recorder.step = 2
    recorder.carried(1, "server", 3, b"LST")
    recorder.note(Output, actor="yoda", data=b"> ")
    recorder.carried(1, "client", 70_000, None, "ab")
    assert recorder.recording.events == [
        Carried(t=0.5, step=2, link=1, to="server", size=3, data=b"LST"),
        Output(t=1.0, step=2, actor="yoda", data=b"> "),
        Carried(t=1.5, step=2, link=1, to="client", size=70_000, sha256="ab"),
    ]


def test_what_is_carried_aside_stays_there() -> None:
    """Taken down aside is taken down there, and nowhere else."""
    recorder = Recorder()
    recorder.carried(1, "server", 1, b"a")
    with recorder.aside() as seen:
        recorder.carried(1, "server", 1, b"b")
    assert [event.data for event in seen.all(Carried)] == [b"b"]
    assert [event.data for event in recorder.recording.all(Carried)] == [b"a"]
