"""A quiet stage in words: who waits where for what, and what follows from it. Pure: a scene in, sentences out.

`Standing` is one thread that does not run, `Lying` something that nobody
fetches; `cause` tells the story of those who were typed to and do not ask for
more, following each connection to whoever holds its other end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# How a call reads in a sentence; what is not here is written as a call: "recv()".
_CALLS = {"recvfrom": "recv", "accept4": "accept", "sendto": "send", "pselect6": "select", "ppoll": "poll",
          "epoll_pwait": "epoll_wait", "epoll_pwait2": "epoll_wait", "clock_nanosleep": "sleep",
          "nanosleep": "sleep", "wait4": "wait", "waitid": "wait", "recvmmsg": "recv", "readv": "read",
          "pread64": "read", "writev": "write", "rt_sigsuspend": "sigsuspend",
          "rt_sigtimedwait": "sigwait"}  # fmt: skip

# Of so many people that the same is true of, it is told in full.
_EACH = 3


@dataclass(frozen=True, slots=True)
class On:
    """One thing that is waited on. `peer`: who holds the other end of a connection ("": nobody any more; None: it was
    not looked for); `accepted`: whether anybody does.

    `kind`: terminal | connection | listener | udp | socket | pipe | timer | event | file | unknown.
    """

    kind: str
    text: str
    peer: str | None = ""
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """A thread that does not run."""

    actor: str
    pid: int
    tid: int
    comm: str
    call: str
    on: Sequence[On] = ()
    ends_in: float | None = None  # seconds until it wakes by itself
    housekeeping: bool = False  # the runtime's own

    def has(self, kind: str) -> bool:
        """Whether it waits on something of this kind."""
        return any(on.kind == kind for on in self.on)


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies unread. `holder` "": on a connection of `to` that was never accepted.

    `kind`: bytes | datagrams (`count` is then the memory they take up) | connections.
    """

    kind: str
    count: int
    holder: str
    sender: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody, at one moment."""

    standing: Sequence[Standing] = ()
    typed: Mapping[str, int] = field(default_factory=dict)  # actor -> typed bytes unread
    lying: Sequence[Lying] = ()
    spinner: str = ""  # who runs and does not stop: "a thread of the server (python, 4711)"
    spun: float = 0.0  # and for how many CPU seconds
    moving: str = ""

    def of(self, actor: str) -> list[Standing]:
        """An actor's threads, its runtime's own left out."""
        return [s for s in self.standing if s.actor == actor and not s.housekeeping]


def waits(scene: Scene) -> list[dict[str, Any]]:
    """One line for each thread, for the recording."""
    return [
        {"actor": s.actor, "pid": s.pid, "tid": s.tid, "comm": s.comm, "call": s.call, "on": _what(s)}
        | ({"ends_in": round(s.ends_in, 3)} if s.ends_in is not None and not s.housekeeping else {})
        | ({} if s.housekeeping else {"told": _told(s)})
        for s in scene.standing
    ]  # fmt: skip


def known(s: Standing) -> dict[str, Any]:
    """What is known of a thread, to be held against its own account of where it stands."""
    peers = [name(on.peer) for on in s.on if on.kind == "connection" and on.peer]
    return {"tid": s.tid, "call": called(s.call), "on": [on.kind for on in s.on], "peers": list(dict.fromkeys(peers))}


def _told(s: Standing) -> str:
    """What a thread waits in, as its author knows it: "in select()" and not "pselect6"; "is stopped" is no call."""
    if s.call.startswith("futex"):
        return "for a lock or another thread"
    if s.call in ("wait4", "waitid"):
        return "for a program that it started"
    both = " for its keyboard and its connection" if s.has("connection") else " for its keyboard"
    return f"in {called(s.call)}{both if s.has('terminal') else _for(s)}"


def _what(s: Standing) -> str:
    if s.on:
        return ", ".join(on.text for on in s.on)
    return {"futex": "futex (a lock or another thread)", "wait4": "a child", "waitid": "a child"}.get(s.call, s.call)


def name(actor: str) -> str:
    """An actor in a sentence: roles have an article, people do not."""
    return f"the {actor}" if actor == "server" else actor or "a program that has ended"


def called(call: str) -> str:
    """A system call in a sentence."""
    return f"{_CALLS.get(call, call)}()" if " " not in call else call


def cause(scene: Scene, hung: Collection[str]) -> str:
    """Why those who were typed to do not ask for more: what stands where, then what follows from it."""
    followed = list(hung)  # grows while it is told: whoever is waited for has a story too
    told = dict.fromkeys([*_stories(scene, followed), *_conclusions(scene, followed)])
    people = {*followed, *(one for lying in scene.lying for one in (lying.holder, lying.sender)),
              *(on.peer for s in scene.standing for on in s.on if on.peer)} - {"", "server"}  # fmt: skip
    return "; ".join(_few(told, people))


def _few(told: Iterable[str], people: Collection[str]) -> Iterator[str]:
    """Of what is told of many people in the same words, that of three: of fifty nobody reads more."""
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(people, key=len, reverse=True)))})(?!\w)")
    alike = [(clause, names.sub("SOMEBODY", clause) if people else clause) for clause in told]
    many, before = Counter(shape for _, shape in alike), Counter[str]()
    for clause, shape in alike:
        before[shape] += 1
        left = many[shape] - _EACH
        if left < 2 or before[shape] < _EACH:
            yield clause
        elif before[shape] == _EACH:
            yield f"{clause} (and the same of {left} others)"


def _stories(scene: Scene, followed: list[str]) -> Iterator[str]:
    if scene.spinner:
        yield f"{scene.spinner} has run for {scene.spun:.1f} s of CPU time without coming to rest"
    for actor in followed:
        yield from _story(scene, actor, followed)
    for lying in scene.lying:
        if told := _lies(lying):
            yield told


def _story(scene: Scene, actor: str, followed: list[str]) -> Iterator[str]:
    threads = scene.of(actor)
    if not threads and not scene.spinner:
        yield f"{name(actor)} runs, or waits for nothing that can be named"
    if any(s.call == "stopped" for s in threads):
        yield f"{name(actor)} is stopped (paused by a signal)"
        return
    if unread := scene.typed.get(actor):
        yield f"{name(actor)} does not read its keyboard: {unread} typed bytes lie unread"
    if threads and all(s.call == "futex" for s in threads) and not any(s.ends_in for s in threads):
        many = "its only thread waits" if len(threads) == 1 else f"all {len(threads)} threads wait"
        yield f"in {name(actor)} {many} for a lock or another thread (futex)"
        return
    for s in threads:
        if s.has("terminal") or (s.call == "futex" and len(threads) > 1):
            continue
        yield _stands(s)
        followed.extend(on.peer for on in s.on if on.kind == "connection" and on.peer and on.peer not in followed)


def _stands(s: Standing) -> str:
    end = ""
    if s.ends_in is not None:
        end = f", for {s.ends_in:.1f} s more" if s.ends_in >= 1 else ", and wakes by itself again and again"
    call = called(s.call)
    verb = "is blocked in" if s.actor == "server" else "waits in"
    return f"{name(s.actor)} {verb} {call}{_for(s)}{end}"


def _for(s: Standing) -> str:
    """What a wait is for, in the words of whoever waits."""
    connections = [on for on in s.on if on.kind == "connection"]
    if any(not on.accepted for on in connections):
        return " for an answer on a connection that nobody has accepted"
    peers = [name(on.peer) for on in connections if on.peer is not None]
    if s.call in ("sendto", "sendmsg", "write", "writev") and connections:
        return f": {peers[0] if peers else 'the other end'} does not read what it sends"
    if s.actor == "server" and connections:
        return f" on the connection of {_list(peers)}" if peers else " on a connection"
    if connections:
        return f" for an answer from {_list(peers)}" if peers else " for an answer"
    if s.has("listener"):
        return " for a new connection"
    others = {"pipe": " on a pipe", "udp": " on a UDP socket", "socket": " on a local socket", "event": " on an event"}
    return next((text for kind, text in others.items() if s.has(kind)), "")


def _list(names: Iterable[str]) -> str:
    *first, last = dict.fromkeys(names)
    return f"{', '.join(first)} and {last}" if first else last


def _lies(lying: Lying) -> str:
    if lying.kind == "connections":
        verb = "connection waits" if lying.count == 1 else "connections wait"
        return f"{lying.count} {verb} for {name(lying.holder)} to accept"
    if lying.kind == "datagrams":
        return f"datagrams lie unread in a socket of {name(lying.holder)}"
    if not lying.holder:
        return f"{_possessive(lying.sender)} connection was never accepted, {lying.count} bytes of it unread"
    many = "1 byte" if lying.count == 1 else f"{lying.count} bytes"
    return f"{many} from {name(lying.sender)} lie{'s' if lying.count == 1 else ''} unread in a socket of " \
           f"{name(lying.holder)}"  # fmt: skip


def _possessive(actor: str) -> str:
    return f"{name(actor)}'s"


def _conclusions(scene: Scene, followed: Collection[str]) -> Iterator[str]:
    """What the pieces mean together."""
    for lying in scene.lying:
        receiver = lying.holder or lying.to
        threads = scene.of(receiver)
        if lying.kind == "bytes" and lying.holder and any(s.has("terminal") for s in threads):
            other = name(lying.sender) if lying.sender else "its connection"
            yield f"{name(receiver)} waits for its keyboard and not for {other}"
        if threads and all(s.call == "futex" and s.ends_in is None for s in threads):
            yield f"a deadlock in {name(receiver)}"
        serves = [s for s in threads if s.has("connection") and not s.has("listener")]
        if not (lying.holder and lying.kind == "bytes") and len(serves) == len(threads) == 1:
            yield f"{name(receiver)} serves one client at a time"
    for actor in followed:
        if scene.of(actor) and all(s.call == "futex" and s.ends_in is None for s in scene.of(actor)):
            yield f"a deadlock in {name(actor)}"
        elif scene.of(actor):
            yield from _locked(scene, actor, followed)


def _locked(scene: Scene, holder: str, followed: Collection[str]) -> Iterator[str]:
    """Who waits for this actor, while none of its threads listens to them and some wait for a lock or for each other.

    Told as what is so: a thread may also have ended, and who holds which lock the kernel does not know.
    """
    locked = sum(1 for s in scene.of(holder) if s.call == "futex" and s.ends_in is None)
    if not locked:
        return  # of two hundred who hang nearly all: who waits for each would be looked for among all the others
    heard = [on.peer for s in scene.of(holder) for on in s.on if on.kind == "connection" and on.peer]
    waiting = [actor for actor in dict.fromkeys(followed) if actor not in heard and actor != holder
               and any(on.peer == holder and on.accepted for s in scene.of(actor) for on in s.on)]  # fmt: skip
    if not waiting:
        return
    unread = [a for a in waiting if any(lying.sender == a and lying.holder == holder for lying in scene.lying)]
    read = [actor for actor in waiting if actor not in unread]
    them = f"{locked} of its threads wait{'s' if locked == 1 else ''} for a lock or another thread"
    if unread and heard:
        yield (f"no thread of {name(holder)} listens to {_list(unread)}, and {them}: does one hold a lock while it "
               f"waits for {_list(heard)}?")  # fmt: skip
    if read:
        deadlock = ": a deadlock, if each waits for what the other holds" if locked > 1 else ""
        yield f"{name(holder)} has read what {_list(read)} sent, none of its threads listens to " \
              f"{'them' if len(read) > 1 else read[0]} any more, and {them}{deadlock}"  # fmt: skip
