"""Plays with the forum's own model: recordings written by hand, as the director would write them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from harness.events import Began, Ended, Event, Listening, LoginTried, Output, Settled, Started, StepBegan, Typed
from harness.judge.concurrency.judged import judge_history
from harness.recording import Recorder, Recording
from harness.scenario.loader import assignment_text, load_text
from harness.scenario.model import OneOrder
from harness.verdict import Finding
from harness.wire import Carried, Linked

SCENARIOS = Path(__file__).parents[4] / "scenarios"
ASSIGNMENT = (SCENARIOS / "assignment.yaml").read_text(encoding="utf-8")
MODEL = (SCENARIOS / "model.py").read_text(encoding="utf-8")
ACCOUNTS = {"yoda": ["Yoda", "jedi*knight"], "r2d2": ["R2D2", "c3p0sucks"], "luke": ["luke", "skywalker"]}
PROMPT = "Command: "
PLAY = "scenario: s\ncast: {yoda: Yoda, r2d2: R2D2, luke: luke}\nplay: [everyone logs in, yoda: LST, %s]\n"


class Tape:
    """One play: everybody is in at its beginning, and types at given times."""

    def __init__(self, accounts: bytes = b"Yoda jedi*knight\nR2D2 c3p0sucks\nluke skywalker\n",
                 stage: str = "box", model: str = MODEL, assignment: str = ASSIGNMENT) -> None:  # fmt: skip
        text = PLAY % "one order explains every answer"
        self.scenario = load_text(text, "f.yaml", assignment_text(assignment))[0]
        self.step = next(step for step in self.scenario.steps() if isinstance(step, OneOrder))
        self._now = 0.0
        ticks = count()
        self._recorder = Recorder(clock=lambda: self._now + next(ticks) / 1e9)
        self._silent: set[str] = set()  # who waits for an answer, and asks no more
        self.note(Began, scenario="s", file="f.yaml", source=text, document=0, case=0, assignment=assignment,
                  subject={}, stage=stage, seed=0, wall="", versions={}, values={"admin_password": "destroyforum"},
                  accounts=ACCOUNTS, variant="2020", model=model)  # fmt: skip
        self._recorder.note_file("before", "server/credentials.txt", "file", accounts)
        self.note(Started, actor="server", argv=[], pid=1).note(Listening, actor="server", ports=[1])
        self._recorder.step = 1
        self.note(StepBegan, text="everyone logs in")
        for link, (handle, (name, password)) in enumerate(ACCOUNTS.items(), 1):
            self.note(Started, actor=handle, argv=[], pid=1)
            self.note(Linked, link=link, actor=handle, port=1, transport="tcp")
            self.note(Typed, actor=handle, data=name.encode() + b"\n", what="name")
            self.note(Typed, actor=handle, data=password.encode() + b"\n", what="password")
            self.note(Output, actor=handle, data=PROMPT.encode())
            self.note(LoginTried, actor=handle, account=name, result="in")
        self._recorder.step = 2
        self.note(StepBegan, text="yoda: LST")

    def note(self, kind: type[Event], **what: Any) -> Tape:
        """Any event."""
        self._recorder.note(kind, **what)
        return self

    def says(self, who: str, line: str, answer: str | None = None, *, at: float | None = None,
             until: float | None = None) -> Tape:  # fmt: skip
        """One line and its answer, alone."""
        return self.at_once((who, line, answer, at, until))

    def at_once(self, *said: tuple[Any, ...]) -> Tape:
        """Lines typed together, answered between two times on the wire (in ms after this moment); None: no answer.

        Each is (who, line, answer), or (who, line, answer, from, until).
        """
        began = self._now = self._now + 1
        links = {handle: link for link, handle in enumerate(ACCOUNTS, 1)}
        moments = []
        for who, line, answer, *times in said:
            start, end = [*times, None, None][:2]
            self.note(Typed, actor=who, data=line.encode() + b"\n")
            moments.append(((start if start is not None else 1), "server", who, line))
            if answer is not None:
                moments.append(((end if end is not None else 9), "client", who, answer))
        for at, to, who, text in sorted(moments, key=lambda moment: moment[0]):
            self._now = began + at / 1000
            self.note(Carried, link=links[who], to=to, size=1, data=b"x")
            if to == "client":
                shown = f"{text}\n{PROMPT}" if text else PROMPT
                self.note(Output, actor=who, data=shown.replace("\n", "\r\n").encode())
        self._now = began + 0.1
        self._silent |= {who for who, _, answer, *_ in said if answer is None}
        asks = [who for who in ACCOUNTS if who not in self._silent]
        return self.note(Settled, evidence="still", wall=0.1, asks=asks, alive=list(ACCOUNTS))

    def judged(self) -> Finding:
        """What comes of it."""
        self._recorder.step = self.step.number
        self.note(StepBegan, text=self.step.text)
        self._recorder.step = None
        self.note(Ended)
        return judge_history(self.scenario, self.recording, self.step)

    @property
    def recording(self) -> Recording:
        """What was written."""
        return self._recorder.recording


def rows(*texts: Sequence[str]) -> str:
    """A thread as RDT shows it: (author, text) pairs, numbered from 1."""
    return "\n".join(f"{number} {author}: {text}" for number, (author, text) in enumerate(texts, 1))
