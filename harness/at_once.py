"""What several people do at one instant: all is begun, and then one waits, for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from harness.acting import SIGNALS, Acting
from harness.deliveries import deliver
from harness.events import StepBegan
from harness.patience import settle
from harness.recording import Recorder
from harness.scenario.instants import alike
from harness.scenario.model import Deed, Delivery, Do, Step, Together, Type
from harness.stage import Stage


class AtOnce:
    """Plays the groups of one play. `relayed`: a relay stands between, and the instant is on the wire.

    `server`: whose threads answer one at a time then, where that can be had and no order of arrival is forced.
    """

    def __init__(self, stage: Stage, recorder: Recorder, acting: Acting, *, relayed: bool,
                 schedule: Sequence[Delivery], server: str | None) -> None:  # fmt: skip
        self._stage = stage
        self._recorder = recorder
        self._acting = acting
        self._relayed = relayed
        self._schedule = schedule
        self._server = server

    def play(self, group: Together) -> None:
        """Release everything at one instant: logins come to their last answer, then all begins, then one waits.

        Where a relay stands between, the instant is on the wire: all is typed, and waits there for the last of it.
        """
        acting = self._acting
        entering = [step for step in group.steps if _enters(step) and acting.has_login]
        waiting = self._approach(entering)
        others = [step for step in group.steps if step not in entering]
        typed = list(waiting)
        lines = [line for step in group.steps if isinstance(step, Type) for _, line in step.lines]
        says = waiting or any(isinstance(step, Type) or (isinstance(step, Do) and step.data) for step in others)
        if not (self._relayed and says):
            for step in others:
                begins(self._recorder, step)
                typed += self._release(step)
            self._recorder.step = group.number
            acting.logins.answer(waiting)
        else:
            typed += self._at_gate(group, others, waiting, lines)
        settled = settle(self._stage, [handle for handle in typed if handle not in acting.held],
                         acting.within(lines), acting.silent(lines))  # fmt: skip
        self._stage.end_turns()
        settled = acting.logins.conclude(waiting, settled)
        inside = [handle for handle in typed if handle not in waiting and handle not in acting.held]
        acting.logins.agree(inside, settled, acting.within(lines))

    def _approach(self, entering: Sequence[Do]) -> list[str]:
        waiting: list[str] = []
        for entry in entering:
            begins(self._recorder, entry)
            waiting += self._acting.logins.approach(entry.who)
        return waiting

    def _at_gate(self, group: Together, steps: Sequence[Step], waiting: Sequence[str],
                 lines: Sequence[str]) -> list[str]:  # fmt: skip
        """Begin a group's steps before a gate, and open it: what has an end of its own first, then what is typed,
        then what ends or stops a program, which would never have said what was typed to it. Returns who was typed to.
        """
        typed: list[str] = []
        within, silent = self._acting.within(lines), self._acting.silent(lines)
        for step in [step for step in steps if _takes_time(step)]:
            begins(self._recorder, step)
            self._release(step)
        self._stage.gate()
        for step in [step for step in steps if not _takes_time(step) and not _strikes(step)]:
            begins(self._recorder, step)
            typed += self._release(step)
        self._recorder.step = group.number
        self._acting.logins.answer(waiting)
        # No answer is due to anybody: whatever they say waits at the gate, and nobody hangs.
        self._stage.settle(within=within)
        for step in filter(_strikes, steps):
            begins(self._recorder, step)
            self._release(step)
        self._recorder.step = group.number
        mine = {step.number for step in group.steps}
        order = [one for one in self._schedule if one.step in mine]
        deliver(self._stage, self._recorder, order, within, silent)
        if not order and self._server is not None:
            self._stage.take_turns(self._server, alike=alike(group))
        self._stage.open_gate()
        return typed

    def _release(self, step: Step) -> list[str]:
        """Begin one step of a group, and wait for nothing. Returns who was typed to."""
        if isinstance(step, Type):
            return [handle for handle, line in step.lines if self._acting.type(handle, line)]
        if isinstance(step, Do) and step.deed is Deed.START:
            self._acting.start_again(step.who, wait=False)
        elif isinstance(step, Do) and step.deed is Deed.LOG_IN:
            self._acting.do(step)
        elif isinstance(step, Do):
            begun = [handle for handle in step.who if self._acting.begin(step, handle)]
            return begun if step.deed in (Deed.PRESS, Deed.SEND) else []
        return []


def begins(recorder: Recorder, step: Step) -> None:
    """From now on everything on the recording belongs to this step."""
    recorder.step = step.number
    recorder.note(StepBegan, text=step.text)


def _enters(step: Step) -> TypeGuard[Do]:
    return isinstance(step, Do) and step.deed is Deed.LOG_IN


def _takes_time(step: Step) -> bool:
    """Whether it comes to its end before anything else begins."""
    return isinstance(step, Do) and step.deed in (Deed.LOGIN_REFUSED, Deed.RESTART, Deed.LOG_IN)


def _strikes(step: Step) -> bool:
    return isinstance(step, Do) and step.deed in SIGNALS
