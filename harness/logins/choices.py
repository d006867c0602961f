"""Say yes where a client asks whether, and answer what it asks before the name. Everybody who is asked, at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from harness.events import Settled
from harness.logins.reading import Reading
from harness.patience import settle
from harness.stage import Stage
from harness.subject.prompts import Manners, choice_in, same_prompt, yes_to

# So many times in a row a client is told yes; one that asks for ever is not followed.
_MOST_CHOICES = 4


class Choices:
    """The yes and no of one play. `strangers`: the names that have no account (it changes as the play goes on)."""

    def __init__(self, stage: Stage, reading: Reading, accounts: Mapping[str, Sequence[str]], manners: Manners,
                 strangers: Collection[str], within: float) -> None:  # fmt: skip
        self._stage = stage
        self._read = reading
        self._accounts = accounts
        self._manners = manners
        self._strangers = strangers
        self._within = within

    def agree(self, who: Sequence[str], settled: Settled, within: float | None = None) -> Settled:
        """Say yes to clients that ask whether ("No such user. Make one? (y/n)"), and wait for what follows."""
        return self._tell(who, self._yes, within) or settled

    def enter(self, who: Sequence[str]) -> Settled | None:
        """Answer clients that ask yes or no before they ask for the name ("New here? (y/n)"); None: none does."""
        return self._tell(who, self._first)

    def _tell(self, who: Sequence[str], answer: Callable[[str], str], within: float | None = None) -> Settled | None:
        settled = None
        asking = [handle for handle in who if handle in self._accounts]
        for _ in range(_MOST_CHOICES):
            said = {handle: words for handle in asking if (words := answer(handle))}
            if not said:
                break
            for handle, words in said.items():
                self._read.dialogues[handle].mark = len(self._stage.output(handle))
                self._stage.type(handle, words.encode() + b"\n", "yes")
            asking = list(said)
            settled = settle(self._stage, asking, within or self._within)
        return settled

    def _yes(self, handle: str) -> str:
        asked = self._read.question(handle)
        yes = yes_to(asked)
        # Above a bare "> " stands the answer before, and a message may well end in "yes or no?".
        # (Not what the probe saw: the same sign may stand below its choices.)
        at_home = bool(yes and self._read.home) and same_prompt(asked, self._read.home)
        if not yes or not self._stage.alive(handle) or at_home or self._read.at_choice(handle, asked):
            return ""
        return yes

    def _first(self, handle: str) -> str:
        asked = self._read.question(handle)
        said = choice_in(asked, self._manners.choices[self._accounts[handle][0] in self._strangers])
        if not said or not self._stage.alive(handle):
            return ""
        self._read.dialogues[handle].choice = self._read.dialogues[handle].choice or asked
        return said
