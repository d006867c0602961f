"""Experiments: small scenarios made from the assignment alone, each played on a fresh stage, so that no damage leaks.

What an experiment showed is its recording; what that means is read from it by
`learn` and `trouble`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.director import perform
from harness.events import Exited, FileSeen, Listening, LoginTried, Output, Settled, Typed
from harness.props import ending
from harness.recording import Recording
from harness.scenario.assignment import Assignment
from harness.scenario.loader import load_text
from harness.scenario.matching import visible
from harness.stage.box import Level
from harness.subject.subject import AccountsEnd, Subject
from harness.yaml_file import write

# The people of the experiments. Letters and digits alone: what is asked is how a program works, not what it forbids.
NEW, MEMBER, LAST = "newcomer", "member", "member2"
_NEW_ACCOUNT, _NEW_PASSWORD = "newcomer7", "word7"
WRONG_PASSWORD = "not7this"
# A line that no assignment knows as a command.
UNKNOWN = "QWXYZ"


@dataclass(frozen=True, slots=True)
class Played:
    """One experiment, played. `recording` holds all that it showed."""

    name: str
    recording: Recording
    server: str = ""  # the actor that listens, "" if there is none

    def started_as(self, subject: Subject) -> bool:
        """Whether the programs were started with the same words as this subject's are."""
        return self.recording.began.subject.get("programs") == subject.described()["programs"]

    def login(self, handle: str) -> LoginTried | None:
        """How this person's last login ended."""
        tried = [e for e in self.recording.all(LoginTried) if e.actor == handle]
        return tried[-1] if tried else None

    def came(self, handle: str) -> bool:
        """Whether this person was let in, as far as anybody can tell: where all questions look alike, nobody can."""
        tried = self.login(handle)
        return tried is not None and tried.result in ("in", "no-prompt")

    def told_at_login(self, handle: str) -> str:
        """What this person's terminal showed after the last answer of their first login, until that was decided."""
        shown = bytearray()
        for event in self.recording.events:
            if isinstance(event, Typed) and event.actor == handle:
                shown.clear()
            elif isinstance(event, Output) and event.actor == handle:
                shown += event.data
            elif isinstance(event, LoginTried) and event.actor == handle:
                break
        return visible(bytes(shown))

    def chose(self, handle: str) -> bool:
        """Whether this person's client asked for a yes or a no before it asked for the name."""
        typed = next((e for e in self.recording.all(Typed) if e.actor == handle), None)
        return typed is not None and typed.goes_on

    @property
    def listening(self) -> Listening | None:
        """Where the server listened, None if it never did."""
        return next(self.recording.all(Listening), None)

    @property
    def told(self) -> str:
        """The port that the server was told."""
        return self.recording.began.values.get("port", "")

    def transport(self) -> str:
        """What the server speaks on the port that it was told; "" if it is not there."""
        sockets = self.listening.sockets if self.listening else []
        return next((t for t in ("udp", "tcp") if f"{t} {self.told}" in sockets), "")

    def output(self, actor: str) -> str:
        """All that this actor's terminal showed."""
        return visible(b"".join(e.data for e in self.recording.all(Output) if e.actor == actor))

    def ended(self, actor: str) -> Exited | None:
        """How its program ended by itself."""
        return next((e for e in self.recording.all(Exited) if e.actor == actor and not e.by_us), None)

    def settled(self) -> Sequence[Settled]:
        """Every settling, in order."""
        return list(self.recording.all(Settled))

    def answers(self, actor: str) -> list[tuple[Typed | None, str]]:
        """What this actor's terminal showed, cut where something was typed there: first what it began with."""
        parts: list[tuple[Typed | None, bytearray]] = [(None, bytearray())]
        for event in self.recording.events:
            if isinstance(event, Typed) and event.actor == actor:
                parts.append((event, bytearray()))
            elif isinstance(event, Output) and event.actor == actor:
                parts[-1][1].extend(event.data)
        return [(typed, visible(bytes(data))) for typed, data in parts]

    def file(self, path: str) -> bytes | None:
        """What a file held after the play."""
        seen = [e for e in self.recording.all(FileSeen) if e.path == path]
        if not seen or seen[-1].when != "after" or seen[-1].state != "file":
            return None
        return next((e.content for e in reversed(seen) if e.sha256 == seen[-1].sha256 and e.content is not None), None)


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Plays experiments for one assignment. `sample`: its sample accounts."""

    text: str  # assignment.yaml
    sample: str
    workshop: Path
    level: Level = "auto"
    limit: float | None = None  # seconds of a program's own time, where the assignment's are more
    begins: Callable[[str], None] = lambda name: None  # told of each experiment that begins
    played: list[Played] = field(default_factory=list)

    @property
    def saw_polling(self) -> bool:
        """Whether a program ran with nothing to do: most of its plays will be waiting."""
        return any(event.watched for played in self.played for event in played.settled())

    def play(self, name: str, subject: Subject, assignment: Assignment, *steps: object,
             accounts: str | None = None) -> Played:
        """Play these steps on a fresh stage. `accounts`: the text of the accounts file, as it stands."""
        self.begins(name)
        if self.limit is not None:
            assignment = assignment.model_copy(update={"timeout": min(assignment.timeout, self.limit)})
        document: dict[str, object] = {"scenario": name}
        # Copies: the same step twice would be written as an alias.
        plain = [dict(step) if isinstance(step, dict) else step for step in steps]
        if cast := self._cast(assignment, steps):
            document["cast"] = cast
        if accounts is not None and assignment.accounts:
            document["files"] = {assignment.accounts.file: accounts}
        scenario = load_text(write({**document, "play": plain}), f"{name}.yaml", assignment)[0]
        folder = Path(tempfile.mkdtemp(dir=self.workshop))
        try:
            recording = perform(scenario, assignment, subject, folder=folder, sample=self.sample,
                                assignment_text=self.text, level=self.level)  # fmt: skip
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        played = Played(name, recording, assignment.server or "")
        self.played.append(played)
        return played

    def _cast(self, assignment: Assignment, steps: Sequence[object]) -> dict[str, Mapping[str, str]]:
        """Those who take part in these steps."""
        words = {word for step in steps for text in (step if isinstance(step, dict) else {step: ""})
                 for word in str(text).split()}  # fmt: skip
        everybody = {NEW: (_NEW_ACCOUNT, _NEW_PASSWORD), MEMBER: self.account(0), LAST: self.account(-1)}
        return {handle: {"account": pair[0], "password": pair[1]} for handle, pair in everybody.items()
                if handle in words}  # fmt: skip

    def account(self, number: int) -> tuple[str, str]:
        """The name and password on a line of the sample; where it has none, a pair that will do as a new one."""
        pairs = [(name, word) for name, _, word in (line.partition(" ") for line in self.sample.splitlines()) if word]
        return pairs[number] if pairs else (f"someone{number + 2}", "word8")

    def ended_so(self, accounts_end: AccountsEnd) -> str:
        """The sample accounts, ended in this way."""
        return ending(self.sample, accounts_end)
