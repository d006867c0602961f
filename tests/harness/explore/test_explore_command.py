"""`harness run --explore` and `harness stress` as people type them, against programs that are right and wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from explore_course import Course

from harness.report.exports import schema

ROOT = Path(__file__).parents[3]
RACE = "What three add at one instant is all there"


class Called:
    """The command, beside the small course and one of its programs."""

    def __init__(self, folder: Path, subject: str) -> None:
        self.course, self.folder = Course(folder, subject), folder
        self.list = str(self.course.folder / "list.yaml")

    def __call__(self, *words: str, code: int) -> str:
        """Run a command to its end: what it prints, and complains."""
        done = subprocess.run([sys.executable, "-m", "harness", *words], cwd=self.folder, text=True, check=False,
                              env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}, stdin=subprocess.DEVNULL,
                              capture_output=True)  # fmt: skip
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def explore(self, orders: int, *words: str, code: int) -> tuple[str, dict[str, Any]]:
        """Explore the list: what is printed, and what the scenario came to."""
        said = self("run", self.list, "--subject", str(self.course.subject), "--explore", str(orders),
                    "--json", "r.json", *words, code=code)  # fmt: skip
        results = json.loads((self.folder / "r.json").read_text(encoding="utf-8"))
        jsonschema.validate(results, schema())
        return said, next(one for one in results["scenarios"] if one["name"] == RACE)


def test_an_order_that_fails_is_found_and_handed_on(tmp_path: Path) -> None:
    """What is wrong with one order fails in it every time: in the file that was written, too."""
    called = Called(tmp_path, "ordered")
    listed = Path(called.list)  # at one instant alone: the fewer orders there are, the sooner all were tried
    listed.write_text(listed.read_text().replace("2 times", "1 times").replace(", apple2, banana2, cherry2", ""))
    said, found = called.explore(7, code=1)
    assert (found["plays"], found["explored"]["orders"], found["explored"]["in_turn"]) == (7, 7, 6)
    assert 0 < found["explored"]["in_turn_failed"] < 6
    assert "there is an order of commands that it cannot take" in said
    assert found["again"] in said
    assert found["explored"]["file_failed"] == found["explored"]["file_plays"] > 0
    again = called(*found["again"].split()[1:], code=1)
    assert "1 failed" in again


@pytest.mark.soak
def test_a_race_is_found_within_forty(tmp_path: Path) -> None:
    """A program that reads a file, adds to it and writes it back loses what others add meanwhile."""
    _, found = Called(tmp_path, "racy").explore(40, code=1)
    assert found["explored"]["at_once_failed"] > 0
    assert found["explored"]["in_turn_failed"] == 0
    assert Path(tmp_path / found["explored"]["file"]).is_file()


def test_a_right_program_passes_all_orders(tmp_path: Path) -> None:
    """And the report says what that is worth; what is not concurrent is played once."""
    said, found = Called(tmp_path, "right").explore(20, "--jobs", "2", code=0)
    assert "1 scenario passed 20 of 20 orders: a program as bad as 1 in 10 would be caught with 87.8 %." in said
    assert "2 passed   21 plays" in said
    assert found["explored"]["file"] == ""


def test_stress_finds_what_the_network_breaks(tmp_path: Path) -> None:
    """The first play cuts into bytes, and one recv() for one line fails it."""
    called, results = Called(tmp_path, "onerecv"), tmp_path / "stress.json"
    said = called("stress", str(called.course.subject), "--assignment", str(called.course.folder), "--json",
                  str(results), code=1)  # fmt: skip
    found = json.loads(results.read_text(encoding="utf-8"))
    assert found["counts"]["failed"] == 1
    assert found["scenarios"][0]["verdict"] == "failed"
    assert found["stage"]
    assert "It failed in play 1, " in said
    assert "under `cut 1`." in said
    assert "Where the network only passes on, it passes." in said
    command = next(line for line in said.splitlines() if line.strip().startswith("Again"))
    again = called(*command.split()[2:], code=1)
    assert "1 failed" in again


@pytest.mark.soak
def test_stress_finds_an_order(tmp_path: Path) -> None:
    """Where no network breaks it, what is concurrent does."""
    called = Called(tmp_path, "ordered")
    said = called("stress", str(called.course.subject), "--assignment", str(called.course.folder), code=1)
    assert "instant" in said
    assert "Again " in said


@pytest.mark.soak
def test_stress_says_what_it_vouches_for(tmp_path: Path) -> None:
    """Time is over, and nothing failed."""
    called, results = Called(tmp_path, "right"), tmp_path / "stress.json"
    said = called("stress", str(called.course.subject), "--assignment", str(called.course.folder), "--for", "8s",
                  "--json", str(results), code=0)  # fmt: skip
    scenarios = json.loads(results.read_text(encoding="utf-8"))["scenarios"]
    keys = [one["key"] for one in scenarios]
    assert {one["verdict"] for one in scenarios} == {"passed"}
    assert len(keys) == len(set(keys))
    assert "Nothing failed in " in said
    assert "under a condition of the network" in said


def test_where_nothing_is_concurrent_it_is_said(tmp_path: Path) -> None:
    """The scenarios are played as usual."""
    called = Called(tmp_path, "right")
    said = called("run", f"{called.list}::What one adds is there", "--explore", "5", code=0)
    assert "--explore: in none of these scenarios anything is done at one instant; they are played as usual." in said
    assert "1 play," in said


def test_a_green_run_names_stress(tmp_path: Path) -> None:
    """As the next thing to do, with the folder of the assignment where it would not find that by itself."""
    called = Called(tmp_path, "right")
    said = called("run", f"{called.list}::What one adds is there", "--subject", str(called.course.subject), code=0)
    assert said.rstrip().endswith(f"harness stress {called.course.subject} --assignment course")


@pytest.mark.parametrize(("words", "sentence"), [
    (["run", "LIST", "--explore", "0"], "--explore 0: expected a number of orders, 1 to 100,000"),
    (["run", "LIST", "--explore", "-3"], "--explore -3: expected a number of orders, 1 to 100,000"),
    (["stress", "SUBJECT", "--for", "0"], "--for 0: expected more than nothing and at most 24h"),
    (["stress", "SUBJECT", "--for", "soon"], "--for soon: expected a time such as 90s, 5m or 1h"),
    (["stress", "SUBJECT/none"], "SUBJECT/none: there is no such folder"),
])  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, words: list[str], sentence: str) -> None:
    """And nothing is played."""
    called = Called(tmp_path, "right")
    names = {"LIST": called.list, "SUBJECT": str(called.course.subject)}
    for name, value in names.items():
        words, sentence = [word.replace(name, value) for word in words], sentence.replace(name, value)
    assert called(*words, code=2) == f"{sentence}\n"
