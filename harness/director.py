"""Play one scenario on a stage and hand over the recording. The director has no opinion.

It types, waits until nothing more can come, looks at the files that a step
names, and goes on to the next step whatever happened: what it means is judged
afterwards, from the recording alone.
"""

from __future__ import annotations

import datetime
import platform
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

import harness
from harness.aftermath import Aftermath, hanging
from harness.deliveries import deliver
from harness.events import Began, Ended, Listening, Noted, NotTyped, Settled, StepBegan
from harness.logins import Logins
from harness.patience import SILENT, settle, settle_until
from harness.props import Props, put
from harness.recording import Recorder, Recording
from harness.scenario.assignment import Assignment
from harness.scenario.drawn import drawn
from harness.scenario.model import (
    AnyOf,
    Deed,
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
from harness.subject.subject import Subject, fill

_LOCALHOST = "127.0.0.1"
_SIGNALS = {Deed.KILL: signal.SIGKILL, Deed.PAUSE: signal.SIGSTOP, Deed.RESUME: signal.SIGCONT}


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
        self._accounts = self._props.accounts()
        self._values = {**assignment.values, "host": _LOCALHOST, "port": str(stage.port())}
        self._lingering: dict[str, None] = {}  # those who should have left, and did not
        self._held: dict[str, set[str]] = {}  # whose bytes the network keeps back, and on their way to which side
        login = assignment.login
        self._logins = Logins(stage, recorder, answers=login.answers if login else [], accounts=self._accounts,
                              start=self._start, within=assignment.timeout, manners=subject.manners,
                              registered=self._props.registered())

    def play(self, assignment_text: str) -> None:
        """The whole play: folders, server, steps, a last look."""
        self._note_beginning(assignment_text)
        self._lay_out()
        self._stage.snapshot("before")
        if self._open():
            for step in self._scenario.play:
                self._perform(step)
        self._recorder.step = None
        self._stage.snapshot("after")
        self._look_at_what_hangs()

    def _look_at_what_hangs(self) -> None:
        """Nothing to do where everybody was answered and all have left who should."""
        hung = hanging(self._recorder.recording.events, self._accounts)
        lingering = [actor for actor in self._lingering if self._stage.alive(actor)]
        if not hung and not lingering:
            return
        aftermath = Aftermath(self._stage, self._recorder, self._assignment, prepare=self._place,
                              command=self._command(""),
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
            values=self._values, accounts={handle: list(pair) for handle, pair in self._accounts.items()},
            variant=self._assignment.name, network=list(network.imposed) if network else [],
            schedule=[{"who": one.who, "line": one.line, "step": one.step, "answered": one.answered}
                      for one in self._scenario.schedule],
            model=self._model, protocol=self._assignment.protocol_text if self._relayed else "",
        )

    def _lay_out(self) -> None:
        """Fill every actor's folder: the program's files, the accounts, what the scenario puts there."""
        for actor in self._actors():
            self._place(actor)
        for actor, path, content in self._props.files():
            put(self._stage.folder_of(actor), path, content)

    def _place(self, actor: str) -> None:
        program = self._subject.program(self._role(actor))
        program.place(self._stage.folder_of(actor))
        self._recorder.shared |= program.digests()

    def _actors(self) -> list[str]:
        server = self._assignment.server
        return [*([server] if server else []), *(person.handle for person in self._scenario.cast)]

    def _role(self, actor: str) -> str:
        return actor if actor == self._assignment.server else self._assignment.people

    def _open(self) -> bool:
        """Start the program that listens; without it there is nothing to play."""
        server = self._assignment.server
        return server is None or self._start_server(server) is not None

    def _start_server(self, server: str) -> Listening | None:
        self._run(server)
        return self._stage.ready(server, self._assignment.timeout)

    def _run(self, actor: str) -> None:
        self._stage.start(actor, self._command(actor))
        self._logins.begun(actor)

    def _command(self, actor: str) -> list[str]:
        return list(self._subject.program(self._role(actor)).command(self._told(actor)))

    def _told(self, actor: str) -> dict[str, str]:
        """The values as this actor's program is told them: a relay may have a port of its own."""
        return {**self._values, "port": str(self._stage.port_of(actor))}

    def _start(self, handle: str) -> Settled:
        """Start a person's client and wait until it has settled."""
        self._run(handle)
        settled = settle(self._stage, [handle], self._assignment.timeout)
        return self._logins.enter(handle) or settled

    def _perform(self, step: Step) -> None:
        self._step_begins(step)
        match step:
            case Type():
                for handle, line in step.lines:
                    self._type_and_wait(handle, line)
            case Do():
                self._do(step)
            case Pass():
                self._stage.pass_time(step.seconds)
            case Together():
                self._together(step)
            case Hold():
                self._hold(step)
            case _:
                self._look(step)

    def _step_begins(self, step: Step) -> None:
        self._recorder.step = step.number
        self._recorder.note(StepBegan, text=step.text)

    def _type_and_wait(self, handle: str, line: str) -> None:
        typed = self._type(handle, line)
        if handle in self._held:
            # No answer is due: what was asked, or what was answered, is held.
            self._stage.settle(typed_to=[handle], within=self._within([line]))
            return
        settled = settle(self._stage, [handle], self._within([line]), self._silent([line]))
        if typed:
            self._logins.agree(handle, settled, self._within([line]))

    def _hold(self, step: Hold) -> None:
        """Keep something back on the wire, or let go of it and see what comes of that."""
        for handle in step.who:
            sides = {"server", "client"} if step.to == "both" else {step.to}
            held = self._held.get(handle, set())
            if step.released:
                self._stage.release(handle, step.to)
                held = held - sides
            else:
                self._stage.hold(handle, step.to)
                held = held | sides
            self._held.pop(handle, None)
            if held:
                self._held[handle] = held
        if step.released:
            free = [handle for handle in step.who if handle not in self._held and self._stage.alive(handle)]
            settle(self._stage, free, self._within())

    def _type(self, handle: str, line: str) -> bool:
        if not self._stage.alive(handle):
            # Typed lines need a program; whether it should have been there is the judge's question.
            self._recorder.note(NotTyped, actor=handle, data=line.encode(), why="its program was not running")
            return False
        text = fill(line, self._told(handle))
        return self._stage.type(handle, text.encode() + self._logins.line_end(handle, text))

    def _within(self, lines: Sequence[str] = ()) -> float:
        """How long an answer to these lines may take."""
        return self._assignment.file_timeout if self._moves_files(lines) else self._assignment.timeout

    def _silent(self, lines: Sequence[str]) -> float:
        """How long a poller may say nothing at all to these lines."""
        return self._assignment.file_timeout if self._moves_files(lines) else SILENT

    def _moves_files(self, lines: Sequence[str]) -> bool:
        return any(line.split(" ", 1)[0] in self._assignment.moves_files for line in lines)

    def _do(self, step: Do) -> None:
        """A stage direction: each in turn, and each waited for."""
        for handle in step.who:
            if self._begin(step, handle):
                settle(self._stage, [handle] if step.deed in (Deed.PRESS, Deed.SEND) else [], self._within())

    def _begin(self, step: Do, handle: str) -> bool:
        """Do it. Returns whether it remains to be waited for."""
        match step.deed:
            case Deed.LOG_IN if self._assignment.login is not None:
                self._logins.log_in([handle])
            case Deed.LOGIN_REFUSED if self._assignment.login is not None:
                self._logins.be_refused(handle, step.argument)
            case Deed.LOG_IN | Deed.LOGIN_REFUSED | Deed.START:
                self._start_again(handle)
            case Deed.RESTART:
                self._signal(handle, signal.SIGKILL)
                self._stage.settle(within=self._within())
                self._start_again(handle)
            case Deed.KILL | Deed.PAUSE | Deed.RESUME:
                self._signal(handle, _SIGNALS[step.deed])
                return True
            case Deed.PRESS | Deed.SEND:
                self._stage.type(handle, step.data or b"", "key" if step.deed is Deed.PRESS else "raw")
                return True
        return False

    def _start_again(self, actor: str, *, wait: bool = True) -> None:
        if self._stage.alive(actor):
            self._recorder.note(Noted, text=f"{actor}'s program was running already; it was not started again")
        elif actor == self._assignment.server:
            self._start_server(actor)
        elif wait:
            self._start(actor)
        else:
            self._run(actor)

    def _signal(self, actor: str, number: signal.Signals) -> None:
        if self._stage.alive(actor):
            self._stage.signal(actor, number)

    def _together(self, group: Together) -> None:
        """Release everything at one instant: logins come to their last answer, then all begins, then one waits.

        Where a relay stands between, the instant is on the wire: all is typed, and waits there for the last of it.
        """
        entering = [step for step in group.steps if _enters(step) and self._assignment.login is not None]
        waiting: list[str] = []
        for entry in entering:
            self._step_begins(entry)
            waiting += self._logins.approach(entry.who)
        others = [step for step in group.steps if step not in entering]
        typed = list(waiting)
        lines = [line for step in group.steps if isinstance(step, Type) for _, line in step.lines]
        says = waiting or any(isinstance(step, Type) or (isinstance(step, Do) and step.data) for step in others)
        if not (self._relayed and says):
            for step in others:
                self._step_begins(step)
                typed += self._release(step)
            self._recorder.step = group.number
            self._logins.answer(waiting)
        else:
            typed += self._at_gate(group, others, waiting, lines)
        settled = settle(self._stage, [handle for handle in typed if handle not in self._held],
                         self._within(lines), self._silent(lines))  # fmt: skip
        self._logins.conclude(waiting, settled)
        for handle in typed:
            if handle not in waiting and handle not in self._held:
                self._logins.agree(handle, settled, self._within(lines))

    def _at_gate(self, group: Together, steps: Sequence[Step], waiting: Sequence[str],
                 lines: Sequence[str]) -> list[str]:  # fmt: skip
        """Begin a group's steps before a gate, and open it: what has an end of its own first, then what is typed,
        then what ends or stops a program, which would never have said what was typed to it. Returns who was typed to.
        """
        typed: list[str] = []
        for step in [step for step in steps if _takes_time(step)]:
            self._step_begins(step)
            self._release(step)
        self._stage.gate()
        for step in [step for step in steps if not _takes_time(step) and not _strikes(step)]:
            self._step_begins(step)
            typed += self._release(step)
        self._recorder.step = group.number
        self._logins.answer(waiting)
        self._stage.settle(typed_to=[*typed, *waiting], within=self._within(lines))
        for step in filter(_strikes, steps):
            self._step_begins(step)
            self._release(step)
        self._recorder.step = group.number
        mine = {step.number for step in group.steps}
        order = [one for one in self._scenario.schedule if one.step in mine]
        deliver(self._stage, self._recorder, order, self._within(lines), self._silent(lines))
        self._stage.open_gate()
        return typed

    def _release(self, step: Step) -> list[str]:
        """Begin one step of a group, and wait for nothing. Returns who was typed to."""
        if isinstance(step, Type):
            return [handle for handle, line in step.lines if self._type(handle, line)]
        if isinstance(step, Do) and step.deed is Deed.START:
            for actor in step.who:
                self._start_again(actor, wait=False)
        elif isinstance(step, Do):
            begun = [handle for handle in step.who if self._begin(step, handle)]
            return begun if step.deed in (Deed.PRESS, Deed.SEND) else []
        return []

    def _look(self, step: Step) -> None:
        """Take down what an expectation is judged by. What people see is on the recording already."""
        for part in step.steps if isinstance(step, AnyOf) else [step]:
            if part is not step:
                self._step_begins(part)
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
            settle_until(self._stage, [], self._within(), gone)
        self._lingering |= dict.fromkeys(actor for actor in who if self._stage.alive(actor))


def _enters(step: Step) -> TypeGuard[Do]:
    return isinstance(step, Do) and step.deed is Deed.LOG_IN


def _takes_time(step: Step) -> bool:
    """Whether it comes to its end before anything else begins."""
    return isinstance(step, Do) and step.deed in (Deed.LOGIN_REFUSED, Deed.RESTART, Deed.LOG_IN)


def _strikes(step: Step) -> bool:
    return isinstance(step, Do) and step.deed in _SIGNALS


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
               seed=seed) as stage:  # fmt: skip
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
