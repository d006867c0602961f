"""The assignment's model: a file of Python beside assignment.yaml that says which answer is right in which state.

It is the course's own code, and no submission's (model_code.py says how it is run). What it must offer stands in
`Specification`; it knows nothing of the harness, and the harness nothing of what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from harness.scenario.mistakes import Collector
from harness.scenario.model_code import NoModel, load_model
from harness.yaml_file import Table, Text, read

Files = Callable[[str], str | None]


class Specification(Protocol):
    """The model of one play: it also reads what was typed and what was shown.

    It is a `harness.judge.concurrency.Model` too, and may have what makes that faster.
    """

    def request(self, line: str, account: str, sent: Files) -> Any | None:
        """What a typed line asks for; None: nothing that could change or show anything.

        `sent`: a digest of a file in that person's folder, "" if there is none, None if that is not known.
        """

    def login(self, account: str, password: str) -> Any:
        """Somebody logs in."""

    def leaving(self, account: str) -> Any:
        """Somebody's client ended; the server may learn of it later."""

    def reply(self, request: Any, shown: str, accepted: bool | None, others: Iterable[Any], fetched: Files) -> Any:
        """What a whole answer tells, as far as it can be read. `others`: all requests of the play.

        `accepted`: whether it is worded like what was carried out; None: not known. `fetched`: a digest of a file
        that came to that person's folder by this request, "" if none did, None if that is not known.
        """


class Maker(Protocol):
    """The file's function `model`."""

    def __call__(self, accounts: Mapping[str, str], values: Mapping[str, str]) -> Specification:
        """The model of one play: the accounts that there are before it, and the assignment's values."""


def maker_of(text: str) -> Maker:
    """The function `model` of a model's text. Raises NoModel."""
    return cast(Maker, load_model(text).model)


def load_maker(path: Path) -> Maker:
    """The function `model` of a file of Python. Raises ImportError, with the reason, for a file that has none."""
    if not path.is_file():
        raise ImportError(f"there is no file of Python {path.name!r} beside assignment.yaml")
    try:
        return maker_of(path.read_text(encoding="utf-8"))
    except NoModel as exc:
        raise ImportError(f"{path.name}:{exc.line}:{exc.column}: {exc}") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise ImportError(f"{path.name} cannot be read: {exc}") from exc


def check_model(text: str, file: Path) -> None:
    """Tell each model that this assignment.yaml names, and that cannot be loaded. Raises Mistakes."""
    found = Collector()
    for node in _named(text, file):
        try:
            load_maker(file.parent / node.text)
        except ImportError as exc:
            found.error(node.place, str(exc))
    found.raise_if_failed()


def _named(text: str, file: Path) -> list[Text]:
    """The values of `model` in an assignment.yaml: its own, and those of its variants."""
    document = read(text, str(file), Collector())[0]
    if not isinstance(document, Table):
        return []
    variants = document.find("variants")
    tables = [document, *(value for _, value in variants.entries)] if isinstance(variants, Table) else [document]
    named = [table.find("model") for table in tables if isinstance(table, Table)]
    return [node for node in named if isinstance(node, Text) and node.text]
