"""What the experiments teach: how a program asks, how fast it answers, what it does while nothing happens.

Pure: recordings in, facts out. Nothing here is depended on by a verdict: it is
for people to read, and to see what the harness saw.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from harness.events import Conduct, Output, Settled, Typed
from harness.probe.experiment import MEMBER, NEW, Played
from harness.probe.trouble import ending, waiting
from harness.subject.learnt import Fact
from harness.subject.prompts import question, same_question

# Words that ask for a yes or a no.
_YES_NO = re.compile(r"\b(?:y(?:es)?\s*(?:/|or)\s*no?)\b", re.IGNORECASE)
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):|^Exception in thread |^\s+at [\w.$]+\(.*\.java:\d+\)|"
                        r"Segmentation fault", re.MULTILINE)  # fmt: skip
_WARNING = re.compile(r"\b\w+Warning: ")
# A wait that ends sooner than this is a poll; a later one is a heartbeat.
_POLL = 1.0
# A program that says more than this while nobody asks it anything is noisy.
_NOISY = 64 * 1024


def prompts(played: Sequence[Played]) -> dict[str, Fact]:
    """The questions of the login, known by their order, and the command prompt behind it."""
    facts: dict[str, Fact] = {}
    for one in played:
        for handle, (account, _) in one.recording.began.accounts.items():
            if not one.came(handle):
                continue
            for key, seen, text in _asked(one, handle):
                asked = question(text, [account])
                facts.setdefault(key, Fact(asked, seen if asked else f"{seen}, it waits without a word"))
    order = ("name prompt", "password prompt", "new password prompt", "command prompt")
    return {key: facts[key] for key in order if key in facts}


def _asked(one: Played, handle: str) -> Iterator[tuple[str, str, str]]:
    """Each thing that it asked this person: what is asked for, how that is known, the text that stood there."""
    new = handle == NEW and one.name.startswith("a new user")
    parts = one.answers(handle)
    yield "name prompt", "at its start", parts[0][1]
    for (_, text), (typed, answer) in pairwise(parts):
        if typed is not None and typed.what == "password":
            # What was asked last before it: a yes or a no may have come between. Whoever registered and comes back
            # may be new again, where the line was spoilt: that teaches nothing.
            # (Who gave all on one line was asked for no password.)
            if (new or handle != NEW) and any(before and before.what == "name" for before, _ in parts):
                word = "new" if new else "known"
                yield "new password prompt" if new else "password prompt", f"after a {word} name", text
            yield "command prompt", "after a right password", answer
            return


def wrong_password(one: Played) -> dict[str, Fact]:
    """What becomes of somebody with a wrong password."""
    tried = next((e for e in one.recording.events if e.KIND == "login"), None)
    parts = [(typed, text) for typed, text in one.answers(MEMBER)]
    asked = [question(text, [one.recording.began.accounts[MEMBER][0]]) for typed, text in parts]
    at = next((n for n, (typed, _) in enumerate(parts) if typed is not None and typed.what == "password"), None)
    if tried is None or at is None:
        return {}
    result, why = getattr(tried, "result", ""), getattr(tried, "why", "")
    if result == "left":
        ended = one.ended(MEMBER)
        return {"wrong password": Fact("the client leaves", ending(ended) if ended else why)}
    if result == "in":
        return {"wrong password": Fact("it is let in", why)}
    if same_question(asked[at], asked[0]):
        return {"wrong password": Fact("the name is asked for again", why)}
    if at and same_question(asked[at], asked[at - 1]):
        return {"wrong password": Fact("only the password is asked for again", why)}
    return {"wrong password": Fact("it is refused" if result == "refused" else "nobody can tell", why)}


def pace(played: Sequence[Played]) -> dict[str, Fact]:
    """How long an answer takes, in the programs' own time: from a line typed to the last of its output."""
    times = sorted(time for one in played for time in _times(one))
    if not times:
        return {}
    slowest = max(times)
    value = f"median {_ms(statistics.median(times))}, slowest {_ms(slowest)}"
    return {"answers": Fact(value, f"{len(times)} answers, in the programs' own time")}


def _times(one: Played) -> Iterator[float]:
    """The time of each answer. A settling tells which part of the time the programs had a core."""
    typed: Typed | None = None
    last = 0.0
    for event in one.recording.events:
        if isinstance(event, Typed):
            typed, last = event, 0.0
        elif isinstance(event, Output) and typed is not None and event.actor == typed.actor:
            last = event.t
        elif isinstance(event, Settled) and typed is not None:
            if last and typed.what == "line":
                yield (last - typed.t) * (min(1.0, event.own / event.wall) if event.wall else 1.0)
            typed = None


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def idle(one: Played, roles: Mapping[str, str]) -> dict[str, Fact]:
    """What each program does while nobody types. `roles`: who of the experiment plays which role."""
    settled = one.settled()
    return {f"{role} idle": _idle(settled[-1], actor) for actor, role in roles.items() if settled}


def _idle(settled: Settled, actor: str) -> Fact:
    waits = [w for w in settled.waits if w["actor"] == actor and "told" in w]
    ends = [float(w["ends_in"]) for w in waits if "ends_in" in w]
    if settled.evidence == "spinning" and re.search(rf"\bof (?:the )?{re.escape(actor)}\b", settled.cause):
        return Fact("spins", settled.cause)
    if not waits:
        return Fact("runs", f"it was never seen to wait ({settled.evidence})")
    told = waiting(waits)
    if not ends:
        return Fact("blocks", f"it waits {told}, never with a time limit")
    if min(ends) <= _POLL:
        return Fact("polls", f"it wakes by itself again and again ({settled.evidence}): it waits {told}")
    return Fact("has a heartbeat", f"it wakes by itself in {min(ends):.1f} s ({settled.evidence}): it waits {told}")


def ports(one: Played) -> dict[str, Fact]:
    """What the server listens on, the told port by its name."""
    heard = one.listening
    if heard is None:
        return {}
    named = [_named(int(sock.split()[1]), int(one.told or 0), sock.split()[0]) for sock in heard.sockets]
    seen = f"its socket on port {one.told}, the one it was told; seen in /proc, without a connection"
    return {"transport": Fact(one.transport() or "unknown", seen), "ports": Fact(named, "as soon as it was ready")}


def _named(port: int, told: int, transport: str) -> str:
    away = port - told
    where = "{port}" if not away else f"{{port}} + {away}" if 0 < away <= 1000 else str(port)
    return f"{transport} {where}"


def oddities(played: Sequence[Played], roles: Mapping[str, str]) -> list[str]:
    """What a tutor may want to know before looking at a verdict."""
    found: dict[str, None] = {}
    for one in played:
        actors = {e.actor: roles.get(e.actor, roles.get(MEMBER, "client")) for e in one.recording.all(Conduct)}
        for actor, role in actors.items():
            found |= dict.fromkeys(_odd(one, actor, role))
    return list(found)


def _odd(one: Played, actor: str, role: str) -> Iterator[str]:
    text = one.output(actor)
    if _TRACEBACK.search(text):
        last = next((line.strip() for line in reversed(text.splitlines()) if _error(line)), "")
        yield f"the {role} printed a traceback" + (f" ({last})" if last else "") + f": {one.name}"
    if _WARNING.search(text):
        yield f"the {role} prints warnings of its language between its answers"
    if len(text) > _NOISY:
        yield f"the {role} printed {len(text):,} characters: {one.name}"
    if any(_YES_NO.search(asked) for _, asked in one.answers(actor)):
        yield f"the {role} asks for a yes or a no"
    for conduct in one.recording.all(Conduct):
        if conduct.actor == actor and conduct.stayed:
            yield f"the {role} leaves a program running when it has ended ({conduct.stayed[0]})"


def _error(line: str) -> bool:
    return re.match(r"[A-Za-z_][\w.]*(?:Error|Exception)\b", line) is not None or line.startswith("Exception in thread")


def still_asks(one: Played, handle: str) -> bool:
    """Whether this person's client went on until the end: it runs, and waits for its keyboard (or only polls)."""
    settled = one.settled()
    if not settled or handle not in settled[-1].alive:
        return False
    return handle in settled[-1].asks or settled[-1].evidence in ("steady", "until", "timed")

