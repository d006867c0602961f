"""Programs that mean harm: each is contained and judged rightly, and the next submission finds nothing of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from harness.events import Exceeded, Output
from harness.scenario.loader import scenario_from
from harness.scenario.model import Type, first_word
from harness.scenario.select import Wanted, load_all
from harness.stage import best_level
from harness.subject.subject import SubjectError
from harness.verdict import Outcome, Verdict
from harness.workshop import remove
from tests.harness.hostile_play import BASE, ROOT, SCENARIO, Hostile, alive, corpus, course, play

pytestmark = pytest.mark.skipif(best_level() != "box", reason="no namespaces here")

# Where a program might leave something for others; what the corpus leaves is called so.
SHARED = ["/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), "/usr", "/", str(ROOT)]
LEFT = "hostile-*"
# Where the plain forum refuses a title.
_REFUSED = "    if not free_name(title):"


def cases() -> list[object]:
    """Long ones are soak tests."""
    return [pytest.param(one, id=one.name, marks=[pytest.mark.soak] if one.soak else []) for one in corpus()]


@pytest.mark.parametrize("hostile", cases())
def test_it_is_contained_and_the_next_submission_is_untouched(
    hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process and no file of it is left, it has read nothing, its verdict is right, and the next one passes."""
    monkeypatch.setenv("HOSTILE_SECRET", "swordfish")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "hostile-canary").write_text("swordfish")
    try:
        outcome, recording = play(hostile.lay(tmp_path / "submission"), tmp_path / "play", case=hostile.case)
    except SubjectError as exc:
        refused = str(exc)
    else:
        refused = ""
        said = b"".join(event.data for event in recording.all(Output))
        assert b"BREACH" not in said, said[said.index(b"BREACH") :][:200]
        assert b"swordfish" not in said
        check_verdict(hostile, outcome)
        assert (hostile.then == "failed exceeded") == bool(list(recording.all(Exceeded)))
    if refused:
        assert hostile.then in ("does not build", "not passed"), refused
        assert "BREACH" not in refused
    assert not alive(tmp_path)
    assert not left(tmp_path)
    remove(tmp_path / "play")
    assert not (tmp_path / "play").exists()
    outcome, _ = play(BASE, tmp_path / "next")
    assert outcome.verdict is Verdict.PASSED, outcome.findings


def check_verdict(hostile: Hostile, outcome: Outcome) -> None:
    """What hostile.yaml says of its end."""
    verdict, _, code = hostile.then.partition(" ")
    codes = [finding.code for finding in outcome.findings if finding.verdict is not Verdict.PASSED]
    told = [(finding.code, finding.sentence) for finding in outcome.findings]
    assert "harness-fault" not in codes, told
    if hostile.then == "not passed":
        assert outcome.verdict in (Verdict.FAILED, Verdict.UNDECIDED), told
    elif verdict != "any":
        assert outcome.verdict.value == verdict, told
        assert not code or code in [finding.code for finding in outcome.findings], told


def left(home: Path) -> list[Path]:
    """What was left outside of the play's own folder."""
    found = [path for folder in SHARED for path in Path(folder).glob(LEFT) if "soak" not in path.name]
    return found + [path for path in (home / "other").iterdir() if path.name != "hostile-canary"]


def test_there_are_enough_of_them() -> None:
    """At least thirty, and every one says what it does."""
    assert len(corpus()) >= 30
    assert all(one.does and one.then for one in corpus())


def test_a_table_of_what_the_scenarios_type_does_not_help_where_a_class_is_graded(tmp_path: Path) -> None:
    """It knows every title of the scenarios as they are written, and no other: at home all is well, under a seed
    that nobody knew before nothing is."""
    opened, _ = course(0)
    scenarios = load_all([Wanted.parse(str(ROOT / "scenarios" / SCENARIO))], opened.assignment)
    typed = [line for one in scenarios for step in one.steps() if isinstance(step, Type) for _, line in step.lines]
    table = {word for line in typed if first_word(line) == "CRT" for word in line.split()[1:]}
    text = (BASE / "server.py").read_text()
    assert text.count(_REFUSED) == 1
    submission = shutil.copytree(BASE, tmp_path / "submission")
    (submission / "server.py").write_text(text.replace(_REFUSED, f"    if title not in {table!r}:"))
    for seed, verdict in ((0, Verdict.PASSED), (7, Verdict.FAILED), (4242, Verdict.FAILED)):
        outcome, recording = play(submission, tmp_path / f"{seed}", seed=seed)
        assert outcome.verdict is verdict, outcome.findings
        # Told again from the recording alone, under the names that it keeps.
        assert scenario_from(recording.began).play == course(0, seed)[1].play
