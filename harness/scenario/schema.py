"""JSON Schema of a scenario document, for editors that complete and check while one types.

Made from the tables in `verbs` and `words`. The schema knows the shape of a
file; who exists, and what can be judged, only the loader knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from harness.scenario import words
from harness.scenario.cast import RANDOM
from harness.scenario.verbs import VERBS, Takes, Verb

Schema = dict[str, Any]

# An editor reads `3331` as a number and `on` as true: to us both are text.
_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_TEXTS: Schema = {"type": "array", "items": _TEXT, "minItems": 1}
_WORDS: Schema = {"anyOf": [_TEXT, _TEXTS]}
_VALUES: Schema = {"type": "object", "additionalProperties": _TEXT}
_STEPS: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}
_HANDLE = f"^{words.NAME.pattern}$"


def schema() -> Schema:
    """JSON Schema (draft 2020-12) of one document of a scenario file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "description": "One behaviour: who takes part, and what is played. A file holds several, separated by `---`.",
        "type": "object",
        "additionalProperties": False,
        "required": list(words.REQUIRED),
        "properties": {key: {**_KEYS[key], "description": doc} for key, doc in words.KEYS.items()},
        "$defs": {"step": _step(), "delivery": _delivery()},
    }


def schema_text() -> str:
    """The schema as it lies in docs/scenario.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


_KEYS: dict[str, Schema] = {
    "scenario": _TEXT,
    "clause": _TEXT,
    "marks": _WORDS,
    "aids": _WORDS,
    "tags": _WORDS,
    "variants": _WORDS,
    "vary": {"enum": [words.VARY, False]},  # an editor reads `no` as false
    "visible": {"enum": list(words.VISIBLE)},
    "cast": {
        "type": "object",
        "propertyNames": {"pattern": _HANDLE},
        "additionalProperties": {
            "anyOf": [
                _TEXT,
                {
                    "type": "object",
                    "properties": {"account": _TEXT, "password": _TEXT},
                    "required": ["account"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"people": _TEXT},
                    "required": ["people"],
                    "additionalProperties": False,
                },
            ]
        },
    },
    "files": {
        "type": "object",
        "propertyNames": {"pattern": "^[^/]+/."},
        "additionalProperties": {
            "anyOf": [
                _TEXT,
                *({
                    "type": "object",
                    "properties": {kind: _TEXT},
                    "required": [kind],
                    "additionalProperties": False,
                } for kind in RANDOM),
            ]
        },
    },
    "network": _WORDS,
    "with": _VALUES,
    "each": {
        "anyOf": [
            {"type": "object", "additionalProperties": _TEXTS},
            {"type": "array", "items": _VALUES, "minItems": 1},
        ]
    },
    "play": _STEPS,
    "schedule": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/delivery"}},
    "hints": _VALUES,
}


def _step() -> Schema:
    return {
        "anyOf": [
            {"type": "string", "pattern": _directions(), "description": "A stage direction: NAME VERB."},
            _keyed(),
        ]
    }


def _delivery() -> Schema:
    """`NAME: LINE`, or several of them `at once`."""
    lines: Schema = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": _TEXT}
    several: Schema = {"type": "array", "minItems": 2, "items": lines}
    return {**lines, "properties": {words.AT_ONCE: several}}


def _directions() -> str:
    """A pattern of every direction."""
    forms = [form for verb in VERBS if verb.takes is Takes.NONE for form, _ in verb.forms()]
    return f"^(.+ ({_any(forms)})|{words.PASS.pattern}|{re.escape(words.ONE_ORDER)})$"


def _any(forms: Iterable[str]) -> str:
    return "|".join(re.escape(form).replace(r"\ ", " ") for form in sorted(forms, key=lambda f: (-len(f), f)))


def _keyed() -> Schema:
    """A mapping of one key: something typed, a verb with its object, or a block."""
    verbs = [verb for verb in VERBS if verb.takes is not Takes.NONE]
    objects = {_pattern(verb): {**_OBJECTS[verb.takes], "description": verb.doc} for verb in verbs}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": _blocks(),
        "patternProperties": {f"^{words.TIMES.pattern}$": _STEPS, **objects},
        "additionalProperties": {**_TEXT, "description": words.FORMS[0][1]},
    }


def _blocks() -> dict[str, Schema]:
    docs = {form: doc for form, doc, _ in words.FORMS}
    return {name: {**_STEPS, "description": docs[name]} for name in ("together", "in turn", "any of")}


def _pattern(verb: Verb) -> str:
    return f"^.+ ({_any(form for form, _ in verb.forms())})$"


_OBJECTS: dict[Takes, Schema] = {
    Takes.TEXT: _TEXT,
    Takes.TEXTS: _WORDS,
    Takes.LINE: _TEXT,
    Takes.PASSWORD: _TEXT,
    Takes.KEY: {"enum": list(words.PRESSED)},
    Takes.BYTES: _TEXT,
    Takes.MIX: {
        "type": "object",
        "properties": {"commands": _TEXT, "mix": {**_VALUES, "minProperties": 1}},
        "required": ["commands", "mix"],
        "additionalProperties": False,
    },
    Takes.WHOSE: {"type": "string"},
    Takes.PATH: {"type": "string", "pattern": "^[^/]+/."},
}
