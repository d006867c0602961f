"""A model is the only code that the judge runs: it decides, and touches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario.model_code import NoModel, load_model

SCENARIOS = Path(__file__).parents[3] / "scenarios"
MADE = "def model(accounts, values):\n    return accounts\n"


def test_the_forums_model_is_one() -> None:
    """It loads, once for each text, and makes a model of the accounts and values."""
    text = (SCENARIOS / "model.py").read_text(encoding="utf-8")
    module = load_model(text)
    assert load_model(text) is module
    assert module.model({"Yoda": "jedi"}, {}).initial


def test_what_a_model_is_written_with() -> None:
    """Dataclasses with annotations as texts, enums, patterns and iterators are all there."""
    text = """\
from __future__ import annotations
import re, itertools, math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
class Kind(StrEnum):
    READ = "read"
@dataclass(frozen=True)
class State:
    last: int = 0
    seen: tuple[str, ...] = field(default=())
    def __post_init__(self) -> None:
        assert self.last >= 0
def model(accounts: Mapping[str, str], values: Mapping[str, str]) -> State:
    return State(math.floor(2.5), tuple(itertools.chain(accounts, re.findall("b", "abc"))))
"""
    assert load_model(text).model({"a": "x"}, {}).seen == ("a", "b")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("import os", "it cannot import 'os'"),
        ("import re as r", "it cannot import 're'"),
        ("from os import path", "it cannot import 'path' from 'os'"),
        ("from . import x", "it cannot import 'x' from None"),
        ("from dataclasses import sys", "it cannot import 'sys' from 'dataclasses'"),
        ("from typing import get_type_hints", "it cannot import 'get_type_hints' from 'typing'"),
        ("from re import *", "it cannot import '*' from 're'"),
        ("import re\nx = re.enum.sys", "it cannot use re.enum"),
        ("import re\nx = re", "'re' is a module: only what it holds can be used"),
        ("x = ().__class__", "it cannot reach '__class__'"),
        ("x = __builtins__", "it cannot reach '__builtins__'"),
        ("x = (one for one in ()).gi_frame", "it cannot reach 'gi_frame'"),
        ("match 1:\n    case object(__class__=x): pass", "it cannot reach '__class__'"),
        ("async def f(): pass", "it has no use for asyncfunctiondef"),
    ],
)
def test_what_a_model_may_not(line: str, sentence: str) -> None:
    """Nothing of a model is run that reaches for more than it needs to decide."""
    with pytest.raises(NoModel) as wrong:
        load_model(f"{line}\n{MADE}")
    assert str(wrong.value) == f"a model decides, and touches nothing: {sentence}"


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("def model(:", "this is not Python: invalid syntax", 1),
        ("x = 1\n", "a model has a function `model(accounts, values)`, and this has none", 1),
        (f"{MADE}\nopen('x')\n", "this cannot be run: NameError: name 'open' is not defined", 4),
        (f"{MADE}\nx = 1 / 0\n", "this cannot be run: ZeroDivisionError: division by zero", 4),
        (f"{MADE}\nx = getattr(model, 'x')\n", "this cannot be run: NameError: name 'getattr' is not defined", 4),
    ],
)
def test_what_is_no_model(text: str, sentence: str, line: int) -> None:
    """What cannot be run is told with its line."""
    with pytest.raises(NoModel) as wrong:
        load_model(text)
    assert (str(wrong.value), wrong.value.line) == (sentence, line)
