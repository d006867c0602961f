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

Several people log in a round at a time: all programs start, all give their
name, all give their password, and each round is waited for once. A server may
well take one login at a time, so whoever is not answered while others are is
waited for until nobody can go on any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from harness.events import Settled
from harness.logins.attempts import Attempts
from harness.logins.choices import Choices
from harness.logins.reading import Dialogue, Reading
from harness.patience import settle
from harness.recording import Recorder
from harness.stage import Stage
from harness.subject.prompts import UNKNOWN, Manners, same_question


class Logins:
    """The logins of one play. `run` starts somebody's program, and waits for nothing.

    `manners`: what the probe saw. `registered`: the names that have an account; None: all have.
    """

    def __init__(
        self,
        stage: Stage,
        recorder: Recorder,
        *,
        answers: Sequence[str],
        accounts: Mapping[str, Sequence[str]],
        run: Callable[[str], None],
        within: float,
        manners: Manners = UNKNOWN,
        registered: Collection[str] | None = None,
    ) -> None:
        self._stage = stage
        # What is typed for each question: one answer, or all of them with a space between.
        self._answers = [answers] if manners.one_line and answers else [[answer] for answer in answers]
        self._accounts = accounts
        self._run = run
        self._within = within
        self._manners = manners
        self._strangers = {name for name, _ in accounts.values() if registered is not None and name not in registered}
        self._read = Reading(stage, self._answers, accounts, manners)
        self._choices = Choices(stage, self._read, accounts, manners, self._strangers, within)
        self._attempts = Attempts(stage, recorder, self._read, accounts, manners, self._strangers,
                                  len(self._answers) - 1)  # fmt: skip

    def start(self, who: Sequence[str]) -> Settled:
        """Start these people's programs, all at once, and wait until they ask for what they will be told first."""
        for handle in who:
            self._run(handle)
        settled = settle(self._stage, who, self._within)
        return self._enter(who) or settled

    def log_in(self, who: Sequence[str]) -> None:
        """Log these people in, a round at a time."""
        for wave in self._without_rivals(who):
            waiting, late, settled = self._come(wave)
            while waiting:
                self.answer(waiting)
                settled = self.conclude(waiting, settle(self._stage, waiting, self._within))
                moved = [handle for handle in late if not self._attempts.silent(handle, settled)]
                settled = self._enter([one for one in moved if not self._read.dialogues[one].questions]) or settled
                waiting, later, settled = self._go_on(moved, settled)
                late = [handle for handle in late if handle not in moved] + later
            self._give_up(late, settled)

    def be_refused(self, handle: str, password: str | None) -> None:
        """Try to log in, with this password (None: the right one); it should fail."""
        waiting = self.approach([handle])
        self.answer(waiting, password)
        if waiting:
            self.conclude(waiting, settle(self._stage, waiting, self._within), expected=False)

    def approach(self, who: Sequence[str]) -> list[str]:
        """Start the clients of those who have none, and give every answer but the last. Who then waits for that one?"""
        there: set[str] = set()
        for wave in self._without_rivals(who):
            waiting, late, settled = self._come(wave)
            self._give_up(late, settled)
            there |= set(waiting)
        return [handle for handle in who if handle in there]

    def answer(self, waiting: Sequence[str], password: str | None = None) -> None:
        """Give the answer that they are asked for, all at one instant."""
        for handle in waiting:
            dialogue = self._read.dialogues[handle]
            wanted = self._answers[dialogue.at]
            account, own = self._accounts[handle]
            text = " ".join(account if what == "name" else own if password is None else password for what in wanted)
            dialogue.mark = len(self._stage.output(handle))
            self._stage.type(handle, text.encode() + b"\n", wanted[-1])

    def conclude(self, waiting: Sequence[str], settled: Settled, *, expected: bool = True) -> Settled:
        """How each attempt ended. `expected`: to be let in, which decides what is assumed where nobody can tell."""
        wanted = Counter(self._accounts[handle][0] for handle in waiting)
        rivals = {handle for handle in waiting if wanted[self._accounts[handle][0]] > 1}
        again, settled = self._asked_as_newcomers(waiting if expected else [], settled, rivals)
        if again:
            self.answer(again)
            settled = settle(self._stage, waiting, self._within)
        settled = self._choices.agree(waiting, settled)
        for handle in waiting:
            self._attempts.conclude(handle, settled, expected, rivals=handle in rivals)
        return self._at_the_door() or settled

    def begun(self, handle: str) -> None:
        """A new program runs for `handle`: what its predecessor asked is forgotten."""
        self._read.dialogues[handle] = Dialogue()

    def agree(self, who: Sequence[str], settled: Settled, within: float | None = None) -> Settled:
        """Say yes to clients that ask whether, and wait for what follows."""
        return self._choices.agree(who, settled, within)

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

    # --- a round at a time

    def _without_rivals(self, who: Sequence[str]) -> Iterator[list[str]]:
        """Those who may give their names at one time. Two who want one account race only where they are meant to:
        with the last answer."""
        left = list(dict.fromkeys(who))
        while left:
            first = {self._accounts[handle][0]: handle for handle in reversed(left)}
            yield [handle for handle in left if first[self._accounts[handle][0]] == handle]
            left = [handle for handle in left if first[self._accounts[handle][0]] != handle]

    def _come(self, who: Sequence[str]) -> tuple[list[str], list[str], Settled | None]:
        """Start who has no program, and give every answer but the last: who waits for that, and who for the server."""
        there = [handle for handle in who if self._stage.alive(handle) and handle in self._read.dialogues]
        new = [handle for handle in who if handle not in there]
        asked = [handle for handle in there if self._attempts.asked_anew(handle)]
        for handle in asked:
            self._first_question(handle)
        settled = self.start(new) if new else None
        return self._go_on(new, settled, asked)

    def _go_on(self, answered: Sequence[str], settled: Settled | None, asked: Sequence[str] = ()
               ) -> tuple[list[str], list[str], Settled | None]:  # fmt: skip
        """From where they stand to the last answer: who waits for it, who was not answered, and how it settled last.

        `answered`: they have settled, and what they ask is to be read; `asked`: it is known what they ask.
        """
        waiting: list[str] = []
        late: list[str] = []
        going = list(asked)
        while True:
            if settled is not None:
                silent = [handle for handle in answered if self._attempts.silent(handle, settled)]
                going += [one for one in answered if one not in silent and self._arrives(one, settled)]
                late += silent
            self._at_the_door()
            last = [handle for handle in going if self._read.dialogues[handle].at == len(self._answers) - 1]
            waiting += last
            answered, going = [handle for handle in going if handle not in last], []
            if not answered:
                return waiting, late, settled
            self.answer(answered)
            settled = self._choices.agree(answered, settle(self._stage, answered, self._within))

    def _arrives(self, handle: str, settled: Settled) -> bool:
        """Whether somebody who was started, or has given an answer, is asked for the next; else it is noted why not."""
        if not self._attempts.waits(handle, settled):
            return False
        return self._first_question(handle) or self._attempts.goes_on(handle)

    def _first_question(self, handle: str) -> bool:
        """Whether what it asks now is its first question."""
        dialogue = self._read.dialogues[handle]
        if dialogue.questions:
            return False
        dialogue.questions.append(self._read.question(handle))
        return True

    def _enter(self, who: Sequence[str]) -> Settled | None:
        """What is asked before the name, if there is a name to be given."""
        return self._choices.enter(who) if self._answers else None

    def _at_the_door(self) -> Settled | None:
        """Who was refused and is asked whether, before the name, is told again what leads to the name."""
        outside, self._attempts.outside = self._attempts.outside, []
        return self._enter(outside)

    def _give_up(self, late: Sequence[str], settled: Settled | None) -> None:
        """Nobody moves any more: how it ended for those whom nobody has answered."""
        for handle in late:
            if settled is not None:
                self._attempts.waits(handle, settled)

    def _asked_as_newcomers(self, waiting: Sequence[str], settled: Settled, rivals: Collection[str]
                            ) -> tuple[list[str], Settled]:  # fmt: skip
        """Who is new, gave all on one line, and is asked for it once more: "No such user. Register: "."""
        known = self._read.home or self._manners.home  # else it may be the command prompt that asks
        new = [handle for handle in waiting if self._accounts[handle][0] in self._strangers]
        if not (self._manners.one_line and known and new):
            return [], settled
        settled = self._choices.agree(new, settled)
        again = []
        for handle in new:
            asked = self._read.question(handle)
            # Of two at one instant, the one who is asked the first question again may have been refused.
            refused = handle in rivals and same_question(asked, self._read.dialogues[handle].questions[0])
            if self._stage.alive(handle) and not refused and not self._read.at_home(asked):
                again.append(handle)
        return again, settled
