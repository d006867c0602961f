"""The model that an assignment names: what is said where it cannot be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario.loader import load_assignment
from harness.scenario.mistakes import Mistakes

TEXT = """\
assignment: a board
variant: "1"
roles:
  server: {entry: server, listens: true}
  client: {entry: client}
reference: .
model: rules.py
variants:
  "2": {model: other.py}
"""


@pytest.mark.parametrize(
    ("rules", "other", "told"),
    [
        (None, "model = dict", ["7:8: there is no file of Python 'rules.py' beside assignment.yaml"]),
        ("model = dict", "import nothing_of_that_name",
         ["9:16: other.py:1:1: a model decides, and touches nothing: it cannot import 'nothing_of_that_name'"]),
        ("model = 3", "def model(accounts, values): ...",
         ["7:8: rules.py:1:1: a model has a function `model(accounts, values)`, and this has none"]),
        ("raise ValueError(3)", "1 +", ["7:8: rules.py:1:1: this cannot be run: ValueError: 3",
                                        "9:16: other.py:1:4: this is not Python: invalid syntax"]),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_loaded_is_told_with_its_place(
    tmp_path: Path, rules: str | None, other: str, told: list[str]
) -> None:
    """A file that is not there, cannot be imported or has no model is a mistake of the assignment."""
    if rules is not None:
        (tmp_path / "rules.py").write_text(rules)
    (tmp_path / "other.py").write_text(other)
    file = tmp_path / "assignment.yaml"
    file.write_text(TEXT)
    with pytest.raises(Mistakes) as raised:
        load_assignment(file)
    mistakes = [str(mistake).removeprefix(f"{file}:") for mistake in raised.value.mistakes]
    assert len(mistakes) == len(told)
    assert all(mistake.startswith(one) for mistake, one in zip(mistakes, told, strict=True)), mistakes
