"""Judge conduct: who crashed, who printed a traceback, who stayed behind, who span.

A traceback costs nothing by itself (wording and noise are free); it is the
likely cause of what failed. A server that ends while the play goes on, though,
has failed whatever the step was about.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.events import Conduct, Exited, Idled, Settled, TookTurns
from harness.judge import sentences as say
from harness.judge.bounds import too_much, unseen
from harness.judge.causes import traceback
from harness.judge.growth import kept
from harness.judge.miss import Miss
from harness.judge.silences import slow
from harness.judge.starved import starved
from harness.judge.view import View
from harness.scenario.model import Deed, Do, Expect, Hold, Pass, Sight, Step, Together, Type, walk
from harness.verdict import Verdict

# A scenario with this tag is about what programs do while nobody does anything.
IDLE = "idle"
# Of the time in which it had a core, or could have had one: who never blocks uses all of it, pollers a hundredth. On a
# busy machine there is less of that; a tenth of all the time nobody uses who only looks now and then.
BUSY, LEAST_BUSY, LEAST_IDLE = 0.5, 0.1, 1.0


def crashes(view: View) -> Iterator[tuple[int, str, Miss]]:
    """Programs that ended while nobody said that they may: a server at any time, a client by a signal.

    Each with the number of the step that was being played.
    """
    for at, event in enumerate(view.events):
        if isinstance(event, Exited) and not event.by_us and event.step is not None and not _may_end(view, event):
            if event.actor in view.began.accounts and not event.signal:
                continue
            who = say.program(view, event.actor)
            doing = next((step.text for step in view.scenario.steps() if step.number == event.step), "")
            sentence = f"{who} {say.ending(event)} in the middle of the play" + (f", at {doing!r}" if doing else "")
            if (took := too_much(view, event, at)) is not None:
                yield event.step, event.actor, took
                continue
            error = traceback(view, event.actor, view.born(event.actor, at), at + 1)
            likely = f"{who} printed a traceback: {error}" if error and (event.status or event.signal) else ""
            miss = Miss("crashed", sentence, "it goes on", say.ending(event),
                        where=say.theirs(view, event.actor, "terminal"), likely=likely)
            yield event.step, event.actor, miss


def _may_end(view: View, event: Exited) -> bool:
    """Whether the scenario makes this program end here, or expects it to have ended before anything else is done."""
    assert event.step is not None
    for top in view.scenario.play:
        for step in walk([top]):
            here = event.step in (step.number, top.number)
            if isinstance(step, Do) and event.actor in step.who and here and _ends(step, event):
                return True
            if isinstance(step, Expect) and step.sight is Sight.LEAVES and event.actor in step.who:
                clean = event.status == 0
                if event.step <= step.number and (clean or not _acts_between(view, event.step, top)):
                    return True
    return False


def _ends(step: Do, event: Exited) -> bool:
    """Whether this deed may end a program: a kill does, and a key or raw bytes can."""
    if step.deed in (Deed.KILL, Deed.RESTART):
        return event.signal == "SIGKILL"
    return step.deed in (Deed.PRESS, Deed.SEND)


def _acts_between(view: View, number: int, top: Step) -> bool:
    """Whether anything is done after the step of this number and before `top`."""
    last = max((inner.number for play in view.scenario.play for inner in walk([play])
                if number in [one.number for one in walk([play])]), default=number)
    return any(isinstance(step, Type | Do | Together | Hold) and last < step.number < top.number
               for step in view.scenario.play if not isinstance(step, Pass))


def remarks(view: View) -> Iterator[tuple[str, Miss]]:
    """What is worth a word and costs nothing: tracebacks, slow answers, programs left behind, a core kept busy."""
    yield from slow(view)
    for actor in view.actors:
        error = traceback(view, actor, 0, len(view.events))
        if error:
            sentence = f"{say.program(view, actor)} printed a traceback: {error}"
            yield actor, Miss("traceback", sentence, where=say.theirs(view, actor, "terminal"), verdict=Verdict.PASSED)
    for event in view.events:
        if isinstance(event, Conduct) and event.stayed:
            text = f"{say.program(view, event.actor)} left running: {', '.join(event.stayed[:3])}"
            yield event.actor, Miss("stayed", text, verdict=Verdict.PASSED)
    yield from _as_it_came(view)
    yield from unseen(view)
    yield from kept(view)
    yield from _spinning(view)
    yield from starved(view)


def _as_it_came(view: View) -> Iterator[tuple[str, Miss]]:
    """Where this machine does not let us stop threads: then it was luck whether a race was met."""
    found = [event for event in view.events if isinstance(event, TookTurns) and event.why]
    for actor, why in dict.fromkeys((event.actor, event.why) for event in found):
        sentence = f"{say.program(view, actor)}'s threads could not be run one at a time, and ran as it came: {why}"
        yield actor, Miss("not-in-turn", sentence, verdict=Verdict.PASSED)


def _spinning(view: View) -> Iterator[tuple[str, Miss]]:
    """Who keeps a core busy while nobody does anything. In a scenario about it (a tag), that fails."""
    idled = [event for event in view.events if isinstance(event, Idled)]
    seconds = sum(event.seconds for event in idled)
    for actor in view.actors:
        spent = sum(_number(event.cpu.get(actor)) for event in idled)
        waited = sum(_number(event.waited.get(actor)) for event in idled)
        who = say.program(view, actor)
        likely = "it asks again and again whether there is something: block in recv(), accept() or select() instead"
        if seconds >= LEAST_IDLE and spent >= max(BUSY * (seconds - waited), LEAST_BUSY * seconds):
            queued = f" (and waited {waited:.1f} s for a core)" if waited >= LEAST_BUSY * seconds else ""
            sentence = f"{who} used {spent:.1f} s of CPU time in {seconds:.0f} s in which nobody did anything{queued}"
            verdict = Verdict.FAILED if IDLE in view.scenario.tags else Verdict.PASSED
            yield actor, Miss("spun", sentence, "a program that sleeps while it waits",
                              f"{spent:.1f} s of CPU time in {seconds:.0f} s", likely=likely, verdict=verdict)
        elif actor in _never_block(view):
            used = next((e.cpu for e in view.events if isinstance(e, Conduct) and e.actor == actor), 0.0)
            spent_all = f": {used:.1f} s of CPU time in a play of {view.events[-1].t:.0f} s" if used else ""
            yield actor, Miss("spun", f"{who} never blocks: it keeps a core busy while it waits{spent_all}",
                              likely=likely, verdict=Verdict.PASSED)  # fmt: skip


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _never_block(view: View) -> set[str]:
    return {str(w.get("actor")) for e in view.events if isinstance(e, Settled) and e.evidence == "spinning"
            for w in e.waits if w.get("call") == "running"}  # fmt: skip
