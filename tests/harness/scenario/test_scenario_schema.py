"""The schema and the page about the language say what the loader does."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
from scenario_samples import ASSIGNMENT, CAST, TOUCHSTONE, told

from harness.scenario.language import EXAMPLE, language_page
from harness.scenario.loader import load_text
from harness.scenario.mistakes import Collector
from harness.scenario.model import Deed, FileState, Many, Sight
from harness.scenario.schema import schema, schema_text
from harness.scenario.verbs import VERBS, Verb, find_verb
from harness.scenario.words import FORMS
from harness.yaml_file import plain, read

DOCS = Path(__file__).parents[3] / "docs"
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_the_files_in_docs_are_up_to_date() -> None:
    """The page and the schema that people read are those of today's tables."""
    assert (DOCS / "scenario.schema.json").read_text(encoding="utf-8") == schema_text()
    assert (DOCS / "scenario-language.md").read_text(encoding="utf-8") == language_page()


def test_the_schema_is_one() -> None:
    """The schema itself is valid JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("text", [TOUCHSTONE, EXAMPLE])
def test_what_the_loader_takes_the_schema_takes(text: str) -> None:
    """Every form of the language validates, in the same files that load without a mistake."""
    assert told(text) == []
    for document in read(text, "f", Collector()):
        assert document is not None
        VALIDATOR.validate(plain(document))


@pytest.mark.parametrize(
    "document",
    [
        {"scenario": "s"},
        {"scenario": "s", "play": []},
        {"scenario": "s", "play": ["yoda leafs"]},
        {"scenario": "s", "play": ["yoda sees"]},
        {"scenario": "s", "play": [{"yoda": "a", "r2d2": "b"}]},
        {"scenario": "s", "play": [{"yoda presses": "ctl-d"}]},
        {"scenario": "s", "play": [{"together": "x"}]},
        {"scenario": "s", "play": ["yoda leaves"], "marsk": "x"},
        {"scenario": "s", "play": ["yoda leaves"], "cast": {"a b": "x"}},
        {"scenario": "s", "play": ["yoda leaves"], "visible": "sometimes"},
    ],
)
def test_what_the_schema_refuses(document: object) -> None:
    """An editor underlines what no rule of the language fits."""
    assert not VALIDATOR.is_valid(document)


def test_every_meaning_has_a_verb() -> None:
    """What the model can say, the language can say."""
    assert {verb.means for verb in VERBS} == {*Deed, *Sight, *FileState, *Many}
    means = [re.sub(" (with|exactly|the lines)$", "", verb.name) for verb in VERBS]
    assert means == [verb.means.value for verb in VERBS]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_each_verb_is_found_in_all_of_its_forms(verb: Verb) -> None:
    """`a sees one of` is not `sees` said of somebody called `a sees one of`."""
    for form, several in verb.forms():
        spoken = find_verb(f"somebody {form}")
        assert spoken is not None
        assert (spoken.subject, spoken.verb, spoken.several) == ("somebody", verb, several)


@pytest.mark.parametrize("example", [v.example for v in VERBS] + [example for _, _, example in FORMS])
def test_every_example_loads(example: str) -> None:
    """The examples of the page are steps that load without a mistake."""
    before = ["everyone logs in", "yoda: READ 1", "r2d2: READ 2"]
    if example.endswith(" resumes"):
        before.append("yoda is paused")
    if " releases:" in example:
        before.append("network holds: yoda")
    text = f"{CAST}play:\n" + "".join(f"  - {step}\n" for step in [*before, example])
    assert load_text(text, "f", ASSIGNMENT)
