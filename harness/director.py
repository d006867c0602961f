"""Play one scenario on a stage and hand over the recording. The director has no opinion.

It types, waits until nothing more can come, looks at the files that a step
names, and goes on to the next step whatever happened: what it means is judged
afterwards, from the recording alone.
"""

from __future__ import annotations

import datetime
import platform
import random
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import harness
from harness.events import Began, Ended, Listening, NotTyped, Noted, Recorder, Recording, Settled, StepBegan
from harness.logins import Logins
from harness.scenario.assignment import Assignment
from harness.scenario.model import Deed, Do, Expect, ExpectFile, Pass, Scenario, Sight, Step, Together, Type
from harness.stage import Limits, Stage
from harness.stage.box import Level
from harness.subject.subject import Subject, fill

# Wall time a play may take, whatever it does; a scenario takes well under a second.
_LOCALHOST = "127.0.0.1"


class Director:
    """Plays one scenario. `perform` below is the door; the methods follow the order of a play."""

    def __init__(self, scenario: Scenario, assignment: Assignment, subject: Subject, stage: Stage, recorder: Recorder,
                 *, seed: int, sample: str) -> None:
        self._scenario = scenario
        self._assignment = assignment
        self._subject = subject
        self._stage = stage
        self._recorder = recorder
        self._seed = seed
        self._accounts_text = _accounts_text(scenario, assignment, sample)
        self._accounts = _accounts(scenario, self._accounts_text)
        self._values: dict[str, str] = {}
        self._logins: Logins | None = None

    def play(self, assignment_text: str) -> None:
        """The whole play: folders, server, steps, a last look."""
        self._values = {**self._assignment.values, "host": _LOCALHOST, "port": str(self._stage.port())}
        self._note_beginning(assignment_text)
        login = self._assignment.login
        self._logins = Logins(self._stage, self._recorder, answers=login.answers if login else [],
                              accounts=self._accounts, start=self._start, within=self._assignment.timeout)
        self._lay_out()
        self._stage.snapshot("before")
        if self._open():
            for step in self._scenario.play:
                self._perform(step)
        self._recorder.step = None
        self._stage.snapshot("after")

    def _note_beginning(self, assignment_text: str) -> None:
        source = self._scenario.source
        self._recorder.note(
            Began, scenario=self._scenario.title, file=source.file, source=source.text, document=source.document,
            case=source.case, assignment=assignment_text, subject=self._subject.described(), stage=self._stage.level,
            seed=self._seed, wall=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            versions={"harness": harness.__version__, "python": platform.python_version(),
                      "system": f"{platform.system()} {platform.release()}"},
            values=self._values, accounts={handle: list(pair) for handle, pair in self._accounts.items()},
        )

    def _lay_out(self) -> None:
        """Fill every actor's folder: the program's files, the accounts, what the scenario puts there."""
        for actor in self._actors():
            program = self._subject.program(self._role(actor))
            program.place(self._stage.folder_of(actor))
            self._recorder.shared |= program.digests()
        accounts = self._assignment.accounts
        if accounts is not None:
            actor, _, path = accounts.file.partition("/")
            _write(self._stage.folder_of(actor) / path, self._accounts_text.encode())
        for given in self._scenario.files:
            path = f"{given.actor}/{given.path}"
            if accounts is None or path != accounts.file:
                content = given.text.encode() if given.text is not None else self._random(given.size or 0, path)
                _write(self._stage.folder_of(given.actor) / given.path, content)

    def _random(self, size: int, path: str) -> bytes:
        """Random bytes from the seed, other ones for every file."""
        return random.Random(f"{self._seed} {path}").randbytes(size)

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
        self._stage.start(actor, self._subject.program(self._role(actor)).command(self._values))

    def _start(self, handle: str) -> Settled:
        """Start a person's client and wait until it has settled."""
        self._run(handle)
        assert self._logins is not None
        self._logins.begun(handle)
        return self._stage.settle(typed_to=[], within=self._assignment.timeout)

    def _perform(self, step: Step) -> None:
        self._recorder.step = step.number
        self._recorder.note(StepBegan, text=step.text)
        match step:
            case Type():
                for handle, line in step.lines:
                    self._type(handle, line)
                    self._settle([handle], line)
            case Do():
                self._do(step)
            case Pass():
                self._stage.pass_time(step.seconds)
            case Together():
                self._together(step)
            case _:
                self._look(step)

    def _type(self, handle: str, line: str) -> bool:
        if not self._stage.alive(handle):
            # Typed lines need a program; whether it should have been there is the judge's question.
            self._recorder.note(NotTyped, actor=handle, data=line.encode(), why="its program was not running")
            return False
        return self._stage.type(handle, fill(line, self._values).encode() + b"\n")

    def _settle(self, typed_to: Sequence[str], line: str = "") -> Settled:
        word = line.split(" ", 1)[0]
        slow = word in self._assignment.moves_files
        within = self._assignment.file_timeout if slow else self._assignment.timeout
        return self._stage.settle(typed_to=typed_to, within=within)

    def _do(self, step: Do) -> None:
        for handle in step.who:
            self._deed(step, handle)

    def _deed(self, step: Do, handle: str) -> None:
        assert self._logins is not None
        match step.deed:
            case Deed.LOG_IN | Deed.LOGIN_REFUSED if self._assignment.login is not None:
                self._logins.log_in([handle], step.argument if step.deed is Deed.LOGIN_REFUSED else None)
            case Deed.LOG_IN | Deed.LOGIN_REFUSED | Deed.START:
                self._start_again(handle)
            case Deed.KILL:
                self._signal(handle, signal.SIGKILL)
            case Deed.PAUSE:
                self._signal(handle, signal.SIGSTOP)
            case Deed.RESUME:
                self._signal(handle, signal.SIGCONT)
            case Deed.RESTART:
                self._signal(handle, signal.SIGKILL)
                self._start_again(handle)
            case Deed.PRESS | Deed.SEND:
                self._stage.type(handle, step.data or b"", "key" if step.deed is Deed.PRESS else "raw")
                self._settle([handle])

    def _start_again(self, actor: str) -> None:
        if self._stage.alive(actor):
            self._recorder.note(Noted, text=f"{actor}'s program was running already; it was not started again")
        elif actor == self._assignment.server:
            self._start_server(actor)
        else:
            self._start(actor)

    def _signal(self, actor: str, number: signal.Signals) -> None:
        if self._stage.alive(actor):
            self._stage.signal(actor, number)
        self._settle([])

    def _together(self, group: Together) -> None:
        """Release everything at one instant: type it all, then wait once."""
        logging_in = [handle for step in group.steps if isinstance(step, Do) and step.deed is Deed.LOG_IN
                      for handle in step.who]
        typed = []
        for step in group.steps:
            self._recorder.step = step.number
            self._recorder.note(StepBegan, text=step.text)
            if isinstance(step, Type):
                typed += [handle for handle, line in step.lines if self._type(handle, line)]
            elif isinstance(step, Do) and step.deed is not Deed.LOG_IN:
                self._do(step)
        self._recorder.step = group.number
        if logging_in:
            assert self._logins is not None
            self._logins.log_in(logging_in)
        first = next((line for step in group.steps if isinstance(step, Type) for _, line in step.lines), "")
        self._settle(typed, first)

    def _look(self, step: Step) -> None:
        """Take down what an expectation is judged by. What people see is on the recording already."""
        for part in getattr(step, "steps", [step]):
            self._recorder.step = part.number
            if part is not step:
                self._recorder.note(StepBegan, text=part.text)
            if isinstance(part, ExpectFile):
                for path in dict.fromkeys([*part.paths, *([part.other] if part.other else [])]):
                    self._stage.look_at("step", path)
            elif isinstance(part, Expect) and part.sight is Sight.LEAVES:
                self._wait_for_leaving(part.who)

    def _wait_for_leaving(self, who: Sequence[str]) -> None:
        """Programs that only wait for a time to come (a heartbeat) may leave later: give them their own time."""
        if any(self._stage.alive(actor) for actor in who):
            self._settle([])


def perform(scenario: Scenario, assignment: Assignment, subject: Subject, *, folder: Path, sample: str,
            assignment_text: str, seed: int = 0, blobs: Path | None = None, limits: Limits | None = None,
            level: Level = "auto") -> Recording:
    """Play `scenario` against `subject` in `folder` (fresh, ours) and return everything that happened.

    `sample` is the text of the assignment's sample accounts. Never raises for anything that the subject does.
    """
    recorder = Recorder(blobs)
    with Stage(folder, recorder, level=level, limits=limits or Limits()) as stage:
        director = Director(scenario, assignment, subject, stage, recorder, seed=seed, sample=sample)
        director.play(assignment_text)
    recorder.step = None
    recorder.note(Ended)
    return recorder.recording


def _accounts_text(scenario: Scenario, assignment: Assignment, sample: str) -> str:
    """The accounts file of this play: the scenario's own or the sample, and a line for each of the crowd."""
    if assignment.accounts is None:
        return ""
    given = (f.text for f in scenario.files if f"{f.actor}/{f.path}" == assignment.accounts.file)
    text = next((text for text in given if text is not None), sample)
    crowd = [f"{person.account} {person.password}" for person in scenario.cast if person.crowd]
    # The file keeps its shape: with a newline at its end, or without.
    ended = text.endswith("\n") or not text
    return "".join([text, *(f"{line}\n" if ended else f"\n{line}" for line in crowd)])


def _accounts(scenario: Scenario, text: str) -> Mapping[str, tuple[str, str]]:
    known = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
    return {p.handle: (p.account, p.password if p.password is not None else known.get(p.account, ""))
            for p in scenario.cast}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
