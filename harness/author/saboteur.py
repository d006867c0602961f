"""Programs that are wrong on purpose: a right base and one small change to it (saboteur.yaml)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from harness.scenario.checked import checked
from harness.scenario.loader import read_text
from harness.scenario.mistakes import Mistake, Mistakes, nearest
from harness.scenario.model import Place

# More than this and it is another program, not the same one wrong in one way.
MOST_LINES = 15

# In how many plays of the scenario named for it a race was met.
_RATE = re.compile(r"(?P<times>\d+) of (?P<plays>\d+)")

M = TypeVar("M", bound=BaseModel)


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


@dataclass(frozen=True, slots=True)
class Known:
    """What the files may name: the variants of the assignment, each with its rubric's lines; "" is the task itself."""

    lines: Mapping[str, Sequence[str]]

    @property
    def variants(self) -> list[str]:
        """The names of the variants."""
        return [name for name in self.lines if name]


def _variant(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Known) and name and name not in info.context.lines:
        raise ValueError(_unknown("variant", name, info.context.variants))
    return name


def _mark(line: str, info: ValidationInfo) -> str:
    # Where the variant itself is wrong, nobody knows which lines there are.
    if isinstance(info.context, Known) and "variant" in info.data:
        lines = info.context.lines[info.data["variant"]]
        if line not in lines:
            raise ValueError(_unknown("rubric line", line, lines))
    return line


def _unknown(thing: str, word: str, known: Sequence[str]) -> str:
    near = nearest(word, known)
    return f"unknown {thing} {word!r}" + (f" (did you mean {near!r}?)" if near else "")


def _names_a_scenario(text: str) -> str:
    if not all(text.partition("::")):
        raise ValueError(f"expected FILE::SCENARIO, got {text!r}")
    return text


def _a_rate(text: str) -> str:
    found = _RATE.fullmatch(text)
    if text and (found is None or int(found["times"]) > int(found["plays"]) or int(found["plays"]) == 0):
        raise ValueError(f"expected `K of N`, as in `12 of 40`, got {text!r}")
    return text


VariantName = Annotated[str, AfterValidator(_variant)]
Mark = Annotated[str, AfterValidator(_mark)]


class Saboteur(_Strict):
    """saboteur.yaml, checked."""

    saboteur: str = Field(description="What it does, in a sentence.")
    wrong: str = Field(description="The one thing that is wrong.")
    variant: VariantName = Field(default="", description="The variant of the task it is played in: the task itself.")
    base: str = Field(
        default="", description="The right program it is made from: a folder of base/ or of the zoo, or `reference`.")
    change: list[Change] = []
    server: str = Field(default="", description="A command instead of the base's server.")
    client: str = Field(default="", description="A command instead of the base's client.")
    killed_by: Annotated[str, AfterValidator(_names_a_scenario)] = Field(
        alias="killed by", description="FILE::SCENARIO that must fail it.")
    code: str = Field(min_length=1, description="The code of the finding.")
    sentence: str = Field(min_length=1, description="What the finding's sentence must hold.")
    rate: Annotated[str, AfterValidator(_a_rate)] = Field(
        default="", description="Where it takes a race: in how many plays of that scenario it was met (`12 of 40`). "
        "Which of the `marks lost` are lost in a play is a matter of luck then.")
    explored: Annotated[str, AfterValidator(_a_rate)] = Field(
        default="", description="And in how many of the orders of delivery that `harness run --explore` drew.")
    marks_lost: list[Mark] = Field(alias="marks lost", default=[], description="Exactly these rubric lines lose marks.")

    @property
    def sure(self) -> bool:
        """Whether the scenario named for it fails it in every play."""
        found = _RATE.fullmatch(self.rate)
        return found is None or found["times"] == found["plays"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A saboteur and where it lies."""

    name: str
    folder: Path
    about: Saboteur


class Right(_Strict):
    """zoo.yaml, checked: a right program of one variant of the task."""

    style: str = Field(min_length=1, description="What is special to how it is written, in a sentence.")
    variant: VariantName = Field(description="The variant of the task that it is right in.")


@dataclass(frozen=True, slots=True)
class Animal:
    """A program of the zoo and where it lies."""

    name: str
    folder: Path
    about: Right


def load_saboteurs(paths: Sequence[Path], known: Known | None = None) -> list[Wrong]:
    """Every saboteur.yaml below these paths. Raises Mistakes with those of all of them."""
    found = _load(Saboteur, sorted(_files(paths, "saboteur.yaml")), known)
    return [Wrong(file.parent.name, file.parent, about) for file, about in found]


def load_zoo(paths: Sequence[Path], known: Known | None = None) -> list[Animal]:
    """The programs with a zoo.yaml below these paths, and in `zoo/` beside each of them. Raises Mistakes."""
    beside = [path.resolve().parent / "zoo" for path in paths]
    files = {file.resolve(): None for file in _files([*paths, *filter(Path.is_dir, beside)], "zoo.yaml")}
    return [Animal(file.parent.name, file.parent, about) for file, about in _load(Right, sorted(files), known)]


def _files(paths: Sequence[Path], name: str) -> Iterator[Path]:
    for path in paths:
        yield from ([path] if path.is_file() and path.name == name else path.rglob(name))


def _load(model: type[M], files: Sequence[Path], known: Known | None) -> list[tuple[Path, M]]:
    found: list[tuple[Path, M]] = []
    mistakes: list[Mistake] = []
    for file in files:
        try:
            found.append((file, checked(model, read_text(file), str(file), known)))
        except Mistakes as exc:
            mistakes += exc.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return found


def bases(paths: Sequence[Path]) -> dict[str, Path]:
    """The right programs that saboteurs are made from: the folders of `base/` beside them."""
    return {folder.name: folder for folder in _folders(paths, "base")}


def zoo_bases(paths: Sequence[Path]) -> dict[str, Path]:
    """Those of the zoo, which lies beside the folder of the saboteurs."""
    return {folder.name: folder for folder in _folders(paths, "zoo") if (folder / "zoo.yaml").is_file()}


def _folders(paths: Sequence[Path], name: str) -> list[Path]:
    """The folders in the nearest folder of this name that stands in or above one of the paths."""
    homes = [home / name for path in paths for home in (path, *path.resolve().parents) if (home / name).is_dir()]
    return [folder for home in homes[:1] for folder in sorted(home.iterdir()) if folder.is_dir()]


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
