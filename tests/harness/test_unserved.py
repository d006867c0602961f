"""Whom the server stopped serving: played against a small server that hangs up and says nothing."""

from __future__ import annotations

from pathlib import Path

from play_builder import NAME_AND_PASSWORD, SERVER, Course

# Somebody who says "3" is answered; a word that is no number ends the connection, and nothing is printed.
HANGS_UP = SERVER.replace('''        for line in self.rfile:
            word, *rest = line.decode().split()
''', '''        for line in self.rfile:
            word, *rest = line.decode().split()
            if word == "say" and not rest[0].isdigit():
                return
''')
PLAY = '''\
- yoda logs in
- yoda: "3"
- yoda: three
- yoda: "4"
- yoda sees: "4"
'''


def test_the_line_after_which_nobody_listened_is_told(tmp_path: Path) -> None:
    """What fails steps later names the line at which the server let somebody go without a word."""
    outcome, _ = Course(tmp_path, NAME_AND_PASSWORD, server=HANGS_UP).plays(PLAY)
    found = next(finding for finding in outcome.findings if finding.step == 5)
    assert found.likely.splitlines()[0] == (
        "after 'three' (step 3) the server's thread for yoda was gone: it served yoda no longer")


def test_what_its_terminal_said_then_stands_beside_it(tmp_path: Path) -> None:
    """The exception that ended the thread, although it came steps before."""
    raises = HANGS_UP.replace("not rest[0].isdigit()", "int(rest[0]) < 0")
    outcome, _ = Course(tmp_path, NAME_AND_PASSWORD, server=raises).plays(PLAY)
    found = next(finding for finding in outcome.findings if finding.step == 5)
    assert found.likely.startswith("after 'three' (step 3) the server's thread for yoda was gone")
    assert "ValueError: invalid literal for int() with base 10: 'three'" in found.likely


def test_nobody_is_missed_where_all_are_served(tmp_path: Path) -> None:
    """A server that goes on serving is not blamed for a text that never came."""
    outcome, _ = Course(tmp_path, NAME_AND_PASSWORD).plays("- yoda logs in\n- yoda: hi\n- yoda: ho\n- yoda sees: hey\n")
    assert [(f.code, f.likely) for f in outcome.findings if f.step == 4] == [("not-seen", "")]
