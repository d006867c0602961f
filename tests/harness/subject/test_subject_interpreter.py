"""The Python of programs: the same as ours, with what is installed, and nothing runs before the program."""

from __future__ import annotations

import json
import site
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.subject.interpreter import interpreter, is_ours

ASKS = """
import json, sys
early = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
import yaml
print(json.dumps({"version": list(sys.version_info), "prefix": sys.prefix, "early": early, "yaml": yaml.__file__}))
"""


def ask(python: str) -> dict[str, Any]:
    """What a program that is started with it sees."""
    done = subprocess.run([python, "-c", ASKS], cwd="/", env={}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_a_program_has_our_python_and_what_is_installed(tmp_path: Path) -> None:
    """The version is ours, the environment is its own, and a library beside the harness is found where ours is."""
    answer, ours = ask(interpreter(tmp_path)), ask(sys.executable)
    assert answer["version"] == list(sys.version_info)
    assert answer["prefix"] == str(tmp_path / "interpreter")
    assert answer["yaml"] == ours["yaml"]


def test_nothing_runs_before_a_program(tmp_path: Path) -> None:
    """Of what is loaded at its start nothing lies in the installed packages, whatever those do in our own Python."""
    early = ask(interpreter(tmp_path))["early"]
    assert early
    assert not [file for file in early if file.startswith(tuple(site.getsitepackages()))]


def test_it_is_made_once(tmp_path: Path) -> None:
    """The second program of a submission starts with the environment that the first one has."""
    python = interpreter(tmp_path)
    mark = tmp_path / "interpreter" / "mark"
    mark.touch()
    assert interpreter(tmp_path) == python
    assert mark.exists()


def test_in_a_command_that_is_told_it_is_python3(tmp_path: Path) -> None:
    """It is known by its path, as our own interpreter is; a program of a student's is not."""
    assert is_ours(interpreter(tmp_path))
    assert is_ours(sys.executable)
    assert not is_ours("./server")
    assert not is_ours("python3")
