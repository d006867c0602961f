"""A small class in a folder, graded by the command itself: three short scenarios, programs of a few kinds."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
PLAIN = ROOT / "tests" / "saboteurs" / "base" / "plain"
LIMIT = 120  # seconds; only to keep a broken test from waiting for ever

SCENARIOS = """\
scenario: A known user logs in
clause: 2 Authentication
marks: single.AUTH
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda stays
---
scenario: A thread is listed
clause: 4 CRT
marks: single.CRT
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: CRT 3331
  - yoda: LST
  - yoda sees: "3331"
---
scenario: A message is read
clause: 4 MSG
marks: single.MSG
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: CRT 3331
  - yoda: MSG 3331 beep
  - yoda: RDT 3331
  - yoda sees: "1 Yoda: beep"
hints:
  yoda sees: The number, the name, a colon.
"""
RUBRIC = """\
rubric: Small
parts:
  single:
    title: One
    items:
      AUTH: {title: Log in, marks: 1}
      CRT: {title: Create, marks: 2}
      MSG: {title: Post, marks: 3}
"""
# The server of the plain forum notes a message so; a wrong one writes no colon.
_RIGHT, _WRONG = 'append("%d %s: %s"', 'append("%d %s- %s"'
SILENT = "import signal\nsignal.pause()\n"


def program(folder: Path, **changed: str) -> Path:
    """The plain right forum, with these whole files (`server`, `client`) in the place of its own."""
    shutil.copytree(PLAIN, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in changed.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def wrong(folder: Path) -> Path:
    """One that fails the scenario of messages, and no other."""
    text = (PLAIN / "server.py").read_text()
    assert _RIGHT in text
    return program(folder, server=text.replace(_RIGHT, _WRONG))


def variation(folder: Path, number: int) -> Path:
    """A right one with other files than every other's."""
    return program(folder, server=f"# {number}\n{(PLAIN / 'server.py').read_text()}")


@dataclass(frozen=True)
class Cohort:
    """A course, a folder of submissions and one of results, all in one folder."""

    home: Path

    @property
    def course(self) -> Path:
        """The folder of its scenarios."""
        return self.home / "course" / "scenarios"

    @property
    def submissions(self) -> Path:
        """What was handed in."""
        return self.home / "submissions"

    @property
    def out(self) -> Path:
        """Where the results go, if nothing else is said."""
        return self.home / "out"

    def argv(self, *more: str, out: Path | None = None, submissions: Path | None = None) -> list[str]:
        """The command line that grades it."""
        return [sys.executable, "-m", "harness", "grade", str(submissions or self.submissions), "--assignment",
                str(self.course), "--out", str(out or self.out), *more]  # fmt: skip

    def grade(self, *more: str, **where: Any) -> subprocess.CompletedProcess[str]:
        """Grade it, to the end."""
        return subprocess.run(self.argv(*more, **where), cwd=ROOT, capture_output=True, text=True, timeout=LIMIT,
                              check=False)

    def start(self, *more: str, **where: Any) -> subprocess.Popen[str]:
        """Begin to grade it, in a group of processes of its own."""
        return subprocess.Popen(self.argv(*more, **where), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, start_new_session=True)

    def marks(self, out: Path | None = None) -> dict[str, dict[str, str]]:
        """marks.csv, by id."""
        with ((out or self.out) / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    def table(self, out: Path | None = None) -> str:
        """marks.csv as it stands."""
        return ((out or self.out) / "marks.csv").read_text(encoding="utf-8-sig")

    def sql(self, text: str, *values: Any, out: Path | None = None) -> list[tuple[Any, ...]]:
        """Ask or change the store."""
        with sqlite3.connect((out or self.out) / "marks.db") as store:
            found = store.execute(text, values).fetchall()
        store.close()
        return found

    def recordings(self, out: Path | None = None) -> dict[str, int]:
        """When each recording was written: another number for one that was played again."""
        folder = out or self.out
        return {str(path.relative_to(folder)): path.stat().st_mtime_ns
                for path in sorted(folder.glob("*/recordings/*.jsonl"))}  # fmt: skip

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the course."""
        path = self.course / file
        text = path.read_text()
        assert old in text, old
        path.write_text(text.replace(old, new))


def cohort(home: Path) -> Cohort:
    """A course without a submission yet."""
    found = Cohort(home)
    found.course.mkdir(parents=True)
    found.submissions.mkdir()
    assignment = (ROOT / "scenarios" / "assignment.yaml").read_text()
    # One year's task, so that nothing must be found out about which one it is; and no model.
    kept = [line for line in assignment.partition("# What later years")[0].splitlines()
            if not line.startswith(("variant:", "reference:", "protocol:", "model:"))]  # fmt: skip
    (found.course / "assignment.yaml").write_text("\n".join(kept) + "\n")
    (found.course / "rubric.yaml").write_text(RUBRIC)
    (found.course / "basic.yaml").write_text(SCENARIOS)
    shutil.copy(ROOT / "credentials.txt", found.home / "course" / "credentials.txt")
    return found


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Its children: a worker each, while it plays. (What starts its boxes has a session of its own.)"""
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return [pid for pid in map(int, children) if os.getsid(pid) == os.getsid(process.pid)]
    except OSError:
        return []


def group_of(process: subprocess.Popen[str]) -> Mapping[int, str]:
    """What still runs of the session that it began, by its command line; zombies do not run."""
    return dict(_members(process.pid))


def _members(session: int) -> Iterator[tuple[int, str]]:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                yield int(pid), Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def killed(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> str:
    """Send it a signal, to it alone, and what it had said by its end."""
    process.send_signal(number)
    return process.communicate(timeout=LIMIT)[0]
