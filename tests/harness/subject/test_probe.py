"""A probe finds out how a submission works; a run goes by it, and every recording says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import probe_door as door
import pytest
from typer.testing import CliRunner, Result

from harness.cli import app
from harness.recording import Recording

Probed = Callable[..., tuple[Result, dict[str, Any]]]


@pytest.fixture
def probed(tmp_path: Path) -> Probed:
    """Probe a submission, and return how that ended and the card as JSON."""
    course = door.course(tmp_path / "course")

    def probe(folder: Path, *options: str) -> tuple[Result, dict[str, Any]]:
        file = tmp_path / "card.json"
        words = ["probe", str(folder), "--assignment", str(course), "--json", str(file), *options]
        result = CliRunner().invoke(app, words)
        return result, json.loads(file.read_text()) if file.exists() else {}

    return probe


def values(card: dict[str, Any]) -> dict[str, Any]:
    """What was learnt, without how."""
    return {key: fact["value"] for key, fact in card["facts"].items()}


def test_the_card_says_what_was_learnt(probed: Probed, tmp_path: Path) -> None:
    """Files, commands, variant, questions in their order, and what the programs do while nobody types."""
    result, card = probed(door.submission(tmp_path / "right"))
    assert result.exit_code == 0, result.output
    learnt = values(card)
    assert float(learnt.pop("answers").split()[1]) >= 0  # own time: on a busy machine next to nothing may be left
    assert learnt == {
        "server file": "server.py", "server language": "python", "server command": "python3 server.py {port} {motto}",
        "client file": "client.py", "client language": "python", "client command": "python3 client.py {port}",
        "layout": "one folder", "variant": "1", "accounts end": "none", "transport": "tcp", "ports": ["tcp {port}"],
        "name prompt": "Who is there?", "password prompt": "Your word:", "new password prompt": "Think of a word:",
        "command prompt": "Say:", "wrong password": "the name is asked for again", "server idle": "blocks",
        "client idle": "blocks", "oddities": [],
    }  # fmt: skip
    assert card["troubles"] == []
    assert "either will do" in card["facts"]["accounts end"]["seen"]
    # As their author knows them, and no names of system calls.
    assert card["facts"]["server idle"]["seen"].startswith("it waits in poll() for a new connection")


def test_a_variant_is_known_by_how_its_server_listens(probed: Probed, tmp_path: Path) -> None:
    """A UDP server that takes the port alone, and a client that wants host and port: both are found out."""
    folder = door.submission(tmp_path / "udp", door.rules() + door.UDP, door.UDP_CLIENT + door.TALK)
    result, card = probed(folder)
    assert result.exit_code == 0, result.output
    learnt = values(card)
    assert (learnt["variant"], learnt["transport"]) == ("2", "udp")
    assert learnt["client command"] == "python3 client.py {host} {port}"
    assert learnt["oddities"] == [], "what it did with other arguments says nothing of it"


def test_a_variant_that_looks_like_another_is_said_to(probed: Probed, tmp_path: Path) -> None:
    """The first is taken; the card says which other one it may be, and how to choose that."""
    third = door.ASSIGNMENT[door.ASSIGNMENT.index('  "2":') :].replace('"2"', '"3"')
    (tmp_path / "course" / "assignment.yaml").write_text(door.ASSIGNMENT + third)
    folder = door.submission(tmp_path / "udp", door.rules() + door.UDP, door.UDP_CLIENT + door.TALK)
    variant = probed(folder)[1]["facts"]["variant"]
    assert variant["value"] == "2"
    assert variant["seen"].endswith("; 3 would look the same: if it is that, say so with --variant 3")
    chosen = probed(folder, "--variant", "3")[1]["facts"]["variant"]
    assert chosen["value"] == "3"


@pytest.mark.parametrize(("wants", "other", "called"), [
    (door.WANTS_NEWLINE, "none", "without a newline"), (door.WANTS_NONE, "newline", "with a newline"),
])  # fmt: skip
def test_the_shape_of_the_accounts_file_is_found_out(
    probed: Probed, tmp_path: Path, wants: tuple[str, str], other: str, called: str
) -> None:
    """Either shape breaks somebody: the plays use the other one, and the one that breaks it is told."""
    result, card = probed(door.submission(tmp_path / "one", door.rules(*wants) + door.TCP))
    assert result.exit_code == 0, result.output
    assert {values(card)["accounts end"], other} == {"newline", "none"}
    # Who registered into a spoilt line is new again: that is not how a known user is asked.
    assert (values(card)["password prompt"], values(card)["new password prompt"]) == ("Your word:", "Think of a word:")
    (trouble,) = card["troubles"]
    assert trouble["code"] == "accounts-shape"
    assert f"server/accounts.txt {called} at its end: " in trouble["sentence"]


def test_a_shape_that_the_task_promises_is_the_only_one(tmp_path: Path) -> None:
    """A program that copes with no other shape has no fault; the variant says so, and its plays have that shape."""
    promised = "accounts: {file: server/accounts.txt, sample: accounts.txt, ends: newline}"
    course = door.course(tmp_path / "course", f"{door.ASSIGNMENT}    {promised}\n")
    (course / "hello.yaml").write_text("scenario: Hi\ncast: {yoda: Yoda}\nplay: [yoda logs in]\n")
    folder = door.submission(tmp_path / "udp", door.rules(*door.WANTS_NEWLINE) + door.UDP, door.UDP_CLIENT + door.TALK)
    card, run = tmp_path / "card.json", tmp_path / "run.json"
    for words in (["probe", str(folder), "--assignment", str(course), "--json", str(card)],
                  ["run", str(course), "--subject", str(folder), "--out", str(tmp_path / "out"), "--json", str(run)]):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
    for file in (card, run):
        assert json.loads(file.read_text())["troubles"] == []
    assert values(json.loads(card.read_text()))["accounts end"] == "newline"
    (play,) = (Recording.load(path) for path in (tmp_path / "out" / "recordings").glob("*.jsonl"))
    assert play.began.subject["learnt"]["accounts end"].startswith("newline (")


def test_other_faults_are_not_taken_for_the_accounts(probed: Probed, tmp_path: Path) -> None:
    """A server that serves one client at a time copes with its accounts; so does one that no shape would help."""
    one = door.rules() + door.TCP.replace("ThreadingTCPServer", "TCPServer").replace("    daemon_threads = True\n", "")
    result, card = probed(door.submission(tmp_path / "one", one))
    assert (result.exit_code, card["troubles"]) == (0, []), result.output
    forgets = door.rules(append="pass") + door.TCP
    result, card = probed(door.submission(tmp_path / "forgets", forgets))
    (trouble,) = card["troubles"]
    assert (trouble["code"], trouble["fatal"]) == ("accounts-broken", False)
    assert "no line newcomer7 word7 stands in server/accounts.txt when newcomer7 has registered" in trouble["sentence"]


SCENARIO = """\
scenario: Hello is answered
cast: {yoda: Yoda}
play:
  - yoda logs in
  - yoda: hello
  - yoda sees: hello yourself
---
scenario: Its own accounts stay as they are
cast: {luke: {account: luke, password: x}}
files: {server/accounts.txt: "luke x"}
play:
  - luke logs in
  - server/accounts.txt is: luke x
---
scenario: Only the other year asks for this
variants: ["2"]
cast: {yoda: Yoda}
play:
  - yoda logs in
"""


def test_a_run_plays_what_was_found_out(tmp_path: Path) -> None:
    """The variant's scenarios, with its arguments, on accounts of the shape it copes with; recordings say so."""
    course = door.course(tmp_path / "course")
    (course / "hello.yaml").write_text(SCENARIO)
    rules = door.rules(*door.WANTS_NEWLINE)
    folder = door.submission(tmp_path / "udp", rules + door.UDP, door.UDP_CLIENT + door.TALK)
    result = CliRunner().invoke(app, ["run", str(course), "--subject", str(folder), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "variant: 2" in result.output
    plays = [Recording.load(path) for path in sorted((tmp_path / "out" / "recordings").glob("*.jsonl"))]
    assert len(plays) == 3
    contents = [next(e.content for e in play.events if getattr(e, "path", "") == "server/accounts.txt")  # type: ignore[attr-defined]
                for play in plays]  # fmt: skip
    assert contents == [f"{door.ACCOUNTS}\n".encode(), b"luke x", f"{door.ACCOUNTS}\n".encode()]
    subject = plays[0].began.subject
    assert subject["programs"]["client"]["argv"][-2:] == ["{host}", "{port}"]
    assert subject["learnt"]["accounts end"].startswith("newline (")


def test_a_shape_that_breaks_it_is_a_finding_of_its_own(tmp_path: Path) -> None:
    """Every scenario is played in the other shape and passes; the end of the report and --json tell what to mend."""
    course = door.course(tmp_path / "course")
    (course / "hello.yaml").write_text(SCENARIO)
    folder = door.submission(tmp_path / "work", door.rules(*door.WANTS_NEWLINE) + door.TCP)
    words = ["run", str(course), "--subject", str(folder), "--out", str(tmp_path / "out"), "--json"]
    result = CliRunner().invoke(app, [*words, str(tmp_path / "run.json")])
    (trouble,) = json.loads((tmp_path / "run.json").read_text())["troubles"]
    assert trouble["code"] == "accounts-shape"
    assert trouble["sentence"].startswith("server/accounts.txt without a newline at its end: ")
    assert trouble["mend"].startswith("look at the last byte before you append, and write a newline first")
    end = " ".join(result.output.partition("Summary")[2].split())
    assert "! accounts-shape: server/accounts.txt without a newline" in end
    assert "To mend it, look at the last byte before you append" in end
    assert "Next: no scenario failed; mend what was found before the plays." in end
    again = CliRunner().invoke(app, ["judge", str(tmp_path / "out" / "recordings"), "--json", str(tmp_path / "2.json")])
    assert json.loads((tmp_path / "2.json").read_text())["troubles"] == [trouble], again.output


def test_the_reference_is_known_and_not_probed(tmp_path: Path) -> None:
    """A run against the reference answer plays it as the assignment says."""
    course = door.course(tmp_path / "course", door.ASSIGNMENT.replace("reference: .", "reference: ../right"))
    (course / "hello.yaml").write_text(SCENARIO)
    door.submission(tmp_path / "right")
    result = CliRunner().invoke(app, ["run", str(course), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    play = Recording.load(sorted((tmp_path / "out" / "recordings").glob("*.jsonl"))[0])
    assert "learnt" not in play.began.subject


def test_a_reference_whose_arguments_may_be_several_is_asked_which(tmp_path: Path) -> None:
    """`--variant 2` without --subject plays that variant's reference with the arguments that its client takes."""
    variants = '  "2":\n    reference: ../udp\n'
    course = door.course(tmp_path / "course", door.ASSIGNMENT.replace('  "2":\n', variants))
    (course / "hello.yaml").write_text(SCENARIO)
    door.submission(tmp_path / "udp", door.rules() + door.UDP, door.UDP_CLIENT + door.TALK)
    words = ["run", str(course), "--variant", "2", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    play = Recording.load(sorted((tmp_path / "out" / "recordings").glob("*.jsonl"))[0])
    assert play.began.subject["programs"]["client"]["argv"][-2:] == ["{host}", "{port}"]
