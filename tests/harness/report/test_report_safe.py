"""Text that cannot steer a terminal."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from report_builders import Play, report

from harness.report.safe import safe
from harness.report.words import cut, number, seconds, some


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain, ünïcode → 漢字 👩‍👧", "plain, ünïcode → 漢字 👩‍👧"),
        ("a\nb\tc", "a\nb\tc"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("\x00\r\x7f", "\\x00\\x0d\\x7f"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("a\u2028b\u200bc\ufeff", "a\\u2028b\\u200bc\\ufeff"),
        ("\ud800\uffff", "\\ud800\\uffff"),
        ("\U000e0041", "\\U000e0041"),
        ('File "/dev/shm/harness-run-9-a_b/tmp1_x/yoda/client.py", line 1', 'File "yoda/client.py", line 1'),
        ("/home/me/harness-run-notes/client.py", "/home/me/harness-run-notes/client.py"),
    ],
)
def test_what_steers_or_hides_is_escaped(raw: str, shown: str) -> None:
    """Control characters, direction overrides and invisible letters are visible escapes; text stays text."""
    assert safe(raw) == shown


def test_every_character_of_the_first_plane_is_shown_or_escaped() -> None:
    """Nothing that str calls a control survives, but line feed and tab."""
    text = safe("".join(map(chr, range(0x10000))))
    assert {char for char in text if ord(char) < 32 or 127 <= ord(char) < 160} == {"\n", "\t"}
    text.encode("utf-8")


HARD_NAMES = ["plain", "it's", "a b", "$(reboot)", "`x`", "tab\there", "\x1b[0m'\\'", "\u202e\n", "\x9b31m", "ü"]


@pytest.mark.parametrize("name", HARD_NAMES)
def test_the_command_plays_the_very_scenario_again(name: str) -> None:
    """Pasted into a shell, the command names the scenario as it is, whatever it is called, and shows nothing raw."""
    play = Play(name, "a.yaml").played()
    command = report().command(play)
    assert safe(command) == command
    shell = ["bash", "-c", f"printf '%s\\0' {command}"]
    done = subprocess.run(shell, capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    words = done.stdout.decode().split("\0")
    assert words[:3] == ["harness", "run", f"a.yaml::{name}"]
    if name == "plain":
        assert shlex.split(command)[3:] == ["--seed", "7", "--subject", "work/z5555555"]


def test_numbers_read_well() -> None:
    """Marks, times and names as people write them."""
    assert [number(value) for value in (1, 0.5, 1 / 3, 10, 0, 100)] == ["1", "0.5", "0.33", "10", "0", "100"]
    assert [seconds(value) for value in (0.042, 3.14159, 12.3, 200)] == ["0.04 s", "3.1 s", "12 s", "3 min 20 s"]
    assert [some(["a"]), some(["a", "b"]), some(list("abcdefgh"), 3)] == ["a", "a and b", "a, b and 6 others"]


@pytest.mark.parametrize("most", [10, 79, 80, 100, 500])
def test_a_cut_says_how_much(most: int) -> None:
    """A long text is cut to about what was asked; a short one is not touched."""
    assert cut("x" * most, most) == "x" * most
    assert len(cut("x" * 5000, most)) <= most + 10
    assert most < 80 or "characters" in cut("x" * 5000, most)
