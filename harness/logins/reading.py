"""What a client's terminal says of where its login stands. Nothing is typed here, and nothing decided for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.scenario.matching import visible
from harness.stage import Stage
from harness.subject.prompts import Manners, alike, is_bare, same_prompt, same_question
from harness.subject.prompts import question as question_of


@dataclass(slots=True)
class Dialogue:
    """Where one client's login stands."""

    questions: list[str] = field(default_factory=list)  # one per answer, as this program asks them
    at: int = 0  # the answer that is asked for now
    mark: int = 0  # how much it had printed when we last answered
    inside: bool = False
    blurred: bool = False  # its questions cannot be told apart
    by_hand: int = 0  # answers that the scenario itself typed, of a line that holds them all
    choice: str = ""  # the yes or no that it asked before the name
    new: bool = False  # nobody had an account of the name that was given last


class Reading:
    """The dialogues of one play as they are seen. `answers`: what is typed for each question."""

    def __init__(self, stage: Stage, answers: Sequence[Sequence[str]], accounts: Mapping[str, Sequence[str]],
                 manners: Manners) -> None:
        self.dialogues: dict[str, Dialogue] = {}
        self.home = ""  # how somebody is asked who was let in; "" as long as nobody was
        self._stage = stage
        self._answers = answers
        self._accounts = accounts
        self._manners = manners

    def at_choice(self, handle: str, asked: str) -> bool:
        """Whether it asks again what it asked before the name."""
        choice = self.dialogues[handle].choice
        return bool(choice) and (asked == choice or same_question(asked, choice))

    def at_home(self, asked: str) -> bool:
        """Whether it asks as it asks those who were let in."""
        return any(home and same_prompt(asked, home) for home in (self.home, self._manners.home))

    def is_blind(self, dialogue: Dialogue, asked: str, expected: bool) -> bool:
        """Whether this question does not tell by itself that somebody was let in."""
        known = dialogue.questions
        if dialogue.blurred or any(alike(asked, one) for one in (known[0], known[dialogue.at])):
            return True
        # Who was asked for the last answer without a word may be asked for the name that way too: words are no sign.
        return not (known[0] and (expected or known[dialogue.at])) and not self.at_home(asked)

    def answered(self, dialogue: Dialogue) -> str:
        """What the last answer was, in words."""
        return " and ".join(self._answers[dialogue.at])

    def in_use(self, handle: str) -> bool:
        """Whether somebody else was let in with the same account, and is there still."""
        account = self._accounts[handle][0]
        return any(dialogue.inside and self._accounts[other][0] == account and self._stage.alive(other)
                   for other, dialogue in self.dialogues.items() if other != handle)  # fmt: skip

    def shown(self, handle: str) -> str:
        """What its terminal shows since the last answer."""
        return visible(self._stage.output(handle)[self.dialogues[handle].mark :])

    def question(self, handle: str) -> str:
        """What it asks now, the account's name masked."""
        return question_of(self.shown(handle), [self._accounts[handle][0]])

    def without_a_word(self, handle: str) -> bool:
        """Whether it shows the first question again, or the end of it, and nothing above that."""
        alone = is_bare(self.shown(handle), [self._accounts[handle][0]])
        return alone and self.dialogues[handle].questions[0].endswith(self.question(handle))
