"""Play one scenario on a stage and hand over the recording. The director has no opinion.

It types, waits until nothing more can come, looks at the files that a step
names, and goes on to the next step whatever happened: what it means is judged
afterwards, from the recording alone.
"""

from __future__ import annotations

import datetime
import platform
from collections.abc import Sequence
from pathlib import Path

import harness
from harness.acting import Acting
from harness.aftermath import Aftermath, hanging
from harness.at_once import AtOnce, begins
from harness.events import Began, Ended, Noted, Settled
from harness.patience import settle_until
from harness.props import Props
from harness.recording import Recorder, Recording
from harness.scenario.assignment import Assignment
from harness.scenario.drawn import drawn
from harness.scenario.instants import tells_others
from harness.scenario.model import (
    AnyOf,
    Do,
    Expect,
    ExpectFile,
    Hold,
    OneOrder,
    Pass,
    Scenario,
    Sight,
    Step,
    Together,
    Type,
)
from harness.scenario.network import Network
from harness.stage import Limits, Stage, StageError
from harness.stage.box import Level
from harness.subject.subject import Subject


class Director:
    """Plays one scenario. `perform` below is the door; the methods follow the order of a play."""

    def __init__(self, scenario: Scenario, assignment: Assignment, subject: Subject, stage: Stage, recorder: Recorder,
                 *, seed: int, sample: str, model: str = "", relayed: bool = False) -> None:
        self._scenario = scenario = drawn(scenario, seed)
        self._assignment = assignment
        self._subject = subject
        self._stage = stage
        self._relayed = relayed
        self._recorder = recorder
        self._seed = seed
        # Only where it is asked for: it would be the largest part of a small recording.
        self._model = model if any(isinstance(step, OneOrder) for step in scenario.steps()) else ""
        self._props = Props(scenario, assignment, sample=sample, seed=seed, accounts_end=subject.accounts_end)
        self._acting = Acting(scenario, assignment, subject, stage, recorder, self._props)
        self._at_once = AtOnce(stage, recorder, self._acting, relayed=relayed, schedule=scenario.schedule,
                                server=assignment.server)
        self._in_turns = tells_others(scenario) and not scenario.schedule
        self._lingering: dict[str, None] = {}  # those who should have left, and did not

    def play(self, assignment_text: str) -> None:
        """The whole play: folders, server, steps, a last look."""
        self._note_beginning(assignment_text)
        self._acting.lay_out()
        self._stage.snapshot("before")
        if self._open():
            for step in self._scenario.play:
                self._perform(step)
        self._recorder.step = None
        self._stage.snapshot("after")
        self._look_at_what_hangs()

    def _look_at_what_hangs(self) -> None:
        """Nothing to do where everybody was answered and all have left who should."""
        hung = hanging(self._recorder.recording.events, self._acting.accounts)
        lingering = [actor for actor in self._lingering if self._stage.alive(actor)]
        if not hung and not lingering:
            return
        aftermath = Aftermath(self._stage, self._recorder, self._assignment, prepare=self._acting.place,
                              command=self._acting.command(""),
                              manners=self._subject.manners)
        aftermath.look(hung, lingering, self._props.spare())

    def _note_beginning(self, assignment_text: str) -> None:
        source, network = self._scenario.source, self._scenario.network
        self._recorder.note(
            Began, scenario=self._scenario.title, file=source.file, source=source.text, document=source.document,
            case=source.case, assignment=assignment_text, subject=self._subject.described(), stage=self._stage.level,
            seed=self._seed, wall=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            versions={"harness": harness.__version__, "python": platform.python_version(),
                      "system": f"{platform.system()} {platform.release()}"},
            values=self._acting.values, accounts={handle: list(pair) for handle, pair in self._acting.accounts.items()},
            variant=self._assignment.name, network=list(network.imposed) if network else [],
            schedule=[{"who": one.who, "line": one.line, "step": one.step, "answered": one.answered}
                      for one in self._scenario.schedule],
            model=self._model, names=dict(self._scenario.names.chosen),
            protocol=self._assignment.protocol_text if self._relayed else "",
        )

    def _open(self) -> bool:
        """Start the program that listens; without it there is nothing to play."""
        server = self._assignment.server
        return server is None or self._acting.start_server(server) is not None

    def _perform(self, step: Step) -> None:
        begins(self._recorder, step)
        match step:
            case Type():
                self._type(step)
            case Do():
                self._acting.do(step)
            case Pass():
                self._stage.pass_time(step.seconds)
            case Together():
                self._at_once.play(step)
            case Hold():
                self._acting.hold(step)
            case _:
                self._look(step)

    def _type(self, step: Type) -> None:
        server = self._assignment.server
        if self._in_turns and server is not None:
            self._stage.take_turns(server)
            self._stage.begin_turns()
        self._acting.type_and_wait(step)
        self._stage.end_turns()

    def _look(self, step: Step) -> None:
        """Take down what an expectation is judged by. What people see is on the recording already."""
        for part in step.steps if isinstance(step, AnyOf) else [step]:
            if part is not step:
                begins(self._recorder, part)
            if isinstance(part, ExpectFile):
                for path in dict.fromkeys([*part.paths, *([part.other] if part.other else [])]):
                    self._stage.look_at("step", path)
            elif isinstance(part, Expect) and part.sight is Sight.LEAVES:
                self._wait_for_leaving(part.who)

    def _wait_for_leaving(self, who: Sequence[str]) -> None:
        """Programs that only wait for a time to come (a heartbeat) may leave later: give them their own time."""

        def gone(_: Settled) -> bool:
            return not any(self._stage.alive(actor) for actor in who)

        if any(self._stage.alive(actor) for actor in who):
            settle_until(self._stage, [], self._acting.within(), gone)
        self._lingering |= dict.fromkeys(actor for actor in who if self._stage.alive(actor))


def _network(scenario: Scenario, assignment: Assignment, limits: Limits) -> Network | None:
    """What stands between the people and the server: nothing where no step needs it, or where it cannot stand."""
    network = scenario.network
    if network is None or assignment.server is None:
        return None
    needed = network.conditions or any(isinstance(step, Hold) for step in scenario.steps())
    seen = limits.proc and Path("/proc/self/net").exists()
    return network if needed or seen else None


def perform(scenario: Scenario, assignment: Assignment, subject: Subject, *, folder: Path, sample: str,
            assignment_text: str, seed: int = 0, blobs: Path | None = None, limits: Limits | None = None,
            level: Level = "auto", model: str = "") -> Recording:
    """Play `scenario` against `subject` in `folder` (fresh, ours) and return everything that happened.

    `sample` is the text of the assignment's sample accounts, `model` that of its model. Never raises for anything
    that the subject does.
    """
    recorder = Recorder(blobs)
    why = "played"
    limits = limits or Limits()
    network = _network(scenario, assignment, limits)
    with Stage(folder, recorder, level=level, limits=limits, network=network, server=assignment.server or "server",
               seed=seed, shown=subject.words) as stage:  # fmt: skip
        director = Director(scenario, assignment, subject, stage, recorder, seed=seed, sample=sample, model=model,
                            relayed=network is not None)  # fmt: skip
        try:
            director.play(assignment_text)
        except StageError as exc:
            recorder.note(Noted, text=str(exc), fault=True)
            why = "fault"
    recorder.step = None
    recorder.note(Ended, why=why)
    return recorder.recording
