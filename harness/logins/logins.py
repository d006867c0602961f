"""Answer a client's login, whatever its words: the name, then the password, and see what it asks next.

Being asked the first question again means *refused*; being asked the same
question twice means *refused* too; a new question means that it went on. How
somebody is asked who was let in is remembered for the whole play: who should be
refused and is asked otherwise was refused. What the probe saw is known from the
start, such as whether name and password are wanted on one line. A question that
holds a choice of yes and no is answered with yes, before the name with what led
in when the program was probed. Where all questions look the same (`> `, or none
at all), the words above tell if they are those that the probe saw, or else
nobody can. Each attempt ends in a `LoginTried` event, which the judge reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from harness.events import LoginTried, Settled
from harness.logins.reading import Dialogue, Reading
from harness.patience import settle
from harness.recording import Recorder
from harness.stage import Stage
from harness.subject.prompts import (
    UNKNOWN,
    Manners,
    choice_in,
    same_prompt,
    same_question,
    words,
    yes_to,
)

# Evidence that a program which does not ask will not ask later either. (A poller that
# answers late must not be called hung.)
_PROOF = ("still", "stuck", "until", "spinning", "gave-up")
# So many times in a row a client is told yes; one that asks for ever is not followed.
_MOST_CHOICES = 4


class Logins:
    """The logins of one play. `start` starts a client's program and waits until it has settled.

    `manners`: what the probe saw. `registered`: the names that have an account; None: all have.
    """

    def __init__(
        self,
        stage: Stage,
        recorder: Recorder,
        *,
        answers: Sequence[str],
        accounts: Mapping[str, Sequence[str]],
        start: Callable[[str], Settled],
        within: float,
        manners: Manners = UNKNOWN,
        registered: Collection[str] | None = None,
    ) -> None:
        self._stage = stage
        self._recorder = recorder
        # What is typed for each question: one answer, or all of them with a space between.
        self._answers = [answers] if manners.one_line and answers else [[answer] for answer in answers]
        self._accounts = accounts
        self._start = start
        self._within = within
        self._manners = manners
        self._strangers = {name for name, _ in accounts.values() if registered is not None and name not in registered}
        self._read = Reading(stage, self._answers, accounts, manners)

    def log_in(self, who: Sequence[str]) -> None:
        """Log these people in, one after the other's last answer."""
        waiting = self.approach(who)
        self.answer(waiting)
        if waiting:
            self.conclude(waiting, settle(self._stage, waiting, self._within))

    def be_refused(self, handle: str, password: str | None) -> None:
        """Try to log in, with this password (None: the right one); it should fail."""
        waiting = self.approach([handle])
        self.answer(waiting, password)
        if waiting:
            self.conclude(waiting, settle(self._stage, waiting, self._within), expected=False)

    def approach(self, who: Sequence[str]) -> list[str]:
        """Start the clients of those who have none, and give every answer but the last. Who then waits for that one?"""
        return [handle for handle in who if self._approach(handle)]

    def answer(self, waiting: Sequence[str], password: str | None = None) -> None:
        """Give the last answer, all at one instant."""
        for handle in waiting:
            self._answer(handle, password)

    def conclude(self, waiting: Sequence[str], settled: Settled, *, expected: bool = True) -> None:
        """How each attempt ended. `expected`: to be let in, which decides what is assumed where nobody can tell."""
        accounts = [self._accounts[handle][0] for handle in waiting]
        again = [handle for handle, account in zip(waiting, accounts, strict=True)
                 if expected and self._asks_newcomer(handle, settled, rivals=accounts.count(account) > 1)]  # fmt: skip
        if again:
            self.answer(again)
            settled = settle(self._stage, waiting, self._within)
        for handle, account in zip(waiting, accounts, strict=True):
            self._conclude(handle, settled, expected, rivals=accounts.count(account) > 1)

    def begun(self, handle: str) -> None:
        """A new program runs for `handle`: what its predecessor asked is forgotten."""
        self._read.dialogues[handle] = Dialogue()

    def agree(self, handle: str, settled: Settled, within: float | None = None) -> Settled:
        """Say yes to a client that asks whether ("No such user. Make one? (y/n)"), and wait for what follows."""
        for _ in range(_MOST_CHOICES if handle in self._accounts else 0):
            asked = self._read.question(handle)
            yes = yes_to(asked)
            # Above a bare "> " stands the answer before, and a message may well end in "yes or no?".
            # (Not what the probe saw: the same sign may stand below its choices.)
            at_home = self._read.home and same_prompt(asked, self._read.home)
            if not yes or not self._stage.alive(handle) or at_home or self._read.at_choice(handle, asked):
                break
            settled = self._choose(handle, yes, within)
        return settled

    def enter(self, handle: str) -> Settled | None:
        """Answer a client that asks yes or no before it asks for the name ("New here? (y/n)"); None: it does not."""
        settled = None
        for _ in range(_MOST_CHOICES if self._answers and handle in self._accounts else 0):
            asked = self._read.question(handle)
            said = choice_in(asked, self._manners.choices[self._accounts[handle][0] in self._strangers])
            if not said or not self._stage.alive(handle):
                break
            self._read.dialogues[handle].choice = self._read.dialogues[handle].choice or asked
            settled = self._choose(handle, said)
        return settled

    def line_end(self, handle: str, line: str) -> bytes:
        """What ends a line of the scenario: a space where it is one answer of a login that wants all on one line."""
        dialogue = self._read.dialogues.get(handle)
        if dialogue is None or dialogue.inside or not self._manners.one_line:
            return b"\n"
        asked = self._read.question(handle)
        first = dialogue.questions[0] if dialogue.questions else asked
        answers = len(self._answers[0]) if self._answers else 1
        if dialogue.by_hand or (len(line.split()) == 1 and same_question(asked, first)):
            dialogue.by_hand = (dialogue.by_hand + 1) % answers
        return b" " if dialogue.by_hand else b"\n"

    def _choose(self, handle: str, said: str, within: float | None = None) -> Settled:
        self._read.dialogues[handle].mark = len(self._stage.output(handle))
        self._stage.type(handle, said.encode() + b"\n", "yes")
        return settle(self._stage, [handle], within or self._within)

    def _approach(self, handle: str) -> bool:
        if self._stage.alive(handle) and handle in self._read.dialogues:
            if not self._asked_anew(handle):
                return False
        elif not self._waits(handle, self._start(handle)):
            return False
        dialogue = self._read.dialogues[handle]
        if not dialogue.questions:
            dialogue.questions.append(self._read.question(handle))
        while dialogue.at < len(self._answers) - 1:
            self._answer(handle, None)
            settled = self.agree(handle, settle(self._stage, [handle], self._within))
            if not self._waits(handle, settled) or self._asked_again(handle) or self._turned_away(handle):
                return False
            dialogue.at += 1
            dialogue.questions[dialogue.at :] = [self._read.question(handle)]
        return True

    def _asked_anew(self, handle: str) -> bool:
        """Find out which answer a client asks for that was here before; False (and noted) if it is logged in."""
        dialogue = self._read.dialogues[handle]
        # Somebody may have answered by typing lines; then the program's own words say what is asked now.
        asked = self._read.question(handle)
        matches = [at for at, known in enumerate(dialogue.questions) if same_question(asked, known)]
        if dialogue.inside and (dialogue.blurred or not matches):
            self._note(handle, "in", "its client had not ended, and is logged in still")
            return False
        dialogue.inside = False
        dialogue.at = matches[0] if matches else min(dialogue.at, len(self._answers) - 1)
        return True

    def _answer(self, handle: str, password: str | None) -> None:
        dialogue = self._read.dialogues[handle]
        wanted = self._answers[dialogue.at]
        account, own = self._accounts[handle]
        text = " ".join(account if what == "name" else own if password is None else password for what in wanted)
        dialogue.mark = len(self._stage.output(handle))
        self._stage.type(handle, text.encode() + b"\n", wanted[-1])

    def _conclude(self, handle: str, settled: Settled, expected: bool, *, rivals: bool) -> None:
        dialogue = self._read.dialogues[handle]
        if not self._waits(handle, self.agree(handle, settled)):
            return
        asked, known = self._read.question(handle), dialogue.questions
        blind = self._read.is_blind(dialogue, asked, expected)
        if not dialogue.blurred and self._asked_again(handle):
            return
        if dialogue.at and not dialogue.blurred and same_question(asked, known[dialogue.at]):
            self._note(handle, "refused", f"after the {self._read.answered(dialogue)} it asked {asked!r} again")
            return
        # Who should come in is held against those of this play alone: a greeting may be another one today.
        home = self._read.home or (self._manners.home if not expected or rivals else "")
        doubtful = not expected or rivals or not known[dialogue.at]
        if doubtful and home and not (same_prompt(asked, home) or self._read.at_home(asked)):
            dialogue.at = 0
            self._note(handle, "refused", f"it asked {asked!r}, and asks {home!r} where somebody is let in")
            return
        if blind and not self._stage.connected(handle):
            self._note(handle, "refused", "it asks without a word, and has no connection to anybody")
            return
        if blind and self._told_by_its_words(handle):
            return
        dialogue.inside = expected or not blind
        if not blind:
            # Not from who may be refused: what looks new may be a refusal in its own words.
            self._read.home = self._read.home or (asked if expected and not rivals else "")
            self._note(handle, "in", f"it asks {asked!r} now")
            return
        dialogue.at = dialogue.at if expected else 0
        looks = f"all its questions look like {asked!r}" if asked and known[-1] else "it asks without a word"
        self._note(handle, "no-prompt", f"{looks}, so nobody can tell whether it let anybody in")

    def _asks_newcomer(self, handle: str, settled: Settled, *, rivals: bool) -> bool:
        """Whether somebody new, who gave all on one line, is asked for it once more: "No such user. Register: "."""
        known = self._read.home or self._manners.home  # else it may be the command prompt that asks
        if not (self._manners.one_line and known and self._accounts[handle][0] in self._strangers):
            return False
        self.agree(handle, settled)
        asked = self._read.question(handle)
        # Of two at one instant, the one who is asked the first question again may have been refused.
        refused = rivals and same_question(asked, self._read.dialogues[handle].questions[0])
        return self._stage.alive(handle) and not refused and not self._read.at_home(asked)

    def _told_by_its_words(self, handle: str) -> bool:
        """Whether it says what the probe saw, of one who was let in or of one who was not; if so, it is noted."""
        dialogue, said = self._read.dialogues[handle], words(self._read.shown(handle), [self._accounts[handle][0]])
        dialogue.inside = said in self._manners.welcomes
        if dialogue.inside:
            self._note(handle, "in", f"it says {said!r}, as it does to those who are let in")
        elif said in self._manners.refusals:
            dialogue.at = 0
            self._note(handle, "refused", f"it says {said!r}, as it does after a wrong password")
        return dialogue.inside or said in self._manners.refusals

    def _asked_again(self, handle: str) -> bool:
        """Whether the first question came again: a refusal, and the next attempt begins from there."""
        dialogue = self._read.dialogues[handle]
        asked = self._read.question(handle)
        if self._read.at_choice(handle, asked):
            self._note(handle, "refused", f"it asked {asked!r} again")
            dialogue.at = 0
            self.enter(handle)
            return True
        if not same_question(asked, dialogue.questions[0]):
            return False
        if dialogue.at < len(self._answers) - 1 and self._read.without_a_word(handle):
            # The same sign for every question ("forum> "), and not a word of a refusal: it goes on.
            dialogue.blurred = True
            return False
        answered = self._read.answered(dialogue)
        dialogue.at = 0
        self._note(handle, "refused", f"after the {answered} it asked {asked!r} again")
        return True

    def _turned_away(self, handle: str) -> bool:
        """Whether a name that is in use was answered as nobody's was before: a refusal, in any words."""
        dialogue, asked = self._read.dialogues[handle], self._read.question(handle)
        before = [d.questions[dialogue.at + 1] for other, d in self._read.dialogues.items()
                  if other != handle and len(d.questions) > dialogue.at + 1]  # fmt: skip
        if not self._read.in_use(handle) or not before or any(same_prompt(asked, known) for known in before):
            return False
        why = f"after the {self._read.answered(dialogue)} it asked {asked!r}, and {before[0]!r} where it goes on"
        dialogue.at = 0
        self._note(handle, "refused", why)
        return True

    def _waits(self, handle: str, settled: Settled) -> bool:
        """Whether the client waits for its next answer; if not, how the attempt ended is noted."""
        if not self._stage.alive(handle):
            self._note(handle, "left", "the client ended before it had logged in")
            return False
        # A program that only polls cannot be seen to ask; one that has not said a word in all its time does not.
        if handle not in settled.asks and (settled.evidence in _PROOF or not self._read.shown(handle).strip()):
            self._note(handle, "hung", settled.cause or "the client does not wait for its keyboard")
            return False
        return True

    def _note(self, handle: str, result: str, why: str) -> None:
        prompts = list(self._read.dialogues[handle].questions) if handle in self._read.dialogues else []
        account, _ = self._accounts[handle]
        if result in ("in", "no-prompt") and self._read.dialogues[handle].inside:
            self._strangers.discard(account)
        self._recorder.note(LoginTried, actor=handle, account=account, result=result, why=why, prompts=prompts)
