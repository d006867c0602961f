"""Where the threads of a program stood when it was asked: the answer of its runtime, parsed and told. Pure.

Python's fault handler gives file and line of each frame and knows a thread by
an address that lies just above its stack; a Java virtual machine gives the
thread's own number, and which lock it waits for. What the thread is blocked in
and on whose connection, /proc said (`Asked.threads`). Frames of libraries are
left out: a student mends their own lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.events import Asked
from harness.scenario.matching import visible

# So many places are told; the rest is counted.
MOST = 4

_PYTHON_THREAD = re.compile(r"(?:Thread|Current thread) 0x([0-9a-f]+)[^\n]*\(most recent call first\):")
_PYTHON_FRAME = re.compile(r'\s*File "([^"]*)", line (\d+) in (.*)')
_JAVA_THREAD = re.compile(r'"(?P<name>.*)" (?:#\d+ )?.*?\bnid=(?P<number>0x[0-9a-f]+|\d+)')
_JAVA_FRAME = re.compile(
    r"\s+at (?:[\w.-]+//)?(?P<name>[\w.$<>/@-]+)\((?:(?P<file>[\w$]+\.java):(?P<line>\d+)|[^)]*)\)"
)
_JAVA_LOCK = re.compile(r"\s+- (?:waiting to lock|parking to wait for)")
# Frames that are not the program's own: by the file's path in Python, by the class's name in Java.
LIBRARY = re.compile(r"^<|/lib(?:64)?/python\d|/(?:site|dist)-packages/")
JAVA_LIBRARY = re.compile(r"^(?:java|javax|jdk|sun|com\.sun)\.|@")


@dataclass(frozen=True, slots=True)
class Stand:
    """One thread: its own innermost line, what it called there (a library's function or ""), and what it waits for."""

    file: str
    line: int
    called: str = ""
    lock: bool = False
    thread: int = 0  # its number in /proc, where that is known
    address: int = 0  # what Python knows it by

    @property
    def place(self) -> str:
        """"server.py:41"."""
        return f"{self.file}:{self.line}"


def stands(asked: Asked) -> list[Stand]:
    """Every thread that stands in a line of the program's own, in the order of the answer."""
    text = visible(asked.data)
    return list(_java(text) if asked.language == "java" else _python(text))


def _python(text: str) -> Iterator[Stand]:
    parts = _PYTHON_THREAD.split(text)[1:]
    for address, frames in zip(parts[::2], parts[1::2], strict=False):
        called = ""
        for line in frames.strip("\n").splitlines():
            frame = _PYTHON_FRAME.match(line)
            if frame is None:
                break
            file, number, function = frame.groups()
            if not LIBRARY.search(file):
                yield Stand(_base(file), int(number), called, address=int(address, 16))
                break
            called = f"{function}()" if function.isidentifier() else called


def _java(text: str) -> Iterator[Stand]:
    """Blocks of a thread each, with an empty line between."""
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        head = next((at for at, line in enumerate(lines) if _JAVA_THREAD.match(line)), None)
        if head is not None:
            thread = _JAVA_THREAD.match(lines[head])
            assert thread is not None
            yield from _java_thread(int(thread["number"], 0), lines[head + 1 :])


def _java_thread(number: int, lines: Sequence[str]) -> Iterator[Stand]:
    called, lock = "", False
    for line in lines:
        lock = lock or _JAVA_LOCK.match(line) is not None
        frame = _JAVA_FRAME.match(line)
        if frame is not None:
            if frame["file"] and not JAVA_LIBRARY.search(frame["name"]):
                # What holds this very frame up stands in the line below it.
                below = lines[lines.index(line) + 1 : lines.index(line) + 2]
                lock = lock or any(_JAVA_LOCK.match(one) for one in below)
                yield Stand(frame["file"], int(frame["line"]), called, lock, thread=number)
                return
            called = f"{frame['name'].rpartition('.')[2]}()"


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


# --- told


def told(asked: Asked, who: str) -> list[str]:
    """Where its threads stand, in clauses; `who`: "the server", "yoda's client"."""
    known = _known(asked)
    pairs = [(stand, known.get(stand.thread or stand.address, {})) for stand in stands(asked)]
    locks = [stand for stand, what in pairs if _waits_for_lock(stand, what)]
    one = who if len(pairs) == 1 else f"a thread of {who}"
    rest = [_clause(stand, what, who, one) for stand, what in sorted(pairs, key=_interest) if stand not in locks]
    said = list(dict.fromkeys([*([_locks(locks, who)] if locks else []), *rest]))
    return said if len(said) <= MOST else [*said[: MOST - 1], f"{len(said) - MOST + 1} more threads stand elsewhere"]


def _known(asked: Asked) -> dict[int, dict[str, Any]]:
    """What /proc said of each thread, by its number, and by the address that Python calls it by.

    A thread's stack ends at that address, and nothing else lies between: of all addresses the next one above its
    stack pointer is its own. The first thread's stack lies elsewhere; it takes the address that nobody else has.
    """
    found = {int(thread.get("tid", 0)): thread for thread in asked.threads}
    if asked.language == "java":
        return found
    free = sorted(int(address, 16) for address in _PYTHON_THREAD.findall(visible(asked.data)))
    by_address: dict[int, dict[str, Any]] = {}
    for thread in sorted(asked.threads, key=_pointer, reverse=True):
        above = [address for address in free if address > _pointer(thread)]
        if thread.get("tid") != asked.pid and above and _pointer(thread):
            by_address[above[0]] = thread
            free.remove(above[0])
    if len(free) == 1 and asked.pid in found:
        by_address[free[0]] = found[asked.pid]
    return by_address


def _pointer(thread: dict[str, Any]) -> int:
    text = str(thread.get("sp", ""))
    return int(text, 16) if re.fullmatch(r"0x[0-9a-f]+", text) else 0


def _waits_for_lock(stand: Stand, what: dict[str, Any]) -> bool:
    # In Python a futex below the program's own line is a lock of its own; below a library's it may be anything.
    return stand.lock or (what.get("call") == "futex()" and not stand.called)


def _interest(pair: tuple[Stand, dict[str, Any]]) -> int:
    """Who waits for a person first, who waits for new ones last."""
    on = pair[1].get("on", [])
    return 0 if "connection" in on else 2 if "listener" in on or "terminal" in on else 1


def _locks(locks: Sequence[Stand], who: str) -> str:
    places = list(dict.fromkeys(stand.place for stand in locks))
    if len(locks) == 1:
        return f"a thread of {who} waits for a lock at {places[0]}"
    return f"{_count(len(locks))} threads of {who} wait for a lock at {_several(places)}"


def _clause(stand: Stand, what: dict[str, Any], who: str, one: str) -> str:
    peers, on = [str(peer) for peer in what.get("peers", [])], what.get("on", [])
    call = str(what.get("call", ""))
    if "terminal" in on:
        return f"{who} waits for its keyboard at {stand.place}"
    # A Java program calls the system through its library; Python's own names for the calls are the system's.
    call = stand.called if call in ("", "futex()") or stand.thread else call
    whose = f"{who}'s thread for {_several(peers)}" if peers and who == "the server" else one
    return " ".join(filter(None, (whose, "stands", f"in {call}" if call else "", f"at {stand.place}")))


def _count(number: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five"}.get(number, str(number))


def _several(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
