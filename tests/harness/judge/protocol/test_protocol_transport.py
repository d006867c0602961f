"""TCP or UDP, as the task asks: seen on the wire, or by where the server listens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.events import Began, Ended, Event, Listening, Started, StepBegan, Typed
from harness.judge.judge import judge
from harness.recording import Recording
from harness.scenario.loader import load_assignment, load_text
from harness.verdict import Finding, Verdict
from harness.wire import Carried, Linked

FILE = Path(__file__).resolve().parents[4] / "scenarios" / "assignment.yaml"
PLAY = "scenario: s\ncast: {yoda: Yoda}\nplay:\n  - yoda logs in\n  - yoda: LST\n  - yoda: UPD 3331 a\n"


def judged(variant: str, sockets: list[str], sent: Sequence[tuple[str, bytes]] = (), play: str = PLAY) -> list[Finding]:
    """What is said of the transport: where the server listens, and what was sent for which line, by TCP or UDP."""
    assignment = load_assignment(FILE).variant(variant)
    scenario = load_text(play, "f.yaml", assignment)[0]
    events: list[Event] = [
        Began(t=0, scenario="s", file="f.yaml", source=play, document=0, case=0, assignment=FILE.read_text(),
              subject={}, stage="box", seed=0, wall="", versions={}, accounts={"yoda": ["Yoda", "jedi*knight"]},
              variant=variant),
        Started(t=0, actor="server", argv=[], pid=1), Listening(t=0, actor="server", ports=[5000], sockets=sockets),
        Started(t=0, actor="yoda", argv=[], pid=2), StepBegan(t=0, step=1, text="yoda logs in")]  # fmt: skip
    for number, (transport, line) in enumerate(sent, 1):
        what = "name" if line == b"Yoda\n" else "line"
        events += [Typed(t=0, step=1, actor="yoda", data=line, what=what),
                   Linked(t=0, step=1, link=number, actor="yoda", port=5000, transport=transport),
                   Carried(t=0, step=1, link=number, to="server", size=len(line), data=line),
                   Carried(t=0, step=1, link=number, to="client", size=3, data=b"ok\n")]  # fmt: skip
    events.append(Ended(t=0))
    return [found for found in judge(scenario, Recording(events)).findings if found.code == "transport"]


def test_a_server_without_a_socket_of_the_right_kind_is_told() -> None:
    """Nothing else has to be seen: such a server cannot speak the transport at all."""
    found = judged("2020", ["udp 5000"])
    assert [one.verdict for one in found] == [Verdict.PASSED]  # a remark: it would cost every mark
    assert found[0].sentence == "the server listens by UDP only (udp 5000), and the task asks for TCP"
    assert judged("2022", ["tcp 5000"])[0].sentence == (
        "the server listens by TCP only (tcp 5000), and the task asks for UDP")  # fmt: skip


def test_it_fails_where_a_scenario_is_about_it() -> None:
    """That one has the tag, and bears no marks; in the others the same is a remark."""
    about = PLAY.replace("cast:", "tags: [transport]\ncast:")
    sent = [("tcp", b"Yoda\n"), ("tcp", b"LST\n")]
    assert [one.verdict for one in judged("2022", ["tcp 5000"], sent, about)] == [Verdict.FAILED]
    assert [one.verdict for one in judged("2022", ["tcp 5000"], play=about)] == [Verdict.FAILED]
    assert [one.verdict for one in judged("2022", ["tcp 5000"], sent)] == [Verdict.PASSED]
    assert judged("2020", ["tcp 5000"], sent, about) == []


def test_a_second_socket_is_nobodys_business() -> None:
    """A heartbeat by UDP, or files by TCP; and where nothing is known of the sockets nothing is said."""
    assert judged("2020", ["tcp 5000", "udp 6000"]) == []
    assert judged("2022", ["tcp 5000", "udp 5000"]) == []
    assert judged("2020", []) == []


def test_commands_by_the_other_transport_are_told_from_the_wire() -> None:
    """The line is named that travelled so."""
    found = judged("2022", ["tcp 5000", "udp 5000"], [("udp", b"Yoda\n"), ("tcp", b"LST\n")])
    assert [one.sentence for one in found] == ["yoda's client sends 'LST' over TCP, and the task asks for UDP"]
    found = judged("2020", ["tcp 5000", "udp 5000"], [("udp", b"Yoda\n"), ("udp", b"LST\n")])
    assert [one.sentence for one in found] == ["yoda's client sends who it is over UDP, and the task asks for TCP"]


def test_the_bytes_of_files_may_go_by_tcp() -> None:
    """Where all else goes by UDP."""
    sent = [("udp", b"Yoda\n"), ("udp", b"LST\n"), ("tcp", b"UPD 3331 a\n")]
    assert judged("2022", ["tcp 5000", "udp 5000"], sent) == []
    assert judged("2020", ["tcp 5000"], [("tcp", line) for _, line in sent]) == []
