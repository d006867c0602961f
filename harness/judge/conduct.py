"""Judge conduct: who crashed, who printed a traceback, who stayed behind, who span.

A traceback costs nothing by itself (wording and noise are free); it is the
likely cause of what failed. A server that ends while the play goes on, though,
has failed whatever the step was about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.events import Conduct, Exited, Output, Settled
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.scenario.matching import visible
from harness.scenario.model import Deed, Do, Expect, Sight, walk
from harness.verdict import Verdict

_PYTHON = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t].*\n?)*(?P<error>[A-Za-z_][\w.]*(?::.*)?)")
_JAVA = re.compile(r"(?P<error>Exception in thread .*|Caused by: .*)((?:\n\s+at .*)*)")
_NATIVE = re.compile(r"(?P<error>Segmentation fault.*|\*\*\* stack smashing detected.*|double free or corruption.*)")


def crashes(view: View) -> Iterator[tuple[str, Miss]]:
    """Programs that ended while nobody said that they may: a server at any time, a client by a signal."""
    for at, event in enumerate(view.events):
        if isinstance(event, Exited) and not event.by_us and event.step is not None and not _may_end(view, event):
            crashed = event.actor not in view.began.accounts or bool(event.signal)
            if crashed:
                sentence = f"{say.program(view, event.actor)} {say.ending(event)} in the middle of the play"
                likely = last_error(view, event.actor, at + 1)
                where = say.theirs(view, event.actor, "terminal")
                yield event.actor, Miss("crashed", sentence, "it goes on", say.ending(event), where=where, likely=likely)


def _may_end(view: View, event: Exited) -> bool:
    """Whether any step of the play says that this actor leaves, is killed or is restarted."""
    for step in walk(view.scenario.play):
        if isinstance(step, Expect) and step.sight is Sight.LEAVES and event.actor in step.who:
            return True
        if isinstance(step, Do) and step.deed in (Deed.KILL, Deed.RESTART) and event.actor in step.who:
            return True
    return False


def last_error(view: View, actor: str, before: int) -> str:
    """The last traceback on an actor's terminal, in one line: "the server printed a traceback: KeyError: '3331' (…)"."""
    data = b"".join(e.data for e in view.events[:before] if isinstance(e, Output) and e.actor == actor)
    text = visible(data)
    found = [match for pattern in (_PYTHON, _JAVA, _NATIVE) for match in pattern.finditer(text)]
    if not found:
        return ""
    last = max(found, key=lambda match: match.start())
    place = re.findall(r'File "([^"]+)", line (\d+)', last.group(0))
    at = f" ({place[-1][0].rsplit('/', 1)[-1]}, line {place[-1][1]})" if place else ""
    return f"{say.program(view, actor)} printed a traceback: {last['error'].strip()}{at}"


def likely_cause(view: View, before: int) -> str:
    """A traceback on anybody's terminal so far: the server's first, as it fails for everybody."""
    people = set(view.began.accounts)
    order = sorted(view.actors, key=lambda actor: actor in people)
    return next(filter(None, (last_error(view, actor, before) for actor in order)), "")


def remarks(view: View) -> Iterator[tuple[str, Miss]]:
    """What is worth a word and costs nothing: tracebacks, programs left behind, a core kept busy."""
    for actor in view.actors:
        error = last_error(view, actor, len(view.events))
        if error:
            yield actor, Miss("traceback", error, where=say.theirs(view, actor, "terminal"), verdict=Verdict.PASSED)
    for event in view.events:
        if isinstance(event, Conduct) and event.stayed:
            text = f"{say.program(view, event.actor)} left running: {', '.join(event.stayed[:3])}"
            yield event.actor, Miss("stayed", text, verdict=Verdict.PASSED)
    spun = {w["actor"] for e in view.events if isinstance(e, Settled) and e.evidence == "spinning"
            for w in e.waits if w.get("call") == "running"}
    for actor in sorted(spun):
        text = f"{say.program(view, actor)} never blocks: it keeps a core busy while it waits"
        yield actor, Miss("spun", text, verdict=Verdict.PASSED)
