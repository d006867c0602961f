"""Answer a client's login, whatever its words: the name, then the password, and see what it asks next.

Being asked the first question again means *refused*; being asked the same
question twice means *refused* too; a new question means that it went on. Each
attempt ends in a `LoginTried` event, which the judge reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.events import LoginTried, Recorder, Settled
from harness.scenario.matching import visible
from harness.stage import Stage
from harness.subject.prompts import question, same_question

# Evidence that a program which does not ask will not ask later either. (A poller that
# answers late must not be called hung.)
_PROOF = ("still", "stuck", "spinning", "gave-up")


@dataclass(slots=True)
class _Dialogue:
    """Where one client's login stands."""

    questions: list[str] = field(default_factory=list)  # one per answer, as this program asks them
    at: int = 0  # the answer that is asked for now
    mark: int = 0  # how much it had printed when we last answered
    inside: bool = False


class Logins:
    """The logins of one play. `start` starts a client's program and waits until it has settled."""

    def __init__(
        self,
        stage: Stage,
        recorder: Recorder,
        *,
        answers: Sequence[str],
        accounts: Mapping[str, Sequence[str]],
        start: Callable[[str], Settled],
        within: float,
    ) -> None:
        self._stage = stage
        self._recorder = recorder
        self._answers = answers
        self._accounts = accounts
        self._start = start
        self._within = within
        self._dialogues: dict[str, _Dialogue] = {}

    def log_in(self, who: Sequence[str], password: str | None = None) -> None:
        """Log these people in. Several together: all but the last answer in turn, the last ones at one instant."""
        waiting = [handle for handle in who if self._approach(handle)]
        for handle in waiting:
            self._answer(handle, password)
        if waiting:
            settled = self._stage.settle(typed_to=waiting, within=self._within)
            for handle in waiting:
                self._conclude(handle, settled)

    def begun(self, handle: str) -> None:
        """A new program runs for `handle`: what its predecessor asked is forgotten."""
        self._dialogues[handle] = _Dialogue()

    def _approach(self, handle: str) -> bool:
        """Start the client if none runs and give every answer but the last; False if it did not come that far."""
        if self._stage.alive(handle) and handle in self._dialogues:
            dialogue = self._dialogues[handle]
            # Somebody may have answered by typing lines; then the program's own words say what is asked now.
            dialogue.at = self._asked_now(handle, dialogue)
        elif not self._waits(handle, self._start(handle)):
            return False
        dialogue = self._dialogues[handle]
        if not dialogue.questions:
            dialogue.questions.append(self._question(handle))
        while dialogue.at < len(self._answers) - 1:
            self._answer(handle, None)
            settled = self._stage.settle(typed_to=[handle], within=self._within)
            if not self._waits(handle, settled) or self._asked_again(handle):
                return False
            dialogue.at += 1
            dialogue.questions[dialogue.at :] = [self._question(handle)]
        return True

    def _asked_now(self, handle: str, dialogue: _Dialogue) -> int:
        asked = self._question(handle)
        matches = [at for at, known in enumerate(dialogue.questions) if same_question(asked, known)]
        return matches[0] if matches else min(dialogue.at, len(self._answers) - 1)

    def _answer(self, handle: str, password: str | None) -> None:
        dialogue = self._dialogues[handle]
        what = self._answers[dialogue.at]
        account, own = self._accounts[handle]
        text = account if what == "name" else own if password is None else password
        dialogue.mark = len(self._stage.output(handle))
        self._stage.type(handle, text.encode() + b"\n", what)

    def _conclude(self, handle: str, settled: Settled) -> None:
        dialogue = self._dialogues[handle]
        if not self._waits(handle, settled) or self._asked_again(handle):
            return
        asked = self._question(handle)
        if dialogue.at and same_question(asked, dialogue.questions[dialogue.at]):
            self._note(handle, "refused", f"asked for the {self._answers[dialogue.at]} again: {asked!r}")
        elif not asked and not any(dialogue.questions):
            self._note(handle, "no-prompt", "the program asks nothing, so whether it let anybody in cannot be seen")
        else:
            dialogue.inside = True
            self._note(handle, "in", f"asks {asked!r} now")

    def _asked_again(self, handle: str) -> bool:
        """Whether the first question came again: a refusal, and the next attempt begins from there."""
        dialogue = self._dialogues[handle]
        asked = self._question(handle)
        if not same_question(asked, dialogue.questions[0]):
            return False
        answered = self._answers[dialogue.at]
        dialogue.at = 0
        self._note(handle, "refused", f"after the {answered} it asked {asked!r} again")
        return True

    def _waits(self, handle: str, settled: Settled) -> bool:
        """Whether the client waits for its next answer; if not, how the attempt ended is noted."""
        if not self._stage.alive(handle):
            self._note(handle, "left", "the client ended before it had logged in")
            return False
        if handle not in settled.asks and settled.evidence in _PROOF:
            self._note(handle, "hung", settled.cause or "the client does not wait for its keyboard")
            return False
        return True

    def _question(self, handle: str) -> str:
        account, _ = self._accounts[handle]
        since = self._stage.output(handle)[self._dialogues[handle].mark :]
        return question(visible(since), [account])

    def _note(self, handle: str, result: str, why: str) -> None:
        prompts = list(self._dialogues[handle].questions) if handle in self._dialogues else []
        account, _ = self._accounts[handle]
        self._recorder.note(LoginTried, actor=handle, account=account, result=result, why=why, prompts=prompts)
