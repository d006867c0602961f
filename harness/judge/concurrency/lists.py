"""The plainest history of unique texts: people post to lists, edit and delete by number, and read. With its model."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Row = tuple[str, str]  # who posted it, and the text as it is now


@dataclass(frozen=True, slots=True)
class Post:
    """Put a text at the end of a list. Always done."""

    into: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Put a text in the place of the one with this number, from 1. Refused, if that one is not by this author."""

    into: str
    author: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Take away the text of this number; the later ones move up. Refused, if it is not by this author."""

    into: str
    author: str
    number: int


@dataclass(frozen=True, slots=True)
class Read:
    """All rows of a list, in their order."""

    into: str


Request = Post | Edit | Delete | Read
# A read is answered with the rows, anything else with whether it was done; None: not known.
Reply = tuple[Row, ...] | bool | None


class Lists:
    """The model of such lists: a key is one list."""

    initial: tuple[Row, ...] = ()
    exact = True

    def step(self, state: tuple[Row, ...], request: Request, reply: Reply) -> tuple[Row, ...] | None:
        """See the requests."""
        match request:
            case Post():
                # Not (*state, row): that copies twice, and lists may be long.
                return state.__add__(((request.author, request.text),)) if reply is not False else None
            case Read():
                assert not isinstance(reply, bool)
                return state if reply is None or (len(reply) == len(state) and reply == state) else None
        at = request.number - 1
        mine = 0 <= at < len(state) and state[at][0] == request.author
        if reply not in (None, mine):
            return None
        there = ((request.author, request.text),) if isinstance(request, Edit) else ()
        return (*state[:at], *there, *state[at + 1 :]) if mine else state

    def key(self, request: Request) -> Hashable | None:
        """The list."""
        return request.into

    def changes(self, request: Request, reply: Reply) -> bool:
        """Reads do not, nor what is refused."""
        return not isinstance(request, Read) and reply is not False

    def adds(self, request: Request) -> Hashable | None:
        """The row that is posted."""
        return (request.author, request.text) if isinstance(request, Post) else None

    def alters(self, request: Request) -> Hashable | None:
        """The row that an edit writes."""
        return (request.author, request.text) if isinstance(request, Edit) else None

    def removes(self, request: Request) -> bool:
        """Edits and deletes."""
        return isinstance(request, Edit | Delete)

    def owner(self, request: Request) -> Hashable | None:
        """Everybody edits and deletes their own."""
        return None if isinstance(request, Read) else request.author

    def shows(self, request: Request, reply: Reply) -> Sequence[Hashable] | None:
        """What was read."""
        return reply if isinstance(request, Read) and isinstance(reply, tuple) else None

    def accepted(self, request: Request, reply: Reply) -> bool | None:
        """A post is never refused."""
        return True if isinstance(request, Post) and reply is None else reply if isinstance(reply, bool) else None

    def rows(self, state: tuple[Row, ...], request: Request) -> Sequence[Hashable]:
        """The state itself."""
        return state

    def takes(self, state: tuple[Row, ...], request: Request) -> int | None:
        """What has this number, if it is by this author."""
        if not isinstance(request, Edit | Delete):
            return None
        at = request.number - 1
        return at if 0 <= at < len(state) and state[at][0] == request.author else None
