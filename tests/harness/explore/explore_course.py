"""The small course of these tests, with one of its programs as the subject, played for real."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from explore_builder import PROGRAMS

from harness.director import perform
from harness.judge.judge import judge
from harness.recording import Recording
from harness.scenario.loader import load_assignment, load_text
from harness.scenario.model import Scenario
from harness.subject.subject import Program, Subject
from harness.verdict import Outcome


class Course:
    """A folder with the assignment, its scenarios, and a subject: `right`, `racy` or `ordered`."""

    def __init__(self, folder: Path, subject: str) -> None:
        self.folder, self.subject = folder / "course", folder / subject
        self.folder.mkdir(exist_ok=True)
        self.subject.mkdir()
        for name in ("assignment.yaml", "list.yaml"):
            shutil.copy(PROGRAMS / name, self.folder)
        shutil.copytree(PROGRAMS / "right", self.folder / "right", dirs_exist_ok=True)
        shutil.copy(PROGRAMS / "client.py", self.folder / "right")
        for file in (PROGRAMS / subject / "server.py", PROGRAMS / "client.py"):
            shutil.copy(file, self.subject)
        self.assignment = load_assignment(self.folder / "assignment.yaml")
        self.stages = folder / "stages"

    def load(self, text: str) -> list[Scenario]:
        """The scenarios of a text."""
        return load_text(text, "test.yaml", self.assignment)

    def play(self, scenario: Scenario) -> tuple[Outcome, Recording]:
        """Play and judge."""
        self.stages.mkdir(exist_ok=True)
        folder = self.stages / str(len(list(self.stages.iterdir())))
        programs = {role: Program(role, [sys.executable, str(self.subject / f"{wanted.entry}.py"), *wanted.arguments])
                    for role, wanted in self.assignment.roles.items()}  # fmt: skip
        recording = perform(
            scenario, self.assignment, Subject(self.subject.name, programs), folder=folder, sample="",
            assignment_text=(self.folder / "assignment.yaml").read_text(encoding="utf-8"),
        )  # fmt: skip
        return judge(scenario, recording), recording
