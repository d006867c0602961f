"""How a program treats those who come in, read from the logins that went well: what the plays know from the start.

A prompt is believed if the same newcomer saw it twice: as a new user, whose
account was then written down, and as a known one on another start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.probe.experiment import LAST, MEMBER, NEW, WRONG_PASSWORD, Laboratory, Played
from harness.probe.shapes import Copes, cope
from harness.scenario.assignment import Assignment
from harness.subject.learnt import CHOICES, ONE_LINE, PROMPT, REFUSAL, Fact
from harness.subject.prompts import Manners, question, same_prompt, words
from harness.subject.subject import AccountsEnd, Subject

# What a client is told that asks yes or no before the name: who has an account, and who has none. "New here?" is the
# likeliest; then "Have you an account?", then what everybody must agree to.
_CHOICES = ((False, True), (True, False), (True, True))
_SAID = {True: "yes", False: "no"}


def come_in(subject: Subject, assignment: Assignment, lab: Laboratory, shape: AccountsEnd) -> tuple[Subject, Copes]:
    """How the program copes with this shape of the accounts, and the subject with the choices that lead in.

    Where nobody comes in by the name first, all is tried on one line.
    """
    best = cope(subject, assignment, lab, shape)
    for choices in _CHOICES if best.first.chose(NEW) and not best.well else ():
        other = replace(subject, manners=replace(subject.manners, choices=choices))
        tried = best if other == subject else cope(other, assignment, lab, shape)
        if tried.score > best.score:
            subject, best = other, tried
        if best.well:
            break
    known = _on_one_line(subject, assignment, lab, best)
    if known is None:
        return subject, best
    subject = replace(subject, manners=known)
    return subject, cope(subject, assignment, lab, shape)


def _on_one_line(subject: Subject, assignment: Assignment, lab: Laboratory, copes: Copes) -> Manners | None:
    """How it asks those who gave the name and the password on one line; None: it wants one after the other.

    Tried once, where a name that has an account led to nothing: whoever wants
    both on one line takes the name alone for a mistake, and asks anew or ends.
    """
    again, first = copes.again, copes.first.login(NEW)
    if again is None or not _stopped_at_name(again, LAST) or (first is not None and first.result == "in"):
        return None
    # (On another port than this variant's there is nobody to let anyone in.)
    if assignment.server and copes.first.transport() != assignment.transport:
        return None
    known = replace(subject.manners, one_line=True)
    # Not the last of the file: in this shape of it that line may be the one that the program spoils.
    tried = lab.play("name and password on one line", replace(subject, manners=known), assignment, f"{MEMBER} logs in",
                     accounts=lab.ended_so(copes.shape))  # fmt: skip
    login = tried.login(MEMBER)
    # How somebody is asked who is in: by it, a newcomer is known who is asked for more.
    return replace(known, home=_asked(tried, MEMBER)) if login is not None and login.result == "in" else None


def _stopped_at_name(one: Played, handle: str) -> bool:
    """Whether this person's client took the name, and nothing behind it; or the password too, and asked the same."""
    login = one.login(handle)
    typed = [typed.what for typed, _ in one.answers(handle) if typed is not None and not typed.goes_on]
    if login is None or login.result not in ("refused", "left", "no-prompt"):
        return False
    return typed == ["name"] or (login.result == "no-prompt" and len(set(login.prompts)) == 1)


def manners(subject: Subject, assignment: Assignment, lab: Laboratory, copes: Copes) -> Manners:
    """What is known of its questions to those who come in: of a program whose new users come in and come back."""
    known = subject.manners
    if not copes.well or copes.back is None:
        return known
    logins = [copes.first, copes.back]
    homes = [_asked(one, NEW) for one in logins]
    home = homes[1] if same_prompt(*homes) else ""
    if all((login := one.login(NEW)) is not None and login.result == "in" for one in logins):
        return replace(known, home=home)
    # Nobody could tell. Perhaps the words above its questions can: who is refused is told otherwise.
    wrong = lab.play("a wrong password is typed", subject, assignment, {f"{MEMBER} cannot log in with": WRONG_PASSWORD})
    welcomes, refusal = [_words(one, NEW) for one in logins], _words(wrong, MEMBER)
    if not refusal or refusal in welcomes or wrong.ended(MEMBER):
        return known
    home = "" if same_prompt(home, _asked(wrong, MEMBER)) else home
    return replace(known, home=home, welcomes=welcomes, refusals=[refusal])


def _asked(one: Played, handle: str) -> str:
    return question(one.told_at_login(handle), [one.recording.began.accounts[handle][0]])


def _words(one: Played, handle: str) -> str:
    return words(one.told_at_login(handle), [one.recording.began.accounts[handle][0]])


def manners_facts(known: Manners, copes: Copes) -> dict[str, Fact]:
    """What the plays go by, and how it was seen."""
    return dict(_facts(known, copes))


def _facts(known: Manners, copes: Copes) -> Iterator[tuple[str, Fact]]:
    if copes.first.chose(NEW):
        account, none = (_SAID[choice] for choice in known.choices)
        yield CHOICES, Fact(f"{account} for who has an account, {none} for who has none", "so a new user came in")
    if known.one_line:
        yield ONE_LINE, Fact("name and password", "the name alone led to nothing; who gave both came in")
    if known.home:
        yield PROMPT, Fact(known.home.rpartition("\n")[2], "a new user was asked so, and again on a new start")
    if known.refusals:
        seen = f"after a wrong password; who is let in is told {known.welcomes[-1]!r}, and all questions look alike"
        yield REFUSAL, Fact(known.refusals[0], seen)
