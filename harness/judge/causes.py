"""What usually causes a failure: the traceback that a program printed, if it has anything to do with it.

A traceback from long ago, or on the terminal of somebody who has no part in a
step, explains nothing. It counts if it came while the step's answer was
awaited; one that came earlier counts only where a program is gone or silent,
as that may be what it left behind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.events import Listening, Output
from harness.judge import sentences as say
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.scenario.matching import visible
from harness.scenario.model import Do, ExpectFile, Step, Type

_PYTHON = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t].*\n?)*(?P<error>[A-Za-z_][\w.]*(?::.*)?)")
_JAVA = re.compile(r"(?P<error>Exception in thread .*|Caused by: .*|^(?:\w+\.)+\w*(?:Exception|Error)\b.*(?=\n\s+at ))"
                   r"(?:\n\s+at .*)*", re.MULTILINE)
_NATIVE = re.compile(r"(?P<error>Segmentation fault.*|\*\*\* stack smashing detected.*|double free or corruption.*)")
# What somebody at the keyboard (or a scenario) asked for is no mistake of the program.
_ASKED_FOR = ("KeyboardInterrupt",)
# A program that is gone or silent may be so because of something that went wrong long before.
_LASTING = ("no-answer", "left", "not-running", "did-not-leave")


def traceback(view: View, actor: str, start: int, end: int) -> str:
    """The last error that an actor's terminal showed between two positions: "KeyError: '3331' (server.py, line 9)"."""
    data = b"".join(e.data for e in view.events[start:end] if isinstance(e, Output) and e.actor == actor)
    text = visible(data)
    found = [match for pattern in (_PYTHON, _JAVA, _NATIVE) for match in pattern.finditer(text)
             if not match["error"].startswith(_ASKED_FOR)]
    if not found:
        return ""
    last = max(found, key=lambda match: match.start())
    text = last.group(0)
    place = re.findall(r'File "([^"]+)", line (\d+)', text) or re.findall(r"\(([\w.]+):(\d+)\)", text)[:1]
    at = f" ({place[-1][0].rsplit('/', 1)[-1]}, line {place[-1][1]})" if place else ""
    return f"{last['error'].strip()}{at}"


def likely_cause(view: View, step: Step, actor: str, miss: Miss) -> str:
    """Why this step failed, as far as that can be guessed: a traceback, or else what the stage found out."""
    end = view.end(step)
    concerned = _concerned(view, step, actor, miss)
    for who in concerned:
        error = traceback(view, who, _awaited_since(view, step, actor), end)
        if error:
            return f"{say.program(view, who)} printed a traceback: {error}"
    if elsewhere := _other_port(view, step):
        return elsewhere
    if miss.code in _LASTING:
        for who in concerned:
            error = traceback(view, who, view.born(who, end), end)
            if error:
                earlier = f"{say.program(view, who)} printed a traceback earlier: {error}"
                return f"{miss.likely}; {earlier}" if miss.likely else earlier
    return miss.likely


def _other_port(view: View, step: Step) -> str:
    """Whether nobody could come in, because the server listens on another port than the one it was told."""
    told = view.began.values.get("port", "")
    heard = [event for event in view.events if isinstance(event, Listening)]
    if not isinstance(step, Do) or not told.isdigit() or not heard or any(int(told) in event.ports for event in heard):
        return ""
    ports = say.several([str(port) for port in heard[0].ports])
    return f"the {heard[0].actor} listens on port {ports}, and was told to listen on {told}"


def _awaited_since(view: View, step: Step, actor: str) -> int:
    """From where on something belongs to this step: since the last thing that was done, or its person typed."""
    if isinstance(step, Type | Do):
        return view.start(step)
    acted = view.last_act(step)
    typed = view.last_typed(actor, view.end(step)) if actor in view.began.accounts else None
    return acted if typed is None else min(acted, typed)


def _concerned(view: View, step: Step, actor: str, miss: Miss) -> Sequence[str]:
    """Whose traceback could explain it: the server's, that of the program which the step is about."""
    servers = [name for name in view.actors if name not in view.began.accounts]
    own = [actor.partition("/")[0]] if isinstance(step, ExpectFile) else [actor]
    if isinstance(step, ExpectFile):
        own += view.typists(view.last_act(step), view.end(step))
    # Whose program has ended knows best why.
    order = [*own, *servers] if miss.code in ("left", "not-running") else [*servers, *own]
    return list(dict.fromkeys(name for name in order if name in view.actors))
