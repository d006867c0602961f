"""What became of an attempt to log in, by what the client asks next. Notes it; types nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.events import LoginTried, Settled
from harness.logins.reading import Reading
from harness.recording import Recorder
from harness.stage import Stage
from harness.subject.prompts import Manners, same_prompt, same_question, words

# Evidence that a program which does not ask will not ask later either. (A poller that
# answers late must not be called hung.)
_PROOF = ("still", "stuck", "until", "spinning", "gave-up")


class Attempts:
    """The attempts of one play. `strangers`: the names that have no account; who is let in is none any more."""

    def __init__(self, stage: Stage, recorder: Recorder, reading: Reading, accounts: Mapping[str, Sequence[str]],
                 manners: Manners, strangers: set[str], last: int) -> None:  # fmt: skip
        self._stage = stage
        self._recorder = recorder
        self._read = reading
        self._accounts = accounts
        self._manners = manners
        self._strangers = strangers
        self._last = last  # which answer is the last
        self.outside: list[str] = []  # who was refused and is asked the yes or no before the name again

    def silent(self, handle: str, settled: Settled) -> bool:
        """Whether it runs, and does not wait for its next answer."""
        # A program that only polls cannot be seen to ask; one that has not said a word in all its time does not.
        return self._stage.alive(handle) and handle not in settled.asks and (
            settled.evidence in _PROOF or not self._read.shown(handle).strip())  # fmt: skip

    def waits(self, handle: str, settled: Settled) -> bool:
        """Whether the client waits for its next answer; if not, how the attempt ended is noted."""
        if not self._stage.alive(handle):
            self.note(handle, "left", "the client ended before it had logged in")
            return False
        if self.silent(handle, settled):
            self.note(handle, "hung", settled.cause or "the client does not wait for its keyboard")
            return False
        return True

    def asked_anew(self, handle: str) -> bool:
        """Find out which answer a client asks for that was here before; False (and noted) if it is logged in."""
        dialogue = self._read.dialogues[handle]
        # Somebody may have answered by typing lines; then the program's own words say what is asked now.
        asked = self._read.question(handle)
        matches = [at for at, known in enumerate(dialogue.questions) if same_question(asked, known)]
        if dialogue.inside and (dialogue.blurred or not matches):
            self.note(handle, "in", "its client had not ended, and is logged in still")
            return False
        dialogue.inside = False
        dialogue.at = matches[0] if matches else min(dialogue.at, self._last)
        return True

    def goes_on(self, handle: str) -> bool:
        """Whether the answer before the last led on to another question; if not, how it ended is noted."""
        if self._asked_again(handle) or self._turned_away(handle):
            return False
        dialogue = self._read.dialogues[handle]
        dialogue.new = self._accounts[handle][0] in self._strangers
        dialogue.at += 1
        dialogue.questions[dialogue.at :] = [self._read.question(handle)]
        return True

    def conclude(self, handle: str, settled: Settled, expected: bool, *, rivals: bool) -> None:
        """How it ended after the last answer. `rivals`: others want the same account at the same instant."""
        dialogue = self._read.dialogues[handle]
        if not self.waits(handle, settled):
            return
        asked, known = self._read.question(handle), dialogue.questions
        blind = self._read.is_blind(dialogue, asked, expected)
        if not dialogue.blurred and self._asked_again(handle):
            return
        if dialogue.at and not dialogue.blurred and same_question(asked, known[dialogue.at]):
            self.note(handle, "refused", f"after the {self._read.answered(dialogue)} it asked {asked!r} again")
            return
        # Who should come in is held against those of this play alone: a greeting may be another one today.
        home = self._read.home or (self._manners.home if not expected or rivals else "")
        doubtful = not expected or rivals or not known[dialogue.at]
        if doubtful and home and not (same_prompt(asked, home) or self._read.at_home(asked)):
            dialogue.at = 0
            self.note(handle, "refused", f"it asked {asked!r}, and asks {home!r} where somebody is let in")
            return
        if blind and not self._stage.connected(handle):
            self.note(handle, "refused", "it asks without a word, and has no connection to anybody")
            return
        if blind and self._told_by_its_words(handle):
            return
        dialogue.inside = expected or not blind
        if not blind:
            # Not from who may be refused: what looks new may be a refusal in its own words.
            self._read.home = self._read.home or (asked if expected and not rivals else "")
            self.note(handle, "in", f"it asks {asked!r} now")
            return
        dialogue.at = dialogue.at if expected else 0
        looks = f"all its questions look like {asked!r}" if asked and known[-1] else "it asks without a word"
        self.note(handle, "no-prompt", f"{looks}, so nobody can tell whether it let anybody in")

    def _told_by_its_words(self, handle: str) -> bool:
        """Whether it says what the probe saw, of one who was let in or of one who was not; if so, it is noted."""
        dialogue, said = self._read.dialogues[handle], words(self._read.shown(handle), [self._accounts[handle][0]])
        dialogue.inside = said in self._manners.welcomes
        if dialogue.inside:
            self.note(handle, "in", f"it says {said!r}, as it does to those who are let in")
        elif said in self._manners.refusals:
            dialogue.at = 0
            self.note(handle, "refused", f"it says {said!r}, as it does after a wrong password")
        return dialogue.inside or said in self._manners.refusals

    def _asked_again(self, handle: str) -> bool:
        """Whether the first question came again: a refusal, and the next attempt begins from there."""
        dialogue = self._read.dialogues[handle]
        asked = self._read.question(handle)
        if self._read.at_choice(handle, asked):
            self.note(handle, "refused", f"it asked {asked!r} again")
            dialogue.at = 0
            self.outside.append(handle)
            return True
        if not same_question(asked, dialogue.questions[0]):
            return False
        if dialogue.at < self._last and self._read.without_a_word(handle):
            # The same sign for every question ("forum> "), and not a word of a refusal: it goes on.
            dialogue.blurred = True
            return False
        answered = self._read.answered(dialogue)
        dialogue.at = 0
        self.note(handle, "refused", f"after the {answered} it asked {asked!r} again")
        return True

    def _turned_away(self, handle: str) -> bool:
        """Whether a name that is in use was answered as nobody's was before: a refusal, in any words.

        A new user's does not count: who registers is asked in other words than who has an account.
        """
        if not self._read.in_use(handle):
            return False
        dialogue, asked = self._read.dialogues[handle], self._read.question(handle)
        before = [d.questions[dialogue.at + 1] for other, d in self._read.dialogues.items()
                  if other != handle and not d.new and len(d.questions) > dialogue.at + 1]  # fmt: skip
        if not before or any(same_prompt(asked, known) for known in before):
            return False
        why = f"after the {self._read.answered(dialogue)} it asked {asked!r}, and {before[0]!r} where it goes on"
        dialogue.at = 0
        self.note(handle, "refused", why)
        return True

    def note(self, handle: str, result: str, why: str) -> None:
        """Take down how it ended."""
        prompts = list(self._read.dialogues[handle].questions) if handle in self._read.dialogues else []
        account, _ = self._accounts[handle]
        if result in ("in", "no-prompt") and self._read.dialogues[handle].inside:
            self._strangers.discard(account)
        self._recorder.note(LoginTried, actor=handle, account=account, result=result, why=why, prompts=prompts)
