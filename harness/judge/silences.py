"""Three silences are three findings: slow, an empty answer with the prompt back, and no answer at all.

*No answer* (`no-answer`) is judged where it is owed: typed.py and sights.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from harness.events import Output, Settled, Typed
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.scenario.model import Step, Type
from harness.verdict import Verdict

# Healthy programs answer a command in 0.4 s at most, and move a file of 300 KB in 6 s.
SLOW = 6.0


def too_slow(view: View, step: Step, actor: str, settled: Settled, what: str) -> Miss:
    """The time is over and the programs are still at work: what would have come nobody knows. `what`: "'LIST'"."""
    where, who = say.theirs(view, actor, "terminal"), say.program(view, actor)
    spent = _spent([event for event in view.within(step) if isinstance(event, Settled)]) or settled.own
    sentence = f"{what} has no answer after {spent:.0f} s, and the programs are still at work"
    return Miss("too-slow", f"{sentence}: {who} does not ask for the next line", "an answer, and the next question",
                f"no end of the answer in {spent:.0f} s", where=where, likely=say.cause(settled))


def silent(view: View, step: Step, actor: str, wanted: str, owed: Miss | None) -> Miss:
    """Something should stand there, and nothing came: `owed` says that the client still owes its answer."""
    where, typed = say.theirs(view, actor, "terminal"), view.typed_line(actor, step)
    expected = f"expected {say.shown(wanted)} on {where}, and "
    if owed is None:
        sentence = f"{expected}{typed!r} had an empty answer: only the prompt came back"
        return Miss("empty-answer", sentence, wanted, say.shown(view.seen(actor, step)), where=where)
    if owed.code == "no-answer":
        sentence = f"{typed!r} has no answer at all: {say.program(view, actor)} does not ask for the next line"
        return replace(owed, sentence=expected + sentence, expected=wanted)
    return replace(owed, sentence=expected + owed.sentence, expected=wanted)


def slow(view: View) -> Iterator[tuple[str, Miss]]:
    """A remark for each person whose client was answered late, about the slowest line. Costs nothing."""
    slowest: dict[str, tuple[float, str]] = {}
    for step in view.scenario.play:
        if isinstance(step, Type) and view.was_played(step):
            own = _spent([event for event in view.within(step) if isinstance(event, Settled)])
            for handle, line in step.lines[-1:]:
                settled = view.settled(step, handle)
                # To prove of who polls that nothing more comes takes seconds: those are not the program's.
                spent = min(own, _until_last_word(view, step, handle))
                if settled is not None and handle in settled.asks and spent >= SLOW:
                    slowest[handle] = max(slowest.get(handle, (0.0, "")), (spent, line))
    for handle, (spent, line) in slowest.items():
        sentence = f"{say.program(view, handle)} took {spent:.0f} s to answer {line!r}: slow, though it costs nothing"
        yield handle, Miss("slow", sentence, where=say.theirs(view, handle, "terminal"), verdict=Verdict.PASSED)


def _until_last_word(view: View, step: Step, handle: str) -> float:
    """Seconds from the first key of this step to the last thing that this person's program said."""
    typed = [event.t for event in view.within(step) if isinstance(event, Typed) and event.actor == handle]
    said = [event.t for event in view.within(step) if isinstance(event, Output) and event.actor == handle]
    return max(0.0, said[-1] - typed[0]) if typed and said else 0.0


def _spent(settled: list[Settled]) -> float:
    """The programs' own time, and the waits between that were sat out."""
    pauses = [later.t - later.wall - earlier.t for earlier, later in pairwise(settled)]
    return sum(event.own for event in settled) + sum(max(0.0, pause) for pause in pauses)
