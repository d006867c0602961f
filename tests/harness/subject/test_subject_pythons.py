"""Programs of Python 2: started with it where it is, and not called wrong where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_subject_layouts import ASSIGNMENT, lay, python, said

from harness.subject.build import NoCompiler, build
from harness.subject.pythons import find_python_2, why_python_2


@pytest.fixture(autouse=True)
def _looked_for_anew() -> Iterator[None]:
    """What one test finds on its own PATH is nothing to the next one."""
    find_python_2.cache_clear()
    yield
    find_python_2.cache_clear()


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys\nprint 'hello', sys.argv\n", "line 2: print 'hello', sys.argv"),
        ("try:\n    pass\nexcept IOError, e:\n    pass\n", "line 3: except IOError, e:"),
        ("name = raw_input('Name: ')\n", "line 1: name = raw_input('Name: ')"),
        ("#!/usr/bin/env python2.7\nimport sys\n", "line 1: #!/usr/bin/env python2.7"),
        # A slip of somebody who means Python 3, and what runs in both, are programs of Python 3.
        ("print('a', end='')\nprint 'b'\n", ""),
        ("name = input('Name: ')\nprint name\n", ""),
        ("try:\n    raw_input\nexcept NameError:\n    raw_input = input\nname = raw_input('Name: ')\n", ""),
        ("def broken(:\n", ""),
        ("print('hello')\n", ""),
    ],
)
def test_what_only_python_2_can_read_is_told(tmp_path: Path, program: str, why: str) -> None:
    """The line that shows it, or nothing."""
    path = tmp_path / "server.py"
    path.write_text(program, encoding="utf-8")
    assert why_python_2(path) == why


OLD = {"server.py": "print 'server'\n", "client.py": python("client")}


@pytest.mark.parametrize("shim", ["", "#!/bin/sh\nexit 127\n"])
def test_without_python_2_its_programs_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shim: str) -> None:
    """A machine without it, or with a shim that starts nothing, cannot tell whether they are right."""
    given(tmp_path, monkeypatch, shim)
    with pytest.raises(NoCompiler) as told:
        build(lay(tmp_path / "z", OLD), ASSIGNMENT, tmp_path / "built")
    assert str(told.value) == (
        "not run: server.py is written for Python 2 (line 1: print 'server'), which this machine does not have")


def test_with_python_2_each_program_has_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of Python 2 goes with a client of Python 3."""
    given(tmp_path, monkeypatch, "#!/bin/sh\ntest \"$1\" = -c || echo python 2 runs $1 with $2\n")
    subject = build(lay(tmp_path / "z", OLD), ASSIGNMENT, tmp_path / "built")
    assert said(subject, "server", tmp_path) == "python 2 runs server.py with 5745"
    assert said(subject, "client", tmp_path) == "client 5745"


def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A PATH on which this is the only Python 2."""
    (tmp_path / "bin").mkdir()
    if script:
        path = tmp_path / "bin" / "python2"
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
