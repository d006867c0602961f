"""Pumps the terminals, the launcher's words and the relay of one stage into its recorder.

The only module of the stage that waits at all, but for the thread that traces others (lockstep.py).
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from typing import Any

from harness.events import Capped, Exceeded, Exited, Output
from harness.recording import Recorder
from harness.stage.actor import Actor
from harness.stage.box import Box, Gone
from harness.stage.relay import Relay
from harness.stage.settling import Came

# Something that no terminal tells is looked at again after so long.
LOOK_AGAIN = 0.005


class Pump:
    """Takes down whatever gives a sign of life: output, exits, what crosses the network."""

    def __init__(self, recorder: Recorder, box: Box, keep: int) -> None:
        """`keep`: so many bytes of a terminal are taken down, what comes after them is dropped."""
        self._recorder = recorder
        self._box = box
        self._keep = keep
        self._actors: dict[str, Actor] = {}
        self._by_fd: dict[int, Actor] = {}
        self._poller = select.poll()
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._register(box.control.fileno())
        self._lives = select.poll()
        self._relay: Relay | None = None

    # --- who is watched

    def attach(self, relay: Relay) -> None:
        """From now on this relay works whenever terminals are pumped."""
        self._relay = relay
        self._register(relay.fileno())

    def watch(self, actor: Actor) -> None:
        """From now on this actor's terminal is pumped."""
        assert actor.terminal is not None
        self._actors[actor.handle] = actor
        self._by_fd[actor.terminal.master] = actor
        self._register(actor.terminal.master)
        if actor.pidfd >= 0:
            self._lives.register(actor.pidfd, select.POLLIN)

    def forget(self, actor: Actor) -> None:
        """Its terminal is about to be closed."""
        if actor.terminal is not None and self._by_fd.pop(actor.terminal.master, None) is not None:
            self._poller.unregister(actor.terminal.master)
            if self._epoll is not None:
                self._epoll.unregister(actor.terminal.master)

    def _register(self, fd: int) -> None:
        self._poller.register(fd, select.POLLIN)
        if self._epoll is not None:
            self._epoll.register(fd, select.EPOLLIN)

    # --- pumping

    def pump(self, pause: float = 0.0) -> Came:
        """Wait for a sign of life, `pause` seconds at most, take down what came, and say what it was."""
        if pause > 0:
            self._wait(pause)
        # poll, not epoll, decides what is there: it waits for the kernel's worker that hands output over.
        size, news = 0, False
        ready = [fd for fd, _ in self._poller.poll(0)]
        for fd in ready:
            if fd in self._by_fd:
                actor = self._by_fd[fd]
                news = news or not actor.capped
                size += self._drain(actor)
        if self._box.control.fileno() in ready or self._box.heard:
            for gone in self._box.exits():
                self._note_over()
                self._exited(gone)
                news = True
            self._note_over()
        # Behind the terminals: what a program says before it sends something stands before it on the recording.
        return Came(size, news, self._relay is not None and self._relay.turn())

    def _wait(self, pause: float) -> None:
        if self._relay is not None and (due := self._relay.due()) is not None:
            pause = max(0.0, min(pause, due - time.monotonic()))
        # poll() counts in milliseconds and an answer takes 0.4: select() has microseconds, and sees all terminals
        # through one descriptor, so that its limit of 1,024 does not matter.
        if self._epoll is not None and self._epoll.fileno() < 1024:
            select.select([self._epoll], [], [], pause)
        else:
            self._poller.poll(max(1, int(pause * 1000)))

    def _drain(self, actor: Actor) -> int:
        """Take down what stands at its terminal; past the limit it is dropped, so that the program can go on."""
        size = 0
        for data in actor.terminal.read() if actor.terminal is not None else ():
            size += len(data)
            room = self._keep - actor.kept
            if len(data) > room and not actor.capped:
                actor.capped = True
                self._note_output(actor, data[:room])
                self._recorder.note(Capped, actor=actor.handle, limit=self._keep)
            elif not actor.capped:
                self._note_output(actor, data)
            else:
                break  # the rest can wait: a program that prints for ever must not hold us here
        return size

    def _note_output(self, actor: Actor, data: bytes) -> None:
        if data:
            actor.output += data
            actor.kept += len(data)
            self._recorder.note(Output, actor=actor.handle, data=data)

    def _note_over(self) -> None:
        for over in self._box.overs():
            self._recorder.note(Exceeded, actor=over.actor, what=over.what, bound=over.bound, seen=over.seen)

    def _exited(self, gone: Gone) -> None:
        actor = self._actors[gone.actor]
        actor.cpu += gone.cpu
        if actor.pid == gone.pid and actor.alive:
            self._drain(actor)
            if actor.pidfd >= 0:
                self._lives.unregister(actor.pidfd)
            actor.end_life()
            note_exit(self._recorder, actor, gone.status, by_us=False)

    def wait_for(self, actor: Actor, pattern: bytes, within: float) -> bool:
        """Pump until the actor's output since it was last typed to ends with `pattern`.

        False if its program ends, or time does, before. (The prompt that was there already is no answer.)
        """
        deadline = time.monotonic() + within
        self.pump()
        while not actor.output.endswith(pattern, actor.answered_from):
            left = deadline - time.monotonic()
            if left <= 0 or not actor.alive:
                return False
            self.pump(left)
        return True

    def pass_time(self, seconds: float) -> None:
        """Pump for so long, because a scenario says so."""
        end = time.monotonic() + seconds
        self.pump()
        while (left := end - time.monotonic()) > 0:
            self.pump(left)

    def pump_until(self, done: Callable[[], bool], within: float) -> None:
        """Pump until `done()`, or for so long."""
        end = time.monotonic() + within
        self.pump()
        while not done() and (left := end - time.monotonic()) > 0:
            self.pump(min(left, LOOK_AGAIN))
        self.pump()

    def all_reported(self) -> bool:
        """Whether every program that has ended has been reported: the kernel knows first, then the launcher."""
        return not self._lives.poll(0)

    def close(self) -> None:
        """Let go."""
        if self._epoll is not None:
            self._epoll.close()


def note_exit(recorder: Recorder, actor: Actor, status: int, *, by_us: bool) -> None:
    """Take down how a program ended, from the status that wait() gave."""
    what: dict[str, Any] = {"actor": actor.handle, "by_us": by_us, "life": actor.life}
    if os.WIFSIGNALED(status):
        recorder.note(Exited, status=None, signal=signal_name(os.WTERMSIG(status)), **what)
    else:
        recorder.note(Exited, status=os.waitstatus_to_exitcode(status), **what)


def signal_name(number: int) -> str:
    """SIGKILL for 9; real-time signals have no name of their own in Python."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"
