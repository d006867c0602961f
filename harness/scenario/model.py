"""A scenario as data: who takes part, what lies in their folders, and what is played, step by step.

Everything is resolved when the loader hands it over: groups are lists of
handles, `N times` is unrolled, `{x}` is replaced (except what only a run can
know: `{port}` and the assignment's own values, see `Scenario.values`), and
every step has its number. Only what the seed decides is open still: the lines
of `plays` and the names that people made up, which drawn.py puts in. Nothing here knows YAML, terminals or verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.scenario.network import Network


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the cast. `password` None: looked up in the accounts file. `crowd`: gets an account there."""

    handle: str
    account: str
    password: str | None = None
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that lies in an actor's folder before the play: `text`, or `size` random bytes from the seed.

    `letters`: random small letters and line feeds instead, which no text mode changes.
    """

    actor: str
    path: str
    place: Place
    text: str | None = None
    size: int | None = None
    letters: bool = False


class Quantifier(StrEnum):
    """How many of the people named must fulfil an expectation."""

    ALL = "all"
    ONE = "one"  # "1 of a and b": exactly one


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the play. `text` is the line as it was written, `number` its place in the unrolled play."""

    number: int
    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Type(Step):
    """Lines typed at terminals: (handle, line) pairs, in turn, each followed by Enter."""

    lines: Sequence[tuple[str, str]]


class Deed(StrEnum):
    """What is done to an actor, besides typing. The values are the words of the language."""

    LOG_IN = "logs in"
    LOGIN_REFUSED = "cannot log in"
    START = "starts"
    KILL = "is killed"
    PAUSE = "is paused"
    RESUME = "resumes"
    RESTART = "restarts"
    PRESS = "presses"
    SEND = "sends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Step):
    """A stage direction: each of `who`, in turn. `argument`: the password, the key ("ctrl-d") or the raw bytes."""

    deed: Deed
    who: Sequence[str]
    argument: str | None = None
    data: bytes | None = None  # PRESS and SEND: the bytes to write
    quantifier: Quantifier = Quantifier.ALL  # ONE, with LOG_IN in `together`: exactly one may get in


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass(Step):
    """The one fixed wait there is: `seconds` go by because the scenario says so."""

    seconds: float


class Sight(StrEnum):
    """What can be expected of an actor. The values are the words of the language."""

    LEAVES = "leaves"
    STAYS = "stays"
    SEES = "sees"
    SEES_ONE_OF = "sees one of"
    SEES_EACH_ONCE = "sees each once"
    NEVER_SEES = "never sees"
    SEES_NOTHING = "sees nothing"
    LIKE = "is answered like"
    UNLIKE = "is answered unlike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect(Step):
    """Something expected of people since they last typed (LEAVES, STAYS: at this point of the play).

    `texts`: SEES, NEVER_SEES and LIKE have one, SEES_ONE_OF the alternatives, SEES_EACH_ONCE one for each.
    A text of several lines means these lines in this order. `exactly`: white space counts.
    `reference`: for LIKE and UNLIKE, per handle, the number of the Type step whose answer is meant.
    """

    sight: Sight
    who: Sequence[str]
    texts: Sequence[str] = ()
    exactly: bool = False
    quantifier: Quantifier = Quantifier.ALL
    reference: Mapping[str, int] = field(default_factory=dict)


class FileState(StrEnum):
    """What can be expected of a file. The values are the words of the language."""

    IS = "is"
    ANY_ORDER = "is in any order"
    EQUALS = "equals"
    THERE = "is there"
    GONE = "is gone"
    UNCHANGED = "is unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectFile(Step):
    """Something expected of files ("server/3331"). IS compares with `content` by lines (`exactly`: by bytes).

    ANY_ORDER: the same lines, in whatever order, and blank ones do not count.
    """

    state: FileState
    paths: Sequence[str]
    content: str | None = None
    other: str | None = None  # EQUALS: the other file
    exactly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Together(Step):
    """Steps that begin at one instant: all are started before any answer is waited for."""

    steps: Sequence[Step]


class Many(StrEnum):
    """What is about many at once, and the network between them. The values are the words of the language."""

    PLAYS = "plays"
    HOLDS = "holds"
    RELEASES = "releases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plays(Step):
    """Each of `who` types so many `commands` of a weighted mix, a round at a time (`in_turn`: one after the other).

    What they type is drawn from the seed (drawn.py): a step for each round and one for each line, whose numbers
    follow this step's own.
    """

    who: Sequence[str]
    commands: int
    mix: Sequence[tuple[str, int]]  # a line, in which {n}, {name} and {text} are open still, and its weight
    in_turn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Step):
    """From here on the network keeps back what travels `to` these people's clients (client), what they send
    (server), or both; or, `released`, lets go of it."""

    who: Sequence[str]
    to: str = "both"  # server | client | both
    released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrder(Step):
    """There is one order of all that was typed so far in which every answer is right, by the assignment's model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Step):
    """Several witnesses of one fact: one that holds suffices. Only expectations may stand in it."""

    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a schedule: the next that `who`'s program sends for a line typed at one instant with others.

    `line` None: for their login. `step`: the number of the step that types it. `answered`: its answer is waited
    for before the next delivery.
    """

    who: str
    line: str | None
    step: int
    place: Place
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """Where a scenario comes from, so that a recording can carry it along."""

    file: str
    text: str  # the whole file
    document: int  # which YAML document of it, from 0
    case: int = 0  # which value of `each`, from 0


@dataclass(frozen=True, slots=True)
class Names:
    """Names that people made up: `words` may be other ones under another seed (varied.py), and become none of
    `reserved`, which is in small letters.

    `fixed`: they stay, for the file says so or a seed has `chosen` them (as written: as it is now).
    """

    words: Sequence[str] = ()
    reserved: frozenset[str] = frozenset()
    fixed: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One behaviour to play: a YAML document, for one value of its `each`."""

    name: str
    place: Place
    source: Source
    cast: Sequence[Person]
    play: Sequence[Step]
    files: Sequence[GivenFile] = ()
    clause: str = ""
    marks: Sequence[str] = ()
    tags: Sequence[str] = ()
    visible: str = "public"
    hints: Mapping[int, str] = field(default_factory=dict)  # Step.number -> hint
    needs: frozenset[str] = frozenset()  # values that only the run knows and the play uses: "port"
    case: str = ""  # the value of `each`, as people read it
    leaving: frozenset[str] = frozenset()  # first words of lines after which a client may end
    aids: Sequence[str] = ()  # first words of lines that it is not about (judge/aids.py)
    variants: Sequence[str] = ()  # those of the assignment that it applies to; none: all
    network: Network | None = None  # None: nothing stands between the people and the server
    schedule: Sequence[Delivery] = ()  # in which order what is typed at one instant arrives; none: as it comes
    names: Names = field(default=Names())  # which of them the seed may choose

    @property
    def title(self) -> str:
        """The name, told apart by the value of `each`."""
        return f"{self.name} [{self.case}]" if self.case else self.name

    @property
    def key(self) -> str:
        """PATH::NAME, what `harness run` takes to play this again."""
        return f"{self.source.file}::{self.title}"

    def applies_to(self, variant: str) -> bool:
        """Whether it is a scenario of this variant of the assignment."""
        return not self.variants or variant in self.variants

    def steps(self) -> Iterator[Step]:
        """Every step, those inside of `together` and `any of` too, in order of number."""
        return walk(self.play)

    def step(self, number: int) -> Step:
        """The step of this number. Raises KeyError."""
        for step in self.steps():
            if step.number == number:
                return step
        raise KeyError(number)


def walk(steps: Sequence[Step]) -> Iterator[Step]:
    """Every step and the steps inside it, in order."""
    for step in steps:
        yield step
        if isinstance(step, Together | AnyOf):
            yield from walk(step.steps)


def first_word(line: str) -> str:
    """By which a typed line is known: its command."""
    return line.split(" ", 1)[0]
