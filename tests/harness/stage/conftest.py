"""A stage for each test, at both levels where both are to be had."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.recording import Recorder
from harness.stage import Stage, best_level

PROGRAMS = Path(__file__).with_name("programs")
# What a stage must show for these programs to be found.
SHOWN = [str(PROGRAMS)]
Opener = Callable[..., Stage]


def python(code: str, *arguments: str) -> list[str]:
    """The command line of a small program."""
    return [sys.executable, "-c", code, *arguments]


def program(name: str, *arguments: object) -> list[str]:
    """The command line of one of the programs beside the tests."""
    return [sys.executable, str(PROGRAMS / name), *map(str, arguments)]


@pytest.fixture
def recorder() -> Recorder:
    """An empty recording, being taken down."""
    return Recorder()


@pytest.fixture(params=["box", "plain"])
def level(request: pytest.FixtureRequest) -> str:
    """How the stage is isolated."""
    if request.param == "box" and best_level() != "box":
        pytest.skip("no namespaces here")
    return str(request.param)


@pytest.fixture
def stage(level: str, recorder: Recorder, tmp_path: Path) -> Iterator[Stage]:
    """An open stage, closed at the end."""
    tmp_path.chmod(0o755)  # a program may be another user than we are
    with Stage(tmp_path / "stage", recorder, level=level,  # type: ignore[arg-type]
               shown=[*SHOWN, str(tmp_path)]) as opened:  # fmt: skip
        yield opened
