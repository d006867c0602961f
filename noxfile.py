"""The one door: `python3 noxfile.py -s scenarios` and `python3 noxfile.py -s tests`, with or without nox.

Started as a script on a machine that has nothing but Python and its `venv`,
it makes what it needs, nox included, and goes on there. Started by nox, it is
an ordinary noxfile.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Everything that this file makes lies here: one folder to delete. Each Python has its own place in it.
NOX = HERE / ".nox" / f"{sys.version_info[0]}.{sys.version_info[1]}"
_OLDEST = (3, 11)


def bootstrap() -> None:
    """Become nox: with the one that is installed, or with one in a venv that is made now. Does not return."""
    if sys.platform == "win32":
        sys.exit("this project needs the terminals of Unix: on Windows, run it inside WSL 2 (wsl --install)")
    if sys.version_info < _OLDEST:
        sys.exit(f"Python {_OLDEST[0]}.{_OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}")
    python = Path(sys.executable)
    if not _has_nox(python):
        python = NOX / "runner" / "bin" / "python"
        if not _has_nox(python):
            _make_runner(python)
    os.chdir(HERE)
    os.execv(python, [str(python), "-m", "nox", "-f", str(Path(__file__).resolve()), *sys.argv[1:]])


def _has_nox(python: Path) -> bool:
    if not python.exists():
        return False
    same = f"import nox, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    return subprocess.run([python, "-c", same], capture_output=True, check=False).returncode == 0


def _make_runner(python: Path) -> None:
    print(f"making {NOX.relative_to(HERE)}/runner, once …", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", NOX / "runner"], capture_output=True, text=True,
                          check=False)
    if made.returncode:
        sys.exit("this Python has no working venv: install it (Debian and Ubuntu: apt-get install python3-venv) "
                 "and call this again")
    installed = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nox"],
                               check=False)
    if installed.returncode:
        sys.exit("nox could not be installed: is the network there?")


if __name__ == "__main__":
    bootstrap()

import nox  # noqa: E402 - on a new machine there is no nox until bootstrap() has made one

nox.options.envdir = str(NOX)
nox.options.sessions = ["tests", "scenarios"]
nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True


def _install(session: nox.Session, extra: str = "") -> None:
    """The project and one of its extras, once: a session is made again only when pyproject.toml changed."""
    stamp = Path(session.virtualenv.location) / "installed.txt"
    wanted = f"{extra}\n{(HERE / 'pyproject.toml').read_text(encoding='utf-8')}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    session.install("--quiet", "--disable-pip-version-check", "-e", f".[{extra}]" if extra else ".")
    stamp.write_text(wanted, encoding="utf-8")


def _workers() -> str:
    return str(min(4, os.cpu_count() or 1))


@nox.session
def scenarios(session: nox.Session) -> None:
    """Play every scenario against the reference forum: a real server, real clients, real terminals."""
    _install(session)
    session.run("python", "-m", "harness", "run", "scenarios", "--jobs", _workers(), *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests (without the long ones: see soak)."""
    _install(session, "tests")
    session.run("python", "-m", "pytest", "-n", _workers(), "--dist", "worksteal", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """Run the long tests: thousands of settlings, big files, verdicts with and without load beside."""
    _install(session, "tests")
    session.run("python", "-m", "pytest", "-m", "soak", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: errors, imports, docstrings."""
    _install(session, "lint")
    session.run("ruff", "check", "harness", "forum", "tests", "noxfile.py")


@nox.session
def types(session: nox.Session) -> None:
    """Mypy, strict."""
    _install(session, "types")
    session.run("mypy", "--strict", "harness", "forum", "noxfile.py")


@nox.session
def saboteurs(session: nox.Session) -> None:
    """Play programs that are wrong on purpose, and the right ones: every scenario must bite, and be fair."""
    _install(session)
    session.run("python", "-m", "harness", "saboteurs", "tests/saboteurs", "--jobs", _workers(), *session.posargs)


@nox.session
def zoo(session: nox.Session) -> None:
    """Play the right programs of the zoo against every scenario of their variant, three times in a row."""
    _install(session)
    rounds = [] if "--rounds" in session.posargs else ["--rounds", "3"]
    session.run("python", "-m", "harness", "saboteurs", "tests/zoo", "--jobs", _workers(), *rounds, *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated pages again: the language, its schema, the protocol."""
    _install(session)
    session.run("python", "docs/generate.py", *session.posargs)


@nox.session
def kit(session: nox.Session) -> None:
    """Build what students get, in dist/: the harness and the public scenarios, without any answer."""
    _install(session)
    session.run("python", "-m", "harness.author.kit", *(session.posargs or ["scenarios"]), "dist")


@nox.session
def bench(session: nox.Session) -> None:
    """Print the ratios of docs/bench.md, each measured in one run. Asserts nothing."""
    _install(session, "tests")
    session.run("python", "-m", "tests.bench", *session.posargs)
