"""Times of the wire: how long each waited, and who waited while all others were answered."""

from __future__ import annotations

from judge_builder import ASSIGNMENT, P

from harness.events import Began, Ended, Listening, LoginTried, Settled, Started, StepBegan, Typed
from harness.judge.judge import judge
from harness.judge.waits import Wait, waits
from harness.recording import Recording
from harness.report.overlap import overlapping
from harness.scenario.loader import assignment_text, load_text
from harness.scenario.model import Scenario
from harness.verdict import Finding
from harness.wire import Carried, Linked

PEOPLE = ["p1", "p2", "p3", "p4", "p5"]
CAST = "{" + ", ".join(f"{who}: {who.upper()}" for who in PEOPLE) + "}"
PLAY = "- everyone logs in\n- together: [" + ", ".join(f"{who}: READ {who}" for who in PEOPLE) + "]\n"


def scenario(top: str = "") -> Scenario:
    """Five people ask at one instant."""
    text = f"scenario: a crowd\ncast: {CAST}\n{top}play:\n{PLAY}"
    return load_text(text, "f.yaml", assignment_text(ASSIGNMENT))[0]


def recording(played: Scenario, *times: float, own: float = 5.0) -> Recording:
    """Each is answered so many seconds after all that was typed was let go of, at second 10."""
    accounts = {who: [who.upper(), "x"] for who in PEOPLE}
    group = played.play[1].number
    events = [Began(t=0, scenario="a crowd", file="f.yaml", source=played.source.text, document=0, case=0,
                    assignment=ASSIGNMENT, subject={}, stage="box", seed=0, wall="", versions={}, accounts=accounts),
              Started(t=0, actor="server", argv=[], pid=1), Listening(t=0, actor="server", ports=[5000]),
              StepBegan(t=1, step=played.play[0].number, text="")]  # fmt: skip
    for link, who in enumerate(PEOPLE, 1):
        events += [Started(t=1, step=1, actor=who, argv=[], pid=link + 1),
                   Linked(t=1, step=1, link=link, actor=who, port=5000, transport="tcp"),
                   LoginTried(t=1, step=1, actor=who, account=who.upper(), result="in")]  # fmt: skip
    events.append(StepBegan(t=9, step=group, text=""))
    for link, (who, step) in enumerate(zip(PEOPLE, played.play[1].steps, strict=True), 1):
        events += [StepBegan(t=9, step=step.number, text=""),
                   Typed(t=9, step=step.number, actor=who, data=f"READ {who}\n".encode()),
                   Carried(t=9 + link / 100, step=group, link=link, to="server", size=4)]  # fmt: skip
    events.append(Settled(t=10, step=group, evidence="still", wall=0.1, own=0.1))
    answers = sorted((10 + time, link) for link, time in enumerate(times, 1))
    events += [Carried(t=t, step=group, link=link, to="client", size=4) for t, link in answers]
    events.append(Settled(t=15, step=group, evidence="still", wall=5.0, own=own, asks=PEOPLE, alive=PEOPLE))
    return Recording([*events, Ended(t=20)])


def remarks(*times: float, top: str = "", own: float = 5.0) -> list[Finding]:
    """What is said of who was starved."""
    played = scenario(top)
    return [one for one in judge(played, recording(played, *times, own=own)).findings if one.code == "starved"]


def test_who_waits_until_all_others_are_quiet_is_named() -> None:
    """With the figures of both; a remark."""
    (found,) = remarks(0.01, 0.02, 0.014, 0.01, 3.0)
    assert (found.verdict, found.actor) == (P, "p5")
    assert found.sentence == (
        "p5 waited 3.0 s for the answer to 'READ p5', and most of those who asked at the same instant 12 ms at most"
    )


def test_who_waits_as_others_do_is_not_starved() -> None:
    """All slow is slow; a little longer is a little longer; and less than a second is no wait."""
    assert remarks(2.0, 2.5, 3.0, 2.2, 4.0) == []
    assert remarks(0.01, 0.02, 0.015, 0.01, 0.9) == []


def test_a_busy_machine_starves_nobody() -> None:
    """What was spent waiting for a core is no doing of the server's."""
    assert remarks(0.01, 0.02, 0.015, 0.01, 3.0, own=0.5) == []


def test_what_the_network_does_is_no_doing_of_the_server() -> None:
    """A scenario that holds up its own people says nothing about who serves them."""
    assert remarks(0.01, 0.02, 0.015, 0.01, 3.0, top="network: delay 50 ms\n") == []


def test_a_wait_begins_when_the_network_lets_go() -> None:
    """What was held for the common instant was not waited for the server."""
    found = waits(recording(scenario(), 0.5, 1, 1, 1, 1).events)
    assert found[0] == Wait("p1", "READ p1", 3, 10, 10.5)
    assert [one.word for one in found] == ["READ"] * 5


def test_who_asked_at_the_same_time_as_another() -> None:
    """Two of one person, or one behind the other, do not count."""
    first, second, later = (Wait("a", "x", 1, 0, 2), Wait("b", "x", 1, 1, 3), Wait("a", "x", 1, 4, 5))
    assert overlapping([first, second, later]) == {first, second}
    assert overlapping([first, Wait("a", "y", 1, 1, 3)]) == set()
