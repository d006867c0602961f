"""Two hundred people in one scenario: how long their programs take to start, against no harness; and a round of theirs.

*Start*: from the first program that is started to the moment at which all of
them have asked for a name. Ours is taken from the recording of a play, from the
beginning of `everyone starts` to the next step, which begins once it is proved
that nothing more will come. Without a harness the same clients are started, each
in a terminal and a folder of its own, with one process after another and nobody
waited for; then one poll loop reads until the last has asked. The two take turns.

*A round*: `together: [crowd: "MSG ..."]`, from its first key to the proof that
everybody has been answered; the slowest round of each play.
"""

from __future__ import annotations

import contextlib
import select
import shutil
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

from forum.wording import ASK_NAME
from harness.course import Options, choose, open_subject
from harness.director import perform
from harness.events import Ended, LoginTried, StepBegan
from harness.recording import Recording
from harness.workshop import workshop
from tests.bench import programs
from tests.bench.figures import Broken, Effort, Row, counted, milliseconds
from tests.bench.poll_loop import PATIENCE_MS, PollLoop

PEOPLE, FEWER = 200, 20
PAIRS, ROUNDS = 3, 3
TITLE = "3331"


def measure(effort: Effort) -> Iterator[Row]:
    """The two rows. Quick: twenty people."""
    people = FEWER if effort.quick else PEOPLE
    pairs = effort.pairs(PAIRS)
    ours, against, slowest = [], [], []
    with workshop() as folder:
        for turn in range(pairs):
            takes_turns = [lambda: against.append(_without(folder, people)),
                           lambda: _with(folder, people, ours, slowest)]  # fmt: skip
            for act in takes_turns if turn % 2 else reversed(takes_turns):
                act()
    ratio = median(mine / theirs for mine, theirs in zip(ours, against, strict=True))
    yield Row(f"{people} people start / with no harness", milliseconds(median(ours)), milliseconds(median(against)),
              ratio, 1.2, "<=", taken=f"{pairs} pairs")  # fmt: skip
    yield Row(f"  a round of theirs, the slowest of {ROUNDS}", milliseconds(median(slowest)), "", median(slowest),
              1.0, "<=", "s", taken=counted(pairs, "play"))  # fmt: skip


def _with(folder: Path, people: int, starts: list[float], rounds: list[float]) -> None:
    recording = _played(folder, people)
    taken = _steps(recording)
    starts.append(taken["everyone starts"])
    rounds.append(max(seconds for text, seconds in taken.items() if text.startswith("crowd: MSG")))


def _played(folder: Path, people: int) -> Recording:
    file = folder / "crowd.yaml"
    file.write_text(_scenario(people), encoding="utf-8")
    options = Options(paths=[str(file)], assignment=programs.ROOT / "scenarios")
    course, (scenario,) = choose(options)
    with _fresh(folder, "play") as place, _fresh(folder, "built") as built:
        recording = perform(
            scenario, course.assignment, open_subject(options, course, built), folder=place, sample=course.sample,
            assignment_text=course.text, model=course.model,
        )  # fmt: skip
    inside = sum(tried.result == "in" for tried in recording.all(LoginTried))
    if inside != people:
        raise Broken(f"{inside} of {people} were let in")
    return recording


def _scenario(people: int) -> str:
    rounds = "".join(f'  - together: [crowd: "MSG {TITLE} round {number}"]\n' for number in range(ROUNDS))
    return (f"scenario: A crowd\ncast: {{crowd: {{people: {people}}}}}\nplay:\n  - everyone starts\n"
            f"  - together: [everyone logs in]\n  - crowd1: CRT {TITLE}\n{rounds}  - server stays\n")  # fmt: skip


def _steps(recording: Recording) -> dict[str, float]:
    """Seconds of each step, by its text. (A group begins with a mark of its own, a moment before what is in it.)"""
    marks = [event for event in recording.events if isinstance(event, StepBegan | Ended)]
    return {one.text: after.t - one.t for one, after in pairwise(marks) if isinstance(one, StepBegan)}


def _without(folder: Path, people: int) -> float:
    """Seconds until all clients have asked, with a poll loop and nothing else."""
    names = [f"crowd{number}" for number in range(people)]
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(_fresh(folder, "by-hand"))
        port = stack.enter_context(programs.free_port())
        server = stack.enter_context(_started(place / "server", programs.server(port), names))
        server.until(programs.WAITING.encode() + b"\r\n")
        for name in names:
            (place / name).mkdir()
        began = time.perf_counter()
        argv = programs.client(port)
        clients = [stack.enter_context(PollLoop(argv, place / name, programs.environment(place / name)))
                   for name in names]  # fmt: skip
        _until_all_ask(clients, server)
        return time.perf_counter() - began


def _until_all_ask(clients: list[PollLoop], server: PollLoop) -> None:
    poll = select.poll()
    silent = {client.master: client for client in clients}
    for fd in [*silent, server.master]:
        poll.register(fd, select.POLLIN)
    while silent:
        ready = poll.poll(PATIENCE_MS)
        if not ready:
            raise Broken(f"{len(silent)} clients have not asked for a name")
        for fd, _ in ready:
            if fd == server.master:
                server.drain()
                continue
            silent[fd].until(ASK_NAME.encode())
            del silent[fd]
            poll.unregister(fd)


def _started(home: Path, argv: list[str], names: list[str]) -> PollLoop:
    home.mkdir()
    (home / "credentials.txt").write_text(programs.accounts(names), encoding="utf-8")
    return PollLoop(argv, home, programs.environment(home))


@contextlib.contextmanager
def _fresh(folder: Path, name: str) -> Iterator[Path]:
    """A folder that is gone afterwards: thousands of small files in memory would be in the way of the next turn."""
    place = folder / name
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place)
