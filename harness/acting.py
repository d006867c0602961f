"""What the people of one play and its server do: programs are put in place, started, typed to, signalled.

One actor at a time, each waited for. What several do at one instant is in
at_once.py, the order of a play in director.py.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence

from harness.events import Listening, Noted, NotTyped
from harness.logins import Logins
from harness.patience import SILENT, settle
from harness.props import Props, put
from harness.recording import Recorder
from harness.scenario.assignment import Assignment
from harness.scenario.model import Deed, Do, Hold, Scenario, Type
from harness.stage import Stage
from harness.subject.subject import Subject, fill

_LOCALHOST = "127.0.0.1"
SIGNALS = {Deed.KILL: signal.SIGKILL, Deed.PAUSE: signal.SIGSTOP, Deed.RESUME: signal.SIGCONT}


class Acting:
    """The actors of one play. `held`: whose bytes the network keeps back, and on their way to which side."""

    def __init__(self, scenario: Scenario, assignment: Assignment, subject: Subject, stage: Stage, recorder: Recorder,
                 props: Props) -> None:  # fmt: skip
        self._scenario = scenario
        self._assignment = assignment
        self._subject = subject
        self._stage = stage
        self._recorder = recorder
        self._props = props
        self._crowd = {person.handle for person in scenario.cast if person.crowd}
        self.accounts = props.accounts()
        self.values = {**assignment.values, "host": _LOCALHOST, "port": str(stage.port())}
        self.held: dict[str, set[str]] = {}
        login = assignment.login
        self.has_login = login is not None
        self.logins = Logins(stage, recorder, answers=login.answers if login else [], accounts=self.accounts,
                             run=self.run, within=assignment.timeout, manners=subject.manners,
                             registered=props.registered())  # fmt: skip

    # --- programs

    def lay_out(self) -> None:
        """Fill every actor's folder: the program's files, the accounts, what the scenario puts there."""
        server = self._assignment.server
        for actor in [*([server] if server else []), *(person.handle for person in self._scenario.cast)]:
            self.place(actor)
        for actor, path, content in self._props.files():
            put(self._stage.folder_of(actor), path, content)

    def place(self, actor: str) -> None:
        """Put its program's files into an actor's folder."""
        program = self._subject.program(self._role(actor))
        program.place(self._stage.folder_of(actor))
        self._recorder.shared |= program.digests()

    def command(self, actor: str) -> list[str]:
        """What starts an actor's program."""
        return list(self._subject.program(self._role(actor)).command(self._told(actor)))

    def _role(self, actor: str) -> str:
        return actor if actor == self._assignment.server else self._assignment.people

    def _told(self, actor: str) -> dict[str, str]:
        """The values as this actor's program is told them: a relay may have a port of its own."""
        return {**self.values, "port": str(self._stage.port_of(actor))}

    def run(self, actor: str) -> None:
        """Start an actor's program, and wait for nothing."""
        self._stage.start(actor, self.command(actor))
        self.logins.begun(actor)

    def start_server(self, server: str) -> Listening | None:
        """Start the program that listens, and wait until it does."""
        self.run(server)
        return self._stage.ready(server, self._assignment.timeout)

    def start_again(self, actors: Sequence[str], *, wait: bool = True) -> None:
        """Start the programs of those who have none."""
        idle = [actor for actor in actors if not self._stage.alive(actor)]
        for actor in [actor for actor in actors if actor not in idle]:
            self._recorder.note(Noted, text=f"{actor}'s program was running already; it was not started again")
        if self._assignment.server in idle:
            idle.remove(self._assignment.server)
            self.start_server(self._assignment.server)
        if wait and idle:
            self.logins.start(idle)
        elif not wait:
            for actor in idle:
                self.run(actor)

    # --- the keyboard

    def type_and_wait(self, step: Type) -> None:
        """Each types in turn, and has an answer before the next."""
        for handle, line in step.lines:
            typed = self.type(handle, line)
            if handle in self.held:
                # No answer is due: what was asked, or what was answered, is held.
                self._stage.settle(typed_to=[handle], within=self.within([line]))
                continue
            settled = settle(self._stage, [handle], self.within([line]), self.silent([line]))
            if typed:
                self.logins.agree([handle], settled, self.within([line]))

    def type(self, handle: str, line: str) -> bool:
        """Type a line, and wait for nothing. Says whether it could be."""
        if not self._stage.alive(handle):
            # Typed lines need a program; whether it should have been there is the judge's question.
            self._recorder.note(NotTyped, actor=handle, data=line.encode(), why="its program was not running")
            return False
        text = fill(line, self._told(handle))
        return self._stage.type(handle, text.encode() + self.logins.line_end(handle, text))

    def within(self, lines: Sequence[str] = ()) -> float:
        """How long an answer to these lines may take."""
        return self._assignment.file_timeout if self._moves_files(lines) else self._assignment.timeout

    def silent(self, lines: Sequence[str]) -> float:
        """How long a poller may say nothing at all to these lines."""
        return self._assignment.file_timeout if self._moves_files(lines) else SILENT

    def _moves_files(self, lines: Sequence[str]) -> bool:
        return any(line.split(" ", 1)[0] in self._assignment.moves_files for line in lines)

    # --- stage directions

    def do(self, step: Do) -> None:
        """A stage direction: each in turn, and each waited for; but a crowd comes at one time."""
        if step.deed in (Deed.LOG_IN, Deed.START):
            for group in self._arrivals(step.who):
                self._arrive(step, group)
            return
        for handle in step.who:
            if self.begin(step, handle):
                settle(self._stage, [handle] if step.deed in (Deed.PRESS, Deed.SEND) else [], self.within())

    def _arrivals(self, who: Sequence[str]) -> Iterator[list[str]]:
        """Who comes at one time: each by themselves, but all of a crowd together, who are there to be many."""
        crowd: list[str] = []
        for handle in who:
            if handle in self._crowd:
                crowd.append(handle)
            else:
                if crowd:
                    yield crowd
                crowd = []
                yield [handle]
        if crowd:
            yield crowd

    def _arrive(self, step: Do, who: Sequence[str]) -> None:
        if step.deed is Deed.LOG_IN and self.has_login:
            self.logins.log_in(who)
        else:
            self.start_again(who)

    def begin(self, step: Do, handle: str) -> bool:
        """Do it. Returns whether it remains to be waited for."""
        match step.deed:
            case Deed.LOG_IN | Deed.START:
                self._arrive(step, [handle])
            case Deed.LOGIN_REFUSED if self.has_login:
                self.logins.be_refused(handle, step.argument)
            case Deed.LOGIN_REFUSED:
                self.start_again([handle])
            case Deed.RESTART:
                self._signal(handle, signal.SIGKILL)
                self._stage.settle(within=self.within())
                self.start_again([handle])
            case Deed.KILL | Deed.PAUSE | Deed.RESUME:
                self._signal(handle, SIGNALS[step.deed])
                return True
            case Deed.PRESS | Deed.SEND:
                self._stage.type(handle, step.data or b"", "key" if step.deed is Deed.PRESS else "raw")
                return True
        return False

    def _signal(self, actor: str, number: signal.Signals) -> None:
        if self._stage.alive(actor):
            self._stage.signal(actor, number)

    def hold(self, step: Hold) -> None:
        """Keep something back on the wire, or let go of it and see what comes of that."""
        for handle in step.who:
            sides = {"server", "client"} if step.to == "both" else {step.to}
            held = self.held.get(handle, set())
            if step.released:
                self._stage.release(handle, step.to)
                held = held - sides
            else:
                self._stage.hold(handle, step.to)
                held = held | sides
            self.held.pop(handle, None)
            if held:
                self.held[handle] = held
        if step.released:
            free = [handle for handle in step.who if handle not in self.held and self._stage.alive(handle)]
            settle(self._stage, free, self.within())
