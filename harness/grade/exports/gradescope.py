"""gradescope/ID.json: the results.json that Gradescope's autograder reads, one a student."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.grade.exports.sentences import hidden_from, of_line, of_scenario, summary
from harness.grade.files import write
from harness.grade.intake.labels import file_names
from harness.grade.marks import LineMarks
from harness.grade.result import Result
from harness.grade.scheme import Visibility

FOLDER = "gradescope"
# Gradescope's words. "hidden" is never shown to a student.
_VISIBILITY: dict[Visibility, str] = {"public": "visible", "after-due": "after_due_date", "tutors": "hidden"}


def results_json(result: Result) -> dict[str, Any]:
    """What Gradescope shows. The score is ours: deductions and gates are in no test's score."""
    return {
        "score": result.total,
        "output": "\n".join(summary(result)),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [*_tests(result)],
        "extra_data": {"digest": result.graded.submission.digest, "level": result.graded.level,
                       "most": result.most, "undecided_count": result.undecided_count},
    }  # fmt: skip


def write_gradescope(out: Path, results: Sequence[Result]) -> list[Path]:
    """Write gradescope/ID.json for everybody. Raises OSError."""
    names = file_names(result.graded.student.id for result in results)
    files = []
    for result in results:
        file = out / FOLDER / f"{names[result.graded.student.id]}.json"
        write(file, json.dumps(results_json(result), indent=1, ensure_ascii=False) + "\n")
        files.append(file)
    return files


def _tests(result: Result) -> Iterator[dict[str, Any]]:
    """A test a line, with what students may see; and one without a score for each scenario that is not public."""
    items = result.rubric.items()
    for line in result.marks.lines:
        yield _line(line, items[line.line].visible, of_line(result, line))
    for line in result.marks.by_hand:
        if line.decided or line.undecided:
            comment = result.hand[line.line].comment if line.line in result.hand else ""
            said = [comment] if comment else ["not marked yet"] * bool(line.undecided)
            yield _line(line, result.rubric.by_hand[line.line].visible, said)
    for who in ("after-due", "tutors"):
        for outcome in hidden_from(result, who):
            output = "\n".join(of_scenario(outcome)) or "passed"
            yield {"name": f"{', '.join(outcome.marks)} · {outcome.scenario}", "output": output,
                   "output_format": "text", "visibility": _VISIBILITY[who]}  # fmt: skip


def _line(line: LineMarks, who: Visibility, said: Sequence[str]) -> dict[str, Any]:
    return {"name": f"{line.line} {line.title}", "score": round(line.earned, 6), "max_score": line.possible,
            "output": "\n".join(said), "output_format": "text", "visibility": _VISIBILITY[who]}  # fmt: skip
