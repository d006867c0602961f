"""The model of the brief, beside the real rules of the forum: two that share nothing, and must answer alike."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.accounts import CREDENTIALS
from forum.commands import parse
from forum.messages import Message, Status
from forum.service import Service
from forum.storage import Storage
from forum.visitor import Visitor
from scenarios.model import Forum, Line, Reply, Request

ACCOUNTS = {"Yoda": "jedi*knight", "R2D2": "c3p0sucks"}
WHO = ["Yoda", "R2D2", "Obi-wan"]
FILES = {"a.exe": b"\x00\x01", "b.exe": b"bytes\n"}
REFUSALS = {
    Status.ALREADY_LOGGED_IN, Status.WRONG_PASSWORD, Status.NAME_TAKEN, Status.THREAD_EXIST, Status.THREAD_NOT_EXIST,
    Status.MESSAGE_NOT_EXIST, Status.MESSAGE_NOT_DELETED, Status.MESSAGE_NOT_EDITED, Status.FILE_EXIST,
    Status.FILE_NOT_EXIST, Status.THREAD_NOT_REMOVED, Status.WRONG_ADMIN_PASSWORD,
}  # fmt: skip

titles = st.sampled_from(["3331", "t2"])
numbers = st.integers(0, 3).map(str)
texts = st.sampled_from(["one", "two words", "3 is a number"])
files = st.sampled_from(sorted(FILES))
passwords = st.sampled_from(["jedi*knight", "c3p0sucks", "new"])


def _said(*parts: Any) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map(" ".join)


lines = st.one_of(
    _said("CRT", titles), _said("LST"), _said("MSG", titles, texts), _said("RDT", titles), _said("UPD", titles, files),
    _said("EDT", titles, numbers, texts), _said("DLT", titles, numbers), _said("DWN", titles, files),
    _said("RMV", titles), _said("XIT"), _said("SHT monkey"), _said("login", passwords),
)  # fmt: skip
plays = st.lists(st.tuples(st.sampled_from(WHO), lines), min_size=5, max_size=40)


class Rules:
    """The forum's own rules, driven as its desk drives them."""

    def __init__(self) -> None:
        Path(CREDENTIALS).write_text("".join(f"{name} {password}\n" for name, password in ACCOUNTS.items()))
        self._storage = Storage(CREDENTIALS)
        self._service = Service(self._storage, "destroyforum")
        self._visitors: dict[str, Visitor] = {}

    def online(self, name: str) -> bool:
        """Whether somebody is in under this name."""
        return name in self._visitors

    def login(self, name: str, password: str) -> Reply:
        """The two turns of a login, on a connection of its own."""
        visitor = Visitor("127.0.0.1", "key")
        told = self._ask(visitor, Message(Status.USERNAME, user=name))
        if told.status in (Status.USER_EXIST, Status.NEW_USER):
            which = Status.PASSWORD if told.status is Status.USER_EXIST else Status.NEW_PASSWORD
            told = self._ask(visitor, Message(which, password=password, port=0))
        if told.status is Status.WELCOME:
            self._visitors[name] = visitor
        return Reply(told.status is Status.WELCOME)

    def answer(self, name: str, line: str) -> Reply:
        """What a typed line is answered, as one could read it."""
        word, fields = parse(line)
        told = self._ask(self._visitors[name], Message(Status[word], **fields))
        if told.status is Status.SEND_FILE:
            told = self._send(self._visitors[name], fields["file"])
        if told.status is Status.EXITED:
            del self._visitors[name]
        accepted = told.status not in REFUSALS
        if told.status in (Status.THREAD_ACTIVE, Status.THREAD_INACTIVE):
            shown = told.lines("titles") if told.status is Status.THREAD_ACTIVE else []
            return Reply(titles=frozenset((title, title in shown) for title in ("3331", "t2")))
        if told.status is Status.THREAD_READ:
            return Reply(True, tuple(_line(row) for row in told.lines("lines")))
        if told.status is Status.FILE_COMING:
            return Reply(True, content=_digest(Path(f"{fields['title']}-{fields['file']}").read_bytes()))
        return Reply(accepted, () if word == "RDT" else None)

    def _send(self, visitor: Visitor, name: str) -> Message:
        upload = visitor.upload
        assert upload is not None
        upload.open()
        upload.write(FILES[name])
        told = self._ask(visitor, Message(Status.FILE_END, title=upload.thread.title, file=name))
        upload.close()
        return told

    def _ask(self, visitor: Visitor, request: Message) -> Message:
        told = self._service.handle(visitor, request)
        names, visitor.unsettled = visitor.unsettled, []
        for name in names:
            self._storage.settle(name)
        return told


def _line(row: str) -> Line:
    first, _, rest = row.partition(" ")
    if first.isdecimal():
        author, _, text = rest.partition(": ")
        return Line(int(first), author, text)
    return Line(0, first, rest.removeprefix("uploaded "))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _folder() -> Iterator[None]:
    """The rules write into the current folder."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


@settings(max_examples=150, deadline=None)
@given(plays)
def test_the_model_answers_as_the_forum_does(play: list[tuple[str, str]]) -> None:
    """The same random commands: each answer of the rules fits, and the opposite of each does not."""
    model = Forum(ACCOUNTS, "destroyforum")
    state, uploaded = model.initial, set()
    with _folder():
        rules = Rules()
        for name, line in play:
            if line.startswith("login"):
                request: Request | None = model.login(name, line.split()[1])
                reply = rules.login(name, line.split()[1])
            elif rules.online(name):
                request = model.request(line, name, lambda file: _digest(FILES[file]))
                reply = rules.answer(name, line)
            else:
                continue
            assert request is not None
            if request.word == "UPD" and reply.accepted is False and (request.title, request.file) in uploaded:
                continue  # the same name a second time: the brief leaves it open, and the model too
            if request.word == "UPD":
                uploaded.add((request.title, request.file))
            if request.word == "login" and name not in ACCOUNTS and reply.accepted is False:
                continue  # two who register one name: left open too
            after = model.step(state, request, reply)
            assert after is not None, (state, line, reply)
            if request.word != "login" or name in ACCOUNTS:  # else an unread answer leaves the password open
                assert model.step(state, request, None) == after
            if reply.accepted is not None and request.word not in ("XIT", "login"):
                assert model.step(state, request, Reply(not reply.accepted)) is None
            if reply.lines is not None:
                assert model.step(state, request, Reply(True, (*reply.lines, Line(9, "Yoda", "x")))) is None
            assert (after == state) or model.changes(request, reply)
            state = after


READ = """\
Messages of thread 3331:
1 Yoda: one
  R2D2 uploaded a.exe
2 R2D2: two  words
"""
OTHERS = [
    Request("MSG", "Yoda", "3331", text="one"), Request("MSG", "R2D2", "3331", text="two words"),
    Request("UPD", "R2D2", "3331", file="a.exe"), Request("CRT", "Yoda", "3331"), Request("CRT", "Yoda", "t2"),
]  # fmt: skip
ROWS = (Line(1, "Yoda", "one"), Line(0, "R2D2", "a.exe"), Line(2, "R2D2", "two words"))


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        (READ, ROWS),
        ("Thread 3331 is empty\n", ()),
        ("#1 by Yoda: one\n", None),  # a format of its own
        ("1 Yoda: onne\n", None),  # what nobody sent may be misread, too
        ("1 Yoda: one> ", None),
        ("Yoda uploaded b.exe\n", None),
    ],
)
def test_a_thread_is_read_only_where_every_line_is_certain(shown: str, lines: tuple[Line, ...] | None) -> None:
    """Headings are passed over; a line that might be one of the thread's, and cannot be read, leaves all of it open."""
    reply = Forum(ACCOUNTS).reply(Request("RDT", "Yoda", "3331"), shown, None, OTHERS)
    assert reply.lines == lines
    assert reply.accepted is (True if lines else None)


@pytest.mark.parametrize(
    ("shown", "titles"),
    [
        ("Threads:\n3331\n", {("3331", True), ("t2", False)}),
        ("No threads to list\n", {("3331", False), ("t2", False)}),
        ("['3331', 't2']\n", set()),
    ],
)
def test_titles_are_read_where_they_stand_alone(shown: str, titles: set[tuple[str, bool]]) -> None:
    """A title on a line of its own is shown; one that stands nowhere is not; anything else is left open."""
    assert Forum(ACCOUNTS).reply(Request("LST", "Yoda"), shown, None, OTHERS).titles == titles


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("MSG t2 hello", "MSG"), ("MSG t2  hello", "unclear"), ("MSG t2", "unclear"), ("msg t2 hello", "unclear"),
        ("CRT server.py", "unclear"), ("CRT a_b", "unclear"), ("EDT t2 01 x", "unclear"), ("HELLO t2", None),
        ("RDT", None), ("", None), ("SHT destroyforum", "SHT"), ("MSG t2 Yoda: hi", "unclear"),
    ],
)  # fmt: skip
def test_what_the_brief_leaves_open_is_left_open(line: str, word: str | None) -> None:
    """Odd spaces, cases, titles and numbers: nothing is known of that thread any more."""
    request = Forum(ACCOUNTS, "destroyforum").request(line, "Yoda")
    assert (request.word if request else None) == word


def test_where_there_is_no_shutdown_it_is_no_command() -> None:
    """Later years' task has none."""
    assert Forum(ACCOUNTS).request("SHT x", "Yoda") is None


def test_after_a_shutdown_nothing_is_held_against_anybody() -> None:
    """Answers that were on their way still come."""
    model = Forum(ACCOUNTS, "destroyforum")
    closed = model.step(model.initial, Request("SHT", "Yoda", password="destroyforum"), Reply(True))
    assert model.step(closed, Request("MSG", "Yoda", "3331", text="x"), Reply(True)) == closed
