"""The house keeps its rules: who imports whom, and that the harness knows no assignment by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "harness"

# Data flows one way: a room may import from itself and from the rooms that stand before it.
ROOMS = ["box", "verdict", "exits", "events", "wire", "recording", "scenario", "yaml_file", "workshop", "workers",
         "subject", "stage", "patience", "logins", "props", "acting", "deliveries", "at_once", "aftermath",
         "director", "judge", "players", "explore", "probe", "grade", "author", "report", "memory", "course",
         "probing", "exploring", "workflow", "cohort", "travelling", "marking", "rules", "rounds",
         "grading", "stressing", "kills",
         "cli", "__main__"]
# The two ends of reading a file know each other: nodes carry places, mistakes name them.
TOGETHER = {("scenario", "yaml_file"), ("yaml_file", "scenario")}
# What stands on one library only.
FENCED = {"yaml": {"yaml_file.py"},
          "pexpect": {"stage/actor.py"},
          "rich": {"report/console.py", "report/live.py"},
          "dask": {"grade/cluster.py"},
          "distributed": {"grade/cluster.py"}}


def modules() -> list[Path]:
    """Every module of the harness."""
    return sorted(HARNESS.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The names of the modules that a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            several = node.module == "harness"
            yield from [f"harness.{alias.name}" for alias in node.names] if several else [node.module or ""]


def room(path: Path) -> str:
    """The room that a module belongs to: a package, or a module of its own."""
    first = path.relative_to(HARNESS).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HARNESS)))
def test_nothing_to_the_right_is_imported_by_anything_to_the_left(path: Path) -> None:
    """A room imports only from rooms before it, so that a recording can be judged without a stage."""
    here = room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "harness" or len(parts) < 2 or parts[1] in ("__version__", here) or here == "__init__":
            continue
        allowed = ROOMS.index(parts[1]) < ROOMS.index(here) or (here, parts[1]) in TOGETHER
        assert allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HARNESS)))
def test_the_harness_never_imports_what_it_judges(path: Path) -> None:
    """The judge shares no code with the accused."""
    assert not [name for name in imports(path) if name.split(".")[0] == "forum"]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HARNESS)))
def test_libraries_stay_behind_their_fences(path: Path) -> None:
    """yaml, pexpect and rich are each known to one module, so that each can be replaced."""
    where = str(path.relative_to(HARNESS))
    for name in imports(path):
        assert where in FENCED.get(name.split(".")[0], {where}), f"{where} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HARNESS)))
def test_the_harness_knows_no_assignment_by_name(path: Path) -> None:
    """What belongs to one assignment lies in that assignment's folder: no command of the forum is in the harness."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r"\b(CRT|MSG|DLT|EDT|LST|RDT|UPD|DWN|RMV|XIT|SHT|P2P)\b", text)
    assert not found, f"{path.name} names {found}"


def test_only_one_module_may_wait() -> None:
    """No fixed wait anywhere: `sleep` stands in no module of the harness or the forum."""
    places = [str(path.relative_to(ROOT)) for folder in (HARNESS, ROOT / "forum") for path in folder.rglob("*.py")
              if re.search(r"\bsleep\(", path.read_text(encoding="utf-8"))]
    assert set(places) <= {"harness/stage/pumping.py"}
