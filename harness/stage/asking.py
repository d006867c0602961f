"""Ask a program that hangs where its threads stand: a signal, and its runtime's answer on its terminal.

Python's fault handler (PYTHONFAULTHANDLER is set for every actor) writes file
and line of each thread at SIGABRT, and then the program dies; a Java virtual
machine writes its threads at SIGQUIT, and lives. Other programs have nothing
that would answer.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.events import Asked, Output
from harness.recording import Recorder
from harness.stage.actor import Actor
from harness.stage.evidence import Observer
from harness.stage.explain import known
from harness.stage.process import Process
from harness.stage.procfs import Table

# How long an answer may take. A program that has a handler of its own for the signal never gives one.
ANSWER_WITHIN = 2.0

# The end of a virtual machine's answer: its heap comes behind the threads and the locks that it found dead.
_JAVA_END = b"\nHeap"

_SIGNALS = {"python": signal.SIGABRT, "java": signal.SIGQUIT}

Wait = Callable[[Callable[[], bool], float], None]


@dataclass(frozen=True, slots=True)
class _Question:
    """One program to ask, and what /proc said of its threads before anybody was disturbed."""

    actor: Actor
    process: Process
    language: str
    threads: list[dict[str, object]]


class Asking:
    """Asks the programs of one stage. `wait(done, within)` pumps the terminals until `done()`."""

    def __init__(self, recorder: Recorder, table: Table, observer: Observer, wait: Wait) -> None:
        self._recorder = recorder
        self._table = table
        self._observer = observer
        self._wait = wait

    def ask(self, actors: Sequence[Actor]) -> None:
        """Ask each of these actors' programs, and take down what they say. They may not outlive this."""
        self._table.relist()
        asked = [question for actor in actors for question in self._questions(actor)]
        # All are held first: when one dies of the question, those who wait for it must not run on before theirs.
        for question in asked:
            self._send(question.process, signal.SIGSTOP)
        for question in sorted(asked, key=_turn):
            self._ask(question)

    def _questions(self, actor: Actor) -> list[_Question]:
        mine = [p for p in self._table.processes.values() if p.actor == actor.handle and not p.stopped()]
        return [_Question(actor, process, language, self._threads(process))
                for process in mine if (language := language_of(process))]  # fmt: skip

    def _ask(self, question: _Question) -> None:
        actor, process = question.actor, question.process
        # What it has printed in the play may have reached the limit of what is kept; this must be kept.
        actor.kept, actor.capped = 0, False
        with self._recorder.aside() as answer:

            def said() -> bytes:
                return b"".join(event.data for event in answer.all(Output) if event.actor == actor.handle)

            def done() -> bool:
                return _JAVA_END in said() if question.language == "java" else self._gone(process)

            if self._send(process, _SIGNALS[question.language]) and self._send(process, signal.SIGCONT):
                self._wait(done, ANSWER_WITHIN)
            data = said()
        if data:
            self._recorder.note(Asked, actor=actor.handle, pid=process.pid, language=question.language, data=data,
                                threads=question.threads)

    def _threads(self, process: Process) -> list[dict[str, object]]:
        """Each thread as /proc shows it now, and its stack pointer: by that a thread in Python's answer is known."""
        for thread in list(process.threads.values()):
            with contextlib.suppress(OSError):
                thread.look(time.monotonic())
        scene = self._observer.scene(self._observer.picture({}), [process.actor])
        waiting = {s.tid: known(s) for s in scene.standing if s.pid == process.pid and not s.housekeeping}
        own = [thread for thread in process.threads.values() if not thread.housekeeping()]
        nowhere = {"call": "", "on": [], "peers": []}
        return [{**nowhere, **waiting.get(t.tid, {}), "tid": t.tid, "sp": _stack(t.line)} for t in own]

    def _send(self, process: Process, question: signal.Signals) -> bool:
        # A process's folder in /proc is as good as a pidfd, and works across the border of a box.
        with contextlib.suppress(OSError):
            folder = self._table.open(str(process.pid))
            try:
                signal.pidfd_send_signal(folder, question)
                return True
            finally:
                os.close(folder)
        return False

    def _gone(self, process: Process) -> bool:
        state = self._table.text(f"{process.pid}/stat").rpartition(")")[2].split()
        return not state or state[0] in "ZX"


def _turn(question: _Question) -> tuple[bool, bool]:
    """Who lives on comes first; whose end hangs up on its children comes last."""
    return question.language != "java", question.process.pid == question.actor.pid


def language_of(process: Process) -> str:
    """The runtime that would answer: python | java, or ""."""
    program = process.link("exe").rpartition("/")[2]
    return "java" if process.is_jvm() else "python" if program.startswith("python") else ""


def _stack(line: bytes) -> str:
    """The stack pointer, from a line of /proc's `syscall`: the last but one. (Text: JSON has no 64-bit numbers.)"""
    fields = line.split()
    return fields[-2].decode() if len(fields) > 2 else ""
