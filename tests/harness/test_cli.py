"""The command as people type it: real processes, their exit codes, and one sentence for every mistake."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from play_builder import CLIENT, NAME_AND_PASSWORD, SERVER, Course

from harness import workflow
from harness.cli import app
from harness.report.exports import schema as results_schema

ROOT = Path(__file__).parents[2]
SCENARIOS = """\
scenario: What is said comes back
tags: [good]
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: hello
  - yoda sees: HELLO
---
scenario: What is said comes back twice
tags: [bad]
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: hello
  - yoda sees: HELLO HELLO
---
scenario: Nobody can tell
tags: [open]
cast: {yoda: Yoda, twin: Yoda}
play:
  - yoda logs in
  - yoda: hello
  - server/none equals: yoda/none
"""
# `ring` tells whoever waits outside that the play has come to this point.
RINGING = """\
scenario: First
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: hello
---
scenario: Second
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: ring
  - 600 s pass
---
scenario: Third
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: hello
"""


class Called:
    """The command `harness` in a folder of its own, against a small course."""

    def __init__(self, folder: Path, scenarios: str = SCENARIOS) -> None:
        self.course = Course(folder)
        self.course.write("door.yaml", scenarios)
        self.folder = folder
        (folder / "tmp").mkdir()
        self.environment = {**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Begin a command, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "harness", *words], cwd=self.folder, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def __call__(self, *words: str, code: int) -> tuple[str, str]:
        """Run a command to its end: what it prints and complains. Its exit code must be this one."""
        process = self.start(*words)
        out, err = process.communicate()
        assert process.returncode == code, f"{words}: {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err, err
        return out, err

    def results(self, *words: str, code: int) -> dict[str, str]:
        """Run scenarios: the verdict of each, by name."""
        self("run", *words, "--json", "results.json", code=code)
        plays = json.loads((self.folder / "results.json").read_text(encoding="utf-8"))["scenarios"]
        return {play["name"]: play["verdict"] for play in plays}

    def left(self) -> list[str]:
        """What runs have left in the folder for temporary files."""
        return os.listdir(self.folder / "tmp")

    def processes(self) -> list[int]:
        """Every process that has this course in its command line."""
        tag, found = str(self.folder).encode(), []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if tag in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
        return found

    def descendants(self, pid: int) -> list[int]:
        """All processes below this one."""
        parents = {}
        for other in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                parents[int(other)] = int(Path(f"/proc/{other}/stat").read_text().rpartition(")")[2].split()[1])
        found = [pid]
        for one in found:
            found += [child for child, parent in parents.items() if parent == one]
        return found[1:]


@pytest.fixture
def harness(tmp_path: Path) -> Called:
    """The command, beside the small course."""
    return Called(tmp_path)


@pytest.mark.parametrize(
    ("tag", "code", "word"), [("good", 0, "1 passed"), ("bad", 1, "1 failed"), ("open", 4, "1 undecided")]
)
def test_the_exit_code_is_that_of_the_worst_verdict(harness: Called, tag: str, code: int, word: str) -> None:
    """0 all passed, 1 something failed, 4 something could not be decided and nothing failed."""
    out, _ = harness("run", "course", "--only", tag, code=code)
    assert word in out
    assert harness.left() == []


def test_of_failed_and_undecided_failed_decides(harness: Called) -> None:
    """What failed is told by the exit code, whatever else there is; several at a time give the same."""
    names = ("What is said comes back", "What is said comes back twice", "Nobody can tell")
    verdicts = dict(zip(names, ("passed", "failed", "undecided"), strict=True))
    assert harness.results("course/door.yaml", code=1) == verdicts
    assert harness.results("course/door.yaml", "--jobs", "2", code=1) == verdicts


def test_failed_plays_what_failed_last(harness: Called) -> None:
    """What failed or stayed undecided is played again, however its path is written now."""
    _, err = harness("run", "course", "--failed", code=3)
    assert err == "nothing was selected: no run has left its results in .harness yet\n"
    harness("run", "course", code=1)
    path = str(harness.folder / "course" / "door.yaml")
    assert set(harness.results(path, "--failed", code=1)) == {"What is said comes back twice", "Nobody can tell"}
    harness("run", "course", "--only", "good", code=0)
    _, err = harness("run", "course", "--failed", code=3)
    assert err == "nothing was selected: of these, none failed last time\n"


def test_a_name_picks_one_scenario_and_repeat_plays_it_again(harness: Called) -> None:
    """PATH::NAME; each repetition has a seed of its own, and its recording; they are reported together."""
    name = "course/door.yaml::What is said comes back"
    harness("run", name, "--repeat", "3", "--seed", "7", "--json", "r.json", code=0)
    (found,) = json.loads((harness.folder / "r.json").read_text())["scenarios"]
    assert (found["plays"], found["failed_plays"], found["undecided_plays"]) == (3, [], [])
    recordings = sorted((harness.folder / ".harness" / "recordings").glob("*.jsonl"))
    assert [json.loads(path.read_text().splitlines()[0])["seed"] for path in recordings] == [7, 8, 9]
    assert found["again"] == "harness run 'course/door.yaml::What is said comes back' --seed 7"


def test_what_fails_sometimes_is_reported_as_k_of_n_with_its_seeds(harness: Called) -> None:
    """Never averaged into a pass: it failed, in so many plays, and each seed plays it again; judged again the same."""
    scenario = SCENARIOS.split("---")[0] + "files: {yoda/dice: {random bytes: 1}}\n"
    (harness.folder / "course" / "dice.yaml").write_text(scenario)
    client = harness.folder / "course" / "client.py"
    client.write_text(client.read_text().replace('print(ask("say", said))',
                                                 'print(ask("say", said) if open("dice", "rb").read()[0] % 2 else "")'))
    out, _ = harness("run", "course/dice.yaml", "--repeat", "6", "--json", "r.json", "--junit", "r.xml", code=1)
    (found,) = json.loads((harness.folder / "r.json").read_text())["scenarios"]
    failed = found["failed_plays"]
    assert 0 < len(failed) < 6
    assert (found["verdict"], found["plays"]) == ("failed", 6)
    often = f"failed {len(failed)} of 6 plays (seed"
    assert often in " ".join(out.split())
    assert "of how TCP cuts the bytes" in " ".join(out.split())
    assert found["again"].endswith(f"--seed {failed[0]}")
    failure = ET.parse(harness.folder / "r.xml").getroot().find(".//failure")
    assert failure is not None
    assert (failure.get("message") or "").startswith(often)
    harness("judge", ".harness/recordings", "--json", "again.json", code=1)
    (again,) = json.loads((harness.folder / "again.json").read_text())["scenarios"]
    assert (again["failed_plays"], again["findings"]) == (failed, found["findings"])


LONG_ANSWERS = """\
scenario: Only an aid moves a file
aids: hello
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: hello
  - yoda: bye
---
scenario: Much is said
cast: {yoda: Yoda}
play:
  - yoda logs in
  - 20 times: [yoda: "a line of some sixty letters, of which the server keeps the last, {n}"]
---
scenario: The network cuts it
network: cut 1
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: hello
---
scenario: A crowd says much
cast: {crowd: {people: 2}}
play:
  - everyone logs in
  - 10 times: [crowd: "a line of some sixty letters, of which the server keeps the last, {n}"]
"""


def test_what_hangs_on_how_tcp_cuts_is_played_three_times_with_a_subject(harness: Called) -> None:
    """A file, or much text, is cut otherwise in each play. The reference is played once.

    So are an aid's file, a scenario that tells the network how to cut, and a crowd, which tries it many times.
    """
    course = harness.folder / "course"
    assignment = course / "assignment.yaml"
    assignment.write_text(assignment.read_text() + "moves_files: [hello]\n")
    (course / "long.yaml").write_text(LONG_ANSWERS)
    programs = ["--server", f"{sys.executable} {course}/server.py {{port}}",
                "--client", f"{sys.executable} {course}/client.py {{port}}"]  # fmt: skip
    moved, much = "door.yaml::What is said comes back", "long.yaml::Much is said"
    aided, cut = "long.yaml::Only an aid moves a file", "long.yaml::The network cuts it"
    crowd = "long.yaml::A crowd says much"
    for name, options, plays in (
        (moved, programs, 3), (moved, [], 1), (moved, ["--repeat", "2"], 2), (moved, [*programs, "--repeat", "4"], 4),
        (aided, programs, 1), (much, programs, 3), (much, [], 1), (cut, programs, 1), (crowd, programs, 1),
    ):  # fmt: skip
        harness("run", f"course/{name}", *options, "--json", "r.json", code=0)
        (found,) = json.loads((harness.folder / "r.json").read_text())["scenarios"]
        assert found["plays"] == plays, (name, options)


def test_results_are_written_for_machines(harness: Called) -> None:
    """--json is as its schema says, --junit is XML that counts failures and errors."""
    harness("run", "course", "--json", "r.json", "--junit", "r.xml", code=1)
    results = json.loads((harness.folder / "r.json").read_text())
    jsonschema.validate(results, results_schema())
    suite = ET.parse(harness.folder / "r.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")


def test_recordings_judged_again_give_the_same(harness: Called) -> None:
    """`harness judge` repeats verdicts and findings exactly, with no program, even where the scenario is gone."""
    harness("run", "course", "--json", "run.json", code=1)
    harness("judge", ".harness", "--json", "again.json", code=1)
    (harness.folder / "course").rename(harness.folder / "elsewhere")
    harness("judge", ".harness/recordings", "--json", "gone.json", code=1)
    run, again, gone = (json.loads((harness.folder / f"{name}.json").read_text()) for name in ("run", "again", "gone"))
    for results in (run, again, gone):
        del results["seconds"]  # how long the run took is not how long the judging took
    assert run == again == gone
    last = json.loads((harness.folder / ".harness" / "last.json").read_text())
    assert len(last["failed"]) == 2, "judging is not playing: what failed last stays"


def test_check_finds_mistakes_and_schema_is_json(harness: Called) -> None:
    """`check` says how many scenarios there are, or every mistake with its place; `schema` prints JSON."""
    out, _ = harness("check", "course", code=0)
    assert out == "3 scenarios, 0 mistakes, 0 warnings\n"
    harness.course.write("bad.yaml", "scenario: x\ncast: {yoda: Yoda}\nplay:\n  - yoda loggs in\n  - yoda sees: x\n")
    out, _ = harness("check", "course/bad.yaml", code=2)
    assert out.startswith("course/bad.yaml:4:5: ")
    assert "did you mean" in out.splitlines()[0]
    out, _ = harness("schema", code=0)
    assert json.loads(out)["$schema"].startswith("https://json-schema.org/")


MISTAKES = [
    (["run", "nowhere"], 2,
     "nowhere: no assignment.yaml stands in or above it; name its folder with --assignment DIR"),
    (["run", "course/dor.yaml"], 2,
     "course/dor.yaml: there is no such file or folder (did you mean course/door.yaml?)"),
    (["run", "course::What is said comes bak"], 2,
     "course: no scenario is called 'What is said comes bak' (did you mean 'What is said comes back'?)"),
    (["run", "course", "--only", "slow"], 3, "nothing was selected: no scenario here has the tag 'slow'"),
    (["run", "course", "--subject", "none"], 2,
     "FOLDER/none: expected a folder with the programs in it, and there is none"),
    (["run", "course", "--subject", "empty"], 2,
     "FOLDER/empty: expected an entry file such as server.py, Server.java or server.c, found nothing at all"),
    (["run", "course", "--server", ""], 2, "expected a command, got an empty one"),
    (["run", "course", "--client", "a 'b"], 2, "expected a command, got \"a 'b\": no closing quotation"),
    (["run", "course", "--out", "course/door.yaml"], 2, "course/door.yaml: file exists"),
    (["run", "course", "--out", "course/door.yaml/x"], 2, "course/door.yaml/x: not a directory"),
    (["run", "course", "--out", "/proc/nowhere"], 2, "/proc/nowhere: no such file or directory"),
    (["run", "course", "--json", "no/r.json"], 2, "no/r.json: no such file or directory"),
    (["run", "course", "--junit", "course"], 2, "course: is a directory"),
    (["run", "course", "--assignment", "empty"], 2,
     "empty/assignment.yaml:1:1: this cannot be read: no such file or directory"),
    (["judge", "none.jsonl"], 2, "none.jsonl: no such file or directory"),
    (["judge", "empty"], 3, "nothing was selected: there is no recording here"),
    (["judge", "course/door.yaml"], 2,
     "course/door.yaml:1: not an event of a recording: 'scenario: What is said comes back'"),
    (["judge", "ended.jsonl"], 2, "ended.jsonl: this recording has no beginning"),
    (["check", "empty"], 3, "nothing was selected: there is no scenario file here"),
    (["saboteurs", "empty", "--scenarios", "course"], 3, "nothing was selected: no saboteur.yaml here"),
]


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Called:
    """One course for all that is done wrong: nothing is ever played."""
    called = Called(tmp_path_factory.mktemp("mistaken"))
    (called.folder / "empty").mkdir()
    (called.folder / "empty" / "assignment.yaml").unlink(missing_ok=True)
    (called.folder / "ended.jsonl").write_text('{"kind":"ended","t":1}\n')
    return called


@pytest.mark.parametrize(("words", "code", "sentence"), MISTAKES, ids=[" ".join(row[0])[:60] for row in MISTAKES])
def test_a_mistake_is_told_in_one_sentence(mistaken: Called, words: list[str], code: int, sentence: str) -> None:
    """What a person got wrong is said in one line, before anything is played."""
    if words[0] == "check":
        words = [*words, "--assignment", "course"]
    out, err = mistaken(*words, code=code)
    assert err == sentence.replace("FOLDER", str(mistaken.folder)) + "\n"
    assert "played" not in out


@pytest.mark.parametrize(
    "words",
    [["run"], ["run", "x", "--jobs", "0"], ["run", "x", "--netwrok", "cut 1"], ["fly"], ["judge"]],
    ids=" ".join,
)
def test_words_that_the_command_does_not_know_are_told(mistaken: Called, words: list[str]) -> None:
    """A missing path, a number out of range, an option or command that is not there: exit 2, and help is named."""
    _, err = mistaken(*words, code=2)
    assert "--help" in err
    assert len(err.splitlines()) <= 5


def test_help_lists_what_exists(mistaken: Called) -> None:
    """The commands of today, none of tomorrow; and no command at all is help, too."""
    out, _ = mistaken("--help", code=0)
    commands = re.findall(r"^  ([a-z]+) ", out.partition("Commands:")[2], re.MULTILINE)
    assert commands == ["run", "stress", "probe", "grade", "judge", "check", "schema", "saboteurs"]
    out, _ = mistaken("run", "--help", code=0)
    assert set(re.findall(r"^\s+(?:-v, )?(--[a-z-]+)", out, re.MULTILINE)) == {
        "--subject", "--subject-file", "--variant", "--server", "--client", "--only", "--seed", "--repeat", "--jobs",
        "--failed", "--assignment", "--network", "--explore", "--require-isolation",
        "--out", "--json", "--junit", "--verbose", "--help",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--server", "cat"], "not-ready"), (["--server", "true"], "not-ready"), (["--client", "true"], "login-refused"),
     (["--server", "no-such-program"], "not-ready"), (["--client", "no-such-program"], "login-refused"),
     (["--client", "cat"], "login-refused")],
    ids=" ".join,
)  # fmt: skip
def test_any_command_can_take_a_role(harness: Called, options: list[str], code: str) -> None:
    """`cat`, `true` and what does not exist are programs that fail, each with its code, and never a fault of ours."""
    harness("run", "course::What is said comes back", *options, "--json", "r.json", code=1)
    play = json.loads((harness.folder / "r.json").read_text())["scenarios"][0]
    failed = [f["code"] for f in play["findings"] if f["verdict"] == "failed"]
    assert failed[0] == code, play["findings"]
    assert play["again"].endswith(f"{options[0]} {options[1]}")


def test_roles_of_another_name_can_be_commands_too(harness: Called) -> None:
    """--server is the program that listens and --client the one that people use, whatever the assignment calls them."""
    text = (harness.course.folder / "assignment.yaml").read_text()
    for old, new in (("  server: {", "  hall: {"), ("  client: {", "  voice: {"), ("server/acc", "hall/acc")):
        text = text.replace(old, new)
    harness.course.write("assignment.yaml", text)
    harness.course.write("door.yaml", SCENARIOS.replace("server/none", "hall/none"))
    server, client = (f"{sys.executable} course/{name}.py {{port}}" for name in ("server", "client"))
    name = "course::What is said comes back"
    verdicts = harness.results(name, "--server", server, "--client", client, code=0)
    assert verdicts == {"What is said comes back": "passed"}


def test_a_submission_in_a_folder_is_played(harness: Called) -> None:
    """--subject: its programs are copied and started; nothing is written into its folder."""
    home = harness.folder / "z5555555"
    home.mkdir()
    (home / "server.py").write_text(SERVER)
    (home / "client.py").write_text(CLIENT % NAME_AND_PASSWORD)
    assert harness.results("course", "--only", "good", "--subject", "z5555555", code=0)
    assert sorted(os.listdir(home)) == ["client.py", "server.py"]


def test_what_a_submission_did_or_this_machine_lacks_is_no_mistake_of_the_caller(harness: Called) -> None:
    """Does not build: exit 1. No compiler here: exit 4, nothing is known."""
    home = harness.folder / "z"
    home.mkdir()
    (home / "server.c").write_text("int main( {")
    (home / "client.c").write_text("int main(void) { return 0; }")
    harness.environment["PATH"] = str(harness.folder)
    _, err = harness("run", "course", "--subject", "z", code=4)
    assert err == "not run: server.c needs cc, which this machine does not have\n"
    for folder in (harness.folder, *harness.folder.parents[:2]):
        folder.chmod(0o755)  # a compiler runs in a box, as another user than we are
    compiler = harness.folder / "cc"
    compiler.write_text("#!/bin/sh\necho 'server.c:1: error: expected a name'\nexit 1\n")
    compiler.chmod(0o755)
    _, err = harness("run", "course", "--subject", "z", code=1)
    assert err.splitlines() == [
        "does not build: cc -O1 -o server server.c -pthread -lm ended with status 1",
        "server.c:1: error: expected a name",
    ]


def test_a_fault_of_ours_is_told_as_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                                         tmp_path: Path) -> None:  # fmt: skip
    """No traceback reaches the user: a sentence says whose fault it is, and where the details lie."""

    def broken(_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(workflow, "run", broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        app(["run", "course"])
    assert ended.value.code == 4
    told = capsys.readouterr().err
    details = next(tmp_path.iterdir())
    where = f"(please tell us; details in {details})"
    assert told == f"a fault of the harness, not of your programs: KeyError: 'x' {where}\n"
    assert "in broken" in details.read_text()


def test_whoever_reads_may_go_away(harness: Called) -> None:
    """`harness run | head` ends without a complaint about a pipe."""
    process = harness.start("run", "course", "--only", "good")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.wait()
    assert err == ""


@pytest.fixture
def ringing(tmp_path: Path) -> Iterator[Called]:
    """A course whose server, when it is told to, lays a bell into its folder and says nothing more."""
    called = Called(tmp_path, RINGING)
    rings = ('words == ("ring",) and (open("bell", "w").close(), threading.Event().wait())\n'
             '        return " ".join(words)')
    called.course.write("server.py", "import threading\n" + SERVER.replace('return " ".join(words)', rings))
    yield called
    for pid in called.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_for_bell(called: Called) -> None:
    """Until somebody rings, in whatever play: its folder lies among the temporary files."""
    end = time.monotonic() + 60
    # os.walk, for it bears with a play's folder that is cleared away meanwhile.
    while not any("bell" in files for _, _, files in os.walk(called.folder / "tmp")):
        assert time.monotonic() < end, "nobody rang"
        time.sleep(0.01)


def gone(pidfds: list[int]) -> bool:
    """Whether all these processes end."""
    for pidfd in pidfds:
        poller = select.poll()
        poller.register(pidfd, select.POLLIN)
        if not poller.poll(20_000):
            return False
        os.close(pidfd)
    return True


@pytest.mark.parametrize(("jobs", "by"), [("1", signal.SIGINT), ("2", signal.SIGINT), ("2", signal.SIGTERM)])
def test_ctrl_c_ends_everything_and_reports_what_was_played(ringing: Called, jobs: str, by: signal.Signals) -> None:
    """Exit 130; what was played is reported and remembered, and nothing that was started is left. So with `timeout`."""
    called = ringing
    process = called.start("run", "course", "--jobs", jobs, "--json", "r.json")
    wait_for_bell(called)
    os.killpg(process.pid, by)
    out, err = process.communicate()
    assert process.returncode == 130, err
    assert err == ""
    assert called.processes() == []
    assert called.left() == []
    verdicts = {p["name"]: p["verdict"] for p in json.loads((called.folder / "r.json").read_text())["scenarios"]}
    assert "Second" not in verdicts
    assert jobs == "2" or verdicts == {"First": "passed"}
    assert set(verdicts.values()) <= {"passed"}
    assert "Second" not in out or jobs == "2"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_harness_that_is_killed_leaves_no_process(ringing: Called, jobs: str) -> None:
    """kill -9 in the middle: every process that was started ends, and the next run sweeps the folders.

    Results that nobody came to write are no empty file.
    """
    called = ringing
    process = called.start("run", "course", "--jobs", jobs, "--json", "r.json", "--junit", "r.xml")
    wait_for_bell(called)
    below = called.descendants(process.pid)
    assert len(below) >= 3
    pidfds = []
    for pid in below:
        with contextlib.suppress(ProcessLookupError):
            pidfds.append(os.pidfd_open(pid))
    process.kill()
    process.communicate()
    assert gone(pidfds), "something that the harness started runs on"
    assert called.processes() == []
    assert not [path for path in called.folder.iterdir() if path.name.startswith("r.")]
    assert len(called.left()) >= 1
    called("run", "course::First", code=0)
    assert called.left() == []


def test_a_worker_that_is_killed_costs_its_play_alone(ringing: Called) -> None:
    """A dead worker is a fault of ours: its plays are undecided, and told so."""
    called = ringing
    process = called.start("run", "course", "--jobs", "2", "--json", "r.json")
    wait_for_bell(called)
    ours = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    for pid in called.descendants(process.pid):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_bytes() == ours:
                os.kill(pid, signal.SIGKILL)
    _, err = process.communicate()
    assert process.returncode == 4, err
    plays = {p["name"]: p for p in json.loads((called.folder / "r.json").read_text())["scenarios"]}
    assert plays["Second"]["findings"][0]["sentence"] == (
        "a fault of the harness, not of the program: a worker of the harness died"
    )
    assert set(plays) == {"First", "Second", "Third"}
