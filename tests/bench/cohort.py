"""A class of three right programs, graded: two workers against one, the time of each alone, the memory of the grader.

One worker, two workers and each program alone are graded by `harness grade` itself, one after the other. A submission's
time is from the moment when the one before it is told to be done; the grader's memory is what the kernel says of its
process (the workers are processes of their own) when the first submission is done, and when the last is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from harness.workshop import workshop
from tests.bench.figures import Broken, Effort, Row, milliseconds
from tests.bench.programs import ROOT

# Of one year's task, in different languages and shapes; none polls, which would be played six at a time.
PROGRAMS = ("one-folder", "java-readers", "c-threads")
QUICK = ("login.yaml", "create.yaml", "post.yaml")
JOBS = 2
PLAYED = (0, 4)
_DONE = re.compile(r"\[\d+/\d+\] (\S+): ")


@dataclass(slots=True)
class Graded:
    """What one call of `harness grade` took: seconds in all, and by submission (of one worker); its memory in bytes."""

    wall: float = 0.0
    each: dict[str, float] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)


def measure(effort: Effort) -> Iterator[Row]:
    """The three rows. Quick: three files of the suite."""
    with workshop() as folder:
        course = _course(folder, effort.quick)
        together = _class(folder / "together", PROGRAMS)
        one, two = (_grade(course, together, folder / f"jobs-{jobs}", jobs) for jobs in (1, JOBS))
        alone = [_grade(course, _class(folder / f"alone-{name}", [name]), folder / f"out-{name}", 1).each[name]
                 for name in PROGRAMS]  # fmt: skip
    yield Row(f"grade {len(PROGRAMS)}: 2 workers / 1 worker", milliseconds(two.wall), milliseconds(one.wall),
              one.wall / two.wall, 1.3, ">=", taken="1 run")  # fmt: skip
    ratios = [one.each[name] / theirs for name, theirs in zip(PROGRAMS, alone, strict=True)]
    yield Row("  a submission, in the class / alone", milliseconds(median(one.each.values())),
              milliseconds(median(alone)), max(ratios), 1.2, "<=", taken="the worst of 3")  # fmt: skip
    first, last = one.memory[0], one.memory[-1]
    yield Row("  memory of the grader, last / first", f"{last >> 20} MB", f"{first >> 20} MB", last / first, 1.1, "<=")


def _course(folder: Path, quick: bool) -> Path:
    """The forum's course; quick: some of its scenarios."""
    if not quick:
        return ROOT / "scenarios"
    course = folder / "course" / "scenarios"
    shutil.copytree(ROOT / "scenarios", course, ignore=shutil.ignore_patterns("__pycache__", "reference"))
    shutil.copy(ROOT / "credentials.txt", course.parent)
    for path in course.glob("*.yaml"):
        if path.name not in QUICK and path.read_text(encoding="utf-8").lstrip("# ").find("\nscenario:") >= 0:
            path.unlink()
    return course


def _class(folder: Path, programs: Sequence[str]) -> Path:
    for name in programs:
        shutil.copytree(ROOT / "tests" / "zoo" / name, folder / name,
                        ignore=shutil.ignore_patterns("__pycache__", "zoo.yaml"))  # fmt: skip
    return folder


def _grade(course: Path, submissions: Path, out: Path, jobs: int) -> Graded:
    argv = [sys.executable, "-u", "-m", "harness", "grade", str(submissions), "--assignment", str(course),
            "--variant", "2020", "--out", str(out), "--jobs", str(jobs)]  # fmt: skip
    found, said = Graded(), []
    with subprocess.Popen(argv, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        began = before = time.perf_counter()
        for line in process.stdout:
            now = time.perf_counter()
            said.append(line)
            if " to grade, stage: " in line:
                began = before = now  # until here Python loads, and the submissions are unpacked
            elif done := _DONE.match(line):
                found.each[done[1]], before = now - before, now
                found.wall = now - began
                found.memory.append(_resident(process.pid))
    if process.returncode not in PLAYED or not found.each:
        raise Broken(f"harness grade ended with {process.returncode}: {''.join(said)}")
    return found


def _resident(pid: int) -> int:
    """The memory of a process, in bytes."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(text.partition("VmRSS:")[2].split()[0]) << 10
