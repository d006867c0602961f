"""Programs that are wrong on purpose: a right base and one small change to it (saboteur.yaml)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from harness.scenario.checked import checked
from harness.scenario.loader import read_text
from harness.scenario.mistakes import Mistake, Mistakes, nearest
from harness.scenario.model import Place

# More than this and it is another program, not the same one wrong in one way.
MOST_LINES = 15


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Change(_Strict):
    """Lines of one file of the base, and what stands there instead."""

    file: str
    replace: str
    with_: str = Field(alias="with")

    @property
    def lines(self) -> int:
        """How many lines differ, at most."""
        old, new = self.replace.splitlines(), self.with_.splitlines()
        same = sum(line in new for line in old)
        return max(len(old) - same, len(new) - same)


class Saboteur(_Strict):
    """saboteur.yaml, checked."""

    saboteur: str = Field(description="What it does, in a sentence.")
    wrong: str = Field(description="The one thing that is wrong.")
    base: str = Field(default="", description="The right program it is made from: a folder of base/, or `reference`.")
    change: list[Change] = []
    server: str = Field(default="", description="A command instead of the base's server.")
    client: str = Field(default="", description="A command instead of the base's client.")
    killed_by: str = Field(alias="killed by", description="FILE::SCENARIO that must fail it.")
    code: str = Field(description="The code of the finding.")
    sentence: str = Field(description="What the finding's sentence must hold.")
    marks_lost: list[str] = Field(alias="marks lost", default=[], description="Exactly these rubric lines lose marks.")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A saboteur and where it lies."""

    name: str
    folder: Path
    about: Saboteur


def load_saboteurs(paths: Sequence[Path]) -> list[Wrong]:
    """Every saboteur.yaml below these paths. Raises Mistakes with those of all of them."""
    files = sorted(f for path in paths for f in ([path] if path.is_file() else path.rglob("saboteur.yaml")))
    found: list[Wrong] = []
    mistakes: list[Mistake] = []
    for file in files:
        try:
            found.append(Wrong(file.parent.name, file.parent, checked(Saboteur, read_text(file), str(file))))
        except Mistakes as exc:
            mistakes += exc.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return found


def bases(paths: Sequence[Path]) -> dict[str, Path]:
    """The right programs that saboteurs are made from: the folders of `base/` beside them."""
    homes = [home for path in paths for home in (path, *path.resolve().parents) if (home / "base").is_dir()]
    folders = [folder for home in homes[:1] for folder in sorted((home / "base").iterdir())]
    return {folder.name: folder for folder in folders if folder.is_dir()}


def base_of(wrong: Wrong, homes: Mapping[str, Path]) -> Path | None:
    """The folder of the right program that this one is made from; None for one of its own. Raises Mistakes."""
    name = wrong.about.base
    if name and name not in homes:
        place = Place(str(wrong.folder / "saboteur.yaml"), 1, 1)
        raise Mistakes([Mistake(place, f"there is no base {name!r}", nearest(name, list(homes)))])
    return homes.get(name)


def make(wrong: Wrong, base: Path | None, target: Path) -> Path:
    """Write the wrong program into `target`: the base with its changes, and the saboteur's own files.

    Raises Mistakes where a change does not fit its base exactly once.
    """
    if base is not None:
        shutil.copytree(base, target, ignore=shutil.ignore_patterns("__pycache__"))
    for change in wrong.about.change:
        _apply(wrong, change, target / change.file)
    not_its_own = shutil.ignore_patterns("saboteur.yaml", "__pycache__")
    shutil.copytree(wrong.folder, target, dirs_exist_ok=True, ignore=not_its_own)
    return target


def _apply(wrong: Wrong, change: Change, file: Path) -> None:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    fits = text.count(change.replace)
    if fits != 1:
        place = Place(str(wrong.folder / "saboteur.yaml"), 1, 1)
        raise Mistakes([Mistake(place, f"the change of {change.file} fits its base {fits} times, expected once")])
    file.write_text(text.replace(change.replace, change.with_), encoding="utf-8")
