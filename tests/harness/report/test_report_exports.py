"""The report for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import report_plays as plays
from report_builders import begun, report

from harness.report.exports import schema, to_json, to_junit
from harness.report.report import Report
from harness.verdict import Verdict

REPORTS = {
    "mixed": plays.mixed(),
    "one-cause": plays.one_cause(),
    "hostile": report(plays.hostile(), subject="\x1b\u202e\ud800"),
    "flood": report(plays.flood()),
    "every-event": report(plays.every_event()),
    "nothing": report(),
}


@pytest.mark.parametrize("told", REPORTS.values(), ids=list(REPORTS))
def test_json_is_as_its_schema_says(told: Report) -> None:
    """Every report, as it comes out of a file again, is valid."""
    data = json.loads(json.dumps(to_json(told)))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(data, schema())
    assert data["version"] == 1


def test_json_holds_every_finding_whole() -> None:
    """Nothing is cut short: 5,000 lines that were seen are 5,000 lines."""
    told = REPORTS["flood"]
    (finding,) = to_json(told)["scenarios"][0]["findings"]
    original = told.played[0].outcome.findings[0]
    assert finding["seen"] == original.seen
    assert finding["verdict"] == "failed"
    assert set(finding) == set(original.__slots__)


def test_json_tells_the_evidence_by_step() -> None:
    """What let us say that nothing more would come is told for each step."""
    steps = to_json(REPORTS["mixed"])["scenarios"][1]["steps"]
    assert [(step["number"], step["evidence"]) for step in steps] == [
        (1, ["still"]), (2, ["still"]), (3, ["stuck"]), (4, []), (5, []),
    ]  # fmt: skip
    assert steps[3] | {"evidence": []} == {
        "number": 4, "text": "r2d2 leaves", "place": "scenarios/shutdown.yaml:8:5", "evidence": [],
    }  # fmt: skip


def test_json_holds_the_marks() -> None:
    """Marks by line, by part and as a whole, the upper bound too."""
    marks = to_json(REPORTS["mixed"])["marks"]
    assert (marks["whole"]["earned"], marks["whole"]["undecided"], marks["whole"]["most"]) == (1.5, 1, 2.5)
    assert [part["name"] for part in marks["parts"]] == ["single", "concurrent"]
    assert to_json(REPORTS["flood"])["marks"] is None


def broken(data: dict[str, Any]) -> None:
    """The data is not valid."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema())


def test_the_schema_refuses_what_is_wrong() -> None:
    """A missing key, a verdict nobody knows, another version: none is valid."""
    data = to_json(REPORTS["mixed"])
    broken({**data, "version": 2})
    broken({key: value for key, value in data.items() if key != "marks"})
    broken({**data, "scenarios": [{**data["scenarios"][0], "verdict": "fine"}]})


@pytest.mark.parametrize("told", REPORTS.values(), ids=list(REPORTS))
def test_junit_is_xml(told: Report) -> None:
    """Whatever was printed, the file is well-formed XML 1.0, in UTF-8."""
    root = ET.fromstring(to_junit(told).encode("utf-8"))
    assert len(root.findall(".//testcase")) == len(told.played)


def test_junit_is_xml_for_every_character() -> None:
    """Every byte, and every character of the first plane, in a name and in a finding."""
    every = "".join(map(chr, range(0x10000)))
    play = begun(every, "yoda").step("yoda: x").types("yoda", "x").prints("yoda", bytes(range(256)))
    told = report(play.played(play.found(Verdict.FAILED, every, every, 2, seen=every)), subject=every)
    root = ET.fromstring(to_junit(told).encode("utf-8"))
    assert "\\x1b" in (root.findtext(".//failure") or "")


def test_junit_counts_the_four_verdicts_apart() -> None:
    """Failed is a failure, undecided an error of type "undecided", skipped is skipped and says why."""
    root = ET.fromstring(to_junit(REPORTS["mixed"]))
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["5", "2", "1", "1"]
    error, skipped = root.find(".//error"), root.find(".//skipped")
    assert error is not None
    assert skipped is not None
    assert (error.get("type"), skipped.get("message")) == ("undecided", "the assignment's transport is tcp")


def test_junit_has_a_suite_a_file() -> None:
    """Scenarios of one file stand in one suite, however the plays alternated."""
    told = report(plays.idle_client_stays(), plays.wrong_password(), plays.idle_client_stays())
    root = ET.fromstring(to_junit(told))
    found = [(suite.get("name"), suite.get("tests")) for suite in root.findall("testsuite")]
    assert found == [("scenarios/login.yaml", "1"), ("scenarios/shutdown.yaml", "2")]


def test_a_junit_failure_says_how_to_play_it_again() -> None:
    """The text of a failure has each field of the finding, and the command."""
    text = ET.fromstring(to_junit(REPORTS["mixed"])).findtext(".//failure") or ""
    assert "expected: " in text
    assert "again: harness run 'scenarios/" in text


def keys(part: dict[str, Any]) -> set[str]:
    """Every key that a schema names, however deep."""
    inner = [*part.get("properties", {}).values(), *part.get("anyOf", []), *filter(None, [part.get("items")])]
    return set(part.get("properties", {})).union(*map(keys, inner))


def test_the_documentation_names_every_key() -> None:
    """docs/results.md tells of each key of the JSON."""
    text = (Path(__file__).parents[3] / "docs" / "results.md").read_text(encoding="utf-8")
    assert [key for key in sorted(keys(schema())) if f"`{key}`" not in text] == []
