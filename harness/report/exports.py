"""The report for machines: JSON of a documented, versioned form (docs/results.md), and JUnit XML.

Both hold every finding whole; nothing is cut short here.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import asdict, fields
from itertools import groupby
from typing import Any

from harness.explore.vouch import caught, vouched
from harness.grade.marks import LineMarks, Marks, Sum
from harness.report.report import Played, Report
from harness.report.safe import safe
from harness.report.steps import StepTold, steps
from harness.verdict import Explored, Finding, Verdict

# Raised when a reader of an older version would misread the new one; a new key alone does not raise it.
VERSION = 1
_TROUBLE = ("code", "sentence", "mend")


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain data for `json.dump`, as `schema()` describes it."""
    return {
        "version": VERSION,
        "subject": report.subject,
        "stage": report.stage,
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "counts": {str(verdict): count for verdict, count in report.counts.items()},
        "evidence": report.evidence,
        "troubles": [{key: trouble.get(key, "") for key in _TROUBLE} for trouble in report.troubles],
        "scenarios": [_scenario(report, play) for play in report.played],
        "marks": None if report.marks is None else _marks(report.marks),
    }


def _scenario(report: Report, play: Played) -> dict[str, Any]:
    outcome = play.outcome
    return {
        "name": outcome.scenario,
        "key": outcome.key,
        "verdict": str(outcome.verdict),
        "clause": outcome.clause,
        "marks": list(outcome.marks),
        "tags": list(outcome.tags),
        "seconds": round(outcome.seconds, 3),
        "evidence": dict(outcome.evidence),
        "recording": outcome.recording,
        "plays": outcome.plays,
        "failed_plays": list(outcome.failed_plays),
        "undecided_plays": list(outcome.undecided_plays),
        "skipped_plays": list(outcome.skipped_plays),
        "explored": None if outcome.explored is None else _explored(outcome.explored),
        "again": report.command(play),
        "findings": [_finding(found) for found in outcome.findings],
        "steps": [_step(told) for told in steps(play)],
    }


def _explored(found: Explored) -> dict[str, Any]:
    return {**asdict(found), "caught_1_in_10": round(caught(found.at_once + found.in_turn), 6),
            "vouched": vouched(found)}  # fmt: skip


def _finding(found: Finding) -> dict[str, Any]:
    return {**asdict(found), "verdict": str(found.verdict)}


def _step(told: StepTold) -> dict[str, Any]:
    return {"number": told.number, "text": told.text, "place": told.place, "evidence": list(told.evidence)}


def _marks(marks: Marks) -> dict[str, Any]:
    return {
        "title": marks.title,
        "lines": [asdict(found) for found in marks.lines],
        "parts": [{**asdict(total), "most": total.most} for total in marks.parts],
        "whole": {**asdict(marks.whole), "most": marks.whole.most},
        "by_hand": [asdict(found) for found in marks.by_hand],
        "unknown": list(marks.unknown),
    }


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of what `to_json` returns."""
    verdict = {"enum": [str(verdict) for verdict in Verdict]}
    counts = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    whole_or_none = {"type": ["integer", "null"]}
    finding = _object({f.name: _TEXT for f in fields(Finding)} | {"verdict": verdict, "step": whole_or_none})
    step = _object({"number": {"type": "integer"}, "text": _TEXT, "place": _TEXT, "evidence": _TEXTS})
    line = {f.name: _type_of(f.name) for f in fields(LineMarks)}
    total = {f.name: _type_of(f.name) for f in fields(Sum)} | {"most": _NUMBER}
    explored = {f.name: {"type": "integer", "minimum": 0} for f in fields(Explored)} | {
        "there": whole_or_none, "file": _TEXT, "again": _TEXT, "caught_1_in_10": _NUMBER, "vouched": _TEXT
    }  # fmt: skip
    scenario = dict.fromkeys(("name", "key", "clause", "recording", "again"), _TEXT) | {
        "verdict": verdict,
        "marks": _TEXTS,
        "tags": _TEXTS,
        "seconds": _NUMBER,
        "evidence": counts,
        "plays": {"type": "integer", "minimum": 1},
        "failed_plays": _list({"type": "integer"}),
        "undecided_plays": _list({"type": "integer"}),
        "skipped_plays": _list({"type": "integer"}),
        "explored": {"anyOf": [{"type": "null"}, _object(explored)]},
        "findings": _list(finding),
        "steps": _list(step),
    }
    marks = {
        "title": _TEXT,
        "lines": _list(_object(line)),
        "parts": _list(_object(total)),
        "whole": _object(total),
        "by_hand": _list(_object(line)),
        "unknown": _TEXTS,
    }
    top = {
        "version": {"const": VERSION},
        "subject": _TEXT,
        "stage": _TEXT,
        "seed": {"type": "integer"},
        "seconds": _NUMBER,
        "counts": counts,
        "evidence": counts,
        "troubles": _list(_object(dict.fromkeys(_TROUBLE, _TEXT))),
        "scenarios": _list(_object(scenario)),
        "marks": {"anyOf": [{"type": "null"}, _object(marks)]},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Results of a run"} | _object(top)


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_NUMBER = {"type": "number", "minimum": 0}


def _type_of(name: str) -> dict[str, Any]:
    if name in ("line", "name", "title"):
        return _TEXT
    if name in ("passed", "failed", "unclear", "skipped", "held"):
        return {"type": "integer", "minimum": 0}
    return {"type": "boolean"} if name in ("by_hand", "decided") else _NUMBER


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    # Open to keys of a later minor change, strict about those of today.
    return {"type": "object", "properties": properties, "required": list(properties)}


def to_junit(report: Report) -> str:
    """The report as JUnit XML: one suite a scenario file. Undecided is an error, so that no one takes it for a pass."""
    root = ET.Element("testsuites", {"name": safe(report.subject), **_numbers(report.played, report.seconds)})
    # groupby wants its groups together, and plays of several files may alternate.
    by_file = sorted(report.played, key=_file)
    for file, plays in groupby(by_file, key=_file):
        together = list(plays)
        time = sum(play.outcome.seconds for play in together)
        suite = ET.SubElement(root, "testsuite", {"name": safe(file), **_numbers(together, time)})
        for play in together:
            _case(suite, report, play)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _file(play: Played) -> str:
    return play.outcome.key.split("::", 1)[0]


def _numbers(plays: Sequence[Played], time: float) -> dict[str, str]:
    found = [play.outcome.verdict for play in plays]
    return {
        "tests": str(len(found)),
        "failures": str(found.count(Verdict.FAILED)),
        "errors": str(found.count(Verdict.UNDECIDED)),
        "skipped": str(found.count(Verdict.SKIPPED)),
        "time": f"{time:.3f}",
    }


def _case(suite: ET.Element, report: Report, play: Played) -> None:
    outcome = play.outcome
    case = ET.SubElement(
        suite, "testcase", name=safe(outcome.scenario), classname=safe(_file(play)), time=f"{outcome.seconds:.3f}"
    )
    if outcome.verdict is Verdict.SKIPPED:
        ET.SubElement(case, "skipped", message=safe(play.why_skipped))
    elif outcome.bad:
        found = outcome.divergence
        unsure = outcome.verdict is Verdict.UNDECIDED
        kind = "undecided" if unsure else found.code if found else "failed"
        sentence = found.sentence if found else "no finding says why"
        message = f"{outcome.often}: {sentence}" if outcome.often else sentence
        bad = ET.SubElement(case, "error" if unsure else "failure", message=safe(message), type=safe(kind))
        bad.text = safe(_details(report, play, found))


def _details(report: Report, play: Played, found: Finding | None) -> str:
    """The finding in full, label by label, and the command that plays it again."""
    facts = {} if found is None else {f.name: getattr(found, f.name) for f in fields(found)}
    lines = [f"{name}: {value}" for name, value in facts.items() if value not in ("", None)]
    often = [f"plays: {play.outcome.often}"] if play.outcome.often else []
    return "\n".join([*often, *lines, f"again: {report.command(play)}"])
