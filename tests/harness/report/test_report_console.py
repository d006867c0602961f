"""The report on a terminal. Every sort of report lies in expected/, so that what students read shows in a review."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import report_plays as plays
from report_builders import begun, report

from harness.report.console import Console, svg
from harness.report.report import Report
from harness.verdict import Verdict

EXPECTED = Path(__file__).parent / "expected"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


class FakeTerminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        """It is one, it says."""
        return True


def shown(told: Report, *, width: int = 80, verbose: bool = False, tty: bool = False, planned: int = 0) -> str:
    """The whole run as it appears, trailing blanks taken off."""
    file = FakeTerminal() if tty else io.StringIO()
    console = Console(verbose=verbose, file=file, width=width)
    console.begin(planned or told.plays, told.subject, told.stage)
    for play in told.played:
        console.playing(play.outcome.scenario)
        console.ended(play)
    console.finish(told)
    return "".join(line.rstrip() + "\n" for line in file.getvalue().split("\n")).rstrip() + "\n"


SORTS: dict[str, Callable[[], str]] = {
    "passed": lambda: shown(report(plays.wrong_password(), marks=plays.marks(plays.wrong_password()))),
    "mixed": lambda: shown(plays.mixed()),
    "mixed-wide": lambda: shown(plays.mixed(), width=200),
    "one-cause": lambda: shown(plays.one_cause()),
    "undecided-only": lambda: shown(report(plays.wrong_password(), plays.machine_too_busy(), stage="plain")),
    "in-grading-only": lambda: shown(
        report(plays.wrong_password(), plays.in_grading_only(), plays.in_grading_only("EDT"))),
    "skipped": lambda: shown(plays.skipped()),
    "verbose": lambda: shown(report(plays.wrong_password(), plays.wrong_file()), verbose=True),
    "hostile": lambda: shown(report(plays.hostile(), subject="\x1b[2J[bold]x")),
    "crowd": lambda: shown(report(plays.crowd())),
    "flood": lambda: shown(report(plays.flood())),
    "every-event": lambda: shown(report(plays.every_event())),
    "no-marks": lambda: shown(report(plays.wrong_file(), marks=plays.marks(plays.does_not_apply()))),
    "nothing": lambda: shown(report()),
    "works-sometimes": lambda: shown(plays.works_sometimes()),
    "interrupted": lambda: shown(report(plays.wrong_password()), planned=20),
}


@pytest.mark.parametrize("sort", SORTS)
def test_reports_read_as_reviewed(sort: str) -> None:
    """What is printed is what lies in expected/. UPDATE_EXPECTED=1 writes it anew, for a reviewer to read."""
    text, file = SORTS[sort](), EXPECTED / f"{sort}.txt"
    if os.environ.get("UPDATE_EXPECTED"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


# Commands and file names are copied as a whole, so a terminal may wrap them as it likes.
@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_nothing_but_commands_is_wider_than_the_terminal(width: int) -> None:
    """Every line fits, whatever the width."""
    for line in shown(plays.mixed(), width=width, verbose=True).splitlines():
        assert len(line) <= width or "harness run" in line


@pytest.mark.parametrize("make", [plays.hostile, plays.flood, plays.every_event])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_control_character_reaches_the_reader(make: Callable[[], plays.Played], verbose: bool) -> None:
    """Whatever a program prints or a scenario is called, the report holds line feeds and nothing else that steers."""
    text = shown(report(make(), subject="\x1b[31m\u202e"), verbose=verbose)
    assert not re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


def test_brackets_are_brackets() -> None:
    """Rich's markup, links and emoji codes in output are shown as they came."""
    text = shown(report(plays.hostile()), width=200)
    assert "[bold]Names[/]" in text
    assert "[red]no threads[/red]" in text
    assert "[link=http://example.org]click[/link] :smile:" in text


def test_a_terminal_gets_progress_and_colours() -> None:
    """On a terminal a bar runs while scenarios play, and is gone at the end."""
    text = shown(plays.mixed(), tty=True)
    assert "\x1b[" in text
    assert "0/5" in text
    assert "\x1b[?25h" in text  # the cursor is back


def test_a_file_gets_neither_progress_nor_colours() -> None:
    """Written to a file, the report is plain text."""
    text = shown(plays.mixed())
    assert "\x1b" not in text
    assert "0/5" not in text


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR set, no colour is chosen, and every verdict is still a word."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(plays.mixed(), tty=True)
    assert not re.search("\x1b\\[[0-9;]*3[0-7]m", text)
    for word in ("✓ passed", "✗ failed", "? undecided", "- skipped"):
        assert word in text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_any_encoding_will_do(encoding: str) -> None:
    """A terminal without UTF-8 gets letters that it has; nothing crashes."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(verbose=True, file=file, width=80)
    for told in (plays.mixed(), report(plays.hostile())):
        console.begin(1, "ü", "box")
        console.ended(told.played[0])
        console.finish(told)
    file.flush()
    text = raw.getvalue().decode(encoding)
    assert ("✗ failed" if encoding == "utf-8" else "x failed") in text


def test_the_c_locale_does_not_crash() -> None:
    """A whole process in an ASCII locale prints its report."""
    code = "import report_plays, test_report_console as t; from harness.report.console import Console\n"
    code += "c = Console(verbose=True); r = report_plays.mixed(); c.begin(5, 'é', 'box'); c.finish(r)"
    here, root = Path(__file__).parent, Path(__file__).parents[3]
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONPATH": f"{root}:{here}"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.isascii()


def test_the_command_that_plays_it_again_is_one_line() -> None:
    """Quoted for a shell, with the seed of that very play and the subject's options, and never wrapped."""
    text = shown(plays.one_cause(), width=40)
    assert "harness run 'scenarios/read.yaml::A message can be read' --seed 7 --subject work/z5555555\n" in text


def test_one_mistake_is_told_once() -> None:
    """Failures with the same first divergence are told once; the others are named, each scenario once."""
    text = shown(plays.one_cause())
    assert text.count("Expected") == 2
    assert "Same cause as 1:" in text
    assert text.split("Same cause as 1:")[1].count("Ten messages can be read (3 plays)") == 1


def test_close_twice_is_fine() -> None:
    """An interrupted run may take the progress away before the report does."""
    console = Console(verbose=False, file=FakeTerminal(), width=80)
    console.begin(3, "x", "box")
    console.playing("one")
    console.playing("two")
    console.close()
    console.close()


def test_many_may_play_at_once() -> None:
    """With --jobs several scenarios run; the bar names one and counts the others."""
    file = FakeTerminal()
    console = Console(verbose=False, file=file, width=80)
    console.begin(3, "x", "box")
    for title in ("one", "two [bold]", "three"):
        console.playing(title)
    console.finish(report())
    assert "three (and 2 more)" in file.getvalue()


def test_the_picture_is_a_picture_of_the_report() -> None:
    """The SVG is well-formed, the same each time, and holds what the terminal holds."""
    from xml.etree import ElementTree as ET

    first = svg(plays.mixed())
    assert first == svg(plays.mixed())
    text = "".join(ET.fromstring(first).itertext()).replace("\xa0", " ")
    assert "An idle client is told of the shutdown" in text
    assert "--seed 7" in text


def test_every_hostile_byte_can_be_shown() -> None:
    """A program that prints every byte there is neither crashes the report nor steers the terminal."""
    play = begun("Every byte", "yoda").step("yoda: x").types("yoda", "x").prints("yoda", bytes(range(256)) * 3)
    text = shown(report(play.played(play.found(Verdict.FAILED, "x", "".join(map(chr, range(256))), 2, actor="yoda"))))
    assert not re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
