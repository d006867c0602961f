"""A document's `cast` and `files`: who takes part, and what lies in their folders before the play."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.scenario import words
from harness.scenario.assignment import Assignment
from harness.scenario.expand import OWN
from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import GivenFile, Person
from harness.scenario.scene import path_mistake
from harness.scenario.who import RESERVED, People
from harness.yaml_file import Node, Table, Text

LARGEST_CROWD = 1_000
LARGEST_CAST = 2_000
LARGEST_FILE = 100_000_000
LETTERS = "random letters"
RANDOM = ("random bytes", LETTERS)

Fill = Callable[[Node], str | None]  # a scalar's text with every value put in; None (and a mistake) for another node


@dataclass(slots=True)
class Cast:
    """Reads the cast."""

    assignment: Assignment
    found: Collector
    fill: Fill
    people: list[Person] = field(default_factory=list)
    crowds: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, node: Node | None) -> People:
        """Everybody who takes part."""
        if node is not None and not isinstance(node, Table):
            self.found.error(node.place, "expected `cast: {handle: account}`")
        elif node is not None:
            if len(node.entries) > LARGEST_CAST:
                self.found.error(node.place, f"the cast is too large: at most {LARGEST_CAST:,} people")
            for key, value in node.entries[:LARGEST_CAST]:
                if self._handle(key):
                    self._member(key, value)
        return People(tuple(self.people), self.assignment.server, self.crowds)

    def accounts(self) -> dict[str, tuple[str, ...]]:
        """The accounts of each crowd, for `{crowd}`."""
        by_handle = {person.handle: person.account for person in self.people}
        return {name: tuple(by_handle[handle] for handle in members) for name, members in self.crowds.items()}

    def _handle(self, key: Text) -> bool:
        taken = {person.handle for person in self.people}
        wrong = ""
        if not words.NAME.fullmatch(key.text):
            wrong = f"{key.text!r} is no handle: expected a letter, then letters, digits, `-` and `_`"
        elif key.text in RESERVED or key.text == self.assignment.server:
            wrong = f"{key.text!r} cannot be a handle: it has a meaning of its own"
        elif key.text in taken:
            wrong = f"the handle {key.text!r} is taken by one of a crowd"
        if wrong:
            self.found.error(key.place, wrong)
        return not wrong

    def _member(self, key: Text, value: Node) -> None:
        if isinstance(value, Text):
            if account := self._account(value):
                self.people.append(Person(key.text, account))
        elif isinstance(value, Table) and value.find("people") is not None:
            self._crowd(key, value)
        elif isinstance(value, Table):
            self._with_password(key, value)
        else:
            self.found.error(value.place, "expected an account, `{account: NAME, password: WORD}` or `{people: 50}`")

    def _account(self, node: Node) -> str:
        account = self.fill(node) or ""
        if not account or not account.isprintable() or " " in account:
            self.found.error(node.place, f"expected an account without spaces, got {account!r}")
            return ""
        return account

    def _with_password(self, key: Text, value: Table) -> None:
        for name, _ in value.entries:
            if name.text not in ("account", "password"):
                self.found.error(
                    name.place, f"unknown key {name.text!r}", nearest(name.text, ("account", "password", "people"))
                )
        account, password = value.find("account"), value.find("password")
        if account is None:
            self.found.error(key.place, f"{key.text} has no `account`")
        elif text := self._account(account):
            word = None if password is None else self._account(password)
            self.people.append(Person(key.text, text, word))

    def _crowd(self, key: Text, value: Table) -> None:
        if len(value.entries) > 1:
            self.found.error(value.entries[1][0].place, "a crowd has `people`, and nothing else")
        node = value.find("people")
        assert node is not None
        if key.text in OWN:
            self.found.error(key.place, f"{key.text!r} cannot name a crowd: `{{{key.text}}}` has a meaning of its own")
        count = whole(self.fill(node))
        if count is None or not 1 <= count <= LARGEST_CROWD:
            self.found.error(node.place, f"expected 1 to {LARGEST_CROWD:,} people")
            count = 1
        # Letters and digits alone: a crowd is about many, not about odd names.
        stem = re.sub(r"[^A-Za-z0-9]", "", key.text)
        members = [Person(f"{key.text}{n}", f"{stem}{n}", f"secret{n}", crowd=True) for n in range(1, count + 1)]
        taken = {person.handle for person in self.people}
        for member in members:
            if member.handle in taken:
                self.found.error(key.place, f"the handle {member.handle!r} is taken by one of the cast")
        self.people += members
        self.crowds[key.text] = tuple(member.handle for member in members)


def whole(text: str | None) -> int | None:
    """A whole number, or None. Twelve digits are enough for everything here."""
    return int(text) if text and re.fullmatch("[0-9]{1,12}", text) else None


def read_files(node: Node | None, people: People, fill: Fill, found: Collector) -> list[GivenFile]:
    """The files that lie there before the play."""
    if node is None:
        return []
    if not isinstance(node, Table):
        found.error(node.place, "expected `files: {actor/path: text}`")
        return []
    given = [_file(key, value, people, fill, found) for key, value in node.entries]
    return [file for file in given if file is not None]


def _file(key: Text, value: Node, people: People, fill: Fill, found: Collector) -> GivenFile | None:
    path = fill(key) or ""
    if wrong := path_mistake(path, people):
        found.error(key.place, *wrong)
        return None
    actor, _, rest = path.partition("/")
    if isinstance(value, Text):
        text = fill(value)
        return None if text is None else GivenFile(actor, rest, key.place, text=text)
    kind = value.entries[0][0].text if isinstance(value, Table) and len(value.entries) == 1 else ""
    if isinstance(value, Table) and kind in RANDOM:
        size = whole(fill(value.entries[0][1]))
        if size is not None and size <= LARGEST_FILE:
            return GivenFile(actor, rest, key.place, size=size, letters=kind == LETTERS)
        found.error(value.place, f"expected a number of bytes up to {LARGEST_FILE:,}, in digits alone")
    elif isinstance(value, Table) and value.entries:
        odd = value.entries[0][0]
        found.error(odd.place, f"a file cannot be given by {odd.text!r}", nearest(odd.text, RANDOM))
    else:
        found.error(value.place, "expected a text, `{random bytes: N}` or `{random letters: N}`")
    return None
