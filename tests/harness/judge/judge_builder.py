"""Recordings written by hand: a scenario from its YAML, and what happened, line by line, as the director records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from harness.events import (
    Began,
    Capped,
    Ended,
    Event,
    Exited,
    FileSeen,
    Listening,
    LoginTried,
    NotTyped,
    Output,
    Settled,
    Signalled,
    Started,
    StepBegan,
    Typed,
)
from harness.judge.judge import judge
from harness.recording import Recorder, Recording
from harness.scenario.loader import assignment_text, load_text
from harness.scenario.model import AnyOf, Scenario, Step, Together
from harness.verdict import Finding, Outcome, Verdict

ASSIGNMENT = """\
assignment: a message board
roles:
  server: {entry: server, arguments: ["{port}"], listens: true}
  client: {entry: client, arguments: ["{port}"]}
login: {answers: [name, password]}
leaving: [BYE]
reference: board
"""
PROMPT = "board> "
BUSY: dict[str, Any] = {"evidence": "gave-up", "own": 3.2, "wall": 200.0, "within": 20.0}
OUT_OF_TIME: dict[str, Any] = {"evidence": "gave-up", "own": 20.0, "wall": 21.0, "within": 20.0}


def scenario(play: str, top: str = "") -> Scenario:
    """A scenario of three people with these steps; `top`: more keys of the document."""
    text = f"scenario: a play\ncast: {{yoda: Yoda, r2d2: R2D2, twin: Yoda}}\n{top}play:\n{play}"
    return load_text(text, "f.yaml", assignment_text(ASSIGNMENT))[0]


class Tape:
    """A recording that is being written. Begins with a server that listens."""

    def __init__(self, play: str, top: str = "", *, listening: bool = True, assignment: str = ASSIGNMENT,
                 forms: Mapping[str, object] | None = None) -> None:  # fmt: skip
        self.scenario = scenario(play, top)
        ticks = count()
        self._late = 0.0
        self._recorder = Recorder(clock=lambda: next(ticks) / 100 + self._late)
        self._steps = iter(self.scenario.play)
        self._running: list[str] = []
        accounts = {"yoda": ["Yoda", "jedi"], "r2d2": ["R2D2", "beep"], "twin": ["Yoda", "jedi"]}
        source, subject = self.scenario.source, {"name": "x", **({"forms": forms} if forms else {})}
        self.note(Began, scenario=self.scenario.title, file="f.yaml", source=source.text, document=0, case=0,
                  assignment=assignment, subject=subject, stage="box", seed=0, wall="", versions={},
                  values={"port": "5000"}, accounts=accounts)  # fmt: skip
        if listening:
            self.starts("server").settles().note(Listening, actor="server", ports=[5000])

    def note(self, kind: type[Event], **what: Any) -> Tape:
        """Any event at all."""
        self._recorder.note(kind, **what)
        return self

    def passes(self, seconds: float) -> Tape:
        """Time goes by."""
        self._late += seconds
        return self

    def starts(self, actor: str, pid: int = 100) -> Tape:
        """A program is started."""
        self._running.append(actor)
        return self.note(Started, actor=actor, argv=[actor], pid=pid)

    def step(self) -> Tape:
        """The next step of the play begins; a witness of `any of`, too, is looked at in turn."""
        step = next(self._steps)
        self._recorder.step = step.number
        self.note(StepBegan, text=step.text)
        return self

    def inner(self, index: int) -> Tape:
        """A step inside of the block that was begun last."""
        number = self._recorder.step
        top = next(s for s in self.scenario.play if s.number == number or number in [i.number for i in _inside(s)])
        step = _inside(top)[index]
        self._recorder.step = step.number
        return self.note(StepBegan, text=step.text)

    def group(self) -> Tape:
        """Back to the block itself, once its steps have begun."""
        number = self._recorder.step
        self._recorder.step = next(s.number for s in self.scenario.play if number in [i.number for i in _inside(s)])
        return self

    def logs_in(self, *who: str) -> Tape:
        """The next step: these people log in, as they should."""
        self.step()
        for handle in who:
            account = {"r2d2": "R2D2"}.get(handle, "Yoda")
            self.starts(handle).prints(handle, "Name: ").settles()
            self.types(handle, account, "name").prints(handle, "Password: ").settles()
            self.types(handle, "secret", "password").prints(handle, f"Welcome!\n{PROMPT}").settles()
            self.tried(handle, "in", f"it asks {PROMPT.strip()!r} now")
        return self

    def tried(self, handle: str, result: str, why: str = "") -> Tape:
        """How a login ended."""
        account = {"r2d2": "R2D2"}.get(handle, "Yoda")
        return self.note(LoginTried, actor=handle, account=account, result=result, why=why)

    def types(self, handle: str, line: str, what: str = "line") -> Tape:
        """A line is typed."""
        return self.note(Typed, actor=handle, data=line.encode() + b"\n", what=what)

    def not_typed(self, handle: str, line: str, why: str = "its program was not running") -> Tape:
        """A line finds nobody."""
        return self.note(NotTyped, actor=handle, data=line.encode(), why=why)

    def prints(self, actor: str, text: str) -> Tape:
        """Output comes, as a terminal hands it over."""
        return self.note(Output, actor=actor, data=text.replace("\n", "\r\n").encode())

    def settles(self, asks: Sequence[str] | None = None, evidence: str = "still", **what: Any) -> Tape:
        """Nothing more will come; by default everybody's client asks for the next line."""
        people = [actor for actor in self._running if actor != "server"]
        given = {"wall": 0.01, "own": 0.01, "within": 20.0, "alive": list(self._running), **what}
        return self.note(Settled, evidence=evidence, asks=people if asks is None else list(asks), **given)

    def says(self, handle: str, line: str, answer: str = "") -> Tape:
        """The next step: a line is typed and answered, and the prompt comes again."""
        return self.step().types(handle, line).prints(handle, answer and f"{answer}\n").prints(handle, PROMPT).settles()

    def ends(self, actor: str, status: int | None = 0, signal: str = "", *, by_us: bool = False) -> Tape:
        """A program ends."""
        if actor in self._running:
            self._running.remove(actor)
        return self.note(Exited, actor=actor, status=status if not signal else None, signal=signal, by_us=by_us)

    def signalled(self, actor: str, signal: str) -> Tape:
        """The scenario sends a signal."""
        return self.note(Signalled, actor=actor, signal=signal)

    def floods(self, actor: str) -> Tape:
        """From here on its output is not kept."""
        return self.note(Capped, actor=actor, limit=100)

    def file(self, path: str, content: str | bytes | None = None, *, when: str = "step", state: str = "") -> Tape:
        """A file is looked at; without content there is none."""
        data = content.encode() if isinstance(content, str) else content
        self._recorder.note_file(when, path, state or ("gone" if data is None else "file"), data)
        return self

    def big_file(self, path: str, digest: str, size: int) -> Tape:
        """A file whose content lies in the blobs."""
        return self.note(FileSeen, when="step", path=path, state="file", size=size, sha256=digest)

    def over(self, why: str = "played") -> Tape:
        """The play is over; what still runs is ended by the harness."""
        self._recorder.step = None
        for actor in list(self._running):
            self.ends(actor, signal="SIGKILL", by_us=True)
        return self.note(Ended, why=why)

    @property
    def recording(self) -> Recording:
        """What was written so far."""
        return self._recorder.recording

    def judged(self, blob: dict[str, bytes] | None = None) -> Outcome:
        """The outcome, after `over`."""
        if not any(isinstance(event, Ended) for event in self.recording.events):
            self.over()
        return judge(self.scenario, self.recording, (blob or {}).get)

    def finding(self, blob: dict[str, bytes] | None = None) -> Finding:
        """What decided: the first failed or undecided finding, or the last one of a pass."""
        outcome = self.judged(blob)
        return outcome.divergence or [f for f in outcome.findings if f.step is not None][-1]


def _inside(step: Step) -> Sequence[Step]:
    return step.steps if isinstance(step, AnyOf | Together) else ()


P, F, U, S = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED, Verdict.SKIPPED
