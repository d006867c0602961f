"""Programs of one play are apart from each other: of its folder each sees its own alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.recording import Recorder
from harness.stage import Limits, Stage, best_level
from harness.stage.box import Bounds
from tests.harness.stage.conftest import python

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(best_level() != "box", reason="no namespaces here")

# Says what it finds of a file, whenever it is told its name. "+": writes it first.
LOOKER = """
while True:
    name = input("> ")
    try:
        if name.startswith("+"):
            open(name[1:], "w").write("mine")
        print("has", open(name.lstrip("+")).read())
    except OSError as exc:
        print(type(exc).__name__)
"""
# Looks for ways to the others by way of their processes.
PROC = """
import os
for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
    for name in ("cwd/secret", f"root{os.environ['PLAY']}/server/secret", "fd/0", "mem", "environ", "maps", "ns/user"):
        try:
            open(f"/proc/{pid}/{name}", "rb").close()
            print("own" if pid == os.getpid() else f"BREACH {pid}", name)
        except OSError:
            pass
input("> ")
"""
# A crowd of threads, and a program that starts one more when it is told to.
MANY = """
import threading
for _ in range(190):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
input("> ")
"""
ONE_MORE = "import os\ninput('> ')\npid = os.fork()\nif pid: os.wait(); print('forked', flush=True); input('> ')\n"
ISOLATED = """
from harness.exits import Wrong
from harness.stage.box import isolated
try:
    isolated()
    print("whole")
except Wrong as exc:
    print(exc)
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage with a server, and what it would not like to have read."""
    tmp_path.chmod(0o755)
    with Stage(tmp_path / "stage", Recorder(), level="box", environment={"PLAY": str(tmp_path / "stage")}) as opened:
        (opened.folder_of("server") / "secret").write_text("swordfish")
        yield opened


def ask(stage: Stage, actor: str, line: str) -> str:
    """Type a line, and give back the answer."""
    before = len(stage.output(actor))
    stage.type(actor, line.encode() + b"\n")
    stage.settle(typed_to=[actor], within=20)
    return stage.output(actor)[before:].decode().removesuffix("> ").strip()


def begin(stage: Stage, *actors: str, code: str = LOOKER) -> None:
    """Start each, and wait until it asks."""
    for actor in actors:
        stage.start(actor, python(code))
        stage.settle(within=20)


def test_a_client_neither_reads_nor_writes_the_servers_folder(stage: Stage) -> None:
    """By no path: the folder is not there, and cannot be made."""
    begin(stage, "server", "yoda")
    server = stage.folder_of("server")
    for name in ("../server/secret", f"{server}/secret", f"+{server}/3331", "+../server/3331", "+../3331"):
        assert ask(stage, "yoda", name) in ("FileNotFoundError", "OSError"), name
    assert ask(stage, "server", "secret") == "has swordfish"
    assert sorted(path.name for path in server.iterdir()) == ["secret"]
    assert sorted(path.name for path in server.parent.iterdir()) == ["server", "yoda"]


def test_nor_does_the_server_a_clients_nor_a_client_anothers(stage: Stage) -> None:
    """Whoever came first does not see who comes later either: a newcomer's folder is made during the play."""
    begin(stage, "server", "yoda", "r2d2")
    assert ask(stage, "r2d2", "+notes") == "has mine"
    for actor in ("server", "yoda"):
        assert ask(stage, actor, "../r2d2/notes") == "FileNotFoundError"


def test_a_process_is_no_way_to_its_folder(stage: Stage) -> None:
    """All are one user; still nobody may look into another one's process, or into the launcher's."""
    begin(stage, "server")
    begin(stage, "yoda", code=PROC)
    said = stage.output("yoda").decode().split("\r\n")
    assert "own environ" in said
    assert not [line for line in said if "BREACH" in line]


def test_what_the_harness_lays_down_is_seen_and_what_they_write_is(stage: Stage) -> None:
    """A file given in the middle of a play, and one that a program made."""
    begin(stage, "yoda")
    assert ask(stage, "yoda", "late") == "FileNotFoundError"
    (stage.folder_of("yoda") / "late").write_text("prop")
    assert ask(stage, "yoda", "late") == "has prop"
    assert ask(stage, "yoda", "+made") == "has mine"
    assert stage.look_at("step", "yoda/made").state == "file"


def test_who_is_started_again_finds_what_they_left(stage: Stage) -> None:
    """A server that was killed reads its files, and a person who comes twice is at home."""
    begin(stage, "server", "yoda")
    for actor in ("server", "yoda"):
        assert ask(stage, actor, "+kept") == "has mine"
        stage.end(actor)
        begin(stage, actor)
        assert ask(stage, actor, "kept") == "has mine"
        assert ask(stage, actor, "secret") == ("has swordfish" if actor == "server" else "FileNotFoundError")


def test_many_keep_nobody_from_starting_a_process(tmp_path: Path) -> None:
    """What the kernel lets a program start is counted for each, and not what the others left of it."""
    tmp_path.chmod(0o755)
    with Stage(tmp_path / "stage", Recorder(), level="box", limits=Limits(bounds=Bounds(processes=200))) as stage:
        begin(stage, "server", code=ONE_MORE)
        begin(stage, "yoda", "r2d2", code=MANY)
        assert stage.output("yoda") == stage.output("r2d2") == b"> "
        assert ask(stage, "server", "") == "forked"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare(1)")
@pytest.mark.parametrize(("spaces", "told"), [
    (3, "whole"),
    (2, "--require-isolation: the programs of one play can read and write each other's folders (unshare() was refused"),
    (0, "--require-isolation: no box can be made here"),
])  # fmt: skip
def test_what_does_not_hold_is_told(spaces: int, told: str) -> None:
    """A machine that grants so many namespaces of users: one for the harness, one for a box, one for a program."""
    line = f"echo {spaces} > /proc/sys/user/max_user_namespaces; exec \"$@\""
    nobody = ["unshare", "-U", "--map-user=1000", "--map-group=1000"] if spaces else []
    ran = subprocess.run(["unshare", "-Ur", "sh", "-c", line, "sh", *nobody, sys.executable, "-c", ISOLATED], cwd=ROOT,
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.stdout.startswith(told), ran.stdout + ran.stderr
