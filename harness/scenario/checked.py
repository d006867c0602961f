"""A YAML file checked by a pydantic model, its complaints turned into mistakes with a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import Place
from harness.yaml_file import Items, Node, Table, plain, read

M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], text: str, file: str, context: object = None) -> M:
    """The one document of a YAML text as a `model`. Raises Mistakes. `context`: what its validators must know."""
    found = Collector()
    documents = read(text, file, found)
    found.raise_if_failed()
    node = documents[0] if len(documents) == 1 else None
    if not isinstance(node, Table):
        found.error(Place(file, 1, 1), f"expected one document of keys and values, got {len(documents)} documents")
        found.raise_if_failed()
    assert isinstance(node, Table)
    try:
        return model.model_validate(plain(node), context=context)
    except ValidationError as exc:
        for error in exc.errors():
            _take_down(error["type"], error["msg"], error["loc"], model, node, found)
        found.raise_if_failed()
        raise


def _take_down(
    kind: str, message: str, path: Sequence[int | str], model: type[BaseModel], node: Node, found: Collector
) -> None:
    name = ".".join(map(str, path))
    place = place_of(node, path)
    if kind == "extra_forbidden":
        known = _keys(model) if len(path) == 1 else _siblings(model, path)
        found.error(place, f"unknown key {name!r}", nearest(str(path[-1]), known))
    elif kind == "missing":
        found.error(place, f"the key {name!r} is missing")
    else:
        sentence = message.removeprefix("Input should be ").removeprefix("Value error, ")
        expected = f"expected {sentence}" if sentence != message and "Input" in message else sentence
        found.error(place, f"{name}: {expected[:1].lower()}{expected[1:]}")


def _siblings(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """The keys that a nested model knows, as far as the annotations tell."""
    known: list[type[BaseModel]] = [model]
    for step in path[:-1]:
        fields = [f.annotation for m in known for n, f in m.model_fields.items() if step in (n, f.alias)]
        known = [m for a in fields for m in _models(a)] or known
    return [name for m in known for name in _keys(m)]


def _keys(model: type[BaseModel]) -> list[str]:
    """The keys of a model as people write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models(inner)]


def place_of(node: Node, path: Sequence[int | str]) -> Place:
    """Where the deepest part of the path that exists stands; a key is pointed at, not its value."""
    place = node.place
    for step in path:
        if isinstance(node, Table):
            entry = next(((key, value) for key, value in node.entries if key.text == str(step)), None)
            if entry is None:
                return place
            place, node = entry[0].place, entry[1]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
    return place
