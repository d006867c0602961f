"""What stands in the way of playing with a submission: one sentence each, of what was expected, seen, and to be tried.

Pure: a recording in, sentences out.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.events import Conduct, Exited, Started
from harness.judge.sentences import several
from harness.probe.experiment import Played
from harness.scenario.assignment import Assignment
from harness.subject.interpreter import is_ours

# Words that need no quotes; the braces of {port} are no shell's business here.
_BARE = re.compile(r"[\w@%+=:,./{}-]+")
# So much of a program's last words is told.
_WORDS = 160


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that hinders the plays, or that a tutor should know. `fatal`: nobody can play with it like this.

    `mend`: what to do about it, where the sentence does not say.
    """

    code: str
    sentence: str
    fatal: bool = True
    mend: str = ""

    def described(self) -> dict[str, str]:
        """What a recording keeps of it."""
        return {"code": self.code, "sentence": self.sentence, "mend": self.mend}


def command_line(words: Sequence[str]) -> str:
    """A command as one would type it: our own interpreter is python3 to everybody else."""
    named = ("python3" if is_ours(word) else word for word in words)
    return " ".join(word if _BARE.fullmatch(word) else shlex.quote(word) for word in named)


def server_trouble(played: Played, assignment: Assignment) -> Trouble | None:
    """Why nobody can come to this server, or None."""
    server, told = played.server, played.told
    if not server:
        return None
    expected = f"expected the {server} to listen on {assignment.transport} port {told}, as it was told"
    heard = played.listening
    if heard is None:
        return _never(played, expected)
    if not played.transport():
        others = ", ".join(heard.sockets)
        return Trouble("other-port", f"{expected}; it listens on {others}: take the port from the arguments "
                                     f"({_typed(played, server)})")  # fmt: skip
    if played.transport() != assignment.transport:
        return Trouble("other-transport", f"{expected}; there it speaks {played.transport()} "
                                          f"({', '.join(heard.sockets)})")  # fmt: skip
    return None


def _never(played: Played, expected: str) -> Trouble:
    server = played.server
    ended = played.ended(server)
    stayed = [line for e in played.recording.all(Conduct) if e.actor == server for line in e.stayed]
    if ended is not None and stayed:
        what = f"its program {ending(ended)} at once and left another running in the background ({stayed[0]})"
        return Trouble("forks-away", f"{expected}, and to stay at its terminal; {what}: do not fork away")
    if ended is not None:
        # The first of its session: what it leaves behind is hung up with the terminal, unless it made its own session.
        away = "" if ended.status else " (one that puts itself into the background ends with its terminal)"
        return Trouble("server-ends", f"{expected}; its program {ending(ended)} before that{_saying(played, server)}"
                                      f"{away}: try {_typed(played, server)}")  # fmt: skip
    settled = played.settled()
    why = next((s.cause for s in reversed(settled) if s.cause), "") or _waiting(played)
    return Trouble("never-listens", f"{expected}; it runs and never does: {why}{_saying(played, server)}: "
                                    f"try {_typed(played, server)}")  # fmt: skip


def _waiting(played: Played) -> str:
    """What its threads wait for, at the last look."""
    waits = waiting([w for s in played.settled()[-1:] for w in s.waits if w["actor"] == played.server])
    return f"it waits {waits}" if waits else "nobody knows why"


def waiting(waits: Iterable[Mapping[str, Any]]) -> str:
    """What threads wait in, as their author knows it; those of a runtime, of which nothing is told, are left out."""
    return several(list(dict.fromkeys(str(w["told"]) for w in waits if "told" in w)))


def client_trouble(played: Played, handle: str, assignment: Assignment) -> Trouble | None:
    """Why this person could not come in, or None if they could."""
    role = assignment.people
    tried = played.login(handle)
    ended = played.ended(handle)
    if assignment.login is None:
        if ended is None or not played.recording.began:
            return None
        return Trouble("client-ends", f"expected the {role} to wait for its keyboard; it {ending(ended)}"
                                      f"{_saying(played, handle)}: try {_typed(played, handle)}")  # fmt: skip
    if tried is None or tried.result in ("in", "no-prompt"):
        return None
    if tried.result == "left" and not tried.prompts:
        how = ending(ended) if ended else "ended"
        return Trouble("client-ends", f"expected the {role} to ask at its terminal who is there; it {how} before it "
                                      f"had asked{_saying(played, handle)}: try {_typed(played, handle)}")  # fmt: skip
    account, whose = tried.account, f"the {role}'s"
    return Trouble("nobody-logs-in", f"expected {account!r} to be let in with the right password; "
                                     f"{tried.why}{_saying(played, handle, whose)}")  # fmt: skip


def ending(exited: Exited) -> str:
    """"ended with status 1", "was ended by SIGSEGV"."""
    return f"was ended by {exited.signal}" if exited.signal else f"ended with status {exited.status}"


def _saying(played: Played, actor: str, whose: str = "its") -> str:
    """Its last words, as a part of a sentence."""
    lines = [line.strip() for line in played.output(actor).splitlines() if line.strip()]
    if not lines:
        return ", without a word"
    last = lines[-1] if len(lines[-1]) <= _WORDS else f"{lines[-1][:_WORDS]}…"
    return f", {whose} last words were {last!r}"


def _typed(played: Played, actor: str) -> str:
    """How to start the same by hand."""
    argv = next((e.argv for e in played.recording.all(Started) if e.actor == actor), [])
    return f"`{command_line(argv)}`" if argv else "to start it by hand"


def outside(folder: Path) -> list[str]:
    """The links of a submission that lead out of it, and so were left out."""
    home = os.path.realpath(folder)
    links = (path for path in sorted(folder.rglob("*")) if path.is_symlink())
    # realpath, not resolve(): a link to itself must not stop us.
    return [str(path.relative_to(folder)) for path in links
            if not Path(os.path.realpath(path)).is_relative_to(home)]  # fmt: skip
