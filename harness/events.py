"""Everything that can happen in one play, as plain data: one class a kind of event.

Each event stands at a time of the recording's one clock and belongs to a step,
of which it knows only the number: the events know nothing of scenarios. How
they are written down stands in recording.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened `t` seconds after the recording began, during step number `step` (None: outside)."""

    KIND: ClassVar[str] = ""
    t: float
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Began(Event):
    """The play begins. With this alone the judge can load the scenario and the assignment again."""

    KIND: ClassVar[str] = "began"
    scenario: str  # the name, `each` value included
    file: str  # the scenario file's path, as it was given
    source: str  # the scenario's whole YAML file
    document: int  # which document of the file, from 0
    case: int  # which value of `each`, from 0
    assignment: str  # assignment.yaml's text
    subject: dict[str, Any]  # what was played against: names, languages, commands
    stage: str  # isolation level: "box" or "plain"
    seed: int
    wall: str  # when, in UTC, ISO 8601
    versions: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)  # {port}, {admin_password}, ...
    accounts: dict[str, list[str]] = field(default_factory=dict)  # handle -> [account name, password]
    variant: str = ""  # which variant of the assignment; "": it has none. (Chosen arguments: subject's argv.)
    network: list[str] = field(default_factory=list)  # the conditions asked for besides those of the scenario
    schedule: list[dict[str, Any]] = field(default_factory=list)  # the order of arrival: who, line, step, answered
    model: str = ""  # the text of the assignment's model, which says what answers are right; "": none was needed
    names: dict[str, str] = field(default_factory=dict)  # made-up names, as written: as the seed has them
    protocol: str = ""  # the text of the table of its own protocol's legal moves; "": none, or no wire to see them on


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSeen(Event):
    """A file (or that there is none) in an actor's folder, looked at before, in, or after the play."""

    KIND: ClassVar[str] = "file"
    when: str  # "before" | "step" | "after"
    path: str  # "server/3331"
    state: str  # "file" | "gone" | "folder" | "link" | "other" | "capped" (too large to be read)
    size: int = 0
    sha256: str = ""
    content: bytes | None = None  # None: not a file, or it stands with an earlier event, or in the blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """An actor's program was started; `life` counts the programs of this actor from 1."""

    KIND: ClassVar[str] = "started"
    actor: str
    argv: list[str]
    pid: int
    life: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening(Event):
    """A server was seen to listen (from /proc, without a connection)."""

    KIND: ClassVar[str] = "listening"
    actor: str
    ports: list[int]
    sockets: list[str] = field(default_factory=list)  # the same with their transport: "tcp 5745", "udp 5745"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegan(Event):
    """A step of the play begins. Expectations have this event too: they are judged on what is known then."""

    KIND: ClassVar[str] = "step"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed(Event):
    """Bytes that were typed at an actor's terminal. `what`: line | key | raw | name | password | yes."""

    KIND: ClassVar[str] = "typed"
    actor: str
    data: bytes
    what: str = "line"

    @property
    def goes_on(self) -> bool:
        """Whether it belongs to the line before: the yes to a program that asks "are you sure? (y/n)"."""
        return self.what == "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTyped(Event):
    """Something could not be typed, because nobody was there to read it."""

    KIND: ClassVar[str] = "not-typed"
    actor: str
    data: bytes
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Event):
    """Bytes that came out of an actor's terminal."""

    KIND: ClassVar[str] = "output"
    actor: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped(Event):
    """From here on this actor's output (or files) was no longer kept. What it hid is undecided."""

    KIND: ClassVar[str] = "capped"
    actor: str
    limit: int  # bytes
    what: str = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded(Event):
    """An actor's programs took more than they may, and were ended for it. Its `Exited`, if there is one, comes after.

    `what`: memory | disk (bytes) | processes | files. `actor` is "" for a program that nobody can be named for.
    """

    KIND: ClassVar[str] = "exceeded"
    actor: str
    what: str
    bound: int
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signalled(Event):
    """The harness sent an actor's program a signal, as the scenario asked."""

    KIND: ClassVar[str] = "signalled"
    actor: str
    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Event):
    """How we know that nothing more will come (DESIGN.md, Stillness), and who then stood where.

    `evidence`: still | stuck | until | steady | spinning | timed | gave-up ("gave-up": a deadline passed; undecided
    unless `own` reached the deadline in the subject's own time).
    `asks`: the actors whose program waits for its keyboard, with nothing typed left unread.
    """

    KIND: ClassVar[str] = "settled"
    evidence: str
    wall: float  # seconds this settling took
    own: float = 0.0  # of these, the subject's own time (waiting for a core taken out)
    within: float = 0.0  # the own time it was given
    until: float = 0.0  # "until": nothing can come before this many seconds from now
    looks: int = 0
    asks: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    cause: str = ""  # a hang in a sentence, with "stuck", "spinning" and "gave-up"
    waits: list[dict[str, Any]] = field(default_factory=list)  # one per thread: actor, pid, tid, call, on, told

    @property
    def watched(self) -> bool:
        """Whether it rests on programs that run now and then: their keyboard cannot be seen to be waited for."""
        return self.evidence in ("steady", "timed")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTried(Event):
    """How a login ended. `result`: in | refused | left | no-prompt | hung."""

    KIND: ClassVar[str] = "login"
    actor: str
    account: str
    result: str
    why: str = ""  # in a sentence: "asked for the name again after the password"
    prompts: list[str] = field(default_factory=list)  # the prompts met, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Exited(Event):
    """An actor's program ended: with `status`, or by `signal` (a name such as SIGKILL). `by_us`: we ended it."""

    KIND: ClassVar[str] = "exited"
    actor: str
    status: int | None
    signal: str = ""
    by_us: bool = False
    life: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TookTurns(Event):
    """What several people asked at one instant, an actor's threads answered one at a time, in an order that was forced.

    `threads`: so many were traced, and `stops`: so often one stood; `why`: what came in the way of it, "" if nothing.
    """

    KIND: ClassVar[str] = "turns"
    actor: str
    threads: int
    stops: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct(Event):
    """What an actor's program did over the whole play: CPU seconds, threads, what it left running."""

    KIND: ClassVar[str] = "conduct"
    actor: str
    cpu: float
    idle_switches: int = 0
    stayed: list[str] = field(default_factory=list)  # command lines of what still ran at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Census(Event):
    """What the server's processes hold while all is settled: as it begins to listen, and after clients have ended.

    `ended`: how many programs of people had ended by then; `alive`: whose ran. Of each process its `pid`, `threads`
    (without the runtime's own), `pooled` (threads of a library's pool, not among them), `sockets`, and `descriptors`
    (other ones).
    """

    KIND: ClassVar[str] = "census"
    actor: str
    ended: int
    alive: list[str]
    processes: list[dict[str, Any]]
    evidence: str = "still"  # how it was known that all was settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Idled(Event):
    """Time passed because the scenario says so, and nobody was typed to.

    Of each actor meanwhile: `cpu` seconds, and for how many seconds one of its threads `waited` for a core, at most.
    """

    KIND: ClassVar[str] = "idled"
    seconds: float
    cpu: dict[str, Any]
    waited: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived(Event):
    """Somebody hung, and after the play a new client was started to see whether the server still serves.

    `result`: served | silent (let in, and no answer) | refused | hung | gone (the server had ended, or ended then).
    """

    KIND: ClassVar[str] = "lived"
    account: str
    result: str
    line: str = ""  # what was typed once it was in
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Event):
    """After the play, a program that hung was asked where its threads stand. `data` is its answer, as it came.

    Not Output: what a program prints because we asked it must never be taken for an answer to somebody in the play.
    """

    KIND: ClassVar[str] = "asked"
    actor: str
    pid: int
    language: str  # python | java
    data: bytes
    threads: list[dict[str, Any]] = field(default_factory=list)  # what /proc says of each: tid, sp, call, on, peers


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    """A fault or a remark of the harness itself; `fault` makes what it touches undecided."""

    KIND: ClassVar[str] = "noted"
    text: str
    fault: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The play is over and everything that was started is gone."""

    KIND: ClassVar[str] = "ended"
    why: str = "played"  # "played" | "interrupted" | "fault"
