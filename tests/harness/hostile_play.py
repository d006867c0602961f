"""Play a program of tests/hostile: the plain right forum, with its own beginning in front, or files in its place."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.box.box import Bounds
from harness.box.owner import student
from harness.course import Course, open_course
from harness.director import perform
from harness.judge.judge import judge
from harness.recording import Recording
from harness.scenario.drawn import drawn
from harness.scenario.model import Scenario
from harness.scenario.select import Wanted, load_all
from harness.stage import Limits
from harness.subject.build import build
from harness.verdict import Outcome

ROOT = Path(__file__).parents[2]
HOSTILE = ROOT / "tests" / "hostile"
BASE = ROOT / "tests" / "saboteurs" / "base" / "plain"
SCENARIO = "create.yaml"

# Small, so that this machine hardly notices a program that reaches them.
BOUNDS = Bounds(memory=160 << 20, processes=120, disk=48 << 20, files=3000)


@dataclass(frozen=True)
class Hostile:
    """One program of the corpus, as its hostile.yaml says."""

    name: str
    does: str
    then: str  # passed | failed [CODE] | not passed | any | does not build
    server: str = ""
    client: str = ""
    files: dict[str, str] = field(default_factory=dict)
    soak: bool = False
    case: int = 0  # which scenario of the file is played

    def lay(self, folder: Path) -> Path:
        """Write the submission into a folder."""
        if any(name.endswith(".c") for name in self.files):
            folder.mkdir()
        else:
            shutil.copytree(BASE, folder)
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        for name, begins in (("server.py", self.server), ("client.py", self.client)):
            if begins:
                (folder / name).write_text(f"{begins}\n{(BASE / name).read_text()}")
        return folder


def corpus() -> list[Hostile]:
    """All of them."""
    return [Hostile(path.parent.name, **yaml.load(path.read_text(), yaml.SafeLoader))
            for path in sorted(HOSTILE.glob("*/hostile.yaml"))]  # fmt: skip


@cache
def course(case: int, seed: int = 0) -> tuple[Course, Scenario]:
    """The forum assignment, and the scenario that is played: a title, its file, its creator; or another case of it."""
    wanted = [Wanted.parse(str(ROOT / "scenarios" / SCENARIO))]
    opened = open_course(None, wanted)
    return opened, drawn(load_all(wanted, opened.assignment)[case], seed)


def play(submission: Path, into: Path, level: Any = "box", case: int = 0, seed: int = 0
         ) -> tuple[Outcome, Recording]:  # fmt: skip
    """Build a submission, play it and judge it. Raises DoesNotBuild."""
    opened, scenario = course(case, seed)
    subject = build(submission, opened.assignment, into / "built")
    recording = perform(scenario, opened.assignment, subject, folder=into / "stage", sample=opened.sample,
                        assignment_text=opened.text, limits=Limits(bounds=BOUNDS), level=level, model=opened.model,
                        seed=seed)
    return judge(scenario, recording), recording


def alive(home: Path) -> list[str]:
    """Processes of the user that programs are, if they work in `home` or in no run's folder: none may be left."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            cwd = os.readlink(f"/proc/{pid}/cwd")
            if cwd != "/" and not cwd.startswith(str(home)):
                continue  # of a run beside this one, which has drawn the same user
            if student() != os.geteuid() and Path(f"/proc/{pid}").stat().st_uid == student():
                found.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found
