"""What usually causes a failure: the traceback that a program printed, if it has anything to do with it.

A traceback from long ago, or on the terminal of somebody who has no part in a
step, explains nothing. It counts if it came while the step's answer was
awaited; one that came earlier counts only where a program is gone or silent,
as that may be what it left behind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.events import Listening, Output
from harness.judge import sentences as say
from harness.judge.hangs import afterwards
from harness.judge.miss import Miss
from harness.judge.standing import JAVA_LIBRARY, LIBRARY
from harness.judge.unserved import find_unserved
from harness.judge.view import View
from harness.scenario.matching import visible
from harness.scenario.model import Do, ExpectFile, Step, Type

_PYTHON = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t].*\n?)*(?P<error>[A-Za-z_][\w.]*(?::.*)?)")
_JAVA = re.compile(r"(?P<error>Exception in thread .*|Caused by: .*|^(?:\w+\.)+\w*(?:Exception|Error)\b.*(?=\n\s+at ))"
                   r"(?:\n\s+at .*)*", re.MULTILINE)
_NATIVE = re.compile(r"(?P<error>Segmentation fault.*|\*\*\* stack smashing detected.*|double free or corruption.*)")
_PYTHON_PLACE = re.compile(r'File "([^"]+)", line (\d+)')
_JAVA_PLACE = re.compile(r"\bat ([^\s(]+)\(([\w.]+):(\d+)\)")
# How Python (on the line before the traceback) and Java say that an error ended one thread; the first one is "main".
_IN_THREAD = re.compile(r"Exception in thread (?!\"main\")(?:\"[^\"]*\"\s*|.*:$)")
# What somebody at the keyboard (or a scenario) asked for is no mistake of the program.
_ASKED_FOR = ("KeyboardInterrupt",)
# A program that is gone or silent may be so because of something that went wrong long before.
_LASTING = ("no-answer", "too-slow", "left", "not-running", "did-not-leave")

# A port that somebody has, as C, Python, Java, Go, Rust and Node say it; the numbers are Linux's and macOS's.
_PORT_TAKEN = re.compile(r"(?:address|port)(?: \S+)? (?:is )?already (?:in use|bound)|\bEADDRINUSE\b"
                         r"|\bAddr(?:ess)?InUse|\berrno:? ?(?:98|48)\b|os error (?:98|48)\b", re.IGNORECASE)

# What a signal that a program brings upon itself usually means. C programs print nothing when it ends them.
_MEANS = {
    "SIGSEGV": "it used memory that is not its own, such as a NULL pointer or one past the end of an array",
    "SIGBUS": "it used memory that is not its own",
    "SIGABRT": "it spoilt its own memory, or freed some of it twice",
    "SIGFPE": "it divided by zero",
    "SIGPIPE": "it wrote to somebody who had gone already; such a write must not end the program",
}


@dataclass(frozen=True, slots=True)
class Error:
    """The last error on a terminal: "KeyError: '3331' (server.py, line 9)". `worker`: it ended a thread, no program."""

    text: str
    worker: bool = False


def traceback(view: View, actor: str, start: int, end: int) -> str:
    """The last error that an actor's terminal showed between two positions, "" if there is none."""
    error = last_error(view, actor, start, end)
    return error.text if error is not None else ""


def last_error(view: View, actor: str, start: int, end: int) -> Error | None:
    """The same, and whether it ended a thread."""
    data = b"".join(e.data for e in view.events[start:end] if isinstance(e, Output) and e.actor == actor)
    text = visible(data)
    found = [match for pattern in (_PYTHON, _JAVA, _NATIVE) for match in pattern.finditer(text)
             if not match["error"].startswith(_ASKED_FOR)]
    if not found:
        return None
    last = max(found, key=lambda match: match.start())
    before, error = text[: last.start()].rstrip("\n").rpartition("\n")[2], last["error"].strip()
    worker = _IN_THREAD.match(error) or _IN_THREAD.match(before)
    return Error(_IN_THREAD.sub("", error) + _place(last.group(0)), worker is not None)


def _place(trace: str) -> str:
    """Where it happened: the innermost line of the program's own, or of any if there is none."""
    frames = [(file, line) for file, line in _PYTHON_PLACE.findall(trace) if not LIBRARY.search(file)][-1:]
    frames = frames or _PYTHON_PLACE.findall(trace)[-1:]
    frames = frames or [(file, line) for name, file, line in _JAVA_PLACE.findall(trace)
                        if not JAVA_LIBRARY.search(name)][:1]
    frames = frames or [(file, line) for _, file, line in _JAVA_PLACE.findall(trace)][:1]
    return f" ({frames[0][0].rsplit('/', 1)[-1]}, line {frames[0][1]})" if frames else ""


def likely_cause(view: View, step: Step, actor: str, miss: Miss) -> str:
    """Why this step failed, as far as that can be guessed; after a hang, what was found out when the play was over."""
    concerned = _concerned(view, step, actor, miss)
    then = _at_that_time(view, step, actor, miss, concerned)
    said = [_unserved(view, step, actor, miss, then), then, *afterwards(view, miss.code, concerned)]
    # A line each: what happened, where everybody stood, whether the server still serves.
    return "\n".join(filter(None, said))


def _at_that_time(view: View, step: Step, actor: str, miss: Miss, concerned: Sequence[str]) -> str:
    """A traceback, or else what the stage found out."""
    end = view.end(step)
    if miss.code == "not-ready" and (taken := _port_taken(view, step, actor)):
        return taken
    for who in concerned:
        error = last_error(view, who, _awaited_since(view, step, actor), end)
        if error:
            return _blamed(view, who, actor, error)
    if elsewhere := _other_port(view, step):
        return elsewhere
    if miss.code in _LASTING:
        for who in concerned:
            error = last_error(view, who, view.born(who, end), end)
            if error:
                earlier = _blamed(view, who, actor, error, " earlier")
                return f"{miss.likely}; {earlier}" if miss.likely else earlier
        return miss.likely or _struck_down(view, actor, end, concerned)
    return miss.likely


def _port_taken(view: View, step: Step, actor: str) -> str:
    """Whether a program that was started again could not have its port: what it printed, and what to do about it."""
    data = b"".join(e.data for e in view.events[view.start(step) : view.end(step)]
                    if isinstance(e, Output) and e.actor == actor)
    line = next((line for line in visible(data).splitlines() if _PORT_TAKEN.search(line)), "")
    if not line:
        return ""
    error = last_error(view, actor, view.start(step), view.end(step))  # a traceback also says where
    said = _blamed(view, actor, actor, error) if error else f"{say.program(view, actor)} printed {say.shown(line, 150)}"
    return (f"{said}; the system keeps a port for a while after its connections have ended: "
            "set SO_REUSEADDR on the socket before bind()")  # fmt: skip


def _struck_down(view: View, actor: str, end: int, concerned: Sequence[str]) -> str:
    """Whether the server was ended by a signal of its own making: then the clients end too, or wait for ever."""
    for who in concerned:
        gone = view.gone(who, end) if who != actor and who not in view.began.accounts else None
        if gone is not None and not gone.by_us and gone.signal in _MEANS:
            text = next((step.text for step in view.scenario.steps() if step.number == gone.step), "")
            at = f" at {text!r} (step {gone.step})" if text else ""
            return f"{say.program(view, who)} {say.ending(gone)}{at}: {_MEANS[gone.signal]}"
    return ""


def _unserved(view: View, step: Step, actor: str, miss: Miss, known: str) -> str:
    """Since when the server listens to somebody no longer, and what its terminal said then, unless that is known."""
    end = view.end(step)
    people = [actor] if actor in view.began.accounts else view.typists(view.last_act(step), end)
    for who in people if miss.code != "did-not-leave" else []:  # who leaves is rightly served no longer
        lost = find_unserved(view, who, end)
        if lost is None:
            continue
        servers = [name for name in view.actors if name not in view.began.accounts]
        errors = [(name, error) for name in servers if (error := last_error(view, name, lost.start, lost.end))]
        if any(error.text in known for _, error in errors):
            return ""
        told = [_blamed(view, name, actor, error) for name, error in errors]
        return "; ".join([f"{lost.clause} the server's thread for {who} was gone: it served {who} no longer", *told])
    return ""


def _blamed(view: View, who: str, actor: str, error: Error, when: str = "") -> str:
    """A traceback as a cause. One that ended a worker while its program lives is why somebody waits for ever."""
    if error.worker:
        return f"an exception{when} ended a thread of {say.program(view, who)}: {error.text}"
    return f"{say.program(view, who)} printed a traceback{when}: {error.text}"


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
