"""Which Python a program is written for: courses of some years allow Python 2, which no Python 3 can read.

A program of Python 3 with a slip in it (one `print "x"` left over) is no program
of Python 2: whoever also writes what only Python 3 knows means Python 3.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from functools import cache
from pathlib import Path

# What Python 3 says of things that Python 2 could read: print "x", exec "x", except E, e:, 0777.
_OLD = ("Missing parentheses in call to 'print'", "Missing parentheses in call to 'exec'",
        "multiple exception types must be parenthesized", "leading zeros in decimal integer literals")  # fmt: skip
_SHEBANG = re.compile(r"#!.*\bpython2")
_RAW_INPUT = re.compile(r"\braw_input[ \t]*\(")
# Somebody wrote it for both: `raw_input = input`, `except NameError`.
_BOTH = re.compile(r"\braw_input\s*=|=\s*raw_input\b(?!\s*\()|\bdef\s+raw_input\b|except\s+NameError")
_NEW = re.compile(r"""\b[fF][rR]?["']|\bprint\s*\([^\n]*\b(?:end|flush|file|sep)\s*=|\bnonlocal\b|\basync\s+def\b"""
                  r"""|\byield\s+from\b|#!.*\bpython3|\binput\s*\(|->\s*[\w"\[]+[^\n]*:\s*$""", re.MULTILINE)


def why_python_2(source: Path) -> str:
    """What in this file is Python 2 and nothing else: "line 3: print 'hello'". "": it is for Python 3."""
    text = source.read_text(encoding="utf-8", errors="replace")
    first = text.partition("\n")[0]
    if _SHEBANG.match(first):
        return f"line 1: {first.strip()}"
    if _NEW.search(text.replace("raw_input", "")):
        return ""
    number = _old_line(text)
    if not number and not _BOTH.search(text) and (found := _RAW_INPUT.search(text)):
        number = text.count("\n", 0, found.start()) + 1
    return f"line {number}: {text.splitlines()[number - 1].strip()}" if number else ""


def _old_line(text: str) -> int:
    """The line that Python 3 cannot read and Python 2 could; 0: there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a "\d" in a text warns, and means nothing to us
        try:
            compile(text, "program", "exec")
        except SyntaxError as exc:
            return exc.lineno or 0 if str(exc.msg).startswith(_OLD) else 0
        except (ValueError, RecursionError, MemoryError):  # a null byte, or ten thousand brackets
            return 0
    return 0


@cache
def find_python_2() -> str:
    """The Python 2 of this machine; "" if it has none. (That the name is there says little: it may be a shim.)"""
    for name in ("python2.7", "python2"):
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", ""], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0:
            return path
    return ""
