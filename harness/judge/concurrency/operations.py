"""A history, what it is held against, and what comes out of that: plain data and two protocols.

Nothing here knows recordings or forums. A history may come from anywhere; a model is any object that can say what
one operation does to a state.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

Answer = Literal["explained", "unexplained", "undecided"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of one process, and what came back.

    It took effect at one instant between `invoked` and `returned`. `returned` None: nothing came back; it may have
    taken effect at any time after `invoked`, or never. `reply` None: what came back cannot be read.
    """

    process: str
    request: Any
    reply: Any
    invoked: float
    returned: float | None
    key: Hashable | None = None  # of what it speaks; None: the model is asked

    @property
    def pending(self) -> bool:
        """Whether nothing came back."""
        return self.returned is None


class Model(Protocol):
    """A sequential specification. Pure: `step` changes nothing, and equal states are equal (and hashable)."""

    @property
    def initial(self) -> Any:
        """The state in which every history begins."""

    def step(self, state: Any, request: Any, reply: Any) -> Any | None:
        """The state after this request was answered so; None: in this state it would not be. A reply None fits always.

        What a reply leaves open must not decide the state: there is one state after a request, whatever was read of it.
        """

    def key(self, request: Any) -> Hashable | None:
        """Of what a request speaks: requests of different keys do not touch each other. None: it touches everything."""


# What follows is optional: a model that has these methods is judged faster, by the same rules.


@runtime_checkable
class Steady(Protocol):
    """A model that knows which requests change nothing."""

    def changes(self, request: Any, reply: Any) -> bool:
        """Whether this, answered so, changes any state at all in which it fits. A read does not, nor a refusal."""


@runtime_checkable
class Splitting(Protocol):
    """A model that knows what a request which touches everything means for one key alone."""

    def aspect(self, request: Any, reply: Any, key: Hashable) -> tuple[Any, Any] | None:
        """The request and its reply as this key has it, or None where it means nothing there."""


@runtime_checkable
class Listing(Protocol):
    """A model whose state, for one key, is a list of texts; no two requests bring the same text.

    What `adds` comes last in the list, and stays in its order. Only what `removes` takes a text away, or puts another
    one in its place; and only one of its own owner's, if it has an owner.
    """

    @property
    def exact(self) -> bool:
        """Whether that is all there is to it: who adds is never refused, and a reply says nothing but what it shows."""

    def adds(self, request: Any) -> Hashable | None:
        """The text that this request puts at the end of the list, if it is not refused."""

    def alters(self, request: Any) -> Hashable | None:
        """The text that this request puts in another's place, if it is not refused."""

    def removes(self, request: Any) -> bool:
        """Whether this request may take a text away; what puts one in another's place does."""

    def owner(self, request: Any) -> Hashable | None:
        """Whose texts this request brings or takes away; None: anybody's."""

    def shows(self, request: Any, reply: Any) -> Sequence[Hashable] | None:
        """All texts of the list in their order, if this reply shows them."""

    def accepted(self, request: Any, reply: Any) -> bool | None:
        """Whether the request was carried out, as its reply says; None: that is not known."""


@runtime_checkable
class Placing(Protocol):
    """A `Listing` model that can say where in a state's list a request would take a text away.

    What is put at the end of the list does not change that, unless there was nothing to take before.
    """

    def rows(self, state: Any, request: Any) -> Sequence[Hashable]:
        """All texts of the list that this request speaks of, in their order, as `shows` would show them."""

    def takes(self, state: Any, request: Any) -> int | None:
        """The place of the text that this request would take away, or put another one in place of; None: of none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check concluded.

    `prefix`: an order that explains the history as far as it can be explained, up to the answer that no order
    explains (explained: all of it). `misfits`: the operation whose answer that is, first, and those that it
    contradicts where these are known. Of a history with several keys: those of the key that is not explained.
    """

    answer: Answer
    prefix: Sequence[Operation] = ()
    misfits: Sequence[Operation] = ()
    searched: int = 0  # states
    key: Hashable | None = None  # the key that is not explained, or not decided
    why: str = ""  # in a sentence: what contradicts what, or what was not decided
