"""Real plays with what passed on the wire: a program of the zoo behind a recording proxy, and real clients."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

from harness.director import Director
from harness.events import Ended, Event, Typed
from harness.recording import KINDS, Recorder, Recording
from harness.scenario.loader import load_assignment, load_text
from harness.stage import Limits, Stage
from harness.subject.build import build

ROOT = Path(__file__).resolve().parents[4]
ZOO = ROOT / "tests" / "zoo"
ASSIGNMENT = ROOT / "scenarios" / "assignment.yaml"
PROXY = Path(__file__).with_name("proxy.py")
# All that a forum does, by two people; a file with every byte in it travels both ways.
PLAY = """\
scenario: Everything once
cast: {yoda: Yoda, r2d2: R2D2}
files: {yoda/test.exe: {random bytes: 3000}}
play:
  - everyone logs in
  - yoda: CRT 3331
  - yoda: MSG 3331 Networks is awesome
  - r2d2: MSG 3331 Beep
  - r2d2: LST
  - yoda: EDT 3331 1 Networks exam PWNED me
  - yoda: RDT 3331
  - yoda: UPD 3331 test.exe
  - r2d2: DWN 3331 test.exe
  - r2d2: DLT 3331 1
  - r2d2: DLT 3331 2
  - yoda: CRT 3331
  - yoda: RMV 3331
  - r2d2: XIT
  - yoda: XIT
"""
# It gives each file a port of its own, which no proxy knows before.
NO_FILES = "\n".join(line for line in PLAY.splitlines() if "UPD" not in line and "DWN" not in line)
EXTRA = {"heartbeat": "1000"}


@cache
def played(name: str) -> Recording:
    """One play of a program of the zoo ("forum": the reference) with the events of the wire."""
    variant = {"udp-threads": "2022", "udp-java": "2025"}.get(name, "2020")
    assignment = load_assignment(ASSIGNMENT).variant(variant)
    scenario = load_text(NO_FILES if name == "udp-java" else PLAY, "everything.yaml", assignment)[0]
    where = ROOT / "forum" if name == "forum" else ZOO / name
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        subject = build(where, assignment, folder / "built")
        server = subject.program("server")
        log = folder / "wire.jsonl"
        command = [word.replace("{port}", "@PORT@") for word in server.template]
        wrapped = replace(server, argv=[sys.executable, str(PROXY), str(log), EXTRA.get(name, ""), "{port}", *command],
                          arguments=())  # fmt: skip
        subject = replace(subject, programs={**subject.programs, "server": wrapped})
        zero = time.monotonic()
        recorder = Recorder(clock=lambda: time.monotonic() - zero)
        # The proxy writes its log here: it stands in nobody's box.
        with Stage(folder / "stage", recorder, level="plain", limits=Limits()) as stage:
            sample = (ROOT / "credentials.txt").read_text()
            Director(scenario, assignment, subject, stage, recorder, seed=0, sample=sample).play(ASSIGNMENT.read_text())
        recorder.step = None
        recorder.note(Ended, why="played")
        wire = [_event(json.loads(line), zero) for line in log.read_text().splitlines()]
    return merged(recorder.recording, wire)


def _event(line: dict[str, object], zero: float) -> Event:
    kind = KINDS[str(line.pop("kind"))]
    if "hex" in line:
        data = bytes.fromhex(str(line.pop("hex")))
        line |= {"data": data, "size": len(data)}
    return kind(**{**line, "t": float(str(line["t"])) - zero})  # type: ignore[arg-type]


def merged(recording: Recording, wire: list[Event]) -> Recording:
    """The events of the wire at their places in time, each in the step that was played then."""
    found: list[Event] = []
    step, waiting = None, iter(sorted(wire, key=lambda event: event.t))
    late = next(waiting, None)
    before = 0.0
    for event in recording.events:
        # A line is noted once it is typed; the proxy, a process of its own, may have been quicker.
        t, before = (before if isinstance(event, Typed) else event.t), event.t
        while late is not None and late.t < t:
            found.append(replace(late, step=step))
            late = next(waiting, None)
        step = event.step
        found.append(event)
    return Recording(found)
