"""Small plays built by hand: a clock that ticks, a recording that is written line by line, and reports of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.events import Began, Ended, Exited, Output, Settled, Started, StepBegan, Typed
from harness.recording import Recorder, Recording
from harness.report.report import Played, Report
from harness.scenario.model import Expect, Person, Place, Scenario, Sight, Source, Step, Type
from harness.verdict import Finding, Outcome, Verdict, worst

PROMPT = "Enter one of the following commands: CRT, MSG, DLT, EDT, LST, RDT, UPD, DWN, RMV, XIT, SHT: "
FILE = "scenarios/shutdown.yaml"


class Play:
    """Writes a play down as it would be recorded; one tick of the clock a line."""

    def __init__(self, name: str, file: str = FILE, seed: int = 7) -> None:
        self.name, self.file = name, file
        self._t = 0.0
        self._recorder = Recorder(clock=self._tick)
        self._steps: list[Step] = []
        self._began(seed)

    def _tick(self) -> float:
        self._t += 0.01
        return self._t

    def _began(self, seed: int) -> None:
        self._recorder.note(
            Began, scenario=self.name, file=self.file, source="", document=0, case=0, assignment="", subject={},
            stage="box", seed=seed, wall="2020-11-20T18:00:00Z", versions={},
        )  # fmt: skip

    def note(self, kind: Any, **what: Any) -> Play:
        """Any event at all."""
        self._recorder.note(kind, **what)
        return self

    def starts(self, *actors: str) -> Play:
        """These programs are started, in this order."""
        for pid, actor in enumerate(actors, 100):
            self.note(Started, actor=actor, argv=[actor], pid=pid)
        return self

    def step(self, text: str) -> Play:
        """The next step begins; its line in the file follows from its number."""
        number = len(self._steps) + 1
        place = Place(self.file, number + 4, 5)
        actor, _, typed = text.partition(": ")
        self._steps.append(
            Type(number=number, place=place, text=text, lines=[(actor, typed)])
            if typed
            else Expect(number=number, place=place, text=text, sight=Sight.SEES, who=[actor.split()[0]])
        )
        self._recorder.step = number
        return self.note(StepBegan, text=text)

    def types(self, actor: str, line: str, what: str = "line") -> Play:
        """A line is typed at this actor's terminal."""
        newline = b"\n" if what in ("line", "name", "password") else b""
        return self.note(Typed, actor=actor, data=line.encode() + newline, what=what)

    def prints(self, actor: str, text: str | bytes) -> Play:
        """Output comes, cut nowhere."""
        return self.note(Output, actor=actor, data=text if isinstance(text, bytes) else text.encode())

    def settles(self, evidence: str = "still", cause: str = "") -> Play:
        """Nothing more will come, on this evidence."""
        return self.note(Settled, evidence=evidence, wall=0.01, cause=cause)

    def leaves(self, *actors: str) -> Play:
        """These programs end by themselves."""
        for actor in actors:
            self.note(Exited, actor=actor, status=0)
        return self

    def command(self, actor: str, line: str, answer: str) -> Play:
        """A step that types a line, and the answer with the next prompt."""
        self.step(f"{actor}: {line}").types(actor, line)
        return self.prints(actor, answer.replace("\n", "\r\n") + "\r\n" + PROMPT).settles()

    @property
    def recording(self) -> Recording:
        """What was recorded so far."""
        return self._recorder.recording

    def scenario(self, cast: Sequence[Person] = (), **more: Any) -> Scenario:
        """The scenario that this play played."""
        people = cast or [Person("yoda", "Yoda", None), Person("r2d2", "R2D2", None)]
        source = Source(self.file, "", 0)
        return Scenario(self.name, Place(self.file, 1, 1), source, people, list(self._steps), **more)

    def found(self, verdict: Verdict, code: str, sentence: str, step: int | None = None, **more: str) -> Finding:
        """A finding about one of its steps, with its place."""
        place = str(self._steps[step - 1].place) if step else ""
        return Finding(verdict, code, sentence, step, place, **more)

    def played(self, *findings: Finding, **more: Any) -> Played:
        """The end: judged with these findings."""
        self._recorder.step = None
        self.note(Ended)
        hints = more.pop("hints", {})
        verdict = worst(f.verdict for f in findings) if findings else Verdict.PASSED
        facts = {"seconds": 0.42, "evidence": {"still": 4}, **more}
        outcome = Outcome(self.name, f"{self.file}::{self.name}", verdict, findings, **facts)
        return Played(outcome, self.scenario(hints=hints), self.recording)


def begun(name: str, *people: str, **more: Any) -> Play:
    """A play in which a server runs and these people are logged in, by step 1."""
    play = Play(name, **more).starts("server", *people)
    play.prints("server", "Waiting for clients\r\n").step("everyone logs in")
    for person in people:
        account = {"yoda": "Yoda", "r2d2": "R2D2"}.get(person, person)
        play.prints(person, "Enter username: ").types(person, account, "name").prints("server", "Client connected\r\n")
        play.prints(person, "Enter password: ").types(person, "jedi*knight", "password")
        play.prints("server", f"{account} successful login\r\n").prints(person, "Welcome to the forum\r\n" + PROMPT)
    return play.settles()


def report(*played: Played, **more: Any) -> Report:
    """A finished report of these plays."""
    given: dict[str, Any] = {
        "marks": None, "seconds": 3.14, "subject": "work/z5555555", "stage": "box", "seed": 7,
        "again": "--subject work/z5555555", **more,
    }  # fmt: skip
    return Report(played, **given)
